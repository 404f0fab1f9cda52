#include "runtime/record/checkpoint_keeper.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <utility>

namespace dk {

checkpoint_keeper::checkpoint_keeper(std::string folder, std::chrono::milliseconds least)
    : folder_(std::move(folder)), least_(least), interval_(least) {}

bool checkpoint_keeper::is_due() const {
  return is_on() && clock::now() - last_ >= interval_;
}

std::string checkpoint_keeper::save(const resume_state& now, clock::time_point begun) {
  std::string trouble;
  try {
    write_checkpoints(folder_, now);
    interval_ = std::max<clock::duration>(least_, 100 * (clock::now() - begun));
  } catch (const failure& why) {
    trouble = "checkpoint not written: " + std::string{why.what()} + "; the run continues";
    interval_ = std::min<clock::duration>(2 * interval_, std::chrono::minutes{10});
  }
  last_ = clock::now();
  return trouble;
}

} // namespace dk
