#include "tests/runtime/replay/reference_forms.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dk::test {

namespace {

// To so many bits of precision, and to no finer steps than `least`; std::nearbyint rounds ties to even.
double rounded(double x, int bits, double least) {
  if (x == 0)
    return 0;
  const double step = std::max(std::ldexp(1.0, std::ilogb(x) - bits + 1), least);
  return std::nearbyint(x / step) * step;
}

std::vector<double> whole_multiples(std::vector<double> numbers) {
  const std::size_t together = 128;
  for (std::size_t first = 0; first < numbers.size(); first += together) {
    const auto last = std::min(numbers.size(), first + together);
    double largest = 0;
    for (auto i = first; i < last; ++i)
      largest = std::max(largest, std::abs(numbers[i]));
    for (auto i = first; i < last; ++i)
      numbers[i] = largest == 0 ? 0 : std::nearbyint(numbers[i] * 127 / largest) * largest / 127;
  }
  return numbers;
}

std::vector<double> largest_only(const std::vector<double>& numbers, double part) {
  const auto count = static_cast<std::size_t>(std::ceil(part * static_cast<double>(numbers.size())));
  std::vector<std::size_t> order(numbers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return std::abs(numbers[a]) > std::abs(numbers[b]); });
  std::vector<double> sent(numbers.size(), 0.0);
  for (std::size_t i = 0; i < count; ++i)
    sent[order[i]] = numbers[order[i]];
  return sent;
}

} // namespace

std::vector<double> arriving(const compression& how, const std::vector<double>& numbers) {
  auto sent = numbers;
  switch (how.form) {
  case number_form::fp16:
    for (auto& x : sent)
      x = rounded(x, 11, 0x1p-24);
    return sent;
  case number_form::bf16:
    for (auto& x : sent)
      x = rounded(x, 8, 0x1p-133);
    return sent;
  case number_form::int8:
    return whole_multiples(numbers);
  case number_form::top_k:
    return largest_only(numbers, how.part);
  case number_form::fp32:
    break;
  }
  return numbers;
}

} // namespace dk::test
