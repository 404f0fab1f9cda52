#include "data/formats/bytes/byte_source.hpp"

#include "common/buffer_pool.hpp"
#include "common/parallel.hpp"
#include "data/formats/bytes/file.hpp"
#include "data/formats/bytes/unpack.hpp"
#include "data/formats/descriptor.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace dk::data {

namespace {

/// Opened for each read, so that a source of a thousand files is no thousand open files.
class plain_file final : public byte_source {
public:
  plain_file(std::string path, std::size_t size) : path_(std::move(path)), size_(size) {}

  std::size_t size() const override { return size_; }

  void read(std::byte* to, std::size_t first, std::size_t count) override {
    const descriptor file{path_};
    over_ranges(count, std::size_t{4} << 20U, [&](std::size_t from, std::size_t end) {
      file.read(to - first, first + from, first + end); // which puts a byte where the file has it
    });
  }

private:
  std::string path_;
  std::size_t size_;
};

class bytes_in_memory final : public byte_source {
public:
  bytes_in_memory(std::shared_ptr<const std::byte> bytes, std::size_t size) : bytes_(std::move(bytes)), size_(size) {}

  std::size_t size() const override { return size_; }

  void read(std::byte* to, std::size_t first, std::size_t count) override {
    if (count > 0)
      std::memcpy(to, bytes_.get() + first, count);
  }

private:
  std::shared_ptr<const std::byte> bytes_;
  std::size_t size_;
};

} // namespace

byte_source_ptr open_bytes(const std::string& path) {
  const auto size = size_of_file(path);
  std::array<std::byte, 4> start{};
  const auto known = std::min(size, start.size());
  descriptor{path}.read(start.data(), 0, known);
  if (packing_of({reinterpret_cast<const char*>(start.data()), known}) == packing::none)
    return std::make_unique<plain_file>(path, size);
  const auto all = std::make_shared<const file_content>(load_file(path));
  return std::make_unique<bytes_in_memory>(
      std::shared_ptr<const std::byte>{all, reinterpret_cast<const std::byte*>(all->data())}, all->size());
}

byte_source_ptr bytes_in(std::string_view text) {
  const std::shared_ptr<const std::byte> nobody;
  return std::make_unique<bytes_in_memory>(
      std::shared_ptr<const std::byte>{nobody, reinterpret_cast<const std::byte*>(text.data())}, text.size());
}

byte_source_ptr kept_bytes(byte_source& from) {
  return std::make_unique<bytes_in_memory>(read_bytes(from, 0, from.size()), from.size());
}

std::shared_ptr<const std::byte> read_bytes(byte_source& from, std::size_t first, std::size_t count) {
  auto all = pooled_bytes(count);
  from.read(all.get(), first, count);
  return all;
}

} // namespace dk::data
