#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dk {

/// A log of a run: lines are added at its end, and are in the file after the next `flush`.
class log_file {
public:
  log_file() = default; ///< none: what is written is dropped

  /// Appends to a file that may be there. Half a line at its end, which a run that was killed has left, is cut off.
  /// @throws failure (resources)
  explicit log_file(const std::string& path);
  ~log_file();
  log_file(log_file&& other) noexcept;
  log_file& operator=(log_file&& other) noexcept;

  /// @throws failure (resources), which may be about lines before
  void write(std::string_view lines);

  /// All lines are in the file. @throws failure (resources)
  void flush();

  /// All lines are on the disk. @throws failure (resources), also when the file is no longer in its folder
  void sync();

private:
  [[noreturn]] void cannot_write(const std::string& why) const;

  std::string path_;
  std::string pending_;
  int fd_ = -1;
};

} // namespace dk
