#include "data/formats/idx.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/bytes/byte_source.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace dk::data::idx {

namespace {

struct header {
  unsigned type = 0;
  std::vector<std::size_t> sizes;
  std::uint64_t values = 0; ///< the product of the sizes
};

[[noreturn]] void damaged(const std::string& path, const std::string& why) {
  throw failure{errc::data, path + ": " + why};
}

std::uint64_t size_of_number(unsigned type) {
  switch (type) {
  case 0x08:
  case 0x09:
    return 1;
  case 0x0B:
    return 2;
  case 0x0C:
  case 0x0D:
    return 4;
  case 0x0E:
    return 8;
  default:
    return 0;
  }
}

std::string hex(const unsigned char* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<char, 4> digits{};
    std::snprintf(digits.data(), digits.size(), i == 0 ? "%02x" : " %02x", unsigned{bytes[i]});
    text += digits.data();
  }
  return text;
}

header read_header(byte_source& file, const std::string& path) {
  if (file.size() < 4)
    damaged(path, "has " + std::to_string(file.size()) + " bytes, too short for an IDX file; fetch it again");
  constexpr std::size_t longest = 4 + 4 * 255;
  const auto start = read_bytes(file, 0, std::min(file.size(), longest));
  const auto* const magic = reinterpret_cast<const unsigned char*>(start.get());
  const auto each = size_of_number(magic[2]);
  if (magic[0] != 0 || magic[1] != 0 || each == 0 || magic[3] == 0)
    damaged(path, "is not an IDX file: it starts with " + hex(magic, 4) +
                      ", expected 00 00, a type from 08 to 0e and a rank; check the path and the format");
  header h;
  h.type = magic[2];
  const std::size_t rank = magic[3];
  if (file.size() < 4 + 4 * rank)
    damaged(path, "ends inside its header of rank " + std::to_string(rank) + "; fetch it again");
  h.values = 1;
  std::vector<std::string> shown;
  bool fits = true;
  for (std::size_t i = 0; i < rank; ++i) {
    const auto* b = magic + 4 + 4 * i;
    const auto size = std::size_t{b[0]} << 24U | std::size_t{b[1]} << 16U | std::size_t{b[2]} << 8U | std::size_t{b[3]};
    if (size == 0 && i > 0)
      damaged(path, "size " + std::to_string(i + 1) + " of its " + std::to_string(rank) + " is 0; fetch it again");
    fits = fits && !__builtin_mul_overflow(h.values, std::uint64_t{size}, &h.values);
    h.sizes.push_back(size);
    shown.push_back(std::to_string(size));
  }
  std::uint64_t promised = 0;
  fits = fits && !__builtin_mul_overflow(h.values, each, &promised);
  const auto body = file.size() - 4 - 4 * rank;
  if (!fits)
    damaged(path,
            "its sizes " + join(shown, " x ") + " are more than any file holds; the header is damaged, fetch it again");
  if (body < promised)
    damaged(path, "is cut short: its header (" + join(shown, " x ") + ") promises " + std::to_string(promised) +
                      " bytes of numbers, it has " + std::to_string(body) + "; fetch it again");
  if (body > promised)
    damaged(path, "has " + std::to_string(body - promised) + " bytes after the " + std::to_string(promised) +
                      " that its header (" + join(shown, " x ") + ") promises; fetch it again");
  return h;
}

std::uint16_t swapped(std::uint16_t x) {
  return __builtin_bswap16(x);
}
std::uint32_t swapped(std::uint32_t x) {
  return __builtin_bswap32(x);
}
std::uint64_t swapped(std::uint64_t x) {
  return __builtin_bswap64(x);
}

// Turns big-endian numbers into this machine's, in place; Bits is the unsigned type of their size.
template <class Bits, class Number>
void to_native(Number* values, std::uint64_t count) {
  static_assert(sizeof(Bits) == sizeof(Number));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  for (std::uint64_t i = 0; i < count; ++i) {
    Bits bits{};
    std::memcpy(&bits, values + i, sizeof bits);
    bits = swapped(bits);
    std::memcpy(values + i, &bits, sizeof bits);
  }
#endif
}

template <class Number>
std::vector<Number> copied(const char* from, std::uint64_t count) {
  std::vector<Number> all(count);
  if (count > 0)
    std::memcpy(all.data(), from, count * sizeof(Number));
  return all;
}

template <class Number, class Bits>
std::vector<Number> swapped_copy(const char* from, std::uint64_t count) {
  auto all = copied<Number>(from, count);
  to_native<Bits>(all.data(), count);
  return all;
}

block floats(const char* from, std::uint64_t count) {
  if (count == 0)
    return {};
  block_writer all{count};
  std::memcpy(all.data(), from, count * sizeof(float));
  to_native<std::uint32_t>(all.data(), count);
  return std::move(all).done();
}

cells read_body(const char* from, unsigned type, std::uint64_t count) {
  switch (type) {
  case 0x08:
    return copied<std::uint8_t>(from, count);
  case 0x09:
    return copied<std::int8_t>(from, count);
  case 0x0B:
    return swapped_copy<std::int16_t, std::uint16_t>(from, count);
  case 0x0C:
    return swapped_copy<std::int32_t, std::uint32_t>(from, count);
  case 0x0D:
    return floats(from, count);
  default:
    return swapped_copy<double, std::uint64_t>(from, count);
  }
}

class cell_slices final : public row_slices {
public:
  cell_slices(const std::string& path, std::string name)
      : bytes_(open_bytes(path)), path_(path), name_(std::move(name)), header_(read_header(*bytes_, path_)) {
    in_row_ = 1;
    for (std::size_t i = 1; i < header_.sizes.size(); ++i)
      in_row_ *= header_.sizes[i];
  }

  std::size_t rows() const override { return header_.sizes.front(); }
  std::size_t row_bytes() const override { return in_row_ * size_of_number(header_.type); }

  table slice(std::size_t first, std::size_t count) override {
    const auto body = read_bytes(*bytes_, 4 + 4 * header_.sizes.size() + first * row_bytes(), count * row_bytes());
    const auto* const from = reinterpret_cast<const char*>(body.get());
    table all;
    all.put({name_,
             {header_.sizes.begin() + 1, header_.sizes.end()},
             read_body(from, header_.type, count * in_row_),
             path_,
             {}});
    return all;
  }

private:
  byte_source_ptr bytes_;
  std::string path_;
  std::string name_;
  header header_;
  std::size_t in_row_ = 0; // numbers
};

} // namespace

std::vector<key_rule> keys() {
  return {{"features", key_kind::path, true}, {"labels", key_kind::path}, {"weights", key_kind::path}};
}

bool recognise(std::string_view start) {
  return start.size() >= 4 && start[0] == 0 && start[1] == 0 &&
         size_of_number(static_cast<unsigned char>(start[2])) != 0 && start[3] != 0;
}

row_slices_ptr open_rows(const spec&, const std::string& path, const std::string& name) {
  return std::make_unique<cell_slices>(path, name);
}

} // namespace dk::data::idx
