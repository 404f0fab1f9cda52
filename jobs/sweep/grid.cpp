#include "jobs/sweep/grid.hpp"

#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "common/text.hpp"

#include <algorithm>

namespace dk {

namespace {

[[noreturn]] void refuse_grid(const std::string& text, const std::string& why) {
  throw request_failure{errc::usage, request_member("grid") + " " + text + ": " + why};
}

std::string without_blanks(const std::string& text) {
  const auto from = text.find_first_not_of(" \t");
  return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(" \t") + 1 - from);
}

// Follows TOML as far as it says where a value ends. In a plain word, as don't, a quote is a letter.
class value_splitter {
public:
  explicit value_splitter(const std::string& text) : text_(text) {}

  std::vector<std::string> split(std::size_t from) {
    std::vector<std::string> values(1);
    for (auto at = from; at < text_.size(); ++at) {
      if (is_between_values(text_[at])) {
        values.emplace_back();
        continue;
      }
      take(at, without_blanks(values.back()).empty());
      values.back() += text_.substr(at, 1 + skipped_);
      at += skipped_;
    }
    if (quote_ != 0 || depth_ > 0)
      refuse_grid(text_, quote_ != 0 ? std::string{"a string is not closed; expected another "} + quote_
                                     : "an array or a table is not closed");
    return values;
  }

private:
  bool is_between_values(char c) const { return c == ',' && quote_ == 0 && depth_ == 0; }

  // The third quote of """a, b""".
  bool goes_on(std::size_t at) const { return (text_[at] == '"' || text_[at] == '\'') && text_[at - 1] == text_[at]; }

  void take(std::size_t at, bool begins_value) {
    const auto c = text_[at];
    skipped_ = 0;
    if (quote_ != 0) {
      skipped_ = quote_ == '"' && c == '\\' && at + 1 < text_.size() ? 1 : 0;
      quote_ = c == quote_ ? '\0' : quote_;
    } else if (!begins_value && depth_ == 0 && !goes_on(at)) {
      return;
    } else if (c == '"' || c == '\'') {
      quote_ = c;
    } else if (c == '[' || c == '{') {
      ++depth_;
    } else if (c == ']' || c == '}') {
      depth_ -= depth_ > 0 ? 1 : 0;
    }
  }

  const std::string& text_;
  std::size_t depth_ = 0;
  char quote_ = 0;
  std::size_t skipped_ = 0; // what a backslash takes with it
};

grid_axis parse_axis(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos)
    refuse_grid(text, "expected KEY=VALUE,VALUE, as in trainer.communication_window=5,10");
  grid_axis axis{without_blanks(text.substr(0, equals)), {}};
  if (axis.key.empty())
    refuse_grid(text, "the key is empty; expected KEY=VALUE,VALUE");
  for (const auto& value : value_splitter{text}.split(equals + 1)) {
    axis.values.push_back(without_blanks(value));
    if (axis.values.back().empty())
      refuse_grid(text, "value " + std::to_string(axis.values.size()) + " is empty; an empty text is \"\", in quotes");
    if (std::count(axis.values.begin(), axis.values.end(), axis.values.back()) > 1)
      refuse_grid(text, "the value " + axis.values.back() + " is given twice; give each once");
  }
  return axis;
}

} // namespace

bool operator==(const grid_axis& a, const grid_axis& b) {
  return a.key == b.key && a.values == b.values;
}

std::vector<grid_axis> parse_grid(const std::vector<std::string>& texts) {
  std::vector<grid_axis> grid;
  for (const auto& text : texts) {
    auto axis = parse_axis(text);
    if (std::any_of(grid.begin(), grid.end(), [&](const grid_axis& other) { return other.key == axis.key; }))
      refuse_grid(text, "the key " + axis.key + " is given twice; give all of its values at once, with commas");
    grid.push_back(std::move(axis));
  }
  return grid;
}

std::string to_text(const grid_axis& axis) {
  return axis.key + '=' + join(axis.values, ",");
}

std::size_t count_points(const std::vector<grid_axis>& grid, std::size_t most) {
  std::size_t points = 1;
  for (const auto& axis : grid)
    points = points > most / axis.values.size() ? most + 1 : points * axis.values.size();
  return points;
}

std::vector<std::string> point_of(const std::vector<grid_axis>& grid, std::size_t number) {
  std::vector<std::string> values(grid.size());
  for (auto i = grid.size(); i-- > 0; number /= grid[i].values.size())
    values[i] = grid[i].values[number % grid[i].values.size()];
  return values;
}

} // namespace dk
