#include "runtime/run/run_context.hpp"

#include "common/log.hpp"

namespace dk {

void run_context::tell(const std::string& text) const {
  log()->info(text);
  if (options.notice)
    options.notice(text);
}

} // namespace dk
