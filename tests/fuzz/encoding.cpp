// Whatever the bytes: text in UTF-8, the same at once and piece by piece, or failure (data). The first byte picks the
// encoding, the second how much is taken at a time.
#include "data/formats/bytes/encoding.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

namespace dk::fuzz {

namespace {

/// Bytes as they come, few at a time.
class pieces final : public data::byte_stream {
public:
  pieces(std::string_view bytes, std::size_t together) : left_(bytes), together_(together) {}

  bool append_to(std::string& text, std::size_t) override {
    const auto now = left_.substr(0, together_);
    text += now;
    left_.remove_prefix(now.size());
    return !now.empty();
  }

  double progress() const override { return 0; }

private:
  std::string_view left_;
  std::size_t together_;
};

std::string converted(std::string_view bytes, std::size_t together, const std::string& encoding) {
  const auto stream = data::as_utf8(std::make_unique<pieces>(bytes, together), encoding, "fuzz");
  std::string text;
  while (stream->append_to(text, 16))
    ;
  return text;
}

} // namespace

// A byte of windows-1252 takes three of UTF-8 at most, twice while the text grows.
std::size_t most_memory(std::string_view bytes) {
  return 16 * bytes.size() + (std::size_t{8} << 20U);
}

void read(std::string_view bytes) {
  if (bytes.size() < 2)
    return;
  const std::vector<std::string> encodings{"latin1", "windows-1252", "utf-16", "utf-16le", "utf-16be"};
  const auto& encoding = encodings[static_cast<unsigned char>(bytes[0]) % encodings.size()];
  const auto together = static_cast<std::size_t>(static_cast<unsigned char>(bytes[1])) % 7 + 1;
  const auto text = bytes.substr(2);
  answer_or_fail({errc::data}, [&] {
    const auto whole = converted(text, std::max<std::size_t>(text.size(), 1), encoding);
    auto left = std::string_view{whole};
    for (auto bad = data::first_not_utf8(left); bad != std::string_view::npos; bad = data::first_not_utf8(left)) {
      if (left[bad] != '\0') // a zero is a character, if none of text
        std::abort();
      left.remove_prefix(bad + 1);
    }
    if (converted(text, together, encoding) != whole)
      std::abort();
  });
}

} // namespace dk::fuzz
