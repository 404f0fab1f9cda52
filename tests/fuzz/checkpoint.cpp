// Whatever the bytes, as a file and as what a right frame holds: a checkpoint that can be written again, or failure
// (checkpoint).
#include "runtime/record/checkpoint.hpp"
#include "tests/fuzz/target.hpp"

#include <boost/crc.hpp>
#include <cstdint>
#include <cstring>
#include <string>

namespace dk::fuzz {

namespace {

void decode(const std::string& bytes) {
  checkpoint found;
  bool is_whole = false;
  answer_or_fail({errc::checkpoint}, [&] {
    found = decode_checkpoint(bytes, "fuzz.dkc");
    is_whole = true;
  });
  if (!is_whole)
    return;
  const auto again = encode_checkpoint(found);
  if (encode_checkpoint(decode_checkpoint(again, "again.dkc")) != again)
    std::abort();
}

// A frame of right length and CRC: what is behind those two checks is to be reached as well.
std::string framed(const std::string& payload) {
  auto frame = encode_checkpoint({}).substr(0, 32);
  const std::uint64_t length = payload.size();
  boost::crc_32_type crc;
  crc.process_bytes(payload.data(), payload.size());
  const std::uint32_t sum = crc.checksum();
  std::memcpy(&frame[16], &length, sizeof length);
  std::memcpy(&frame[24], &sum, sizeof sum);
  return frame + payload;
}

} // namespace

std::size_t most_memory(std::string_view bytes) {
  return 16 * bytes.size() + usual; // read, written, read and written again
}

void read(std::string_view bytes) {
  const std::string content{bytes};
  decode(content);
  decode(framed(content));
}

} // namespace dk::fuzz
