#include "data/formats/csv.hpp"

#include "data/formats/csv_parse.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <cmath>

namespace dk::data::csv {

namespace {

// What a second reading has to find: the columns that turned out not to be numbers, or too large for f64.
plan second_plan(const plan& first, const rows_read& read) {
  auto again = first;
  again.features.clear();
  again.numbers.clear();
  again.guesses.clear();
  again.words.clear();
  std::fill(again.targets.begin(), again.targets.end(), target{});
  std::fill(again.runs.begin(), again.runs.end(), 0);
  for (std::size_t i = 0; i < first.guesses.size(); ++i) {
    const auto field = first.guesses[i];
    const auto& values = read.guesses[i];
    const bool has_gaps = std::any_of(values.begin(), values.end(), [](double x) { return std::isnan(x); });
    if (read.kinds[i] >= kind::timestamp || read.kinds[i] == kind::missing) {
      again.targets[field] = {use::word, again.words.size()};
      again.words.push_back(field);
    } else if (read.kinds[i] == kind::i64 && !read.exact[i] && !has_gaps) {
      again.targets[field] = {use::whole, again.wholes.size()};
      again.wholes.push_back(field);
    }
  }
  return again;
}

template <class Number>
std::vector<Number> narrowed(const std::vector<double>& from) {
  std::vector<Number> all(from.size());
  std::transform(from.begin(), from.end(), all.begin(), [](double x) { return static_cast<Number>(x); });
  return all;
}

cells cells_of(std::vector<double>&& guess, kind found) {
  const bool whole = found == kind::i32 || found == kind::i64;
  if (!whole || std::any_of(guess.begin(), guess.end(), [](double x) { return std::isnan(x); }))
    return std::move(guess);
  if (found == kind::i32)
    return narrowed<std::int32_t>(guess);
  return narrowed<std::int64_t>(guess);
}

// The numbers of each row side by side.
std::vector<double> interleaved(const std::vector<std::vector<double>>& columns) {
  std::vector<double> all(columns.front().size() * columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i)
    for (std::size_t row = 0; row < columns[i].size(); ++row)
      all[row * columns.size() + i] = columns[i][row];
  return all;
}

column label_of(const plan& how, rows_read& read, const std::string& origin) {
  std::vector<std::string> names;
  for (const auto field : how.labels)
    names.push_back(how.header[field]);
  if (how.is_list) // nothing else reads numbers as such
    return {"label", {names.size()}, interleaved(read.numbers), origin, names};
  const auto [as, index] = how.targets[how.labels.front()];
  auto values = as == use::word ? cells{std::move(read.words[index])} : cells{std::move(read.numbers[index])};
  return {"label", {}, std::move(values), origin, names};
}

} // namespace

std::vector<key_rule> keys() {
  return {{"path", key_kind::path, true}, {"features", key_kind::texts},      {"label", key_kind::names},
          {"columns", key_kind::names},   {"delimiter", key_kind::character}, {"header", key_kind::flag},
          {"missing", key_kind::words}};
}

bool recognise(std::string_view start) {
  return start.find('\0') == std::string_view::npos;
}

table parse(const file_content& text, const std::string& origin, const spec& source) {
  const auto how = make_plan(text, origin, source);
  auto read = parse_rows(text, origin, how);
  const auto again = second_plan(how, read);
  rows_read more;
  if (!again.words.empty() || !again.wholes.empty())
    more = parse_rows(text, origin, again);
  table all;
  if (!how.features.empty())
    all.put({"features", {how.features.size()}, std::move(read.features), origin, how.features});
  if (!how.labels.empty())
    all.put(label_of(how, read, origin));
  for (const auto field : how.kept) {
    const auto [as, index] = again.targets[field];
    const auto guess = how.targets[field].index;
    auto values = as == use::word    ? cells{std::move(more.words[index])}
                  : as == use::whole ? cells{std::move(more.wholes[index])}
                                     : cells_of(std::move(read.guesses[guess]), read.kinds[guess]);
    all.put({how.header[field], {}, std::move(values), origin, {}});
  }
  return all;
}

table read(const spec& source) {
  std::vector<table> parts;
  for (const auto& path : files_of(source.keys.at("path").get<std::string>()))
    parts.push_back(parse(load_file(path), path, source));
  return joined(parts);
}

} // namespace dk::data::csv
