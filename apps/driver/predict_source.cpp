#include "apps/driver/predict_source.hpp"

#include "common/error.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/csv.hpp"
#include "data/formats/csv_plan.hpp"
#include "data/formats/json_lines.hpp"
#include "data/formats/pick.hpp"
#include "runtime/job.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>

namespace dk {

namespace {

using names = std::vector<std::string>;

bool has(const names& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

// The keys for data with these columns.
spec fitted_keys(spec source, const names& columns, const std::optional<spec>& train) {
  auto keys = source.keys;
  if (train && train->name == source.name)
    for (const auto& [key, value] : train->keys.items())
      if (key != "path")
        keys[key] = value;
  source.keys = keys;
  const auto labels = data::label_names(source);
  if (!std::all_of(labels.begin(), labels.end(), [&](const auto& name) { return has(columns, name); }))
    keys.erase("label");
  if (!keys.contains("features") && !has(columns, "features")) {
    names features;
    std::copy_if(columns.begin(), columns.end(), std::back_inserter(features),
                 [&](const auto& name) { return !has(labels, name); });
    keys["features"] = features;
  }
  if (!keys.contains("columns"))
    keys["columns"] = "*";
  source.keys = keys;
  return source;
}

rows_to_predict from_csv(const data::file_content& text, const std::string& origin, spec source,
                         const std::optional<spec>& train) {
  auto look = source; // at the header only
  if (train && train->name == "csv")
    for (const auto* key : {"delimiter", "header"})
      if (train->keys.contains(key))
        look.keys[key] = train->keys.at(key);
  look.keys["columns"] = "*";
  const auto header = data::csv::make_plan(text, origin, look).header;
  source = fitted_keys(std::move(source), header, train);
  return {source, data::csv::parse(text, origin, source)};
}

rows_to_predict from_json_lines(std::string_view text, const std::string& origin, spec source,
                                const std::optional<spec>& train) {
  auto all = data::json_lines::parse(text, origin);
  names numbers;
  for (const auto& c : all.columns())
    if (texts_in(c) == nullptr || (train && has(data::label_names(*train), c.name)))
      numbers.push_back(c.name);
  source = fitted_keys(std::move(source), numbers, train);
  return {source, data::picked_columns(std::move(all), source)};
}

rows_to_predict from_stdin(const std::optional<spec>& train) {
  const std::string text{std::istreambuf_iterator<char>{std::cin}, {}};
  if (text.empty())
    throw failure{errc::data, "stdin: is empty; pipe CSV with a header, or JSON lines, into it"};
  if (data::json_lines::recognise(text))
    return from_json_lines(text, "stdin", {"json_lines", {{"path", "stdin"}}}, train);
  return from_csv(data::file_content::of(text), "stdin", {"csv", {{"path", "stdin"}}}, train);
}

} // namespace

rows_to_predict read_for_prediction(const std::string& data, const std::optional<spec>& train) {
  if (data == "-")
    return from_stdin(train);
  const auto source = parse_source(data);
  const bool plain = data.front() != '{';
  if (!plain)
    return {source, data::read(source)};
  const auto path = data::files_of(source.keys.begin()->get<std::string>()).front();
  if (source.name == "csv")
    return from_csv(data::load_file(path), path, source, train);
  if (source.name == "json_lines")
    return from_json_lines(data::load_file(path).text(), path, source, train);
  auto keys = source;
  if (train && train->name == source.name)
    for (const auto& [key, value] : train->keys.items())
      if (key != "path" && key != "features" && key != "labels" && !keys.keys.contains(key))
        keys.keys[key] = value;
  return {keys, data::read(keys)};
}

} // namespace dk
