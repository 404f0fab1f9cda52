#include "apps/driver/predict_source.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/csv.hpp"
#include "data/formats/csv_plan.hpp"
#include "data/formats/encoding.hpp"
#include "data/formats/file_stream.hpp"
#include "data/formats/json_lines.hpp"
#include "data/formats/pick.hpp"
#include "runtime/job.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <unistd.h>
#include <utility>

namespace dk {

namespace {

using names = std::vector<std::string>;

bool has(const names& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

bool are_in(const nlohmann::json& some, const names& all) {
  const auto wanted = some.is_string() ? names{some.get<std::string>()} : some.get<names>();
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& name) { return has(all, name); });
}

// Those of the names that there are.
names among(const names& columns, const nlohmann::json& some) {
  names there;
  for (const auto& name : some.is_string() ? names{some.get<std::string>()} : some.get<names>())
    if (has(columns, name))
      there.push_back(name);
  return there;
}

// What a run's source says of columns: all of it in the same format, in another the names that are there.
nlohmann::json keys_from(const spec& train, const std::string& format, const names& columns) {
  auto keys = nlohmann::json::object();
  for (const auto& [key, value] : train.keys.items()) {
    const bool names_columns = key == "features" || key == "label";
    const bool is_kept = key == "columns"; // as far as they are there
    if (key != "path" && (train.name == format || is_kept || (names_columns && are_in(value, columns))))
      keys[key] = value;
  }
  return keys;
}

// The names of the features, where there are several: a single column may be as wide as many others.
names several_features(const std::optional<spec>& train) {
  const auto listed = train ? train->keys.value("features", nlohmann::json{}) : nlohmann::json{};
  return listed.is_array() && listed.size() > 1 ? listed.get<names>() : names{};
}

// The keys for data with these columns.
spec fitted_keys(spec source, const names& columns, const std::optional<spec>& train) {
  auto keys = source.keys;
  if (train)
    keys.update(keys_from(*train, source.name, columns));
  source.keys = keys;
  const auto labels = data::label_names(source);
  if (!std::all_of(labels.begin(), labels.end(), [&](const auto& name) { return has(columns, name); }))
    keys.erase("label");
  for (const auto& name : several_features(train))
    if (!has(columns, name) && !has(columns, "features"))
      throw failure{errc::data, source.keys.value("path", std::string{"the data"}) + ": has no column `" + name +
                                    "`, which the model was trained on; it has " + join(columns)};
  const bool are_made = train && train->keys.contains("columns"); // by transforms
  if (!keys.contains("features") && !has(columns, "features") && !are_made) {
    names features;
    std::copy_if(columns.begin(), columns.end(), std::back_inserter(features),
                 [&](const auto& name) { return !has(labels, name); });
    keys["features"] = features;
  }
  for (const auto* key : {"columns", "text"})
    if (keys.contains(key))
      keys[key] = among(columns, keys[key]);
  if (keys["columns"].empty() || std::count(keys["columns"].begin(), keys["columns"].end(), "*") == 0)
    keys["columns"].push_back("*");
  if (keys.contains("text") && keys["text"].empty())
    keys.erase("text");
  source.keys = keys;
  return source;
}

// The source of CSV that begins like this.
spec csv_source(const std::string& start, const std::string& origin, spec source, const std::optional<spec>& train) {
  auto look = source; // at the header only
  if (train && train->name == "csv")
    for (const auto* key : {"delimiter", "header"})
      if (train->keys.contains(key))
        look.keys[key] = train->keys.at(key);
  look.keys["columns"] = "*";
  const auto header = data::csv::make_plan(data::file_content::of(start), origin, look).header;
  return fitted_keys(std::move(source), header, train);
}

// What an object a line has: those keys that the model asks for, and the others beside them.
data::table picked_for(data::table all, const std::optional<spec>& train) {
  names numbers;
  for (const auto& c : all.columns())
    if (texts_in(c) == nullptr || (train && has(data::label_names(*train), c.name)))
      numbers.push_back(c.name);
  const auto source = fitted_keys({"json_lines", nlohmann::json::object()}, numbers, train);
  return data::picked_columns(std::move(all), source);
}

/// Objects as they come, with what the model asks for.
class picked_objects final : public data::table_stream {
public:
  /// @param text is UTF-8
  picked_objects(std::unique_ptr<data::byte_stream> text, const std::string& origin, const std::optional<spec>& train)
      : all_(data::json_lines::open(std::move(text), origin, together)), train_(train) {}

  std::optional<data::table> next() override {
    auto some = all_->next();
    return some ? std::optional{picked_for(std::move(*some), train_)} : std::nullopt;
  }

  double progress() const override { return all_->progress(); }

private:
  static constexpr std::size_t together = std::size_t{4} << 20U;

  data::table_stream_ptr all_;
  std::optional<spec> train_;
};

// The encoding of the training data, in which other data of its format is.
std::string encoding_like(const std::optional<spec>& train) {
  return data::encoding_of(train ? *train : spec{});
}

rows_to_predict from_stdin(const std::optional<spec>& train) {
  auto input = data::as_utf8(data::open_pipe(STDIN_FILENO, "stdin"), encoding_like(train), "stdin");
  constexpr std::size_t most = std::size_t{1} << 20U;
  std::string start;
  const auto end_of_line = [&] { return start.find('\n', start.find_first_not_of("\r\n")); };
  while (end_of_line() == std::string::npos && input->append_to(start, most))
    ;
  if (start.empty())
    throw failure{errc::data, "stdin: is empty; pipe CSV with a header, or JSON lines, into it"};
  const bool is_json = data::json_lines::recognise(start);
  auto source = is_json ? spec{"json_lines", {{"path", "stdin"}}}
                        : csv_source(start.substr(0, end_of_line()), "stdin", {"csv", {{"path", "stdin"}}}, train);
  source.keys.erase("encoding"); // it is UTF-8 by now
  auto all = data::continued(std::move(start), std::move(input));
  if (is_json)
    return {source, std::make_unique<picked_objects>(std::move(all), "stdin", train)};
  return {source, data::csv::open(std::move(all), "stdin", source, most)};
}

} // namespace

rows_to_predict open_for_prediction(const std::string& data, const std::optional<spec>& train) {
  if (data == "-")
    return from_stdin(train);
  auto source = parse_source(data);
  if (data.front() == '{')
    return {source, data::open(source)};
  const auto path = data::files_of(source.keys.begin()->get<std::string>()).front();
  if (source.name == "json_lines")
    return {source, std::make_unique<picked_objects>(
                        data::as_utf8(std::make_unique<data::file_stream>(path),
                                      train && train->name == source.name ? encoding_like(train) : "utf-8", path),
                        path, train)};
  if (source.name == "csv") {
    constexpr std::size_t of_header = std::size_t{1} << 20U;
    const auto encoding = train && train->name == source.name ? encoding_like(train) : data::encoding_of(source);
    source = csv_source(data::start_of_text(path, of_header, encoding), path, source, train);
  } else if (train && train->name == source.name) {
    for (const auto& [key, value] : train->keys.items())
      if (key != "path" && key != "features" && key != "labels" && !source.keys.contains(key))
        source.keys[key] = value;
    source = data::with_features_of(source, *train);
  }
  return {source, data::open(source)};
}

} // namespace dk
