#include "data/formats/prepared/column_file.hpp"

#include "common/buffer_pool.hpp"
#include "common/error.hpp"
#include "common/mapped_file.hpp"
#include "common/parallel.hpp"
#include "data/formats/column_layout.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>
#include <zstd.h>

namespace dk::data {

namespace {

using namespace column_layout;

std::shared_ptr<const std::byte> mapped(const std::string& path, std::size_t& size) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    throw failure{errc::data, path + ": cannot be opened (" + std::strerror(errno) + "); prepare the data again"};
  struct stat about {};
  std::shared_ptr<const std::byte> at;
  if (::fstat(file, &about) == 0 && about.st_size > 0) {
    size = static_cast<std::size_t>(about.st_size);
    at = map_file(file, size, path);
  }
  const auto why = errno;
  ::close(file);
  if (about.st_size <= 0)
    damaged_folder(path, "is empty");
  if (!at)
    throw failure{errc::resources, path + ": cannot be mapped (" + std::strerror(why) + ')'};
  return at;
}

header checked_header(const std::byte* bytes, std::size_t size, const std::string& path) {
  header h;
  if (size < header_bytes)
    damaged_folder(path, "is torn: it has " + std::to_string(size) + " bytes, a header alone has 64");
  std::memcpy(&h, bytes, header_bytes);
  if (h.magic != magic)
    damaged_folder(path, "is no column of a prepared folder, or damaged at its start");
  if (h.checksum != xxh3(bytes, checked_header_bytes) || h.zeros[0] != 0 || h.zeros[1] != 0)
    damaged_folder(path, "is damaged in its header");
  if (h.version != version || h.packing > 1)
    damaged_folder(path, "is of another version of the format");
  std::uint64_t end = 0;
  const bool whole = h.blocks == blocks_of(h.size) && !__builtin_mul_overflow(h.blocks, entry_bytes, &end) &&
                     !__builtin_add_overflow(end, sizeof(std::uint64_t), &end) &&
                     !__builtin_add_overflow(end, h.index, &end) && h.index >= header_bytes && end == size;
  if (!whole)
    damaged_folder(path, "is torn: it has " + std::to_string(size) + " bytes, but its header promises another number");
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
    damaged_folder(path, "is damaged in its index");
  std::vector<std::uint64_t> starts;
  std::uint64_t at = header_bytes;
  for (std::size_t i = 0; i < index.size(); ++i) {
    starts.push_back(at);
    const bool fits = index[i].stored <= h.index - at && (h.packing == 1 || index[i].stored == unpacked_size(h, i));
    if (!fits)
      damaged_folder(path, "has an index that does not fit its blocks");
    at += index[i].stored;
  }
  if (at != h.index)
    damaged_folder(path, "has an index that does not fit its blocks");
  return starts;
}

} // namespace

void damaged_folder(const std::string& path, const std::string& why) {
  throw failure{errc::data, path + ": " + why + "; prepare the data again"};
}

struct column_file::state {
  explicit state(const std::string& from) : path(from) {
    std::size_t file_size = 0;
    file = mapped(path, file_size);
    head = checked_header(file.get(), file_size, path);
    starts = block_starts(file.get(), head, path, index);
    is_checked.resize(index.size());
    std::uint64_t index_checksum = 0;
    std::memcpy(&index_checksum, file.get() + file_size - sizeof index_checksum, sizeof index_checksum);
    seal = head.checksum ^ index_checksum;
  }

  bool is_packed() const { return head.packing == 1; }

  void check_block(std::size_t block) {
    if (is_checked[block] != 0)
      return;
    if (xxh3(file.get() + starts[block], index[block].stored) != index[block].checksum) {
      check_mapped_file(file.get());
      damaged_folder(path, "is damaged in block " + std::to_string(block) + " (bytes " + std::to_string(starts[block]) +
                               " to " + std::to_string(starts[block] + index[block].stored) + ')');
    }
    is_checked[block] = 1;
  }

  void unpack_block(std::size_t block, std::byte* to) {
    check_block(block);
    const auto wanted = unpacked_size(head, block);
    if (ZSTD_decompress(to, wanted, file.get() + starts[block], index[block].stored) != wanted)
      damaged_folder(path, "cannot be unpacked in block " + std::to_string(block));
  }

  // A block that is asked for in parts is kept until another is.
  std::shared_ptr<const std::byte> kept_block(std::size_t block) {
    if (!kept || kept_index != block) {
      kept.reset();
      const auto memory = pooled_bytes(unpacked_size(head, block));
      unpack_block(block, memory.get());
      kept = memory;
      kept_index = block;
    }
    return kept;
  }

  std::shared_ptr<const std::byte> unpacked(std::size_t first, std::size_t count) {
    const auto begin = first / block_bytes;
    const auto end = blocks_of(first + count);
    if (end <= begin + 1 && count < head.size) {
      const auto one = kept_block(begin);
      return {one, one.get() + first % block_bytes};
    }
    const auto memory = pooled_bytes(count);
    const auto part = [&](std::size_t block, auto f) {
      const auto from = std::max(block * block_bytes, first);
      const auto to = std::min(block * block_bytes + unpacked_size(head, block), first + count);
      f(to - from == unpacked_size(head, block), from, to - from);
    };
    in_parallel(end - begin, [&](std::size_t i) {
      part(begin + i, [&](bool whole, std::size_t from, std::size_t) {
        if (whole)
          unpack_block(begin + i, memory.get() + from - first);
      });
    });
    for (const auto block : {begin, end - 1})
      part(block, [&](bool whole, std::size_t from, std::size_t size) {
        if (!whole)
          std::memcpy(memory.get() + from - first, kept_block(block).get() + from % block_bytes, size);
      });
    return memory;
  }

  std::shared_ptr<const std::byte> in_place(std::size_t first, std::size_t count) {
    const auto begin = first / block_bytes;
    in_parallel(blocks_of(first + count) - begin, [&](std::size_t i) { check_block(begin + i); });
    return {file, file.get() + header_bytes + first};
  }

  std::string path;
  std::shared_ptr<const std::byte> file;
  header head;
  std::vector<entry> index;
  std::vector<std::uint64_t> starts; // of the blocks
  std::vector<char> is_checked;      // each by itself, as threads check several
  std::uint64_t seal = 0;
  std::shared_ptr<const std::byte> kept; // the block that was unpacked last
  std::size_t kept_index = 0;
};

column_file::column_file(const std::string& path) : state_(std::make_unique<state>(path)) {}
column_file::~column_file() = default;
column_file::column_file(column_file&&) noexcept = default;
column_file& column_file::operator=(column_file&&) noexcept = default;

std::size_t column_file::size() const {
  return state_->head.size;
}

std::uint64_t column_file::seal() const {
  return state_->seal;
}

void column_file::check_whole() const {
  check_mapped_file(state_->file.get());
}

std::shared_ptr<const std::byte> column_file::bytes(std::size_t first, std::size_t count) {
  if (count == 0)
    return {};
  return state_->is_packed() ? state_->unpacked(first, count) : state_->in_place(first, count);
}

} // namespace dk::data
