#include "jobs/answers/asked_rows.hpp"

#include "common/error.hpp"
#include "data/formats/bytes/encoding.hpp"
#include "data/formats/bytes/file_stream.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/csv/csv.hpp"
#include "data/formats/json/json_lines.hpp"
#include "data/formats/pick.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace dk {

namespace {

constexpr std::size_t most_of_text = std::size_t{1} << 20U;

bool is_written(const spec& source) {
  return source.name == "csv" || source.name == "json_lines";
}

// Numbers that have a name each.
void put_fields(const data::column& c, data::table& to) {
  const auto wide = data::width(c);
  const auto numbers = data::as_floats(c);
  for (std::size_t i = 0; i < wide; ++i) {
    block_writer one{numbers.size() / wide};
    for (std::size_t row = 0; row < numbers.size() / wide; ++row)
      one.data()[row] = numbers.data()[row * wide + i];
    to.put({c.fields[i], {}, std::move(one).done(), c.origin, {}, c.numbers});
  }
}

// Whether the first line has more than a number or a text there.
bool starts_with_list(const data::column& values) {
  const auto& all = *data::texts_in(values);
  return all.size() > 0 && !all[0].empty() && (all[0].front() == '[' || all[0].front() == '{');
}

data::table_stream_ptr opened(const spec& source) {
  if (source.name == "csv")
    return data::csv::to_answer(source, most_of_text << 4U);
  if (source.name == "json_lines")
    return data::json_lines::to_answer(source, most_of_text << 2U);
  return data::open(data::names_columns(source.name) ? with_every_column(source) : source);
}

data_to_answer data_of(const known_model& model, data_for_model what, data::table_stream_ptr rows) {
  auto labels = data::label_names(model.train ? *model.train : what.source);
  auto asked = std::make_unique<asked_rows>(std::move(rows), what.source, std::move(labels));
  return {std::move(what), std::move(asked)};
}

// In which the run's training data was.
std::string encoding_of(const known_model& model) {
  return data::encoding_of(model.train ? *model.train : spec{});
}

data_to_answer from_stdin(const known_model& model) {
  auto input = data::as_utf8(data::open_pipe(STDIN_FILENO, "stdin"), encoding_of(model), "stdin");
  std::string start;
  const auto end_of_line = [&] { return start.find('\n', start.find_first_not_of("\r\n")); };
  while (end_of_line() == std::string::npos && input->append_to(start, most_of_text))
    ;
  if (start.empty())
    throw failure{errc::data, "stdin: is empty; pipe CSV with a header, or JSON lines, into it"};
  const bool is_json = data::json_lines::recognise(start);
  auto source = read_like({is_json ? "json_lines" : "csv", {{"path", "stdin"}}}, model);
  source.keys.erase("encoding"); // it is UTF-8 by now
  const auto seen = columns_in(start.substr(0, end_of_line()), "stdin", source);
  auto what = data_for(model, source, seen, {"features"});
  auto all = data::continued(std::move(start), std::move(input));
  auto rows = is_json ? data::json_lines::to_answer(std::move(all), "stdin", what.source, most_of_text << 2U)
                      : data::csv::to_answer(std::move(all), "stdin", what.source, most_of_text);
  return data_of(model, std::move(what), std::move(rows));
}

} // namespace

asked_rows::asked_rows(data::table_stream_ptr all, spec source, std::vector<std::string> label_names)
    : all_(std::move(all)), source_(std::move(source)), labels_(std::move(label_names)) {}

std::optional<data::table> asked_rows::next() {
  auto some = all_->next();
  if (!some)
    return std::nullopt;
  if (is_written(source_)) {
    beside_.push_back(kept_of(all_->written()));
    return some;
  }
  beside_.push_back(kept_of(*some));
  return asked_of(std::move(*some));
}

data::table asked_rows::asked_of(data::table rows) const {
  const bool chooses = source_.keys.contains("features") || source_.keys.contains("columns");
  if (!data::names_columns(source_.name) || (source_.name == "prepared" && !chooses))
    return rows;
  auto source = source_;
  for (const auto& name : data::label_names(source))
    if (rows.find(name) == nullptr)
      source.keys.erase("label");
  return data::picked_columns(std::move(rows), source);
}

data::table asked_rows::kept_of(const data::table& rows) const {
  const auto features = data::named_columns(source_);
  const auto is_feature = [&](const data::column& c) {
    return c.name == "features" || std::find(features.begin(), features.end(), c.name) != features.end();
  };
  const auto is_label = [&](const data::column& c) {
    return std::find(labels_.begin(), labels_.end(), c.name) != labels_.end();
  };
  data::table kept{rows.rows()};
  for (auto c : rows.columns()) {
    const bool is_list = c.spelled == data::spelling::json && starts_with_list(c);
    const bool pixels = data::width(c) > 1 || is_list || (c.name == "features" && data::texts_in(c) == nullptr);
    if (c.spelled == data::spelling::csv && is_label(c))
      c.spelled = data::spelling::csv_number;
    if (!is_feature(c) || !pixels)
      kept.put(std::move(c));
    else if (c.fields.size() == data::width(c))
      put_fields(c, kept);
  }
  return kept;
}

std::vector<data::table> asked_rows::beside(std::size_t rows) {
  std::vector<data::table> pieces;
  while (rows > 0) {
    const auto& front = beside_.front();
    const auto count = std::min(rows, front.rows() - used_);
    pieces.push_back(data::slice(front, used_, count));
    used_ += count;
    rows -= count;
    if (used_ == front.rows()) {
      beside_.pop_front();
      used_ = 0;
    }
  }
  return pieces;
}

data_to_answer open_to_answer(const known_model& model, const std::string& data) {
  if (data == "-")
    return from_stdin(model);
  auto what = data_for(model, data, {"features"});
  auto rows = opened(what.source);
  return data_of(model, std::move(what), std::move(rows));
}

} // namespace dk
