#pragma once

#include <cstddef>
#include <string>

namespace dk {

/// The whole content of a file that a person wrote, such as a config: a regular file, or a pipe (as a shell's `<(...)`
/// is) that ends. Never waits longer than 10 seconds for a pipe.
/// @param most bytes that it may have. @param what it is, for errors: "config file"
/// @throws failure (config) for one that is missing, of another kind (a folder, a device, a socket), too long or empty
/// of news for that time
std::string read_small_file(const std::string& path, std::size_t most, const std::string& what);

} // namespace dk
