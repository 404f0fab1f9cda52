#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace dk {

/// A line of history.jsonl, commits.jsonl or validation.jsonl (docs/run-folder.md).
struct log_entry {
  const nlohmann::json& line;
  std::string place;         ///< "PATH:LINE", for errors
  std::uint32_t session = 0; ///< of the run, that wrote it

  /// At least 0. @throws failure (checkpoint) that names the place and the key
  double seconds(const char* key) const;
  /// A whole number below 2^32. @throws likewise
  std::uint32_t whole(const char* key) const;
};

/// A run's log, line by line: it may be longer than memory. May be gone through several times; each later time sees the
/// lines that the first one saw, also when the run has gone on meanwhile.
class run_log {
public:
  enum class kind { history, commits, validation };

  run_log(std::string path, kind what) : path_(std::move(path)), kind_(what) {}

  const std::string& path() const { return path_; }
  bool exists() const;

  /// Visits every line that stands for something that happened: not the header of commits.jsonl, and no restart. `note`
  /// hears, the first time, of what is left out: the last line, where it is cut short, and incomplete lines of
  /// history.jsonl.
  /// @throws failure (checkpoint) that names a damaged line
  void each(const std::function<void(const log_entry&)>& visit, const std::function<void(const std::string&)>& note);

  /// As far as it is known after the first time.
  std::uint32_t sessions() const { return newest_session_ + 1; }

private:
  struct position {
    std::uint64_t number = 0; // of the line, from 1
    std::uint32_t session = 0;
    double seconds = 0; // of the line before
  };

  bool is_event(const nlohmann::json& line, position& at);
  void check_header(const nlohmann::json& line) const;
  std::string place_of(std::uint64_t number) const { return path_ + ':' + std::to_string(number); }

  std::string path_;
  kind kind_;
  std::uint64_t limit_ = std::numeric_limits<std::uint64_t>::max(); // lines
  std::uint32_t newest_session_ = 0;
};

} // namespace dk
