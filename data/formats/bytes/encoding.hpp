#pragma once

#include "common/spec.hpp"
#include "data/formats/bytes/byte_stream.hpp"
#include "data/formats/bytes/file.hpp"
#include "data/keys.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace dk::data {

// Text is UTF-8 inside of the program. A source of text may say that its files are in another encoding, which is made
// UTF-8 as they are read; bytes that are no text of it are refused.

/// encoding = "utf-8" (default), "latin1", "windows-1252", "utf-16" (a byte order mark says which; without one
/// little-endian), "utf-16le" or "utf-16be".
key_rule encoding_key();

/// The encoding of the source's text.
std::string encoding_of(const spec& source);

/// The bytes of a stream as UTF-8; the stream itself where the encoding is that already. @param name for errors
/// @throws failure (data), from `append_to`: "NAME:LINE: why" for bytes that are no text of the encoding
std::unique_ptr<byte_stream> as_utf8(std::unique_ptr<byte_stream> from, const std::string& encoding,
                                     const std::string& name);

/// As load_file, and as UTF-8. @throws as both
file_content load_text(const std::string& path, const std::string& encoding);

/// As start_of, and as UTF-8, without a character that is cut off at its end. @throws as both
std::string start_of_text(const std::string& path, std::size_t most, const std::string& encoding);

/// Where the first byte stands that is not part of UTF-8 text, or is zero; npos where there is none.
std::size_t first_not_utf8(std::string_view text);

/// Whether a file that starts like this is text in UTF-16: by its byte order mark, or every other byte being zero.
bool starts_as_utf16(std::string_view start);

/// The text without a byte order mark, and of UTF-16 without its zeros: what ASCII is in any of the encodings.
std::string as_ascii(std::string_view start);

/// What is wrong with a text at this place, and what to do: "holds the byte 0xE9, which ...".
std::string not_utf8(std::string_view text, std::size_t at);

} // namespace dk::data
