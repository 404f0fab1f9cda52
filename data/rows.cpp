#include "data/rows.hpp"

#include "common/error.hpp"
#include "common/random.hpp"
#include "data/shuffle.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace dk::data {

namespace {

template <class Number>
std::vector<Number> picked_cells(const std::vector<Number>& from, std::size_t wide,
                                 const std::vector<std::size_t>& rows) {
  std::vector<Number> all;
  all.reserve(rows.size() * wide);
  for (const auto row : rows)
    all.insert(all.end(), from.data() + row * wide, from.data() + (row + 1) * wide);
  return all;
}

block picked_cells(const block& from, std::size_t wide, const std::vector<std::size_t>& rows) {
  block_writer all{rows.size() * wide};
  auto* to = all.data();
  for (const auto row : rows)
    to = std::copy_n(from.data() + row * wide, wide, to);
  return std::move(all).done();
}

texts picked_cells(const texts& from, std::size_t, const std::vector<std::size_t>& rows) {
  texts all;
  for (const auto row : rows)
    all.push_back(from[row]);
  return all;
}

template <class Number>
std::vector<Number> sliced_cells(const std::vector<Number>& from, std::size_t wide, std::size_t first,
                                 std::size_t count) {
  return {from.data() + first * wide, from.data() + (first + count) * wide};
}

block sliced_cells(const block& from, std::size_t wide, std::size_t first, std::size_t count) {
  return from.slice(first * wide, count * wide);
}

texts sliced_cells(const texts& from, std::size_t, std::size_t first, std::size_t count) {
  texts some;
  for (std::size_t i = first; i < first + count; ++i)
    some.push_back(from[i]);
  return some;
}

using columns = std::vector<const column*>;

template <class Number>
std::vector<Number> joined_cells(const std::vector<const std::vector<Number>*>& parts) {
  std::vector<Number> all;
  std::size_t count = 0;
  for (const auto* part : parts)
    count += part->size();
  all.reserve(count);
  for (const auto* part : parts)
    all.insert(all.end(), part->begin(), part->end());
  return all;
}

block joined_cells(const std::vector<const block*>& parts) {
  std::vector<block> all;
  for (const auto* part : parts)
    all.push_back(*part);
  return block::joined(all);
}

texts joined_cells(const std::vector<const texts*>& parts) {
  texts all;
  for (const auto* part : parts)
    for (std::size_t i = 0; i < part->size(); ++i)
      all.push_back((*part)[i]);
  return all;
}

std::vector<double> as_doubles(const column& from) {
  return visit_values(from, [](const auto* x, std::size_t count) { return std::vector<double>(x, x + count); });
}

cells joined_cells(const columns& parts) {
  const auto same_type = [&](const column* c) { return c->values.index() == parts.front()->values.index(); };
  if (std::all_of(parts.begin(), parts.end(), same_type))
    return std::visit(
        [&](const auto& first) -> cells {
          using held = std::decay_t<decltype(first)>;
          std::vector<const held*> all;
          for (const auto* c : parts)
            all.push_back(&std::get<held>(c->values));
          return joined_cells(all);
        },
        parts.front()->values);
  const auto is_float = [](const column* c) { return std::holds_alternative<block>(c->values); };
  if (std::any_of(parts.begin(), parts.end(), is_float)) {
    std::vector<block> all;
    for (const auto* c : parts)
      all.push_back(as_floats(*c));
    return block::joined(all);
  }
  std::vector<double> all;
  for (const auto* c : parts) {
    const auto part = as_doubles(*c);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::string shape_text(const column& which) {
  std::string text = "[";
  for (const auto size : which.shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + ']';
}

void check_alike(const column& a, const column& b) {
  const auto where = b.origin.empty() ? std::string{} : b.origin + ": ";
  if (a.shape != b.shape)
    throw failure{errc::data, where + "column `" + b.name + "` has the shape " + shape_text(b) + ", that of " +
                                  a.origin + " has " + shape_text(a) + "; give files that belong together"};
  if ((texts_in(a) == nullptr) != (texts_in(b) == nullptr))
    throw failure{errc::data, where + "column `" + b.name + "` holds " + (texts_in(b) ? "text" : "numbers") +
                                  ", that of " + a.origin + " the other; give files that belong together"};
}

// A row's numbers where it came from, each by itself.
std::vector<std::size_t> each_number(const row_numbers& from, std::size_t first, std::size_t count) {
  std::vector<std::size_t> all(count);
  for (std::size_t i = 0; i < count; ++i)
    all[i] = from[first + i];
  return all;
}

row_numbers numbers_of_each(std::vector<std::size_t> all) {
  return {0, std::make_shared<const std::vector<std::size_t>>(std::move(all))};
}

row_numbers sliced_numbers(const row_numbers& from, std::size_t first, std::size_t count) {
  return from.picked ? numbers_of_each(each_number(from, first, count)) : row_numbers{from.first + first};
}

// Rows that follow each other in a file are counted from the first.
row_numbers joined_numbers(const columns& parts) {
  const auto rows = [](const column& c) { return size(c) / (texts_in(c) == nullptr ? width(c) : 1); };
  auto next = parts.front()->numbers.first;
  const auto follows = [&](const column* c) {
    const auto first = c->numbers.first;
    const bool does = !c->numbers.picked && first == next && c->origin == parts.front()->origin;
    next = first + rows(*c);
    return does;
  };
  if (std::all_of(parts.begin(), parts.end(), follows))
    return {parts.front()->numbers.first};
  std::vector<std::size_t> all;
  for (const auto* c : parts) {
    const auto some = each_number(c->numbers, 0, rows(*c));
    all.insert(all.end(), some.begin(), some.end());
  }
  return numbers_of_each(std::move(all));
}

row_numbers numbers_of(const row_numbers& from, const std::shared_ptr<const std::vector<std::size_t>>& rows) {
  if (!from.picked)
    return {from.first, rows};
  auto all = *rows;
  for (auto& row : all)
    row = (*from.picked)[row];
  return {from.first, std::make_shared<const std::vector<std::size_t>>(std::move(all))};
}

} // namespace

table picked(const table& from, const std::vector<std::size_t>& rows) {
  table all{rows.size()};
  const auto shared = std::make_shared<const std::vector<std::size_t>>(rows);
  for (const auto& c : from.columns())
    all.put({c.name, c.shape,
             std::visit([&](const auto& values) -> cells { return picked_cells(values, width(c), rows); }, c.values),
             c.origin, c.fields, numbers_of(c.numbers, shared), c.spelled});
  return all;
}

table counted_from(table rows, std::uint64_t first) {
  table all{rows.rows()};
  for (auto& c : std::move(rows).release()) {
    c.numbers = {first};
    all.put(std::move(c));
  }
  return all;
}

table slice(const table& from, std::size_t first, std::size_t count) {
  table some{count};
  for (const auto& c : from.columns())
    some.put({c.name, c.shape,
              std::visit([&](const auto& all) -> cells { return sliced_cells(all, width(c), first, count); }, c.values),
              c.origin, c.fields, sliced_numbers(c.numbers, first, count), c.spelled});
  return some;
}

table joined(const std::vector<table>& parts) {
  if (parts.size() == 1)
    return parts.front();
  std::size_t rows = 0;
  for (const auto& part : parts)
    rows += part.rows();
  table all{rows};
  for (const auto& a : parts.front().columns()) {
    columns same;
    for (const auto& part : parts) {
      const auto& b = part.at(a.name);
      check_alike(a, b);
      same.push_back(&b);
    }
    all.put({a.name, a.shape, joined_cells(same), a.origin, a.fields, joined_numbers(same), a.spelled});
  }
  return all;
}

std::vector<bool> held_rows(std::size_t rows, double held_out, std::uint64_t seed, const std::string& origin) {
  if (rows < 2)
    throw failure{errc::data,
                  origin + (origin.empty() ? "" : ": ") + "has too few rows to hold any out; set `validation` to 0"};
  const auto wanted = static_cast<std::size_t>(std::llround(static_cast<double>(rows) * held_out));
  const auto held = std::clamp<std::size_t>(wanted, 1, rows - 1);
  const row_order order{derive_seed(seed, purpose::split), 0, rows, true};
  std::vector<bool> is_held(rows);
  for (std::size_t i = 0; i < held; ++i)
    is_held[order(i)] = true;
  return is_held;
}

std::pair<table, table> split(const table& all, const std::vector<bool>& is_held) {
  std::vector<std::size_t> rest;
  std::vector<std::size_t> out;
  for (std::size_t row = 0; row < all.rows(); ++row)
    (is_held[row] ? out : rest).push_back(row);
  return {picked(all, rest), picked(all, out)};
}

} // namespace dk::data
