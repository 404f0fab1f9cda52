#include "jobs/answers/answer_columns.hpp"

#include "common/request_failure.hpp"
#include "jobs/models/decisions.hpp"

#include <algorithm>
#include <utility>

namespace dk {

namespace {

// Columns [first, first + wide) of rows that are `all` wide.
block cut_columns(const block& rows, std::size_t all, std::size_t first, std::size_t wide) {
  block_writer piece{rows.size() / all * wide};
  auto* to = piece.data();
  for (auto at = first; at < rows.size(); at += all)
    to = std::copy_n(rows.data() + at, wide, to);
  return std::move(piece).done();
}

// And back.
void paste_columns(block_writer& rows, std::size_t all, std::size_t first, const block& some, std::size_t wide) {
  const auto* from = some.data();
  for (std::size_t at = first; at < some.size() / wide * all; at += all, from += wide)
    std::copy_n(from, wide, rows.data() + at);
}

std::string class_called(std::size_t which, const std::vector<std::string>& names) {
  return which < names.size() ? names[which] : std::to_string(which);
}

data::cells class_cells(const std::vector<std::size_t>& which, const std::vector<std::string>& names) {
  if (names.empty())
    return std::vector<std::int32_t>(which.begin(), which.end());
  data::texts words;
  for (const auto one : which)
    words.push_back(class_called(one, names));
  return words;
}

std::vector<std::string> answer_fields(const std::string& name, const output_meaning& of) {
  std::vector<std::string> fields;
  for (std::size_t i = 0; i < of.size && of.size > 1; ++i)
    fields.push_back(name + '_' + class_called(i, of.labels));
  return fields;
}

std::vector<std::size_t> answer_shape(std::size_t wide) {
  return wide == 1 ? std::vector<std::size_t>{} : std::vector<std::size_t>{wide};
}

} // namespace

answer_columns::answer_columns(const known_model& model, answer_options options)
    : options_(std::move(options)), outputs_(outputs_of(model)), way_(label_way(model)) {
  for (auto& one : outputs_) {
    width_ += one.size;
    if (options_.raw)
      one.classes.clear();
    if (options_.probabilities && one.kind == nn::answer_kind::numbers && are_one())
      throw request_failure{errc::usage, model.path + " predicts numbers, which have no probabilities; leave " +
                                             request_member("proba") + " out"};
  }
}

std::string answer_columns::called(const output_meaning& of, const std::string& what) const {
  const auto name = are_one() ? what : what == "output" ? of.name : of.name + '_' + what;
  return options_.prefix.empty() ? name : options_.prefix + '_' + name;
}

block answer_columns::in_units(const block& outputs, std::size_t rows) const {
  const bool any = std::any_of(outputs_.begin(), outputs_.end(),
                               [](const auto& one) { return one.kind == nn::answer_kind::numbers; });
  if (options_.raw || way_.empty() || !any)
    return outputs;
  const auto wide = outputs_.back().first_label + outputs_.back().label_width; // of a row of labels
  block_writer labels{rows * wide};
  std::fill_n(labels.data(), rows * wide, 0.0F);
  std::size_t first = 0;
  for (const auto& one : outputs_) {
    if (one.kind == nn::answer_kind::numbers)
      paste_columns(labels, wide, one.first_label, cut_columns(outputs, width_, first, one.size), one.size);
    first += one.size;
  }
  const auto undone = in_label_units(way_, std::move(labels).done(), wide);
  block_writer all{outputs.size()};
  std::copy(outputs.begin(), outputs.end(), all.data());
  first = 0;
  for (const auto& one : outputs_) {
    if (one.kind == nn::answer_kind::numbers)
      paste_columns(all, width_, first, cut_columns(undone, wide, one.first_label, one.size), one.size);
    first += one.size;
  }
  return std::move(all).done();
}

void answer_columns::put_probabilities(const output_meaning& of, const block& numbers, data::table& to) const {
  const bool one_number = of.size == 1; // which is that of the second of two classes
  const auto classes = one_number ? 2 : of.size;
  const auto& names = of.kind == nn::answer_kind::each && of.size > 1 ? of.labels : of.classes;
  for (std::size_t which = 0; which < classes; ++which) {
    auto part = cut_columns(numbers, of.size, one_number ? 0 : which, 1);
    if (one_number && which == 0) {
      block_writer others{part.size()};
      std::transform(part.begin(), part.end(), others.data(), [](float p) { return 1 - p; });
      part = std::move(others).done();
    }
    to.put({called(of, "proba") + '_' + class_called(which, names), {}, std::move(part), {}, {}});
  }
}

void answer_columns::put_choice(const output_meaning& of, const block& numbers, data::table& to) const {
  const auto said = said_classes({numbers.begin(), numbers.end()}, of.size);
  to.put({called(of, "prediction"), {}, class_cells(said, of.classes), {}, {}});
}

void answer_columns::put_each(const output_meaning& of, const block& numbers, data::table& to) const {
  std::vector<std::size_t> said;
  for (const auto number : numbers)
    said.push_back(is_yes(number) ? 1 : 0);
  const auto name = called(of, "prediction");
  to.put({name,
          answer_shape(of.size),
          class_cells(said, of.size == 1 ? of.classes : std::vector<std::string>{}),
          {},
          answer_fields(name, of)});
}

void answer_columns::put_numbers(const output_meaning& of, const block& numbers, data::table& to) const {
  const auto name = called(of, "prediction");
  to.put({name, answer_shape(of.size), numbers, {}, answer_fields(name, of)});
}

data::table answer_columns::made_of(const block& outputs, std::size_t rows) const {
  data::table made{rows};
  const auto all = in_units(outputs, rows);
  std::size_t first = 0;
  for (const auto& one : outputs_) {
    const auto numbers = cut_columns(all, width_, first, one.size);
    first += one.size;
    if (one.kind == nn::answer_kind::numbers) {
      put_numbers(one, numbers, made);
      continue;
    }
    one.kind == nn::answer_kind::choice ? put_choice(one, numbers, made) : put_each(one, numbers, made);
    if (options_.probabilities)
      put_probabilities(one, numbers, made);
    else
      made.put({called(one, "output"), answer_shape(one.size), numbers, {}, {}});
  }
  return made;
}

data::table answer_columns::as_array(const block& outputs, std::size_t rows) const {
  data::table bare{rows};
  bare.put({"output", {width_}, in_units(outputs, rows), {}, {}});
  return bare;
}

} // namespace dk
