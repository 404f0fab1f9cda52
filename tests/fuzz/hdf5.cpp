// Whatever data sets are in an HDF5 file: columns of as many cells as there are rows, or failure (data).
// The library reads the bytes of files, dk what they say; so the input is not a file but how to make one.
#include "data/formats/hdf5.hpp"
#include "tests/fuzz/hdf5_script.hpp"
#include "tests/fuzz/table_target.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace dk::fuzz {

namespace {

std::string image_of(hid_t file) {
  H5Fflush(file, H5F_SCOPE_LOCAL);
  std::string image(static_cast<std::size_t>(H5Fget_file_image(file, nullptr, 0)), '\0');
  H5Fget_file_image(file, image.data(), image.size());
  return image;
}

// A file with a name: HDF5 asks for the real path of what it opens.
class named_file {
public:
  explicit named_file(const std::string& content)
      : path_(std::filesystem::temp_directory_path() / ("dk_fuzz_" + std::to_string(getpid()) + ".h5")) {
    std::ofstream{path_, std::ios::binary} << content;
  }
  named_file(const named_file&) = delete;
  named_file& operator=(const named_file&) = delete;
  ~named_file() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  std::string path() const { return path_.string(); }

private:
  std::filesystem::path path_;
};

} // namespace

// A few bytes make a data set of four axes of 31, whose numbers have up to 8 bytes, and two copies of them.
std::size_t most_memory(std::string_view bytes) {
  return (bytes.size() / 8 + 1) * 2 * 31 * 31 * 31 * 31 * 8 + (std::size_t{32} << 20U);
}

void read(std::string_view bytes) {
  const nn::keras::h5_silence silence;
  script from{bytes.substr(0, std::size_t{4} << 10U)}; // each instruction takes its time
  const auto made = file_in_memory();
  fill(made, from);
  const named_file file{image_of(made)};
  table_or_fail([&] {
    const auto rows = data::hdf5::open_rows({"hdf5"}, file.path(), "");
    rows->slice(rows->rows() / 2, rows->rows() - rows->rows() / 2); // a part of the rows, and then what is before it
    return rows->all();
  });
}

} // namespace dk::fuzz
