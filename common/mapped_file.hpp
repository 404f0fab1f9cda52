#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace dk {

// A file that somebody cuts short while it is mapped has no more bytes to give: the kernel ends a program that asks for
// them. Here they are zeros from then on, and check_mapped_files says so, before anything is made of them.

/// The first `size` bytes of an open file as memory, for as long as anybody holds it; nullptr, and errno, where that
/// cannot be. @param path for errors. Any thread
std::shared_ptr<const std::byte> map_file(int descriptor, std::size_t size, const std::string& path);

/// To be called after bytes of mapped files were copied, and before the copy counts. Costs a look at each file's size.
/// Any thread. @throws failure (data) that names a file that was cut short
void check_mapped_files();

/// The same of the one file whose memory this is in.
void check_mapped_file(const std::byte* in);

} // namespace dk
