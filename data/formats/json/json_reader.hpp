#pragma once

#include "data/formats/json/json_line.hpp"
#include "data/table.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data::json_lines {

struct position;

/// Makes columns of lines, some at a time, and knows of every key that any line had: where one is missing, of which
/// type and shape it is, and that none may be of another. Numbers that were found to need a wider type stay of it.
class reader {
public:
  reader();
  ~reader();
  reader(const reader&);
  reader& operator=(const reader&);
  reader(reader&&) noexcept;
  reader& operator=(reader&&) noexcept;

  /// Only these keys are looked at.
  explicit reader(std::vector<std::string> wanted);

  /// Takes whole lines. @throws failure (data): "FILE:LINE:COLUMN: what, which key, what to do"
  void take(std::string_view text, const std::string& origin, std::size_t lines_before);

  /// Rows that were taken, and not yet given.
  std::size_t rows() const { return rows_; }

  /// Gives these as columns of all keys.
  table give(const std::string& origin);

  /// The next lines are the first again.
  void start_again();

  /// Whether a line had a value under this key.
  bool knows(const std::string& name) const;

private:
  /// How much lines may lack in all: a key of one line takes its place in every line, so that few bytes can ask for
  /// much.
  class gaps {
  public:
    void allow(std::size_t bytes) { left_ += per_byte * bytes; }

    /// @throws failure (data) when it is too much, at this line
    void take(std::size_t lines, std::size_t numbers, const std::string& origin, std::size_t line);

  private:
    static constexpr std::size_t per_byte = 8;
    static constexpr std::size_t always = std::size_t{1} << 20U;
    std::size_t left_ = always;
  };

  class builder;
  void take_object(const nlohmann::json& object, const position& at);

  std::vector<std::string> wanted_; // none: all
  std::vector<builder> columns_;
  gaps gaps_;
  std::size_t line_ = 0; // that was taken last
  std::size_t rows_ = 0;
  std::size_t given_ = 0;
};

} // namespace dk::data::json_lines
