#include "data/formats/bytes/encoding.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iconv.h>
#include <utility>

namespace dk::data {

namespace {

constexpr const char* utf8 = "utf-8";

// As iconv calls them.
const char* iconv_name(const std::string& encoding) {
  if (encoding == "latin1")
    return "ISO-8859-1";
  return encoding == "windows-1252" ? "CP1252" : encoding.c_str();
}

/// Makes UTF-8 of text in another encoding, piece by piece.
class converter {
public:
  converter(std::string encoding, std::string name)
      : encoding_(std::move(encoding)), name_(std::move(name)),
        state_(iconv_open("UTF-8", iconv_name(encoding_))) { // its UTF-16 is that of the machine, without a mark
    if (state_ == reinterpret_cast<iconv_t>(-1))
      throw failure{errc::resources,
                    name_ + ": this system cannot convert from " + encoding_ + "; convert the file to UTF-8"};
  }
  converter(const converter&) = delete;
  converter& operator=(const converter&) = delete;
  ~converter() { iconv_close(state_); }

  /// Takes what is whole off the front of `from`.
  void convert(std::string& from, std::string& to) {
    auto* in = from.data();
    auto left = from.size();
    bool going = left > 0;
    while (going) {
      std::array<char, 1U << 16U> room;
      auto* out = room.data();
      auto free = room.size();
      const auto done = iconv(state_, &in, &left, &out, &free);
      const auto why = errno;
      to.append(room.data(), room.size() - free);
      lines_ += static_cast<std::size_t>(std::count(room.data(), out, '\n'));
      if (done == static_cast<std::size_t>(-1) && why == EILSEQ)
        fail("holds bytes that are no " + encoding_ + " text");
      going = left > 0 && !(done == static_cast<std::size_t>(-1) && why == EINVAL); // EINVAL: more has to come
    }
    from.erase(0, from.size() - left);
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw failure{errc::data,
                  name_ + ':' + std::to_string(lines_ + 1) + ": " + why + "; set `encoding` to what the file is in"};
  }

private:
  std::string encoding_;
  std::string name_;
  iconv_t state_;
  std::size_t lines_ = 0; // that were converted
};

class converted_stream final : public byte_stream {
public:
  converted_stream(std::unique_ptr<byte_stream> from, const std::string& encoding, const std::string& name)
      : from_(std::move(from)), converter_(encoding, name) {}

  bool append_to(std::string& text, std::size_t most) override {
    const auto before = text.size();
    while (text.size() == before) { // a part of a character alone is nothing yet
      if (!from_->append_to(left_, std::max<std::size_t>(most, 4))) {
        if (!left_.empty())
          converter_.fail("ends within a character");
        return false;
      }
      converter_.convert(left_, text);
    }
    return true;
  }

  double progress() const override { return from_->progress(); }

private:
  std::unique_ptr<byte_stream> from_;
  converter converter_;
  std::string left_; // not yet converted
};

// How many bytes the character at the front of the text has; 0 where it is none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const auto first = byte(0);
  if (first < 0x80)
    return first == 0 ? 0 : 1;
  if (first < 0xC2 || first > 0xF4)
    return 0;
  if (first < 0xE0)
    return follows(1) ? 2 : 0;
  if (first < 0xF0) {
    const bool shortest = first != 0xE0 || byte(1) >= 0xA0;
    const bool surrogate = first == 0xED && byte(1) >= 0xA0;
    return shortest && !surrogate && follows(1) && follows(2) ? 3 : 0;
  }
  const bool inside = (first != 0xF0 || byte(1) >= 0x90) && (first != 0xF4 || byte(1) < 0x90);
  return inside && follows(1) && follows(2) && follows(3) ? 4 : 0;
}

// Whether eight bytes are ASCII, and none of them is zero.
bool plain_eight(const char* at) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  constexpr std::uint64_t ones = 0x0101010101010101U;
  constexpr std::uint64_t tops = 0x8080808080808080U;
  return ((bytes | (bytes - ones)) & tops) == 0;
}

} // namespace

key_rule encoding_key() {
  return {"encoding", key_kind::text, false, {}, {utf8, "latin1", "windows-1252", "utf-16", "utf-16le", "utf-16be"}};
}

std::string encoding_of(const spec& source) {
  return source.keys.value("encoding", std::string{utf8});
}

std::unique_ptr<byte_stream> as_utf8(std::unique_ptr<byte_stream> from, const std::string& encoding,
                                     const std::string& name) {
  if (encoding == utf8)
    return from;
  return std::make_unique<converted_stream>(std::move(from), encoding, name);
}

file_content load_text(const std::string& path, const std::string& encoding) {
  auto content = load_file(path);
  if (encoding == utf8)
    return content;
  std::string from{content.text()};
  std::string text;
  converter whole{encoding, path};
  whole.convert(from, text);
  if (!from.empty())
    whole.fail("ends within a character");
  return file_content::of(text);
}

std::string start_of_text(const std::string& path, std::size_t most, const std::string& encoding) {
  auto start = start_of(path, most);
  if (encoding == utf8)
    return start;
  std::string text;
  converter{encoding, path}.convert(start, text);
  return text;
}

std::size_t first_not_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text.size() - at >= 8 && plain_eight(text.data() + at)) {
      at += 8;
      continue;
    }
    const auto size = character(text.substr(at));
    if (size == 0)
      return at;
    at += size;
  }
  return std::string_view::npos;
}

bool starts_as_utf16(std::string_view start) {
  if (start.substr(0, 2) == "\xFF\xFE" || start.substr(0, 2) == "\xFE\xFF")
    return true;
  const auto pairs = start.size() / 2;
  if (pairs == 0)
    return false;
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < 2 * pairs; ++i)
    zeros[i % 2] += start[i] == '\0' ? 1U : 0U;
  const auto most = std::max(zeros[0], zeros[1]);
  return std::min(zeros[0], zeros[1]) == 0 && most * 2 > pairs; // letters of ASCII have a zero beside them
}

std::string as_ascii(std::string_view start) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (!starts_as_utf16(start))
    return std::string{start.substr(start.substr(0, 3) == mark ? 3 : 0)};
  std::string text;
  for (const auto c : start)
    if (c != '\0' && c != '\xFF' && c != '\xFE')
      text += c;
  return text;
}

std::string not_utf8(std::string_view text, std::size_t at) {
  std::array<char, 8> hex{};
  std::snprintf(hex.data(), hex.size(), "0x%02X", static_cast<unsigned>(static_cast<unsigned char>(text[at])));
  if (text[at] == '\0')
    return "holds a zero byte, expected text; if the file is in UTF-16, set `encoding` to \"utf-16\"";
  return std::string{"holds the byte "} + hex.data() +
         ", which is not UTF-8; save the file as UTF-8, or set `encoding`, as in encoding = \"latin1\"";
}

} // namespace dk::data
