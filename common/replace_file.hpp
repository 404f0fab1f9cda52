#pragma once

#include <functional>
#include <string>

namespace dk {

/// A file beside `path` that takes its place when it is whole, so that `path` is never half a file. What was written is
/// removed, unless it has been kept.
class file_draft {
public:
  explicit file_draft(std::string path);
  ~file_draft();
  file_draft(const file_draft&) = delete;
  file_draft& operator=(const file_draft&) = delete;

  const std::string& path() const { return path_; } ///< of what it will be
  const std::string& name() const { return name_; } ///< of the file to write

  /// Puts it in its place. @throws failure (resources)
  void keep();

private:
  std::string path_;
  std::string name_;
};

/// Lets `write` write a draft, and keeps it. @throws failure (resources) that names `path`, whatever `write` threw
void replace_file(const std::string& path, const std::function<void(const std::string& draft)>& write);

/// The same with these bytes.
void replace_file(const std::string& path, const std::string& bytes);

} // namespace dk
