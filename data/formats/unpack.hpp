#pragma once

#include <string>
#include <string_view>

namespace dk::data {

enum class packing { none, gzip, zstd };

/// Told by the first bytes.
packing packing_of(std::string_view start);

/// Unpacks all, or, with `most`, at least so many bytes where there are as many.
/// @param path for errors
/// @throws failure (data) when it is damaged or cut short (but not beyond `most`)
std::string unpacked(std::string_view packed, packing how, const std::string& path,
                     std::size_t most = std::string::npos);

} // namespace dk::data
