#include "data/formats/column_file.hpp"

#include "common/buffer_pool.hpp"
#include "common/error.hpp"
#include "data/parallel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <xxhash.h>
#include <zstd.h>

namespace dk::data {

namespace {

constexpr std::size_t block_bytes = std::size_t{4} << 20U;
constexpr std::size_t header_bytes = 64;
constexpr std::size_t entry_bytes = 16;
constexpr std::uint32_t column_version = 1;
constexpr char magic[] = {'D', 'K', 'C', 'O', 'L', 'U', 'M', 'N'};

struct header {
  std::array<char, 8> magic{};
  std::uint32_t version = column_version;
  std::uint32_t packing = 0;
  std::uint64_t size = 0;
  std::uint64_t blocks = 0;
  std::uint64_t index = 0;
  std::uint64_t checksum = 0;
  std::array<std::uint64_t, 2> zeros{};
};
static_assert(sizeof(header) == header_bytes);

struct entry {
  std::uint64_t stored = 0;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(entry) == entry_bytes);

constexpr std::size_t checked_header_bytes = 40;

std::uint64_t xxh3(const void* bytes, std::size_t size) {
  return XXH3_64bits(bytes, size);
}

std::size_t unpacked_size(const header& h, std::size_t block) {
  return std::min<std::size_t>(block_bytes, h.size - block * block_bytes);
}

std::vector<char> pack(const char* bytes, std::size_t size) {
  std::vector<char> packed(ZSTD_compressBound(size));
  constexpr int fast = 1;
  const auto count = ZSTD_compress(packed.data(), packed.size(), bytes, size, fast);
  if (ZSTD_isError(count) != 0)
    throw std::bad_alloc{};
  packed.resize(count);
  return packed;
}

/// A file that is mapped for as long as anybody holds it.
std::shared_ptr<const std::byte> mapped(const std::string& path, std::size_t& size) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    throw failure{errc::data, path + ": cannot be opened (" + std::strerror(errno) + "); prepare the data again"};
  struct stat about {};
  void* at = MAP_FAILED;
  if (::fstat(file, &about) == 0 && about.st_size > 0) {
    size = static_cast<std::size_t>(about.st_size);
    at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  }
  const auto why = errno;
  ::close(file);
  if (about.st_size <= 0)
    damaged_shards(path, "is empty");
  if (at == MAP_FAILED)
    throw failure{errc::resources, path + ": cannot be mapped (" + std::strerror(why) + ')'};
  const auto count = size;
  return {static_cast<const std::byte*>(at),
          [count](const std::byte* p) { ::munmap(const_cast<std::byte*>(p), count); }};
}

header checked_header(const std::byte* bytes, std::size_t size, const std::string& path) {
  header h;
  if (size < header_bytes)
    damaged_shards(path, "is torn: it has " + std::to_string(size) + " bytes, a header alone has 64");
  std::memcpy(&h, bytes, header_bytes);
  if (std::memcmp(h.magic.data(), magic, sizeof magic) != 0)
    damaged_shards(path, "is no column of a shard, or damaged at its start");
  if (h.checksum != xxh3(bytes, checked_header_bytes) || h.zeros[0] != 0 || h.zeros[1] != 0)
    damaged_shards(path, "is damaged in its header");
  if (h.version != column_version || h.packing > 1)
    damaged_shards(path, "is of another version of the format");
  const auto blocks = h.size / block_bytes + (h.size % block_bytes == 0 ? 0 : 1);
  std::uint64_t end = 0;
  const bool whole = h.blocks == blocks && !__builtin_mul_overflow(h.blocks, entry_bytes, &end) &&
                     !__builtin_add_overflow(end, sizeof(std::uint64_t), &end) &&
                     !__builtin_add_overflow(end, h.index, &end) && h.index >= header_bytes && end == size;
  if (!whole)
    damaged_shards(path, "is torn: it has " + std::to_string(size) + " bytes, its header promises others");
  return h;
}

// Where each block is stored, after a check of the index.
std::vector<std::uint64_t> block_starts(const std::byte* bytes, const header& h, const std::string& path,
                                        std::vector<entry>& index) {
  index.resize(h.blocks);
  const auto index_bytes = h.blocks * entry_bytes;
  if (index_bytes > 0)
    std::memcpy(index.data(), bytes + h.index, index_bytes);
  std::uint64_t checksum = 0;
  std::memcpy(&checksum, bytes + h.index + index_bytes, sizeof checksum);
  if (checksum != xxh3(bytes + h.index, index_bytes))
    damaged_shards(path, "is damaged in its index");
  std::vector<std::uint64_t> starts;
  std::uint64_t at = header_bytes;
  for (std::size_t i = 0; i < index.size(); ++i) {
    starts.push_back(at);
    const bool fits = index[i].stored <= h.index - at && (h.packing == 1 || index[i].stored == unpacked_size(h, i));
    if (!fits)
      damaged_shards(path, "has an index that does not fit its blocks");
    at += index[i].stored;
  }
  if (at != h.index)
    damaged_shards(path, "has an index that does not fit its blocks");
  return starts;
}

} // namespace

void damaged_shards(const std::string& path, const std::string& why) {
  throw failure{errc::data, path + ": " + why + "; prepare the data again"};
}

std::uint64_t write_column_file(const std::string& path, const void* bytes, std::size_t size, bool packed) {
  const auto* const from = static_cast<const char*>(bytes);
  header h;
  std::memcpy(h.magic.data(), magic, sizeof magic);
  h.packing = packed ? 1 : 0;
  h.size = size;
  h.blocks = size / block_bytes + (size % block_bytes == 0 ? 0 : 1);
  std::ofstream to{path, std::ios::binary};
  const auto put = [&](const void* what, std::size_t count) {
    to.write(static_cast<const char*>(what), static_cast<std::streamsize>(count));
  };
  put(&h, header_bytes); // its place is taken; what it holds is known at the end
  std::vector<entry> index;
  h.index = header_bytes;
  for (std::size_t block = 0; block < h.blocks; ++block) {
    const auto* const first = from + block * block_bytes;
    const auto count = unpacked_size(h, block);
    const auto small = packed ? pack(first, count) : std::vector<char>{};
    const auto* const stored = packed ? small.data() : first;
    index.push_back({packed ? small.size() : count, 0});
    index.back().checksum = xxh3(stored, index.back().stored);
    put(stored, index.back().stored);
    h.index += index.back().stored;
  }
  const auto index_checksum = xxh3(index.data(), index.size() * entry_bytes);
  put(index.data(), index.size() * entry_bytes);
  put(&index_checksum, sizeof index_checksum);
  h.checksum = xxh3(&h, checked_header_bytes);
  to.seekp(0);
  put(&h, header_bytes);
  to.flush();
  if (!to)
    throw failure{errc::resources, "cannot write " + path + ": " + std::strerror(errno)};
  return h.checksum ^ index_checksum;
}

column_bytes read_column_file(const std::string& path) {
  std::size_t size = 0;
  const auto file = mapped(path, size);
  const auto h = checked_header(file.get(), size, path);
  std::vector<entry> index;
  const auto starts = block_starts(file.get(), h, path, index);
  std::shared_ptr<std::byte> memory;
  if (h.packing == 1)
    memory = pooled_bytes(h.size);
  in_parallel(index.size(), [&](std::size_t block) {
    const auto* const stored = file.get() + starts[block];
    if (xxh3(stored, index[block].stored) != index[block].checksum)
      damaged_shards(path, "is damaged in block " + std::to_string(block) + " (bytes " + std::to_string(starts[block]) +
                               " to " + std::to_string(starts[block] + index[block].stored) + ')');
    if (h.packing == 1) {
      const auto wanted = unpacked_size(h, block);
      const auto got = ZSTD_decompress(memory.get() + block * block_bytes, wanted, stored, index[block].stored);
      if (got != wanted)
        damaged_shards(path, "cannot be unpacked in block " + std::to_string(block));
    }
  });
  std::uint64_t index_checksum = 0;
  std::memcpy(&index_checksum, file.get() + size - sizeof index_checksum, sizeof index_checksum);
  const auto seal = h.checksum ^ index_checksum;
  if (h.packing == 1)
    return {memory, h.size, seal};
  return {std::shared_ptr<const std::byte>{file, file.get() + header_bytes}, h.size, seal};
}

} // namespace dk::data
