#include "data/formats/csv/csv_columns.hpp"

#include "common/error.hpp"
#include "data/formats/pick.hpp"

#include <algorithm>

namespace dk::data::csv {

namespace {

bool is_word(const guessed_type& type) {
  return type.found >= kind::timestamp || type.found == kind::missing;
}

bool is_rounded(const guessed_type& type) {
  return type.found == kind::i64 && !type.exact && !type.has_gaps;
}

template <class Number>
std::vector<Number> narrowed(const std::vector<double>& from) {
  std::vector<Number> all(from.size());
  std::transform(from.begin(), from.end(), all.begin(), [](double x) { return static_cast<Number>(x); });
  return all;
}

// By value, so that it is gone when the next column is made.
cells cells_of(std::vector<double> guess, const guessed_type& type) {
  if (type.found == kind::i32 && !type.has_gaps)
    return narrowed<std::int32_t>(guess);
  if (type.found == kind::i64 && !type.has_gaps)
    return narrowed<std::int64_t>(guess);
  return guess;
}

// The numbers of the first columns, of each row side by side.
std::vector<double> interleaved(const std::vector<std::vector<double>>& columns, std::size_t count) {
  std::vector<double> all(columns.front().size() * count);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t row = 0; row < columns[i].size(); ++row)
      all[row * count + i] = columns[i][row];
  return all;
}

column label_of(const plan& how, rows_read& read, const std::string& origin) {
  std::vector<std::string> names;
  for (const auto field : how.labels)
    names.push_back(how.header[field]);
  if (how.is_list) // they are the first of the numbers
    return {"label", {names.size()}, interleaved(read.numbers, names.size()), origin, names};
  const auto& at = how.targets[how.labels.front()];
  auto values = at.as == use::word ? cells{std::move(read.words[at.index])} : cells{std::move(read.numbers[at.index])};
  return {"label", {}, std::move(values), origin, names};
}

// Whether a settled plan reads anything besides its first.
bool has_rest(const plan& settled, const plan& first) {
  return settled.words.size() > first.words.size() || settled.wholes.size() > first.wholes.size();
}

// What that is.
plan rest_of(const plan& settled, const plan& first) {
  auto rest = settled;
  rest.keeps_written = false;
  rest.features.clear();
  rest.numbers.clear();
  rest.guesses.clear();
  rest.types.clear();
  rest.words.erase(rest.words.begin(), rest.words.begin() + static_cast<std::ptrdiff_t>(first.words.size()));
  std::fill(rest.targets.begin(), rest.targets.end(), target{});
  std::fill(rest.runs.begin(), rest.runs.end(), 0);
  for (std::size_t i = 0; i < rest.words.size(); ++i)
    rest.targets[rest.words[i]] = {use::word, i};
  for (std::size_t i = 0; i < rest.wholes.size(); ++i)
    rest.targets[rest.wholes[i]] = {use::whole, i};
  return rest;
}

// Leaves only the guesses that were right.
void drop_wrong_guesses(rows_read& read, const plan& settled, const plan& first) {
  std::vector<std::vector<double>> kept;
  for (std::size_t i = 0; i < first.guesses.size(); ++i)
    if (settled.targets[first.guesses[i]].as == use::guess)
      kept.push_back(std::move(read.guesses[i]));
  read.guesses = std::move(kept);
}

// Adds what else the settled plan reads.
void complete(rows_read& read, rows_read rest) {
  std::move(rest.words.begin(), rest.words.end(), std::back_inserter(read.words));
  std::move(rest.wholes.begin(), rest.wholes.end(), std::back_inserter(read.wholes));
}

table columns_of(const plan& how, rows_read read, const std::string& origin) {
  table all{read.rows};
  if (!how.features.empty())
    all.put({"features", {how.features.size()}, std::move(read.features), origin, how.features});
  if (!how.labels.empty())
    all.put(label_of(how, read, origin));
  for (const auto field : how.kept) {
    const auto& at = how.targets[field];
    const bool again = at.also != use::skip;
    const auto as = again ? at.also : at.as;
    const auto index = again ? at.also_index : at.index;
    auto values = as == use::word     ? cells{std::move(read.words[index])}
                  : as == use::number ? cells{std::move(read.numbers[index])}
                  : as == use::whole  ? cells{std::move(read.wholes[index])}
                                      : cells_of(std::move(read.guesses[index]), how.types[index]);
    all.put({how.header[field], {}, std::move(values), origin, {}});
  }
  if (how.weight)
    put_weight(all, {how.header[*how.weight], {}, std::move(read.numbers[how.targets[*how.weight].index]), origin, {}});
  return all;
}

// All fields under the names of the header.
table written_columns(const plan& how, rows_read& read, const std::string& origin) {
  table all{read.rows};
  for (std::size_t i = 0; i < read.written.size(); ++i) {
    const bool is_feature = how.targets[i].as == use::feature;
    all.put({how.header[i],
             {},
             std::move(read.written[i]),
             origin,
             {},
             {},
             is_feature ? spelling::csv_number : spelling::csv});
  }
  return all;
}

} // namespace

plan settled(const plan& first, const std::vector<guessed_type>& types) {
  auto all = first;
  all.guesses.clear();
  for (std::size_t i = 0; i < first.guesses.size(); ++i) {
    const auto field = first.guesses[i];
    auto& fields = is_word(types[i]) ? all.words : is_rounded(types[i]) ? all.wholes : all.guesses;
    const auto as = is_word(types[i]) ? use::word : is_rounded(types[i]) ? use::whole : use::guess;
    all.targets[field] = {as, fields.size()};
    fields.push_back(field);
    if (as == use::guess)
      all.types.push_back(types[i]);
  }
  return all;
}

table table_of(const file_content& text, const std::string& origin, const plan& how, table* written) {
  auto read = parse_rows(text, origin, how);
  if (written != nullptr && how.keeps_written)
    *written = written_columns(how, read, origin);
  if (how.types.size() == how.guesses.size())
    return columns_of(how, std::move(read), origin);
  const auto known = settled(how, read.types);
  drop_wrong_guesses(read, known, how);
  if (has_rest(known, how))
    complete(read, parse_rows(text, origin, rest_of(known, how)));
  return columns_of(known, std::move(read), origin);
}

void fail_without_rows(const std::string& path) {
  throw failure{errc::data, path + ": has a header but no rows; add rows, or name another file"};
}

} // namespace dk::data::csv
