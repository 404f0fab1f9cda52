#include "runtime/checkpoint.hpp"

#include "common/error.hpp"

#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/crc.hpp>
#include <boost/serialization/binary_object.hpp>
#include <cstring>
#include <sstream>

namespace dk {

namespace {

constexpr char magic[8] = {'d', 'k', 'c', 'k', 'p', 't', '\r', '\n'};
constexpr std::uint32_t format_version = 1;
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

constexpr auto archive_flags = boost::archive::no_header | boost::archive::no_codecvt;

void save(boost::archive::binary_oarchive& to, const shard_state& shard, std::uint32_t run_epoch) {
  const std::uint64_t weights = shard.weights.size();
  const std::uint64_t words = shard.folded.size();
  to << run_epoch << shard.shard << shard.offset << shard.version << shard.grid.rows << shard.grid.chunk_rows
     << shard.grid.epochs << weights << words;
  if (weights > 0)
    to << boost::serialization::make_binary_object(const_cast<float*>(shard.weights.data()), weights * sizeof(float));
  if (words > 0)
    to << boost::serialization::make_binary_object(const_cast<std::uint64_t*>(shard.folded.data()),
                                                   words * sizeof(std::uint64_t));
}

void require(bool holds, const std::string& origin, const char* what) {
  if (!holds)
    throw failure{errc::checkpoint, origin + ": damaged: " + what};
}

shard_state load(boost::archive::binary_iarchive& from, std::size_t size, const std::string& origin,
                 std::uint32_t& run_epoch) {
  shard_state shard;
  std::uint64_t weights = 0;
  std::uint64_t words = 0;
  from >> run_epoch >> shard.shard >> shard.offset >> shard.version >> shard.grid.rows >> shard.grid.chunk_rows >>
      shard.grid.epochs >> weights >> words;
  const auto& grid = shard.grid;
  require(weights <= size / sizeof(float) && words <= size / sizeof(std::uint64_t), origin, "a count is too large");
  require(grid.rows > 0 && grid.chunk_rows > 0 && grid.rows <= ~std::uint64_t{0} - grid.chunk_rows, origin,
          "it has no rows");
  require(grid.epochs > 0 && words == (grid.chunks() + 63) / 64 &&
              grid.chunks() / grid.epochs == grid.chunks_per_epoch(),
          origin, "the bitmap does not fit the rows");
  block_writer values{weights};
  if (weights > 0) {
    boost::serialization::binary_object raw{values.data(), weights * sizeof(float)};
    from >> raw;
  }
  shard.weights = std::move(values).done();
  shard.folded.resize(words);
  if (words > 0) {
    boost::serialization::binary_object raw{shard.folded.data(), words * sizeof(std::uint64_t)};
    from >> raw;
  }
  return shard;
}

} // namespace

namespace {

bool has(const shard_state& shard, std::uint64_t number) {
  return (shard.folded[number / 64] >> (number % 64) & 1U) != 0;
}

template <class Condition>
std::vector<chunk_id> chunks_where(const chunk_grid& grid, const Condition& holds) {
  std::vector<chunk_id> chunks;
  for (std::uint64_t number = 0; number < grid.chunks(); ++number)
    if (holds(number))
      chunks.push_back(grid.chunk(number));
  return chunks;
}

} // namespace

std::vector<chunk_id> resume_state::done() const {
  return chunks_where(shards.front().grid, [&](std::uint64_t number) {
    return std::all_of(shards.begin(), shards.end(), [&](const shard_state& shard) { return has(shard, number); });
  });
}

std::vector<chunk_id> resume_state::done_of(std::size_t shard) const {
  return chunks_where(shards[shard].grid, [&](std::uint64_t number) { return has(shards[shard], number); });
}

std::string encode_checkpoint(const shard_state& shard, std::uint32_t run_epoch) {
  std::ostringstream out;
  {
    boost::archive::binary_oarchive archive{out, archive_flags};
    save(archive, shard, run_epoch);
  }
  const auto payload = out.str();
  frame_header header{};
  std::memcpy(header.magic, magic, sizeof magic);
  header.endian = endian_mark;
  header.version = format_version;
  header.length = payload.size();
  header.crc = crc_of(payload.data(), payload.size());
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes + payload;
}

shard_state decode_checkpoint(const std::string& bytes, const std::string& origin, std::uint32_t& run_epoch) {
  frame_header header{};
  require(bytes.size() >= sizeof header, origin, "it is shorter than its header");
  std::memcpy(&header, bytes.data(), sizeof header);
  require(std::memcmp(header.magic, magic, sizeof magic) == 0, origin, "it is no checkpoint");
  require(header.endian == endian_mark, origin, "it was written on a machine of other byte order");
  require(header.unused == 0, origin, "its header holds what no dk writes");
  if (header.version != format_version)
    throw failure{errc::checkpoint, origin + ": format " + std::to_string(header.version) + ", this dk reads format " +
                                        std::to_string(format_version) + "; use the dk that wrote it"};
  require(header.length == bytes.size() - sizeof header, origin, "it is torn: its length is not what it says");
  const auto payload = bytes.substr(sizeof header);
  require(header.crc == crc_of(payload.data(), payload.size()), origin, "its CRC does not match");
  try {
    std::istringstream in{payload};
    boost::archive::binary_iarchive archive{in, archive_flags};
    return load(archive, payload.size(), origin, run_epoch);
  } catch (const boost::archive::archive_exception& why) {
    throw failure{errc::checkpoint, origin + ": damaged: " + why.what()};
  }
}

} // namespace dk
