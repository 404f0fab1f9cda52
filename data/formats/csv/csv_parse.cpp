#include "data/formats/csv/csv_parse.hpp"

#include "common/parallel.hpp"
#include "data/formats/bytes/encoding.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <limits>
#include <utility>

// The text is cut into pieces that are read at the same time. A piece starts behind a line end that is, as far as the
// number of quotes before it tells, not inside quotes. Where that guess was wrong the piece before runs past it, and
// the piece is read again from where that one ended: what is read does not depend on the pieces.

namespace dk::data::csv {

namespace {

using stop = scanner::stop;

/// A piece of the text, and what was read of it.
struct piece {
  std::size_t first = 0; ///< where its first row starts
  std::size_t last = 0;  ///< rows that start before this are its own
  std::size_t room = 0;  ///< rows that it can have at most
  float* features = nullptr;
  std::size_t end = 0; ///< where its last row ended
  rows_read read;
  std::exception_ptr failed;
};

[[noreturn]] void too_few(const scanner& in, std::size_t found, std::size_t wanted) {
  in.fail_line("has " + std::to_string(found) + " fields where the header has " + std::to_string(wanted) +
               "; fill in the missing ones");
}

[[noreturn]] void too_many(scanner& in, std::size_t wanted) {
  auto found = wanted;
  for (auto ended = stop::delimiter; ended == stop::delimiter; ++found)
    in.skip_field(ended);
  in.fail_line("has " + std::to_string(found) + " fields where the header has " + std::to_string(wanted) +
               "; remove the extra ones or quote fields that hold the delimiter");
}

void take_guess(rows_read& to, std::size_t index, std::string_view field, const std::vector<std::string>& missing) {
  constexpr double exact_below = 9007199254740992.0; // 2^53
  double value = std::numeric_limits<double>::quiet_NaN();
  const bool is_missing = std::find(missing.begin(), missing.end(), field) != missing.end();
  const auto found = is_missing ? kind::missing : kind_of(field, value);
  to.types[index].widen({found, !(found == kind::i64 && std::abs(value) >= exact_below), std::isnan(value)});
  to.guesses[index].push_back(value);
}

void take_as(use as, std::size_t index, const scanner& in, std::string_view field, std::size_t number, const plan& how,
             piece& to) {
  switch (as) {
  case use::skip:
    break;
  case use::feature:
    to.features[to.read.rows * how.features.size() + index] =
        static_cast<float>(number_of(in, field, how.header[number], how.missing));
    break;
  case use::number:
    to.read.numbers[index].push_back(number_of(in, field, how.header[number], how.missing));
    break;
  case use::guess:
    take_guess(to.read, index, field, how.missing);
    break;
  case use::whole: { // a first reading found them whole, or missing
    double unused = 0;
    std::int64_t value = 0;
    if (kind_of(field, unused) != kind::missing)
      value = std::strtoll(std::string{field}.c_str(), nullptr, 10);
    to.read.wholes[index].push_back(value);
    break;
  }
  case use::word:
    if (const auto bad = first_not_utf8(field); bad != std::string_view::npos)
      in.fail("field `" + how.header[number] + "` " + not_utf8(field, bad));
    to.read.words[index].push_back(field);
    break;
  }
}

void take_field(const scanner& in, std::string_view field, std::size_t number, const plan& how, piece& to) {
  const auto& at = how.targets[number];
  take_as(at.as, at.index, in, field, number, how, to);
  if (at.also != use::skip)
    take_as(at.also, at.also_index, in, field, number, how, to);
}

void read_row(scanner& in, const plan& how, piece& to) {
  const auto fields = how.targets.size();
  auto* const features = to.features + to.read.rows * how.features.size();
  auto ended = stop::delimiter;
  for (std::size_t i = 0; i < fields;) {
    if (ended != stop::delimiter)
      too_few(in, i, fields);
    if (how.runs[i] > 0) {
      const auto taken = in.short_numbers(features + how.targets[i].index, how.runs[i]);
      i += taken;
      if (taken > 0)
        continue;
    }
    take_field(in, in.text_field(ended), i, how, to);
    ++i;
  }
  if (ended == stop::delimiter)
    too_many(in, fields);
}

// The same bits, each field by itself.
void read_written_row(scanner& in, const plan& how, piece& to) {
  const auto fields = how.targets.size();
  auto ended = stop::delimiter;
  for (std::size_t i = 0; i < fields; ++i) {
    if (ended != stop::delimiter)
      too_few(in, i, fields);
    const auto field = in.text_field(ended);
    if (const auto bad = first_not_utf8(in.written()); bad != std::string_view::npos)
      in.fail("field `" + how.header[i] + "` " + not_utf8(in.written(), bad));
    to.read.written[i].push_back(in.written());
    take_field(in, field, i, how, to);
  }
  if (ended == stop::delimiter)
    too_many(in, fields);
}

template <class List>
std::vector<List> lists(std::size_t count, std::size_t room) {
  std::vector<List> all(count);
  for (auto& one : all)
    one.reserve(room);
  return all;
}

void read_piece(const file_content& text, const std::string& origin, const plan& how, piece& to) {
  to.read = {};
  to.read.numbers = lists<std::vector<double>>(how.numbers.size(), to.room);
  to.read.guesses = lists<std::vector<double>>(how.guesses.size(), to.room);
  to.read.types.assign(how.guesses.size(), {});
  to.read.wholes = lists<std::vector<std::int64_t>>(how.wholes.size(), to.room);
  to.read.words = lists<texts>(how.words.size(), to.room);
  to.read.written = lists<texts>(how.keeps_written ? how.header.size() : 0, to.room);
  to.failed = nullptr;
  scanner in{text, origin, how.delimiter};
  in.go_to(to.first);
  try {
    for (; in.next_line() && in.place() < to.last; ++to.read.rows)
      how.keeps_written ? read_written_row(in, how, to) : read_row(in, how, to);
  } catch (...) {
    to.failed = std::current_exception();
  }
  to.end = in.place();
}

// Behind the first line end from `from` on that is not inside quotes, or the end of the text.
std::size_t next_line_start(std::string_view text, std::size_t from, bool inside) {
  for (; from < text.size(); ++from) {
    if (text[from] == '"')
      inside = !inside;
    else if (text[from] == '\n' && !inside)
      return from + 1;
  }
  return text.size();
}

std::vector<piece> pieces_of(std::string_view text, std::size_t body, const plan& how) {
  constexpr std::size_t least = std::size_t{1} << 18U;
  const auto count = std::clamp<std::size_t>((text.size() - body) / least, 1, 4 * cores());
  const bool has_quotes = std::memchr(text.data() + body, '"', text.size() - body) != nullptr;
  std::vector<piece> all(count);
  std::size_t counted = body;
  bool inside = false;
  for (std::size_t i = 0; i < count; ++i) {
    all[i].first = body;
    if (i > 0) {
      const auto about = std::max(body + i * ((text.size() - body) / count), all[i - 1].first);
      if (has_quotes)
        inside = inside != (std::count(text.begin() + static_cast<std::ptrdiff_t>(counted),
                                       text.begin() + static_cast<std::ptrdiff_t>(about), '"') %
                                2 !=
                            0);
      counted = about;
      all[i].first = next_line_start(text, about, inside);
      all[i - 1].last = all[i].first;
    }
  }
  all.back().last = text.size();
  in_parallel(count, [&](std::size_t i) {
    auto& one = all[i];
    const auto own = text.substr(one.first, one.last - one.first);
    const auto lines = static_cast<std::size_t>(std::count(own.begin(), own.end(), '\n')) +
                       (own.empty() || own.back() == '\n' ? 0U : 1U);
    one.room = std::min(lines, own.size() / how.targets.size() + 1);
  });
  return all;
}

// Moves the rows of the pieces together, where some had fewer than room, and gives them up.
block gathered(const std::vector<piece>& pieces, block_writer all, std::size_t wide, std::size_t rows) {
  float* to = all.data();
  for (const auto& one : pieces) {
    const auto count = one.read.rows * wide;
    if (count > 0 && to != one.features)
      std::memmove(to, one.features, count * sizeof(float));
    to += count;
  }
  return std::move(all).done().slice(0, rows * wide);
}

template <class Number>
void append(std::vector<Number>& to, const std::vector<Number>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void append(texts& to, const texts& from) {
  for (std::size_t row = 0; row < from.size(); ++row)
    to.push_back(from[row]);
}

// Puts the pieces of each list into the first piece's; one list after the other, so that only one is held twice.
template <class List>
void join_lists(std::vector<piece>& pieces, std::vector<List> rows_read::*of, std::size_t rows) {
  for (std::size_t i = 0; pieces.size() > 1 && i < (pieces.front().read.*of).size(); ++i) {
    auto& all = (pieces.front().read.*of)[i];
    all.reserve(rows);
    for (auto next = pieces.begin() + 1; next != pieces.end(); ++next)
      append(all, std::exchange((next->read.*of)[i], List{}));
  }
}

rows_read joined_pieces(std::vector<piece>& pieces, std::size_t rows) {
  join_lists(pieces, &rows_read::numbers, rows);
  join_lists(pieces, &rows_read::guesses, rows);
  join_lists(pieces, &rows_read::wholes, rows);
  join_lists(pieces, &rows_read::words, rows);
  join_lists(pieces, &rows_read::written, rows);
  auto& all = pieces.front().read;
  for (auto next = pieces.begin() + 1; next != pieces.end(); ++next)
    for (std::size_t i = 0; i < all.types.size(); ++i)
      all.types[i].widen(next->read.types[i]);
  all.rows = rows;
  return std::move(all);
}

} // namespace

rows_read parse_rows(const file_content& content, const std::string& origin, const plan& how) {
  const auto wide = how.features.size();
  auto pieces = pieces_of(content.text(), how.body, how);
  std::size_t room = 0;
  for (const auto& one : pieces)
    room += one.room;
  block_writer features{room * wide};
  room = 0;
  for (auto& one : pieces) {
    one.features = features.data() + room * wide;
    room += one.room;
  }
  in_parallel(pieces.size(), [&](std::size_t i) { read_piece(content, origin, how, pieces[i]); });
  auto at = how.body;
  std::size_t rows = 0;
  for (auto& one : pieces) {
    if (one.first < at) { // the guess where it starts was wrong
      one.first = at;
      read_piece(content, origin, how, one);
    }
    if (one.failed)
      std::rethrow_exception(one.failed);
    at = std::max(one.end, one.first);
    rows += one.read.rows;
  }
  auto gathered_features = gathered(pieces, std::move(features), wide, rows);
  auto all = joined_pieces(pieces, rows);
  all.features = std::move(gathered_features);
  return all;
}

} // namespace dk::data::csv
