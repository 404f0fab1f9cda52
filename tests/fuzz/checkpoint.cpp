// Whatever the bytes, as a file and as what a right frame holds: a checkpoint that can be written again, or failure
// (checkpoint).
#include "runtime/checkpoint.hpp"
#include "common/error.hpp"

#include <boost/crc.hpp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void read(const std::string& bytes) {
  dk::checkpoint found;
  try {
    found = dk::decode_checkpoint(bytes, "fuzz.dkc");
  } catch (const dk::failure& why) {
    if (why.code() != dk::errc::checkpoint)
      std::abort();
    return;
  }
  const auto again = dk::encode_checkpoint(found);
  if (dk::encode_checkpoint(dk::decode_checkpoint(again, "again.dkc")) != again)
    std::abort();
}

// A frame of right length and CRC: what is behind those two checks is to be reached as well.
std::string framed(const std::string& payload) {
  auto frame = dk::encode_checkpoint({}).substr(0, 32);
  const std::uint64_t length = payload.size();
  boost::crc_32_type crc;
  crc.process_bytes(payload.data(), payload.size());
  const std::uint32_t sum = crc.checksum();
  std::memcpy(&frame[16], &length, sizeof length);
  std::memcpy(&frame[24], &sum, sizeof sum);
  return frame + payload;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  read(bytes);
  read(framed(bytes));
  return 0;
}
