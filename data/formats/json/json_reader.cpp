#include "data/formats/json/json_reader.hpp"

#include "common/error.hpp"
#include "common/parallel.hpp"
#include "data/formats/json/json_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace dk::data::json_lines {

namespace {

using nlohmann::json;

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_dimensions = 8;

} // namespace

/// Where something stands, for errors.
struct position {
  const std::string& origin;
  std::size_t line;

  [[noreturn]] void fail(const std::string& why, std::size_t column = 0) const {
    throw failure{errc::data,
                  origin + ':' + std::to_string(line) + (column == 0 ? "" : ':' + std::to_string(column)) + ": " + why};
  }
};

namespace {

bool is_sparse(const json& value) {
  return value.is_object() && value.contains("size") && value.contains("indices") && value.contains("values");
}

std::string shown(const json& value) {
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t most = 40;
  return text.size() > most ? text.substr(0, most) + "..." : text;
}

// The lines at the front of a text, which are taken from it: about so many bytes, one line at least.
std::vector<std::string_view> first_lines(std::string_view& text, std::size_t bytes) {
  std::vector<std::string_view> lines;
  for (const auto before = text.size(); !text.empty() && before - text.size() < bytes;) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// What each line holds, on all cores; of one that is not as it should be no object.
std::vector<json> parsed_lines(const std::vector<std::string_view>& lines, const key_names& wanted) {
  constexpr std::size_t least = 64;
  std::vector<json> all(lines.size());
  over_ranges(lines.size(), least, [&](std::size_t first, std::size_t last) {
    for (auto i = first; i < last; ++i)
      all[i] = parsed_line(lines[i], wanted);
  });
  return all;
}

} // namespace

void reader::gaps::take(std::size_t lines, std::size_t numbers, const std::string& origin, std::size_t line) {
  std::size_t wanted = 0;
  if (__builtin_mul_overflow(lines, numbers, &wanted) || wanted > left_)
    position{origin, line}.fail("the lines up to here lack more than " + std::to_string(per_byte) +
                                " numbers for each of their bytes; write sparse rows as {\"size\": ..., \"indices\": "
                                "[...], \"values\": [...]} for `dense`");
  left_ -= wanted;
}

/// A column while its lines are read. What the first value is, all are.
class reader::builder {
public:
  /// @param late whether there are lines before, which are given away, and did not have it
  builder(std::string name, bool late) : name_(std::move(name)), whole_(!late) {}

  const std::string& name() const { return name_; }

  /// Takes the value of row `row`; those between the last and this one are missing.
  void take(const json& value, std::size_t row, const position& at, gaps& missing) {
    if (value.is_null())
      return;
    const bool text = value.is_string() || is_sparse(value);
    if (!begun_)
      begin(value, text, at);
    else if (text != is_text_)
      at.fail("key `" + name_ + "` holds " + shown(value) + ", expected " + (is_text_ ? "text" : "numbers") +
              ", as in the lines before; correct it");
    fill_to(row, at, missing);
    if (is_text_)
      words_.push_back(word_of(value));
    else
      take_numbers(value, 0, at);
    ++rows_;
  }

  /// Gives the rows away, of which there are so many; what is known of the column stays.
  column rows(std::size_t count, const position& end, gaps& missing) {
    fill_to(count, end, missing);
    rows_ = 0;
    const auto& origin = end.origin;
    if (!begun_) { // nobody knows yet what it holds
      words_ = {};
      return {name_, {}, std::vector<double>(count, gap), origin, {}};
    }
    if (is_text_)
      return {name_, {}, std::exchange(words_, {}), origin, {}};
    return {name_, shape_, narrowed(std::exchange(numbers_, {})), origin, {}};
  }

  bool is_known() const { return begun_; }

private:
  void begin(const json& value, bool text, const position& at) {
    begun_ = true;
    is_text_ = text;
    for (const auto* inner = &value; inner->is_array(); inner = &inner->front()) {
      if (inner->empty() || shape_.size() == most_dimensions)
        at.fail("key `" + name_ + "` holds " + shown(value) + ", expected numbers in each of its lists; correct it");
      shape_.push_back(inner->size());
      width_ *= inner->size(); // each was read, so that there are as many
    }
  }

  void fill_to(std::size_t row, const position& at, gaps& missing) {
    missing.take(row - rows_, begun_ ? width_ : 1, at.origin, at.line);
    if (is_text_ || !begun_)
      for (; rows_ < row; ++rows_)
        words_.push_back("");
    else if (rows_ < row) {
      numbers_.resize(numbers_.size() + (row - rows_) * width_, gap);
      rows_ = row;
      whole_ = false;
    }
  }

  static std::string word_of(const json& value) {
    if (value.is_string())
      return value.get<std::string>();
    return '(' + value["size"].dump() + ',' + value["indices"].dump() + ',' + value["values"].dump() + ')';
  }

  void take_numbers(const json& value, std::size_t depth, const position& at) {
    if (depth < shape_.size()) {
      if (!value.is_array() || value.size() != shape_[depth])
        at.fail("key `" + name_ + "` holds a list of another shape than in the lines before; correct it");
      for (const auto& inner : value)
        take_numbers(inner, depth + 1, at);
      return;
    }
    if (value.is_null()) {
      numbers_.push_back(gap);
      whole_ = false;
      return;
    }
    if (!value.is_number() && !value.is_boolean())
      at.fail("key `" + name_ + "` holds " + shown(value) + ", expected a number; correct it");
    const auto number = value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>();
    constexpr double exact_to = 9007199254740992.0; // 2^53
    if (value.is_number_integer() && std::abs(number) >= exact_to)
      at.fail("key `" + name_ + "` holds " + shown(value) + ", which f64 would round; write it as text");
    whole_ = whole_ && !value.is_number_float();
    largest_ = std::max(largest_, std::abs(number));
    numbers_.push_back(number);
  }

  cells narrowed(std::vector<double>&& from) const {
    if (!whole_)
      return std::move(from);
    if (largest_ <= std::numeric_limits<std::int32_t>::max()) {
      std::vector<std::int32_t> small(from.size());
      std::transform(from.begin(), from.end(), small.begin(), [](double x) { return static_cast<int>(x); });
      return small;
    }
    std::vector<std::int64_t> large(from.size());
    std::transform(from.begin(), from.end(), large.begin(), [](double x) { return static_cast<std::int64_t>(x); });
    return large;
  }

  std::string name_;
  bool begun_ = false;
  bool is_text_ = false;
  bool whole_ = true;
  double largest_ = 0;
  std::size_t rows_ = 0;
  std::vector<std::size_t> shape_;
  std::size_t width_ = 1;
  std::vector<double> numbers_;
  texts words_;
};

reader::reader() = default;
reader::reader(std::vector<std::string> wanted) : wanted_(std::move(wanted)) {}
reader::~reader() = default;
reader::reader(const reader&) = default;
reader& reader::operator=(const reader&) = default;
reader::reader(reader&&) noexcept = default;
reader& reader::operator=(reader&&) noexcept = default;

void reader::take(std::string_view text, const std::string& origin, std::size_t lines_before) {
  constexpr std::size_t together = std::size_t{1} << 16U; // of text; what is made of it takes many times as much
  gaps_.allow(text.size());
  for (line_ = lines_before; !text.empty();) {
    const auto lines = first_lines(text, together);
    auto objects = parsed_lines(lines, wanted_);
    for (std::size_t i = 0; i < lines.size(); ++i)
      if (++line_; lines[i].find_first_not_of(" \t\r") != std::string_view::npos) {
        if (!objects[i].is_object())
          refuse_line(
              lines[i],
              [&](const std::string& why, std::size_t column) {
                position{origin, line_}.fail(why, column);
              },
              wanted_);
        take_object(objects[i], {origin, line_});
      }
  }
}

void reader::take_object(const json& object, const position& at) {
  for (const auto& [key, value] : object.items()) {
    if (!wanted_.empty() && std::find(wanted_.begin(), wanted_.end(), key) == wanted_.end())
      continue;
    auto known =
        std::find_if(columns_.begin(), columns_.end(), [&name = key](const builder& c) { return c.name() == name; });
    if (known == columns_.end()) {
      constexpr std::size_t most_columns = 100'000; // each is looked for in every line
      if (columns_.size() == most_columns)
        at.fail("has more than 100,000 keys in its lines; put numbers into lists");
      known = columns_.emplace(columns_.end(), key, given_ > 0);
    }
    known->take(value, rows_, at, gaps_);
  }
  ++rows_;
}

table reader::give(const std::string& origin) {
  table all{rows_};
  for (auto& one : columns_)
    all.put(one.rows(rows_, {origin, line_}, gaps_));
  given_ += rows_;
  rows_ = 0;
  return all;
}

void reader::start_again() {
  given_ = 0;
}

bool reader::knows(const std::string& name) const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [&](const builder& c) { return c.name() == name && c.is_known(); });
}

} // namespace dk::data::json_lines
