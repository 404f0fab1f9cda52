#include "runtime/record/event_file.hpp"

#include "common/error.hpp"

#include <array>
#include <boost/crc.hpp>
#include <filesystem>
#include <unistd.h>

namespace dk {

namespace {

std::string little_endian(std::uint64_t number, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i)
    bytes += static_cast<char>((number >> (8 * i)) & 0xFFU);
  return bytes;
}

std::string name_of_this_host() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0')
    return "localhost";
  return name.data();
}

// A path that is free: sessions of one process may begin in the same second.
std::string free_event_path(const std::string& folder, std::uint64_t seconds) {
  make_event_folder(folder);
  std::error_code why;
  const auto base = folder + "/events.out.tfevents." + std::to_string(seconds) + '.' + name_of_this_host() + '.' +
                    std::to_string(getpid());
  auto path = base;
  for (int i = 2; std::filesystem::exists(path, why); ++i)
    path = base + '.' + std::to_string(i);
  return path;
}

} // namespace

void make_event_folder(const std::string& folder) {
  std::error_code why;
  std::filesystem::create_directory(folder, why);
  if (why)
    throw failure{errc::resources, "cannot make the folder " + folder + ": " + why.message()};
}

std::uint32_t crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return static_cast<std::uint32_t>(crc.checksum());
}

std::uint32_t masked_crc32c(std::string_view bytes) {
  constexpr std::uint32_t mask = 0xA282EAD8;
  const auto crc = crc32c(bytes);
  return ((crc >> 15U) | (crc << 17U)) + mask;
}

std::string framed_record(std::string_view message) {
  auto record = little_endian(message.size(), 8);
  record += little_endian(masked_crc32c(record), 4);
  record += message;
  return record + little_endian(masked_crc32c(message), 4);
}

event_file::event_file(const std::string& folder, std::uint64_t seconds) : file_(free_event_path(folder, seconds)) {}

} // namespace dk
