#include "common/content_name.hpp"

#include "common/error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>
#include <vector>
#include <xxhash.h>

namespace dk {

content_name::content_name() : state_(XXH3_createState()) {
  XXH3_128bits_reset(state_);
}

content_name::~content_name() {
  XXH3_freeState(state_);
}

void content_name::add(const char* bytes, std::size_t size) {
  XXH3_128bits_update(state_, bytes, size);
}

std::string content_name::name() const {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(state_));
  std::string text;
  for (const auto byte : bytes.digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string content_name_of(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  content_name name;
  std::vector<char> buffer(std::size_t{1} << 20U);
  ssize_t got = -1;
  if (descriptor >= 0)
    do {
      got = ::read(descriptor, buffer.data(), buffer.size());
      if (got > 0)
        name.add(buffer.data(), static_cast<std::size_t>(got));
    } while (got > 0 || (got < 0 && errno == EINTR));
  const std::string why = std::strerror(errno);
  if (descriptor >= 0)
    ::close(descriptor);
  if (got < 0)
    throw failure{errc::resources, path + ": cannot be read: " + why};
  return name.name();
}

bool is_content_name(const std::string& text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

} // namespace dk
