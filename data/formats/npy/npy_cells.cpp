#include "data/formats/npy/npy_cells.hpp"

#include "common/error.hpp"
#include "data/formats/bytes/encoding.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace dk::data::npy {

namespace {

/// Where the items of an array lie, in the order of C.
class item_places {
public:
  explicit item_places(const header& h) : shape_(h.shape), fortran_(h.fortran_order && h.shape.size() > 1) {}

  std::size_t operator()(std::size_t item) const {
    if (!fortran_)
      return item;
    std::size_t place = 0;
    std::size_t stride = 1;
    for (const auto size : shape_)
      stride *= size;
    for (auto size = shape_.rbegin(); size != shape_.rend(); ++size) { // the last index varies fastest in C
      stride /= *size;
      place += item % *size * stride;
      item /= *size;
    }
    return place;
  }

private:
  const std::vector<std::size_t>& shape_;
  bool fortran_;
};

/// Half precision, which C++17 has no type for.
struct f16 {
  std::uint16_t bits;
};

double widened(f16 x) {
  const int exponent = x.bits >> 10U & 0x1FU;
  const int fraction = x.bits & 0x3FFU;
  const double sign = (x.bits & 0x8000U) != 0 ? -1 : 1;
  if (exponent == 0x1F)
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25));
}

template <class Number>
Number read_number(const char* from, bool big_endian) {
  std::array<char, sizeof(Number)> bytes{};
  std::memcpy(bytes.data(), from, sizeof(Number));
  if (big_endian)
    std::reverse(bytes.begin(), bytes.end());
  Number value{};
  std::memcpy(&value, bytes.data(), sizeof(Number));
  return value;
}

// to(i, number) for every number of the field, in order.
template <class Number, class F>
void over_numbers(const source_field& from, F to) {
  for (std::size_t item = 0, i = 0; item < from.items; ++item) {
    const auto* bytes = from.at(item);
    for (std::size_t k = 0; k < from.in_item; ++k, ++i)
      to(i, read_number<Number>(bytes + k * sizeof(Number), from.one.big_endian));
  }
}

bool is_as_in_memory(const source_field& from) {
  return !from.all.structured && !from.one.big_endian && (!from.all.fortran_order || from.all.shape.size() < 2);
}

template <class Number, class Held = Number>
cells numbers_of(const source_field& from) {
  std::vector<Held> all(from.items * from.in_item);
  if constexpr (std::is_same_v<Number, Held>)
    if (is_as_in_memory(from)) {
      if (!all.empty())
        std::memcpy(all.data(), from.bytes(), all.size() * sizeof(Number));
      return all;
    }
  over_numbers<Number>(from, [&](std::size_t i, Number x) { all[i] = static_cast<Held>(x); });
  return all;
}

cells floats_of(const source_field& from) {
  if (is_as_in_memory(from)) // used where they lie
    return block{{from.body, reinterpret_cast<const float*>(from.body.get())}, from.items * from.in_item};
  block_writer all{from.items * from.in_item};
  over_numbers<float>(from, [&](std::size_t i, float x) { all.data()[i] = x; });
  return std::move(all).done();
}

cells halves_of(const source_field& from) {
  block_writer all{from.items * from.in_item};
  over_numbers<f16>(from, [&](std::size_t i, f16 x) { all.data()[i] = static_cast<float>(widened(x)); });
  return std::move(all).done();
}

cells large_of(const source_field& from, const std::string& origin) {
  over_numbers<std::uint64_t>(from, [&](std::size_t i, std::uint64_t x) {
    if (x > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      throw failure{errc::data, origin + ": number " + std::to_string(from.before * from.in_item + i) +
                                    " (the first is 0)" +
                                    (from.one.name.empty() ? "" : " of field `" + from.one.name + '`') + " is " +
                                    std::to_string(x) + ", which 64 bits with a sign do not hold; rescale it"};
  });
  return numbers_of<std::uint64_t, std::int64_t>(from);
}

void append_utf8(std::string& to, std::uint32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) { // no character
    to += '\xFF';                                             // nor is this, which is refused
    return;
  }
  const auto tail = [&](unsigned shift) { to += static_cast<char>(0x80U | (code >> shift & 0x3FU)); };
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xC0U | code >> 6U);
    tail(0);
  } else if (code < 0x10000) {
    to += static_cast<char>(0xE0U | code >> 12U);
    tail(6);
    tail(0);
  } else {
    to += static_cast<char>(0xF0U | code >> 18U);
    tail(12);
    tail(6);
    tail(0);
  }
}

// Zeros at the end are numpy's padding.
std::string text_at(const char* from, const field& one) {
  std::string text;
  if (one.type == 'S') {
    text.assign(from, one.size);
  } else {
    std::vector<std::uint32_t> codes;
    for (std::size_t i = 0; i < one.size; i += 4)
      codes.push_back(read_number<std::uint32_t>(from + i, one.big_endian));
    while (!codes.empty() && codes.back() == 0)
      codes.pop_back();
    for (const auto code : codes)
      append_utf8(text, code);
  }
  while (!text.empty() && text.back() == '\0')
    text.pop_back();
  return text;
}

cells texts_of(const source_field& from, const std::string& origin) {
  if (from.in_item != 1 || from.all.shape.size() > 1)
    throw failure{errc::data, origin + ": has several texts in a row, expected one; split them into fields"};
  texts all;
  all.reserve(from.items);
  for (std::size_t item = 0; item < from.items; ++item)
    all.push_back(text_at(from.at(item), from.one));
  for (std::size_t item = 0; item < from.items; ++item)
    if (first_not_utf8(all[item]) != std::string_view::npos)
      throw failure{errc::data, origin + ": row " + std::to_string(from.before + item) + " (the first is 0)" +
                                    (from.one.name.empty() ? "" : " of field `" + from.one.name + '`') +
                                    " holds what is no text in UTF-8; decode it before it is saved"};
  return all;
}

} // namespace

const char* source_field::at(std::size_t item) const {
  return bytes() + item_places{all}(item)*all.record + one.offset;
}

cells cells_of(const source_field& from, const std::string& origin) {
  const auto size = from.one.size;
  switch (from.one.type) {
  case 'i':
    return size == 1   ? numbers_of<std::int8_t>(from)
           : size == 2 ? numbers_of<std::int16_t>(from)
           : size == 4 ? numbers_of<std::int32_t>(from)
                       : numbers_of<std::int64_t>(from);
  case 'u':
    return size == 1   ? numbers_of<std::uint8_t>(from)
           : size == 2 ? numbers_of<std::uint16_t, std::int32_t>(from)
           : size == 4 ? numbers_of<std::uint32_t, std::int64_t>(from)
                       : large_of(from, origin);
  case 'f':
    return size == 2 ? halves_of(from) : size == 4 ? floats_of(from) : numbers_of<double>(from);
  case 'b':
    return numbers_of<std::uint8_t>(from);
  default:
    return texts_of(from, origin);
  }
}

} // namespace dk::data::npy
