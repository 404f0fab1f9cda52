#include "actors/protocol/center_update.hpp"

#include "actors/protocol/number_forms.hpp"
#include "common/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace dk {

namespace {

// Where the numbers are not the same. @return nothing when there are more than `most`
std::optional<std::vector<std::uint32_t>> changed_positions(const block& now, const block& has, std::size_t most) {
  constexpr std::size_t at_once = 16;
  std::vector<std::uint32_t> positions;
  for (std::size_t first = 0; first < now.size(); first += at_once) {
    const auto last = std::min(now.size(), first + at_once);
    if (std::memcmp(now.data() + first, has.data() + first, (last - first) * sizeof(float)) == 0)
      continue;
    for (auto i = first; i < last; ++i)
      if (std::memcmp(now.data() + i, has.data() + i, sizeof(float)) != 0)
        positions.push_back(static_cast<std::uint32_t>(i));
    if (positions.size() > most)
      return std::nullopt;
  }
  return positions;
}

block sum_of(const block& has, const compressed& change) {
  block_writer sum{has.size()};
  std::array<float, numbers_at_once> some{};
  for (std::size_t i = 0; i < has.size(); i += numbers_at_once) {
    const auto count = std::min(numbers_at_once, has.size() - i);
    change.read(i, count, some.data());
    plus(has.data() + i, some.data(), count, sum.data() + i);
  }
  return std::move(sum).done();
}

block patched(const block& has, const compressed& change) {
  block_writer all{has.size()};
  std::copy(has.begin(), has.end(), all.data());
  change.put_into(all.data());
  return std::move(all).done();
}

block difference_of(const block& a, const block& b) {
  block_writer difference{a.size()};
  minus(a.data(), b.data(), a.size(), difference.data());
  return std::move(difference).done();
}

// A difference beyond what the form can say becomes infinite.
bool is_finite(const block& x) {
  return std::all_of(x.begin(), x.end(), [](float one) { return std::isfinite(one); });
}

} // namespace

std::size_t center_update::bytes() const {
  switch (what) {
  case kind::whole:
    return weights.bytes();
  case kind::difference:
  case kind::patch:
    return change.bytes();
  case kind::none:
  case kind::unchanged:
    break;
  }
  return 0;
}

center_update update_of(const compression& how, const center& now, const center& has) {
  using kind = center_update::kind;
  const center_update whole{kind::whole, now.version, 0, now.weights, {}};
  if (how.none() || has.weights.size() != now.weights.size())
    return whole;
  if (has.version == now.version)
    return {kind::unchanged, now.version, has.version, has.weights, {}};
  const auto size = now.weights.size();
  if (how.form == number_form::top_k) {
    const auto positions =
        changed_positions(now.weights, has.weights, size / 4); // from there on a whole one is smaller
    if (!positions)
      return whole;
    return {kind::patch, now.version, has.version, now.weights, sparse(now.weights.data(), size, *positions)};
  }
  auto change = compress(how, difference_of(now.weights, has.weights).data(), size);
  auto weights = sum_of(has.weights, change);
  if (!is_finite(weights))
    return whole;
  return {kind::difference, now.version, has.version, std::move(weights), std::move(change)};
}

center updated(const center& has, const center_update& with) {
  using kind = center_update::kind;
  const auto check = [](bool fits, const char* what) {
    if (!fits)
      throw failure{errc::internal, std::string{"a center arrived "} + what};
  };
  check(with.what != kind::none, "without its numbers");
  if (with.what != kind::whole)
    check(with.base == has.version, "that changes another one than the worker has");
  if (with.what == kind::unchanged)
    return has;
  auto weights = with.weights;
  if (weights.empty()) {
    check(with.change.size() == has.weights.size(), "of another size");
    weights = with.what == kind::patch ? patched(has.weights, with.change) : sum_of(has.weights, with.change);
  }
  check(weights.size() == has.weights.size(), "of another size");
  return {with.version, std::move(weights)};
}

} // namespace dk
