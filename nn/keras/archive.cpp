#include "nn/keras/archive.hpp"

#include "nn/keras/json.hpp"

#include <memory>
#include <zip.h>

namespace dk::nn::keras {

namespace {

struct discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

using zip_handle = std::unique_ptr<zip_t, discard>;
using entry_handle = std::unique_ptr<zip_file_t, discard>;

constexpr std::size_t piece = std::size_t{1} << 20U;
constexpr std::size_t most_text = std::size_t{64} << 20U;

bool has_entry(zip_t* in, const char* name) {
  return zip_name_locate(in, name, 0) >= 0;
}

// It grows as numbers arrive: the size that an entry claims is not to be trusted.
std::string read_entry(zip_t* in, const char* name, std::size_t most) {
  const entry_handle entry{zip_fopen(in, name, 0)};
  if (!entry)
    refuse("the entry \"" + std::string{name} + "\" is missing or damaged: " + zip_strerror(in));
  std::string bytes;
  for (;;) {
    const auto at = bytes.size();
    bytes.resize(at + piece);
    const auto count = zip_fread(entry.get(), bytes.data() + at, piece);
    if (count < 0)
      refuse("the entry \"" + std::string{name} + "\" is damaged: " + zip_file_strerror(entry.get()));
    bytes.resize(at + static_cast<std::size_t>(count));
    if (count == 0)
      return bytes;
    if (bytes.size() > most)
      refuse("the entry \"" + std::string{name} + "\" is larger than " + std::to_string(most) + " bytes");
  }
}

zip_handle open(const std::string& bytes) {
  zip_error_t problem;
  zip_error_init(&problem);
  auto* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &problem);
  zip_t* opened = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &problem);
  if (opened == nullptr && source != nullptr)
    zip_source_free(source);
  const std::string why = zip_error_strerror(&problem);
  zip_error_fini(&problem);
  if (opened == nullptr)
    refuse("not a .keras file, or cut short: " + why);
  return zip_handle{opened};
}

} // namespace

archive read_archive(const std::string& bytes) {
  const auto in = open(bytes);
  archive read;
  if (has_entry(in.get(), "metadata.json"))
    read.metadata = read_entry(in.get(), "metadata.json", most_text);
  read.config = read_entry(in.get(), "config.json", most_text);
  if (!has_entry(in.get(), "model.weights.h5") && has_entry(in.get(), "model.weights.npz"))
    refuse("weights in model.weights.npz are not supported, only in model.weights.h5");
  read.weights = read_entry(in.get(), "model.weights.h5", 16 * bytes.size() + most_text);
  return read;
}

} // namespace dk::nn::keras
