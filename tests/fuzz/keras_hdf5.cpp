// Whatever groups, attributes and data sets are in an HDF5 file: weights of the model's size, or failure (model).
// The library reads the bytes of files, dk what they say; so the input is not a file but how to make one, in memory.
#include "nn/keras/config.hpp"
#include "nn/keras/hdf5.hpp"
#include "nn/keras/json.hpp"
#include "nn/keras/training_config.hpp"
#include "nn/keras/weights.hpp"
#include "tests/fuzz/hdf5_script.hpp"
#include "tests/fuzz/target.hpp"

namespace dk::fuzz {

namespace {

using namespace dk::nn;

architecture small() {
  return {"small",
          {4, 4, 1},
          {{"conv2d", {{"filters", 2}, {"kernel_size", 2}}},
           {"batch_normalization"},
           {"flatten"},
           {"dense", {{"units", 2}}}}};
}

void read_file(hid_t file, keras::generation by) {
  static const auto of = small();
  static const auto layers = make_layers(of);
  std::size_t count = 0;
  for (const auto& layer : layers)
    count += weights_of(*layer);
  answer_or_fail({errc::model}, [&] {
    if (keras::has_attribute(file, "training_config"))
      keras::read_loss(keras::parse(keras::read_text(file, "training_config"), "fuzz"), {});
    if (keras::read_weights(file, of, layers, by, 1U << 20U).size() != count)
      std::abort();
  });
}

} // namespace

std::size_t most_memory(std::string_view bytes) {
  return 8192 * bytes.size() + (std::size_t{32} << 20U); // a few bytes make a data set of four axes of 31
}

void read(std::string_view bytes) {
  const keras::h5_silence silence;
  script from{bytes.substr(0, std::size_t{16} << 10U)}; // each instruction takes its time
  const auto by = static_cast<keras::generation>(1 + from.number() % 3);
  const auto file = file_in_memory();
  fill(file, from);
  read_file(file, by);
}

} // namespace dk::fuzz
