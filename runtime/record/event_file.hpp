#pragma once

#include "runtime/record/log_file.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dk {

/// Makes the folder of event files where there is none. @throws failure (resources)
void make_event_folder(const std::string& folder);

/// The checksum of a record: CRC-32C (Castagnoli).
std::uint32_t crc32c(std::string_view bytes);

/// The same as a file has it, rotated and with a constant added.
std::uint32_t masked_crc32c(std::string_view bytes);

/// A message as a TFRecord: its length (8 bytes), their checksum, the message, its checksum; all little-endian.
std::string framed_record(std::string_view message);

/// A new file of events for TensorBoard, events.out.tfevents.<seconds>.<host>.<process>. Where it is cut off in a
/// record, TensorBoard reads the records before.
class event_file {
public:
  event_file() = default; ///< none: what is written is dropped

  /// Makes the file, and the folder where it is missing. @param seconds since 1970, for its name
  /// @throws failure (resources)
  event_file(const std::string& folder, std::uint64_t seconds);

  /// Writes a message; it is in the file after the next `flush`. @throws failure (resources)
  void write(std::string_view message) { file_.write(framed_record(message)); }

  /// All messages are in the file. @throws failure (resources)
  void flush() { file_.flush(); }

  /// All messages are on the disk. @throws failure (resources)
  void sync() { file_.sync(); }

private:
  log_file file_;
};

} // namespace dk
