#include "data/formats/prepared/column_writer.hpp"

#include "common/error.hpp"
#include "data/formats/column_layout.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <utility>
#include <vector>
#include <zstd.h>

namespace dk::data {

namespace {

using namespace column_layout;

std::vector<char> packed_block(const std::vector<char>& bytes) {
  std::vector<char> packed(ZSTD_compressBound(bytes.size()));
  constexpr int fast = 1;
  const auto count = ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), fast);
  if (ZSTD_isError(count) != 0)
    throw std::bad_alloc{};
  packed.resize(count);
  return packed;
}

void put_bytes(std::ostream& to, const void* bytes, std::size_t size) {
  to.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
}

} // namespace

struct column_writer::state {
  /// XXH3 of bytes that come in pieces.
  class running_checksum {
  public:
    running_checksum() : state_(XXH3_createState()) {
      if (!state_)
        throw std::bad_alloc{};
      XXH3_64bits_reset(state_.get());
    }

    void add(const char* bytes, std::size_t size) { XXH3_64bits_update(state_.get(), bytes, size); }

    /// Of what has come since the last call.
    std::uint64_t take() {
      const auto found = XXH3_64bits_digest(state_.get());
      XXH3_64bits_reset(state_.get());
      return found;
    }

  private:
    struct free_state {
      void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
    };
    std::unique_ptr<XXH3_state_t, free_state> state_;
  };

  std::ofstream opened(std::ios::openmode how) const {
    std::ofstream to{path, std::ios::binary | how};
    check(to);
    return to;
  }

  void check(std::ostream& to) const {
    to.flush();
    if (!to)
      throw failure{errc::resources, "cannot write " + path + ": " + std::strerror(errno)};
  }

  // The bytes since the last block are one.
  void end_block(std::ostream& to) {
    entry one;
    if (is_packed()) {
      const auto small = packed_block(block);
      one = {small.size(), xxh3(small.data(), small.size())};
      put_bytes(to, small.data(), small.size());
      block.clear();
    } else {
      one = {in_block, checksum.take()};
    }
    head.index += one.stored;
    index.push_back(one);
    in_block = 0;
  }

  bool is_packed() const { return head.packing == 1; }

  std::string path;
  header head;
  std::vector<entry> index;
  std::size_t in_block = 0;  // bytes of the block that is not yet full
  std::vector<char> block;   // these, to be packed
  running_checksum checksum; // of these, where they are not packed
};

column_writer::column_writer(std::string path, bool packed) : state_(std::make_unique<state>()) {
  auto& my = *state_;
  my.path = std::move(path);
  my.head.packing = packed ? 1 : 0;
  my.head.index = header_bytes;
  auto to = my.opened(std::ios::trunc);
  put_bytes(to, &my.head, header_bytes); // its place is taken; what it holds is known at the end
  my.check(to);
}

column_writer::~column_writer() = default;
column_writer::column_writer(column_writer&&) noexcept = default;
column_writer& column_writer::operator=(column_writer&&) noexcept = default;

void column_writer::append(const void* bytes, std::size_t size) {
  if (size == 0)
    return;
  auto& my = *state_;
  auto to = my.opened(std::ios::app);
  for (const auto* from = static_cast<const char*>(bytes); size > 0;) {
    const auto now = std::min(size, block_bytes - my.in_block);
    if (my.is_packed()) {
      my.block.insert(my.block.end(), from, from + now);
    } else {
      put_bytes(to, from, now);
      my.checksum.add(from, now);
    }
    my.in_block += now;
    my.head.size += now;
    from += now;
    size -= now;
    if (my.in_block == block_bytes)
      my.end_block(to);
  }
  my.check(to);
}

std::uint64_t column_writer::done() {
  auto& my = *state_;
  auto to = my.opened(std::ios::in | std::ios::ate); // the header is written over
  if (my.in_block > 0)
    my.end_block(to);
  my.head.blocks = my.index.size();
  const auto index_checksum = xxh3(my.index.data(), my.index.size() * entry_bytes);
  put_bytes(to, my.index.data(), my.index.size() * entry_bytes);
  put_bytes(to, &index_checksum, sizeof index_checksum);
  my.head.checksum = xxh3(&my.head, checked_header_bytes);
  to.seekp(0);
  put_bytes(to, &my.head, header_bytes);
  my.check(to);
  return my.head.checksum ^ index_checksum;
}

} // namespace dk::data
