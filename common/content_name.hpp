#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct XXH3_state_s;

namespace dk {

/// The name of bytes that come in pieces: 32 hexadecimal digits, XXH3 of 128 bits.
class content_name {
public:
  content_name();
  ~content_name();
  content_name(const content_name&) = delete;
  content_name& operator=(const content_name&) = delete;

  void add(const char* bytes, std::size_t size);
  std::string name() const;

private:
  XXH3_state_s* state_;
};

/// The name of a file's bytes. @throws failure (resources) where it cannot be read
std::string content_name_of(const std::string& path);

/// Whether a text can be such a name.
bool is_content_name(const std::string& text);

} // namespace dk
