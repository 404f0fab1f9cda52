#include "nn/keras/archive.hpp"

#include "common/error.hpp"
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

constexpr zip_uint16_t no_time = 0;
constexpr zip_uint16_t first_day = (1U << 5U) | 1U; // of 1980, where the days of a zip begin

[[noreturn]] void fail_to_write(zip_t* to) {
  throw failure{errc::resources, std::string{"a .keras file cannot be made: "} + zip_strerror(to)};
}

// Stored as they are, as Keras does, and without the time of writing. `bytes` has to outlive the archive.
void add_entry(zip_t* to, const char* name, const std::string& bytes) {
  auto* const source = zip_source_buffer(to, bytes.data(), bytes.size(), 0);
  const auto index = source == nullptr ? -1 : zip_file_add(to, name, source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    fail_to_write(to);
  }
  const auto entry = static_cast<zip_uint64_t>(index);
  if (zip_set_file_compression(to, entry, ZIP_CM_STORE, 0) < 0 ||
      zip_file_set_dostime(to, entry, no_time, first_day, 0) < 0)
    fail_to_write(to);
}

std::string content_of(zip_source_t* source) {
  std::string bytes;
  if (zip_source_open(source) < 0)
    return bytes;
  zip_stat_t status;
  zip_source_stat(source, &status);
  bytes.resize(status.size);
  const auto count = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return bytes;
}

} // namespace

std::string encode_archive(const archive& from) {
  zip_error_t problem;
  zip_error_init(&problem);
  auto* const source = zip_source_buffer_create(nullptr, 0, 0, &problem);
  zip_handle to{source == nullptr ? nullptr : zip_open_from_source(source, ZIP_TRUNCATE, &problem)};
  zip_error_fini(&problem);
  if (!to)
    throw failure{errc::resources, "a .keras file cannot be made: there is no memory for it"};
  zip_source_keep(source); // what was written is read from it
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> kept{source, zip_source_free};
  add_entry(to.get(), "metadata.json", from.metadata);
  add_entry(to.get(), "config.json", from.config);
  add_entry(to.get(), "model.weights.h5", from.weights);
  if (zip_close(to.get()) < 0)
    fail_to_write(to.get());
  to.release();
  auto bytes = content_of(source);
  if (bytes.size() < from.weights.size())
    throw failure{errc::resources, "a .keras file cannot be made: there is no memory for it"};
  return bytes;
}

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
