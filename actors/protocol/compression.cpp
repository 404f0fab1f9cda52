#include "actors/protocol/compression.hpp"

#include <algorithm>
#include <cmath>

namespace dk {

namespace {

constexpr std::size_t sparse_bytes = 8; // of a number and its position

} // namespace

bool feeds_back(number_form form) {
  return form == number_form::int8 || form == number_form::top_k;
}

std::size_t sent_numbers(const compression& how, std::size_t size) {
  const auto wanted = static_cast<std::size_t>(std::ceil(how.part * static_cast<double>(size)));
  return std::min(size, std::max<std::size_t>(1, wanted));
}

std::size_t commit_bytes(const compression& how, std::size_t size) {
  switch (how.form) {
  case number_form::fp16:
  case number_form::bf16:
    return 2 * size;
  case number_form::int8:
    return size + (size + int8_block - 1) / int8_block * sizeof(float);
  case number_form::top_k:
    return sparse_bytes * sent_numbers(how, size);
  case number_form::fp32:
    break;
  }
  return sizeof(float) * size;
}

std::size_t center_bytes(const compression& how, std::size_t size, std::uint64_t commits) {
  if (how.none())
    return sizeof(float) * size;
  if (commits == 0)
    return 0;
  if (how.form != number_form::top_k)
    return commit_bytes(how, size);
  const auto whole = sizeof(float) * size;
  const auto one = commit_bytes(how, size);
  return commits > whole / 2 / one ? whole : one * static_cast<std::size_t>(commits);
}

} // namespace dk
