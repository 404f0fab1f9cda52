#include "runtime/record/checkpoint.hpp"

#include "common/error.hpp"

#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/crc.hpp>
#include <boost/serialization/binary_object.hpp>
#include <cstring>
#include <streambuf>
#include <string>

namespace dk {

namespace {

constexpr char magic[8] = {'d', 'k', 'c', 'k', 'p', 't', '\r', '\n'};
constexpr std::uint32_t format_version = 3;
constexpr std::uint32_t oldest_version = 2; // its bits begin at chunk 0
constexpr std::uint32_t endian_mark = 0x01020304;

struct frame_header {
  char magic[8];
  std::uint32_t endian;
  std::uint32_t version;
  std::uint64_t length; // of the archive behind this header
  std::uint32_t crc;    // of the archive
  std::uint32_t unused;
};
static_assert(sizeof(frame_header) == 32, "the frame is the same on every machine");

std::uint32_t crc_of(const char* bytes, std::size_t size) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes, size);
  return crc.checksum();
}

// Writes to the end of a text, or reads it where it is: a checkpoint may be large, and stringstreams copy.
class appending : public std::streambuf {
public:
  explicit appending(std::string& to) : to_(to) {}

protected:
  int_type overflow(int_type c) override {
    to_.push_back(traits_type::to_char_type(c));
    return c;
  }
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    to_.append(bytes, static_cast<std::size_t>(count));
    return count;
  }

private:
  std::string& to_;
};

class reading : public std::streambuf {
public:
  reading(const char* bytes, std::size_t size) {
    auto* const start = const_cast<char*>(bytes); // nobody writes
    setg(start, start, start + size);
  }
};

constexpr auto archive_flags = boost::archive::no_header | boost::archive::no_codecvt;

using writer = boost::archive::binary_oarchive;
using reader = boost::archive::binary_iarchive;

template <class T>
void save_raw(writer& to, const T* values, std::size_t count) {
  if (count > 0)
    to << boost::serialization::make_binary_object(const_cast<T*>(values), count * sizeof(T));
}

void save(writer& to, const shard_state& shard) {
  const std::uint64_t weights = shard.weights.size();
  const std::vector<std::uint64_t> words{shard.folded.words().begin(), shard.folded.words().end()};
  to << shard.shard << shard.offset << shard.version << shard.grid.rows << shard.grid.chunk_rows << shard.grid.epochs
     << weights << std::uint64_t{words.size()} << shard.folded.whole();
  save_raw(to, shard.weights.data(), weights);
  save_raw(to, words.data(), words.size());
}

bool same_bits(const block& a, const block& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}

// A replica that stands where its shard does is not written twice: its count of weights is then 0.
void save(writer& to, const worker_memory& worker, const shard_state& beside) {
  const auto& replica = worker.replica;
  const bool is_beside = same_bits(replica.weights, beside.weights);
  const std::uint64_t name = replica.optimizer.size();
  const std::uint64_t weights = is_beside ? 0 : replica.weights.size();
  const std::uint64_t moments = replica.moments.size();
  const std::uint64_t versions = worker.versions.size();
  to << replica.chunks << replica.steps << name << weights << moments << versions;
  save_raw(to, replica.optimizer.data(), name);
  save_raw(to, replica.weights.data(), weights);
  save_raw(to, replica.moments.data(), moments);
  save_raw(to, worker.versions.data(), versions);
}

void require(bool holds, const std::string& origin, const char* what) {
  if (!holds)
    throw failure{errc::checkpoint, origin + ": damaged: " + what};
}

template <class T>
void load_raw(reader& from, T* values, std::size_t count) {
  if (count == 0)
    return;
  boost::serialization::binary_object raw{values, count * sizeof(T)};
  from >> raw;
}

block load_block(reader& from, std::size_t count) {
  block_writer values{count};
  load_raw(from, values.data(), count);
  return std::move(values).done();
}

// Every chunk of it is one of the grid's.
chunk_set load_chunks(reader& from, std::uint64_t whole, std::uint64_t count, const chunk_grid& grid,
                      const std::string& origin) {
  std::vector<std::uint64_t> words(count);
  load_raw(from, words.data(), count);
  const auto chunks = grid.chunks();
  const bool fits = whole <= chunks / 64 && count <= chunks / 64 + 1 - whole &&
                    (count < chunks / 64 + 1 - whole || count == 0 || words.back() >> (chunks % 64) == 0);
  require(fits, origin, "its chunks do not fit the rows");
  return {whole, {words.begin(), words.end()}};
}

shard_state load_shard(reader& from, std::size_t size, std::uint32_t version, const std::string& origin) {
  shard_state shard;
  std::uint64_t weights = 0;
  std::uint64_t words = 0;
  from >> shard.shard >> shard.offset >> shard.version >> shard.grid.rows >> shard.grid.chunk_rows >>
      shard.grid.epochs >> weights >> words;
  std::uint64_t whole = 0;
  if (version > oldest_version)
    from >> whole;
  const auto& grid = shard.grid;
  require(weights <= size / sizeof(float) && words <= size / sizeof(std::uint64_t), origin, "a count is too large");
  require(grid.rows > 0 && grid.chunk_rows > 0 && grid.rows <= ~std::uint64_t{0} - grid.chunk_rows, origin,
          "it has no rows");
  require(grid.epochs > 0 && grid.chunks() / grid.epochs == grid.chunks_per_epoch() &&
              grid.total_rows() / grid.epochs == grid.rows,
          origin, "it has more chunks than a run can have");
  shard.weights = load_block(from, weights);
  shard.folded = load_chunks(from, whole, words, grid, origin);
  return shard;
}

worker_memory load_worker(reader& from, std::size_t size, const std::string& origin, const shard_state& beside) {
  worker_memory worker;
  auto& replica = worker.replica;
  std::uint64_t name = 0;
  std::uint64_t weights = 0;
  std::uint64_t moments = 0;
  std::uint64_t versions = 0;
  from >> replica.chunks >> replica.steps >> name >> weights >> moments >> versions;
  require(name <= size && weights <= size / sizeof(float) && moments <= size / sizeof(float) &&
              versions <= size / sizeof(std::uint64_t),
          origin, "a count is too large");
  replica.optimizer.resize(name);
  load_raw(from, replica.optimizer.data(), name);
  replica.weights = weights == 0 ? beside.weights : load_block(from, weights);
  replica.moments = load_block(from, moments);
  worker.versions.resize(versions);
  load_raw(from, worker.versions.data(), versions);
  require(!replica.weights.empty() && versions > 0, origin, "its worker is of no model");
  return worker;
}

checkpoint load(reader& from, std::size_t size, std::uint32_t version, const std::string& origin) {
  checkpoint read;
  std::uint8_t has_worker = 0;
  from >> read.session >> has_worker;
  require(has_worker <= 1, origin, "it holds what no dk writes");
  read.shard = load_shard(from, size, version, origin);
  if (has_worker == 1)
    read.worker = load_worker(from, size, origin, read.shard);
  return read;
}

} // namespace

chunk_set resume_state::done() const {
  auto chunks = shards.front().folded;
  for (const auto& shard : shards)
    chunks = chunk_set::common(chunks, shard.folded);
  return chunks;
}

std::string encode_checkpoint(const checkpoint& from) {
  constexpr std::size_t others = 65536; // what is not large
  std::string bytes(sizeof(frame_header), '\0');
  bytes.reserve(bytes.size() + from.shard.weights.bytes() + others +
                (from.worker ? from.worker->replica.weights.bytes() + from.worker->replica.moments.bytes() : 0));
  {
    appending out{bytes};
    writer archive{out, archive_flags};
    const std::uint8_t has_worker = from.worker ? 1 : 0;
    archive << from.session << has_worker;
    save(archive, from.shard);
    if (from.worker)
      save(archive, *from.worker, from.shard);
  }
  frame_header header{};
  std::memcpy(header.magic, magic, sizeof magic);
  header.endian = endian_mark;
  header.version = format_version;
  header.length = bytes.size() - sizeof header;
  header.crc = crc_of(bytes.data() + sizeof header, header.length);
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

checkpoint decode_checkpoint(const std::string& bytes, const std::string& origin) {
  frame_header header{};
  require(bytes.size() >= sizeof header, origin, "it is shorter than its header");
  std::memcpy(&header, bytes.data(), sizeof header);
  require(std::memcmp(header.magic, magic, sizeof magic) == 0, origin, "it is no checkpoint");
  require(header.endian == endian_mark, origin, "it was written on a machine of other byte order");
  require(header.unused == 0, origin, "its header holds what no dk writes");
  if (header.version < oldest_version || header.version > format_version)
    throw failure{errc::checkpoint, origin + ": format " + std::to_string(header.version) + ", this dk reads format " +
                                        std::to_string(format_version) + "; use the dk that wrote it"};
  require(header.length == bytes.size() - sizeof header, origin, "it is torn: its length is not what it says");
  const char* const payload = bytes.data() + sizeof header;
  require(header.crc == crc_of(payload, header.length), origin, "its CRC does not match");
  try {
    reading in{payload, header.length};
    reader archive{in, archive_flags};
    return load(archive, header.length, header.version, origin);
  } catch (const boost::archive::archive_exception& why) {
    throw failure{errc::checkpoint, origin + ": damaged: " + why.what()};
  }
}

} // namespace dk
