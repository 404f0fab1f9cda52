// Whatever the bytes: the weights of a small model, which are written and read back the same, or failure (model).
#include "nn/files/safetensors.hpp"
#include "tests/fuzz/target.hpp"

#include <cstring>
#include <string>

namespace dk::fuzz {

std::size_t most_memory(std::string_view bytes) {
  return 64 * bytes.size() + usual; // its header is JSON
}

void read(std::string_view bytes) {
  static const auto layers = nn::make_layers({"small", {2}, {{"dense", {{"units", 2}, {"name", "d"}}}}});
  answer_or_fail({errc::model}, [&] {
    const auto weights = nn::decode_safetensors(std::string{bytes}, layers);
    const auto again = nn::decode_safetensors(nn::encode_safetensors(layers, weights.data()), layers);
    if (weights.size() != 6 || std::memcmp(weights.data(), again.data(), 6 * sizeof(float)) != 0)
      std::abort();
  });
}

} // namespace dk::fuzz
