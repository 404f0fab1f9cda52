#pragma once

#include <cstddef>
#include <string>

namespace dk::data {

/// The folder for such files: the one that is wanted, or else $TMPDIR, or else /var/tmp.
std::string scratch_folder(const std::string& wanted);

/// A new file in a folder that has no name, so that nothing of it is left when its last user ends, however it ends.
/// @return its descriptor @throws failure (resources)
int nameless_file(const std::string& folder);

/// @param folder of the file, for errors @throws failure (resources), as when the disk is full
void write_all(int descriptor, const char* bytes, std::size_t size, const std::string& folder);

/// What the disk did not do in a folder, by errno.
[[noreturn]] void fail_in(const std::string& folder, const char* what);

} // namespace dk::data
