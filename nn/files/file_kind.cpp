#include "nn/files/file_kind.hpp"

#include "common/hdf5_facts.hpp"
#include "nn/keras/json.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace dk::nn {

namespace {

using keras::refuse;

constexpr std::size_t most_bytes = std::size_t{64} << 30U; // of a file

// The length of the header, eight bytes of which the upper ones are 0, as in no text, and then the header.
bool is_safetensors(std::string_view start) {
  return start.size() >= 9 && start.substr(4, 4) == std::string_view{"\0\0\0\0", 4} && start[8] == '{';
}

} // namespace

file_kind kind_of_start(std::string_view start) {
  const auto begin = start.substr(0, 4);
  if (begin == std::string_view{"PK\3\4", 4})
    return file_kind::archive;
  if (begin == "\x89HDF")
    return file_kind::hdf5;
  if (is_safetensors(start))
    return file_kind::safetensors;
  return !start.empty() && start[0] == '{' ? file_kind::text : file_kind::unknown;
}

file_kind kind_of(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) // a pipe would be waited for
    return file_kind::unknown;
  std::ifstream in{path, std::ios::binary};
  char start[9] = {};
  in.read(start, sizeof start);
  const auto kind = kind_of_start({start, static_cast<std::size_t>(in.gcount())});
  const auto size = std::filesystem::file_size(path, ignored);
  if (kind != file_kind::unknown || ignored)
    return kind;
  in.clear();
  const auto read_at = [&](char* to, std::uint64_t at, std::size_t count) {
    return static_cast<bool>(in.seekg(static_cast<std::streamoff>(at)).read(to, static_cast<std::streamsize>(count)));
  };
  return has_hdf5_signature(size, read_at) ? file_kind::hdf5 : kind;
}

std::size_t size_of_file(const std::string& path) {
  std::error_code problem;
  if (const auto about = std::filesystem::status(path, problem);
      about.type() == std::filesystem::file_type::fifo || std::filesystem::is_character_file(about))
    refuse("is a pipe or a device, expected a file of a model");
  const auto size = std::filesystem::file_size(path, problem);
  if (problem)
    refuse(problem.message());
  if (size > most_bytes)
    refuse("it has " + std::to_string(size) + " bytes, more than any model");
  return size;
}

std::string content_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (!in || !bytes)
    refuse("cannot be read");
  return std::move(bytes).str();
}

} // namespace dk::nn
