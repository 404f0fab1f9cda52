#include "jobs/models/data_of_run.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/bytes/encoding.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/csv/csv_plan.hpp"
#include "data/formats/json/json_lines.hpp"
#include "data/formats/pick.hpp"
#include "data/formats/spelled.hpp"
#include "data/needed.hpp"
#include "data/needed_columns.hpp"
#include "jobs/inputs/inputs.hpp"

#include <algorithm>
#include <iterator>

namespace dk {

namespace {

using name_list = std::vector<std::string>;
using nlohmann::json;

constexpr std::size_t enough_of_text = std::size_t{1} << 20U;

bool lists(const name_list& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

bool lists_all(const name_list& all, const name_list& some) {
  return std::all_of(some.begin(), some.end(), [&](const auto& name) { return lists(all, name); });
}

name_list list_in(const spec& source, const char* key) {
  const auto found = source.keys.find(key);
  if (found == source.keys.end())
    return {};
  return found->is_string() ? name_list{found->get<std::string>()} : found->get<name_list>();
}

bool is_text(const spec& source) {
  return source.name == "csv" || source.name == "json_lines";
}

std::string path_of(const spec& source) {
  return source.keys.value("path", source.keys.value("features", std::string{"the data"}));
}

seen_columns columns_of(const spec& source, const known_model& model) {
  if (is_text(source))
    return columns_in(
        data::start_of_text(data::files_of(path_of(source)).front(), enough_of_text, data::encoding_of(source)),
        path_of(source), source);
  const auto all = with_every_column(source, model.train ? data::named_columns(*model.train) : name_list{});
  seen_columns seen;
  if (const auto first = data::glance(all)->next())
    for (const auto& c : first->columns()) {
      seen.all.push_back(c.name);
      if (data::texts_in(c) != nullptr)
        continue;
      seen.numbers.push_back(c.name);
      if (data::width(c) > 1)
        seen.arrays.push_back(c.name);
    }
  return seen;
}

// The columns that the features of the run were made of; of a prepared folder, before it was prepared.
name_list features_of_run(const known_model& model) {
  if (!model.train || !data::names_columns(model.train->name)) // else `features` may be a path
    return {};
  auto listed = list_in(*model.train, "features");
  if (listed.empty())
    listed = list_in(*model.train, "fields"); // a column that is wide has its name at each of its places
  listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
  return listed;
}

// Whether the only column of the run held one number a row, as far as that is known.
bool was_one_number(const known_model& model) {
  const auto fields = list_in(*model.train, "fields"); // with the name of a wide column at each of its places
  if (!fields.empty())
    return fields.size() == 1;
  const auto& reads = model.file.architecture;
  const bool is_raw = model.fitted.empty() && reads.inputs.empty();
  return !data::has_arrays(model.train->name) || (is_raw && nn::size_of(reads.input) == 1);
}

// The columns that are features: those of the run, or the one of this name, or all numbers but the label. None where
// transforms make it of others.
name_list features_in(const seen_columns& seen, const known_model& model, const spec& source,
                      const std::set<std::string>& needed) {
  const auto listed = features_of_run(model);
  if (!listed.empty() && lists_all(seen.all, listed))
    return listed;
  if (needed.count("features") == 0)
    return {};
  if (lists(seen.all, "features"))
    return {"features"};
  auto labels = model.train ? data::label_names(*model.train) : name_list{"label"};
  if (model.train)
    for (const auto& name : list_in(*model.train, "weight"))
      labels.push_back(name);
  name_list rest;
  std::copy_if(seen.numbers.begin(), seen.numbers.end(), std::back_inserter(rest),
               [&](const auto& name) { return !lists(labels, name); });
  const bool is_one_number = rest.size() == 1 && !lists(seen.arrays, rest.front());
  if (listed.size() > 1 || (listed.size() == 1 && (is_one_number || was_one_number(model))))
    for (const auto& name : listed) // the numbers of an array may be columns of any names; one number is not another
      if (!lists(seen.all, name))
        throw failure{errc::data, path_of(source) + ": has no column `" + name +
                                      "`, which the model was trained on; it has " + join(seen.all)};
  return rest;
}

// Every row has its answer; rows that are measured are those that the run would have trained.
data::needed_part needed_of(const known_model& model, const spec& source, const name_list& wanted) {
  std::set<std::string> columns{wanted.begin(), wanted.end()};
  if (lists(wanted, "label") && data::weights_of(source) == data::weight_use::required)
    columns.emplace(data::weight_column);
  auto needed = data::needed_for(still_to_apply(model.fitted, source), std::move(columns), lists(wanted, "label"));
  needed.columns.erase(std::string{data::weight_column});
  return needed;
}

// Rows that are measured have the weights of the run's, where they have such a column; others need none.
void choose_weight(spec& source, const known_model& model, const seen_columns& seen, const name_list& wanted) {
  if (!lists(wanted, "label")) {
    source.keys.erase("weight");
    source.keys.erase("weights");
  } else if (model.train && model.train->keys.contains("weight") && !source.keys.contains("weight") &&
             data::names_columns(source.name) && lists_all(seen.all, list_in(*model.train, "weight"))) {
    source.keys["weight"] = model.train->keys.at("weight");
  }
}

} // namespace

// Data sets in groups are not among all that a file has: they are named.
spec with_every_column(spec source, name_list besides) {
  for (auto& name : data::named_columns(source))
    besides.push_back(std::move(name));
  for (const auto* key : {"features", "label"})
    source.keys.erase(key);
  source.keys["columns"] = "*";
  if (!data::hides_columns(source.name))
    return source;
  name_list all{"*"};
  for (auto& name : besides)
    if (name.find('/') != std::string::npos && !lists(all, name))
      all.push_back(std::move(name));
  if (all.size() > 1)
    source.keys["columns"] = all;
  return source;
}

spec read_like(spec source, const known_model& model) {
  if (!model.train || model.train->name != source.name)
    return source;
  for (const auto& [key, value] : model.train->keys.items())
    if (key != "path" && key != "features" && key != "label" && key != "labels" && key != "weights" &&
        key != "columns" && !source.keys.contains(key))
      source.keys[key] = value;
  return source;
}

seen_columns columns_in(std::string_view start, const std::string& origin, const spec& source) {
  seen_columns seen;
  if (source.name == "csv") {
    auto look = source; // at the header only
    look.keys["columns"] = "*";
    seen.all = data::csv::make_plan(data::file_content::of(start), origin, look, data::csv::purpose::answering).header;
    seen.numbers = seen.all;
    return seen;
  }
  const auto first = std::min(start.find_first_not_of(" \t\r\n"), start.size());
  const auto line = start.substr(first, start.find('\n', first) - first);
  if (!json::accept(line))
    data::json_lines::parse(line, origin); // says what is wrong
  for (const auto& [key, value] : data::json_members(line)) {
    seen.all.push_back(key);
    if (value.empty() || value.front() == '"' || value.front() == '{')
      continue;
    seen.numbers.push_back(key);
    if (value.front() == '[')
      seen.arrays.push_back(key);
  }
  return seen;
}

data_for_model data_for(const known_model& model, spec source, const seen_columns& seen, const name_list& wanted) {
  data_for_model made{read_like(std::move(source), model), {}};
  choose_weight(made.source, model, seen, wanted);
  auto needed = needed_of(model, made.source, wanted);
  made.transforms = std::move(needed.transforms);
  auto& keys = made.source.keys;
  if (const auto features = features_in(seen, model, made.source, needed.columns); !features.empty())
    keys["features"] = features.size() == 1 && !is_text(made.source) ? json(features.front()) : json(features);
  const auto labels = model.train ? data::label_names(*model.train) : name_list{"label"};
  if (lists(wanted, "label") && needed.columns.count("label") != 0) {
    const bool same = model.train && model.train->name == made.source.name && model.train->keys.contains("label");
    if (same || (lists_all(seen.all, labels) && model.train && model.train->keys.contains("label")))
      keys["label"] = model.train->keys.at("label");
  }
  needed.columns.erase("features");
  needed.columns.erase("label");
  if (!needed.columns.empty())
    keys["columns"] = needed.columns;
  return made;
}

data_for_model data_for(const known_model& model, const spec& test) {
  return {test, needed_of(model, test, {"features", "label"}).transforms};
}

data_for_model data_for(const known_model& model, const std::string& data, const name_list& wanted) {
  auto source = parse_source(data);
  if (data.front() == '{' || !data::names_columns(source.name)) {
    if (model.train)
      source = data.front() == '{' ? data::with_features_of(source, *model.train) : read_like(source, model);
    choose_weight(source, model, {}, wanted);
    auto needed = needed_of(model, source, wanted);
    std::vector<spec> transforms;
    for (const auto& one : needed.transforms)
      transforms.push_back(one.transform);
    return {data::with_needed_columns(std::move(source), transforms), std::move(needed.transforms)};
  }
  source = read_like(source, model);
  return data_for(model, source, columns_of(source, model), wanted);
}

} // namespace dk
