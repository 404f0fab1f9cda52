#include "actors/worker/error_feedback.hpp"

#include "actors/protocol/number_forms.hpp"

#include <algorithm>
#include <array>

namespace dk {

namespace {

block lost_of(const block& wanted, const compressed& sent) {
  block_writer lost{wanted.size()};
  std::array<float, numbers_at_once> some{};
  for (std::size_t i = 0; i < wanted.size(); i += numbers_at_once) {
    const auto count = std::min(numbers_at_once, wanted.size() - i);
    sent.read(i, count, some.data());
    minus(wanted.data() + i, some.data(), count, lost.data() + i);
  }
  return std::move(lost).done();
}

} // namespace

block with_unsent(const block& numbers, const block& unsent) {
  if (unsent.empty())
    return numbers;
  block_writer all{numbers.size()};
  plus(numbers.data(), unsent.data(), numbers.size(), all.data());
  return std::move(all).done();
}

compressed_delta compress(const compression& how, const delta& numbers, const block& unsent) {
  if (how.none() || numbers.size() == 0)
    return {numbers, {}};
  const auto wanted = with_unsent(numbers.numbers(), unsent);
  auto sent = compress(how, wanted.data(), wanted.size());
  auto lost = feeds_back(how.form) ? lost_of(wanted, sent) : block{};
  return {std::move(sent), std::move(lost)};
}

} // namespace dk
