#include "jobs/answers/answer_writer.hpp"

#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "common/text.hpp"
#include "data/formats/spelled.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

namespace dk {

namespace {

using string_list = std::vector<std::string>;

string_list split_at_commas(const std::string& list) {
  string_list all;
  std::istringstream in{list};
  for (std::string one; std::getline(in, one, ',');)
    if (!one.empty())
      all.push_back(one);
  return all;
}

bool is_among(const string_list& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

// What a column is called in a format that has one number to a field.
string_list written_names(const data::column& c, bool one_by_one) {
  const auto wide = data::texts_in(c) == nullptr ? data::width(c) : 1;
  if (wide == 1 || !one_by_one)
    return {c.name};
  if (c.fields.size() == wide)
    return c.fields;
  string_list all;
  for (std::size_t i = 0; i < wide; ++i)
    all.push_back(c.name + '_' + std::to_string(i));
  return all;
}

// Texts as an array can hold them.
data::table with_plain_values(const data::table& rows) {
  data::table made{rows.rows()};
  for (const auto& c : rows.columns())
    made.put(data::texts_in(c) == nullptr
                 ? c
                 : data::plain_values(c, c.spelled == data::spelling::csv_number || c.spelled == data::spelling::json));
  return made;
}

} // namespace

answer_writer::answer_writer(answer_writer_options options) : options_(std::move(options)) {
  if (options_.columns != "none")
    wanted_ = split_at_commas(options_.columns);
  missing_ = wanted_;
  if (!options_.out.empty() && options_.out != "-")
    file_.emplace(options_.out);
}

bool answer_writer::is_json() const {
  return file_ ? data::is_json_lines(options_.out) : options_.json;
}

bool answer_writer::is_csv() const {
  return !is_json() && !data::is_array(options_.out);
}

bool answer_writer::are_bare(const data::table& beside) const {
  return data::is_array(options_.out) && (options_.columns == "none" || beside.columns().empty());
}

data::table answer_writer::chosen(const data::table& beside) {
  if (options_.columns.empty())
    return beside;
  data::table some{beside.rows()};
  for (const auto& name : wanted_)
    if (const auto* found = beside.find(name)) {
      some.put(*found);
      missing_.erase(std::remove(missing_.begin(), missing_.end(), name), missing_.end());
    }
  return some;
}

data::table answer_writer::together(data::table beside, const data::table& answers) {
  std::set<std::string> taken;
  for (const auto& c : beside.columns())
    for (const auto& name : written_names(c, is_csv()))
      if (!taken.insert(name).second)
        throw request_failure{errc::data, (c.origin.empty() ? "" : c.origin + ": ") + "two columns would be named `" +
                                              name + "`; choose others with " + request_member("columns") +
                                              ", or write .jsonl"};
  for (auto c : answers.columns()) {
    const auto names = written_names(c, is_csv());
    if (names.size() > 1) { // the data may have a column `kind` beside kind_0, kind_1
      c.fields = names;
      c.name = join(names);
    }
    for (const auto& name : names)
      if (taken.count(name) != 0)
        throw request_failure{errc::data,
                              (beside.columns().front().origin.empty() ? "the data" : beside.columns().front().origin) +
                                  ": column `" + name + "` has the name of a prediction; rename the predictions with " +
                                  request_member("prefix") +
                                  " NAME, or "
                                  "leave it out with " +
                                  request_member("columns")};
    beside.put(c);
  }
  return beside;
}

// CSV and arrays have the columns of their first rows.
data::table answer_writer::in_first_order(data::table rows) const {
  if (is_json() || !any_ || rows.names() == first_)
    return rows;
  for (const auto& c : rows.columns())
    if (!is_among(first_, c.name))
      throw request_failure{errc::data, c.origin + ": has a column `" + c.name +
                                            "`, which earlier rows did not have; write .jsonl (" +
                                            request_member("as") +
                                            " jsonl), or choose columns "
                                            "with " +
                                            request_member("columns")};
  data::table ordered{rows.rows()};
  for (const auto& name : first_)
    if (const auto* found = rows.find(name)) {
      ordered.put(*found);
    } else {
      data::texts none;
      for (std::size_t row = 0; row < rows.rows(); ++row)
        none.push_back("");
      ordered.put({name, {}, std::move(none), {}, {}, {}, data::spelling::csv});
    }
  return ordered;
}

void answer_writer::check_wanted(const std::vector<std::string>& there, const std::string& origin) const {
  if (!missing_.empty())
    throw request_failure{errc::data, origin + ": has no column `" + missing_.front() + "`, which " +
                                          request_member("columns") + " names" + did_you_mean(missing_.front(), there) +
                                          "; it has " + join(there)};
}

void answer_writer::add(data::table beside, const data::table& answers) {
  auto some = chosen(beside);
  const auto is_json = [](const data::column& c) {
    return c.spelled == data::spelling::json;
  }; // may come with any line
  if (const auto& all = beside.columns(); std::none_of(all.begin(), all.end(), is_json))
    check_wanted(beside.names(), all.empty() ? "the data" : all.front().origin);
  write(in_first_order(together(std::move(some), answers)));
}

void answer_writer::write(const data::table& rows) {
  if (!any_)
    first_ = rows.names();
  if (file_ && data::is_array(options_.out)) {
    file_->add(with_plain_values(rows));
  } else if (file_) {
    file_->add(rows);
  } else {
    std::ostringstream text;
    if (options_.json)
      data::write_json_lines(rows, text);
    else
      data::write_csv(rows, text, !any_);
    options_.print(text.str()); // at once: somebody may wait for them
  }
  any_ = true;
}

void answer_writer::done(const std::string& data) {
  const auto origin = data == "-" ? "stdin" : data;
  if (!any_)
    throw failure{errc::data, origin + ": has no rows; give data to work on"};
  check_wanted(first_, origin);
  if (file_)
    file_->done();
}

} // namespace dk
