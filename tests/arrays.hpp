#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

namespace dk::test {

/// A .npy file of float32.
inline std::string float_array(const std::vector<std::size_t>& shape, const std::vector<float>& numbers) {
  std::string sizes;
  for (const auto size : shape)
    sizes += std::to_string(size) + ", ";
  auto header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes + "), }";
  header.resize((header.size() + 11 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  std::string all{"\x93NUMPY\x01\x00", 8};
  all += static_cast<char>(header.size() & 255U);
  all += static_cast<char>(header.size() >> 8U);
  all += header;
  return all + std::string{reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

/// The last numbers of an array.
inline std::vector<float> floats_at_end(const std::string& array, std::size_t count) {
  std::vector<float> all(count);
  const auto bytes = count * sizeof(float);
  if (array.size() >= bytes)
    std::memcpy(all.data(), array.data() + array.size() - bytes, bytes);
  return all;
}

} // namespace dk::test
