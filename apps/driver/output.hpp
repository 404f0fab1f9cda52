#pragma once

#include <string_view>

namespace dk {

/// Writes to stdout, at once. Where nobody reads it any more the program ends as SIGPIPE ends it, without a word.
/// @throws failure (resources) where it cannot be written
void print(std::string_view text);

/// Writes to stderr, at once. What cannot be written there is dropped: nobody reads it, and work goes on.
void tell(std::string_view text);

} // namespace dk
