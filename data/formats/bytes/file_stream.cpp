#include "data/formats/bytes/file_stream.hpp"

#include "data/formats/bytes/unpack.hpp"
#include "data/formats/descriptor.hpp"

#include <algorithm>

namespace dk::data {

struct file_stream::state {
  explicit state(const std::string& path) : size(size_of_file(path)), file(path) {
    read_on(std::min<std::size_t>(size, 64));
    unpacking = make_unpacker(packing_of(bytes), path);
  }

  // Replaces what was read last, and is used up, by what follows.
  void read_on(std::size_t most) {
    const auto count = std::min(size - at, most);
    bytes.resize(count);
    file.read(reinterpret_cast<std::byte*>(bytes.data()) - at, at, at + count);
    at += count;
    left = bytes;
  }

  std::size_t size;
  descriptor file;
  std::size_t at = 0; // bytes of the file that were read
  std::string bytes;  // read last
  std::string_view left;
  std::unique_ptr<unpacker> unpacking;
};

file_stream::file_stream(const std::string& path) : state_(std::make_unique<state>(path)) {}
file_stream::~file_stream() = default;

bool file_stream::append_to(std::string& text, std::size_t most) {
  constexpr std::size_t step = std::size_t{4} << 20U;
  auto& my = *state_;
  const auto before = text.size();
  text.reserve(before + most + unpacker::step);
  while (text.size() < before + most) {
    if (my.left.empty() && my.at < my.size)
      my.read_on(step);
    if (my.left.empty() && my.unpacking->is_complete())
      break;
    my.unpacking->unpack(my.left, text);
  }
  return text.size() > before;
}

double file_stream::progress() const {
  return static_cast<double>(state_->at - state_->left.size()) / static_cast<double>(state_->size);
}

} // namespace dk::data
