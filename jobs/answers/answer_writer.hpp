#pragma once

#include "data/formats/write.hpp"
#include "data/table.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dk {

struct answer_writer_options {
  std::string out;     ///< a .csv, .jsonl or .npy; "-" or empty: to `print`
  bool json = false;   ///< to `print` JSON lines, not CSV
  std::string columns; ///< of the data, beside the answers: names with commas between, or "none"; empty: all
  std::function<void(std::string_view)> print; ///< takes the text that goes to no file
};

/// Writes answers, with the columns of the data beside them.
class answer_writer {
public:
  /// @throws failure (usage, resources)
  explicit answer_writer(answer_writer_options options);

  /// Whether nothing stands beside the answers, so that an array can hold them alone. @param beside the data's columns
  bool are_bare(const data::table& beside) const;

  /// @throws failure (data) where a column of the data is called as an answer is, or comes too late; (resources)
  void add(data::table beside, const data::table& answers);

  /// All has been added. @param data where it came from. @throws failure (data) for no rows, and for columns that were
  /// asked for and never came; (resources)
  void done(const std::string& data);

private:
  data::table chosen(const data::table& beside);
  void check_wanted(const std::vector<std::string>& there, const std::string& origin) const;
  data::table together(data::table beside, const data::table& answers);
  data::table in_first_order(data::table rows) const;
  bool is_json() const;
  bool is_csv() const; // which has a field for each number
  void write(const data::table& rows);

  answer_writer_options options_;
  std::vector<std::string> wanted_; // of the data's columns; none: all
  std::vector<std::string> missing_;
  std::vector<std::string> first_; // the columns of the first rows
  bool any_ = false;
  std::optional<data::table_writer> file_;
};

} // namespace dk
