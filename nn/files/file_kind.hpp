#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dk::nn {

/// A file of a model or of its weights, told by how it begins, whatever its name.
enum class file_kind { hdf5, archive, text, safetensors, unknown };

/// @param start the first bytes of a file, nine where it has as many
file_kind kind_of_start(std::string_view start);

file_kind kind_of(const std::string& path);

/// @throws failure (model) when it is missing, or larger than any model
std::size_t size_of_file(const std::string& path);

/// @throws failure (model) when it cannot be read
std::string content_of(const std::string& path);

} // namespace dk::nn
