#pragma once

#include <string>

namespace dk::nn::keras {

/// What is in a .keras file, which is a zip.
struct archive {
  std::string metadata; ///< metadata.json; "" where there is none
  std::string config;   ///< config.json
  std::string weights;  ///< model.weights.h5
};

/// @throws failure (model): damaged, cut short, or an entry is missing
archive read_archive(const std::string& bytes);

/// The bytes of the file: the same for the same parts, whenever they are written. @throws failure (resources)
std::string encode_archive(const archive& from);

} // namespace dk::nn::keras
