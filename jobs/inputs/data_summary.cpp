#include "jobs/inputs/data_summary.hpp"

#include "common/text.hpp"
#include "data/formats/catalog.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <set>

namespace dk {

namespace {

constexpr std::size_t rows_shown = 3;
constexpr std::size_t numbers_shown = 6; // of a cell

struct extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double mean = 0;
  std::size_t count = 0;
  std::size_t missing = 0;
};

extent extent_of(const data::column& which) {
  return data::visit_values(which, [](const auto* values, std::size_t size) {
    extent e;
    for (std::size_t i = 0; i < size; ++i) {
      const auto x = static_cast<double>(values[i]);
      if (std::isnan(x)) {
        ++e.missing;
        continue;
      }
      e.low = std::min(e.low, x);
      e.high = std::max(e.high, x);
      ++e.count;
      e.mean += (x - e.mean) / static_cast<double>(e.count);
    }
    return e;
  });
}

std::string text_facts(const data::texts& words) {
  constexpr std::size_t most = 1000; // beyond that the count says no more
  std::set<std::string_view> different;
  std::size_t empty = 0;
  for (std::size_t row = 0; row < words.size(); ++row) {
    empty += words[row].empty() ? 1U : 0U;
    if (different.size() <= most)
      different.insert(words[row]);
  }
  return fmt::format("{}{} different texts{}", different.size() > most ? "more than " : "",
                     with_commas(std::min(different.size(), most)),
                     empty == 0 ? "" : ", " + with_commas(empty) + " empty");
}

std::string facts(const data::column& which) {
  if (const auto* words = texts_in(which))
    return text_facts(*words);
  const auto e = extent_of(which);
  const auto missing = e.missing == 0 ? "" : ", " + with_commas(e.missing) + " missing";
  if (e.count == 0)
    return "no numbers" + missing;
  return fmt::format("{:.6g} to {:.6g}, mean {:.6g}{}", e.low, e.high, e.mean, missing);
}

std::string cell_text(const data::column& which, std::size_t row) {
  if (const auto* words = texts_in(which))
    return '"' + std::string{(*words)[row].substr(0, 20)} + '"';
  const auto wide = width(which);
  return data::visit_values(which, [&](const auto* x, std::size_t) {
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < std::min(wide, numbers_shown); ++i)
      shown.push_back(fmt::format("{:.6g}", static_cast<double>(x[row * wide + i])));
    const auto text = join(shown) + (wide > numbers_shown ? ", ..." : "");
    return which.shape.empty() ? text : '[' + text + ']';
  });
}

} // namespace

spec with_all_columns(spec source) {
  const auto keys = data::source_keys(source.name);
  const bool can = std::any_of(keys.begin(), keys.end(), [](const auto& rule) { return rule.name == "columns"; });
  if (can && source.name != "prepared" && !source.keys.contains("columns") && !source.keys.contains("features"))
    source.keys["columns"] = "*";
  return source;
}

std::string data_summary(const data::table& of) {
  auto text = counted(of.rows(), "row") + '\n';
  std::size_t room = 8;
  for (const auto& name : of.names())
    room = std::max(room, std::min<std::size_t>(name.size(), 40));
  for (const auto& c : of.columns()) {
    std::vector<std::string> shape;
    for (const auto size : c.shape)
      shape.push_back(std::to_string(size));
    text +=
        fmt::format("  {:<{}} {:<4} {:<12} {}\n", c.name, room, data::type_name(c), '[' + join(shape) + ']', facts(c));
  }
  for (std::size_t row = 0; row < std::min(rows_shown, of.rows()); ++row) {
    std::vector<std::string> cells;
    for (const auto& c : of.columns())
      cells.push_back(cell_text(c, row));
    text += fmt::format("row {}: {}\n", row, join(cells));
  }
  return text;
}

} // namespace dk
