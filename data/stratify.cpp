#include "data/stratify.hpp"

#include "common/error.hpp"
#include "common/random.hpp"
#include "common/text.hpp"
#include "data/shuffle.hpp"
#include "data/transforms/catalog.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

namespace dk::data {

namespace {

std::vector<std::string> written_by(const spec& transform) {
  const auto to = transform.keys.find("to");
  if (to == transform.keys.end() || (!to->is_string() && !(to->is_array() && to->front().is_string())))
    return source_columns(transform);
  return to->is_string() ? std::vector<std::string>{to->get<std::string>()} : to->get<std::vector<std::string>>();
}

// The transforms that the label comes of, and the columns that the first of them begin with.
std::vector<spec> makers_of_label(const std::vector<spec>& transforms) {
  std::set<std::string> wanted{"label"};
  std::vector<spec> makers;
  for (auto one = transforms.rbegin(); one != transforms.rend(); ++one) {
    const auto& kind = find_transform(one->name);
    if (kind.training_only || (kind.columns != column_use::each && kind.columns != column_use::into_one))
      continue;
    const auto written = written_by(*one);
    if (std::none_of(written.begin(), written.end(), [&](const auto& name) { return wanted.count(name) != 0; }))
      continue;
    for (const auto& name : written)
      wanted.erase(name);
    for (const auto& name : source_columns(*one))
      wanted.insert(name);
    makers.push_back(*one);
  }
  std::reverse(makers.begin(), makers.end());
  return makers;
}

// f(key) for the label of each row.
template <class F>
void over_labels(const column& label, F f) {
  if (const auto* words = texts_in(label)) {
    for (std::size_t row = 0; row < words->size(); ++row)
      f(std::string{(*words)[row]});
    return;
  }
  const auto wide = width(label);
  visit_values(label, [&](const auto* x, std::size_t count) {
    for (std::size_t i = 0; i < count; i += wide) {
      std::string key;
      for (std::size_t j = i; j < i + wide; ++j) {
        const auto value = static_cast<double>(x[j]);
        if (std::floor(value) != value)
          throw failure{errc::data, place(label, j) + " holds " + shortest(value) +
                                        ", but `data.stratify` holds rows out by class, and a class is a whole number "
                                        "or a text; leave `stratify` out"};
        key += shortest(value) + ' ';
      }
      f(std::move(key));
    }
  });
}

// The texts of several columns, and their numbers as texts: the label that is made of them tells apart what these do.
void put_side_by_side(const spec& transform, table& rows) {
  std::vector<std::string> all(rows.rows());
  for (const auto& name : source_columns(transform)) {
    const auto& from = rows.at(name);
    std::size_t row = 0;
    over_labels(from, [&](std::string key) { all[row++] += std::to_string(key.size()) + ':' + key; });
  }
  texts together;
  for (const auto& key : all)
    together.push_back(key);
  const auto& first = rows.at(source_columns(transform).front());
  rows.put({transform.keys.at("to").get<std::string>(), {}, std::move(together), first.origin, {}, first.numbers});
}

// What a transform learns does not make two classes one, nor does one_hot: their columns are taken as they are, and
// with them the texts that others would read as numbers.
void make(const spec& transform, table& rows) {
  const auto& kind = find_transform(transform.name);
  const auto sources = source_columns(transform);
  const bool reads_text =
      transform.name != "binary_label" &&
      std::any_of(sources.begin(), sources.end(), [&](const auto& name) { return texts_in(rows.at(name)) != nullptr; });
  if (reads_text && kind.columns == column_use::into_one)
    return put_side_by_side(transform, rows);
  const bool keeps_classes = kind.learn != nullptr || transform.name == "one_hot" || reads_text;
  if (!keeps_classes || kind.columns != column_use::each)
    return kind.apply(transform, nlohmann::json::object(), rows);
  for (const auto& [from, to] : transform_columns(transform)) {
    auto same = rows.at(from);
    same.name = to;
    rows.put(std::move(same));
  }
}

// How many of each class are held out: its share, rounded so that all together are the part of all rows.
std::vector<std::size_t> held_of_each(const std::vector<std::size_t>& counts, double part) {
  std::vector<std::size_t> held;
  std::vector<double> rest;
  for (const auto count : counts) {
    const auto share = static_cast<double>(count) * part;
    held.push_back(static_cast<std::size_t>(share));
    rest.push_back(share - std::floor(share));
  }
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return rest[a] > rest[b]; });
  const auto rows = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  const auto wanted = static_cast<std::size_t>(std::llround(static_cast<double>(rows) * part));
  const auto have = std::accumulate(held.begin(), held.end(), std::size_t{0});
  for (std::size_t i = 0; i < order.size() && have + i < wanted; ++i)
    ++held[order[i]];
  for (std::size_t i = 0; i < counts.size(); ++i)
    held[i] = counts[i] < 2 ? 0 : std::clamp<std::size_t>(held[i], 1, counts[i] - 1);
  return held;
}

} // namespace

stratified_rows::stratified_rows(const std::vector<spec>& transforms) : makers_(makers_of_label(transforms)) {}

void stratified_rows::see(const table& rows) {
  table some;
  std::set<std::string> made{"label"};
  for (const auto& maker : makers_)
    for (const auto& name : source_columns(maker))
      made.insert(name);
  for (const auto& name : made)
    if (const auto* found = rows.find(name))
      some.put(*found);
  for (const auto& maker : makers_)
    make(maker, some);
  const auto* label = some.find("label");
  if (label == nullptr)
    label = &rows.at("label");
  origin_ = label->origin;
  over_labels(*label, [&](std::string key) {
    if (places_.size() > std::numeric_limits<class_index>::max())
      throw failure{errc::data, column_text(*label) + "has more than " + with_commas(places_.size() - 1) +
                                    " different values; it holds no classes, leave `data.stratify` out"};
    const auto at = places_.emplace(std::move(key), static_cast<class_index>(places_.size())).first->second;
    if (at == counts_.size())
      counts_.push_back(0);
    ++counts_[at];
    classes_.push_back(at);
  });
}

std::vector<bool> stratified_rows::held(double part, std::uint64_t seed) const {
  const auto held = held_of_each(counts_, part);
  if (std::all_of(held.begin(), held.end(), [](auto count) { return count == 0; }))
    throw failure{errc::data, origin_ + (origin_.empty() ? "" : ": ") +
                                  "has no class of two rows or more, so that none can be held out by class; leave "
                                  "`data.stratify` out"};
  std::vector<std::vector<bool>> of_class;
  for (std::size_t i = 0; i < held.size(); ++i) {
    std::vector<bool> places(counts_[i]);
    const row_order order{derive_seed(seed, purpose::split, {i}), 0, counts_[i], true};
    for (std::size_t k = 0; k < held[i]; ++k)
      places[order(k)] = true;
    of_class.push_back(std::move(places));
  }
  std::vector<std::size_t> next(held.size());
  std::vector<bool> is_held(classes_.size());
  for (std::size_t row = 0; row < classes_.size(); ++row)
    is_held[row] = of_class[classes_[row]][next[classes_[row]]++];
  return is_held;
}

} // namespace dk::data
