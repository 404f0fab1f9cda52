// Whatever the bytes: the weights of a small model, which are written and read back the same, or failure (model).
#include "nn/safetensors.hpp"
#include "common/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto layers = dk::nn::make_layers({"small", {2}, {{"dense", {{"units", 2}, {"name", "d"}}}}});
  try {
    const auto weights = dk::nn::decode_safetensors({reinterpret_cast<const char*>(data), size}, layers);
    const auto again = dk::nn::decode_safetensors(dk::nn::encode_safetensors(layers, weights.data()), layers);
    if (weights.size() != 6 || std::memcmp(weights.data(), again.data(), 6 * sizeof(float)) != 0)
      std::abort();
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::model)
      std::abort();
  }
  return 0;
}
