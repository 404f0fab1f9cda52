#include "actors/protocol/compressed.hpp"

#include "actors/protocol/number_forms.hpp"
#include "common/buffer_pool.hpp"

#include <algorithm>
#include <functional>

namespace dk {

namespace {

constexpr std::size_t entry_bytes = sizeof(std::uint32_t) + sizeof(float); // of a position and its number

std::size_t scales_of(std::size_t size) {
  return (size + int8_block - 1) / int8_block;
}

template <class T>
T* as(std::byte* bytes) {
  return reinterpret_cast<T*>(bytes);
}

template <class T>
const T* as(const std::byte* bytes) {
  return reinterpret_cast<const T*>(bytes);
}

} // namespace

bool compressed::is_sound() const {
  if (form_ == number_form::fp32 || form_ > number_form::top_k || size_ == 0)
    return false;
  if (form_ != number_form::top_k) // no size that the bytes at hand do not bear out
    return size_ <= count_ && commit_bytes({form_, 0}, size_) == count_;
  const auto* const first = positions();
  const auto* const last = first + entries();
  return count_ % entry_bytes == 0 && entries() <= size_ && std::is_sorted(first, last, std::less_equal<>{}) &&
         (first == last || *(last - 1) < size_);
}

void compressed::read(std::size_t first, std::size_t count, float* to) const {
  switch (form_) {
  case number_form::fp16:
    return from_fp16(as<std::uint16_t>(data()) + first, count, to);
  case number_form::bf16:
    return from_bf16(as<std::uint16_t>(data()) + first, count, to);
  case number_form::int8:
    return from_int8(as<float>(data()) + first / int8_block,
                     as<std::int8_t>(data()) + scales_of(size_) * sizeof(float) + first, count, to);
  case number_form::top_k:
  case number_form::fp32:
    break;
  }
  std::fill_n(to, count, 0.0F);
  const auto* const end = positions() + entries();
  for (const auto* at = std::lower_bound(positions(), end, first); at != end && *at < first + count; ++at)
    to[*at - first] = values()[at - positions()];
}

block compressed::numbers() const {
  block_writer all{size_};
  read(0, size_, all.data());
  return std::move(all).done();
}

void compressed::put_into(float* numbers) const {
  for (std::size_t i = 0; i < entries(); ++i)
    numbers[positions()[i]] = values()[i];
}

compressed sparse(const float* now, std::size_t size, const std::vector<std::uint32_t>& positions) {
  const auto count = positions.size() * entry_bytes;
  const auto bytes = pooled_bytes(std::max<std::size_t>(1, count));
  std::copy(positions.begin(), positions.end(), as<std::uint32_t>(bytes.get()));
  auto* const values = as<float>(bytes.get()) + positions.size();
  for (std::size_t i = 0; i < positions.size(); ++i)
    values[i] = now[positions[i]];
  return {number_form::top_k, size, bytes, count};
}

compressed compress(const compression& how, const float* numbers, std::size_t size) {
  if (how.form == number_form::top_k)
    return sparse(numbers, size, largest_of(numbers, size, sent_numbers(how, size)));
  const auto count = commit_bytes(how, size);
  const auto bytes = pooled_bytes(count);
  if (how.form == number_form::fp16)
    to_fp16(numbers, size, as<std::uint16_t>(bytes.get()));
  else if (how.form == number_form::bf16)
    to_bf16(numbers, size, as<std::uint16_t>(bytes.get()));
  else
    to_int8(numbers, size, as<float>(bytes.get()), as<std::int8_t>(bytes.get()) + scales_of(size) * sizeof(float));
  return {how.form, size, bytes, count};
}

} // namespace dk
