#include "data/formats/catalog.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/bytes/file.hpp"
#include "data/formats/bytes/sliced_files.hpp"
#include "data/formats/cifar.hpp"
#include "data/formats/csv/csv.hpp"
#include "data/formats/descriptor.hpp"
#include "data/formats/hdf5.hpp"
#include "data/formats/idx.hpp"
#include "data/formats/json/json_lines.hpp"
#include "data/formats/npy/npy.hpp"
#include "data/formats/npy/npz.hpp"
#include "data/formats/pick.hpp"
#include "data/formats/prepared/prepared.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <utility>

namespace dk::data {

namespace {

struct format {
  const char* name;
  const char* path_key; ///< the key that a plain path goes to
  std::vector<key_rule> (*keys)();
  bool (*recognise)(std::string_view start);
  sliced_format slices; ///< of formats whose rows can be read at any place; the others are text, and have these:
  table (*read)(const spec& source) = nullptr;
  table_source (*rows_of)(const spec& source, std::size_t bytes) = nullptr;
  table_stream_ptr (*glance)(const spec& source, std::size_t bytes) = nullptr;
  const char* former = "";    ///< what the format was called before 0.1
  bool has_arrays = true;     ///< a cell of a column may hold several numbers
  bool hides_columns = false; ///< "*" is not all columns: those in groups are read only where they are named

  bool is_text() const { return read != nullptr; }
};

bool never(std::string_view) {
  return false;
}

constexpr format formerly(const char* name, format of) {
  of.former = name;
  return of;
}

constexpr format without_arrays(format of) {
  of.has_arrays = false;
  return of;
}

constexpr format with_groups(format of) {
  of.hides_columns = true;
  return of;
}

// In the order in which they are asked whether they recognise a file: csv takes any text. A prepared folder is told by
// its content.
constexpr std::array formats{
    format{"cifar", "path", cifar::keys, never, {cifar::open_rows}},
    with_groups(format{"hdf5", "path", hdf5::keys, hdf5::recognise, {hdf5::open_rows, nullptr, picked_columns}}),
    formerly("shards",
             format{"prepared", "path", prepared::keys, never, {prepared::open_rows, nullptr, prepared::pick}}),
    format{"npy", "path", npy::keys, npy::recognise, {npy::open_rows, "labels", picked_columns, "weights"}},
    format{"npz", "path", npz::keys, npz::recognise, {npz::open_rows, nullptr, picked_columns}},
    format{"idx", "features", idx::keys, idx::recognise, {idx::open_rows, "labels", nullptr, "weights"}},
    format{"json_lines",
           "path",
           json_lines::keys,
           json_lines::recognise,
           {},
           json_lines::read,
           json_lines::rows_of,
           json_lines::glance},
    without_arrays(format{"csv", "path", csv::keys, csv::recognise, {}, csv::read, csv::rows_of, csv::glance}),
};

const format& find_format(const spec& source) {
  for (const auto& f : formats)
    if (source.name == f.name)
      return f;
  const auto names = source_formats();
  throw failure{errc::config, "unknown data format `" + source.name + '`' + did_you_mean(source.name, names) +
                                  "; known are: " + join(names)};
}

} // namespace

table read(const spec& source) {
  check_source(source);
  const auto& how = find_format(source);
  if (how.is_text())
    return how.read(source);
  constexpr auto all = std::numeric_limits<std::size_t>::max(); // of a file in one table
  const auto files = open_slices(source, how.path_key, how.slices, all);
  std::vector<table> parts;
  while (auto one = files->next())
    parts.push_back(std::move(*one));
  return parts.size() == 1 ? std::move(parts.front()) : joined(parts);
}

table_source rows_of(const spec& source, std::size_t bytes) {
  check_source(source);
  const auto& how = find_format(source);
  if (how.is_text())
    return how.rows_of(source, bytes);
  return [source, &how, bytes] {
    return open_slices(source, how.path_key, how.slices, std::max<std::size_t>(bytes / 2, 1));
  };
}

table_stream_ptr open(const spec& source, std::size_t bytes) {
  return rows_of(source, bytes)();
}

table_stream_ptr glance(const spec& source, std::size_t bytes) {
  check_source(source);
  const auto& how = find_format(source);
  return how.is_text() ? how.glance(source, bytes) : rows_of(source, bytes)();
}

std::size_t bytes_of(const spec& source) {
  std::size_t all = 0;
  std::error_code ignored;
  for (const auto& path : files_of(source.keys.at(find_format(source).path_key).get<std::string>()))
    all += std::filesystem::is_directory(path, ignored) ? 0 : size_of_file(path);
  return all;
}

std::vector<std::string> files_of_source(const spec& source) {
  namespace fs = std::filesystem;
  std::vector<std::string> all;
  std::error_code ignored;
  for (const auto& rule : find_format(source).keys()) {
    const auto given = source.keys.find(rule.name);
    if (rule.kind != key_kind::path || given == source.keys.end())
      continue;
    for (const auto& path : files_of(given->get<std::string>()))
      if (fs::is_directory(path, ignored)) {
        for (const auto& one : fs::recursive_directory_iterator{path, ignored})
          if (one.is_regular_file(ignored))
            all.push_back(one.path().string());
      } else {
        all.push_back(path);
      }
  }
  std::sort(all.begin(), all.end());
  return all;
}

void check_source(const spec& source) {
  check_keys(source, "source", find_format(source).keys());
}

spec source_of(const std::string& path) {
  if (prepared::is_folder(path))
    return {"prepared", {{"path", path}}};
  const auto file = files_of(path).front();
  if (hdf5::recognise_file(file)) // whose signature may be anywhere
    return {"hdf5", {{"path", path}}};
  const auto start = start_of(file, 4096);
  for (const auto& f : formats)
    if (f.recognise(start))
      return {f.name, {{f.path_key, path}}};
  throw failure{errc::data, path + ": its format is not known; known are: " + join(source_formats())};
}

spec anchored(spec source, const std::string& folder) {
  for (const auto& rule : find_format(source).keys())
    if (const auto path = source.keys.find(rule.name); rule.kind == key_kind::path && path != source.keys.end())
      *path = (std::filesystem::path{folder} / path->get<std::string>()).lexically_normal().string();
  return source;
}

std::vector<key_rule> source_keys(const std::string& format) {
  return find_format({format}).keys();
}

bool names_columns(const std::string& format) {
  const auto keys = source_keys(format);
  return std::any_of(keys.begin(), keys.end(), [](const key_rule& rule) { return rule.name == "columns"; });
}

bool has_arrays(const std::string& format) {
  return find_format({format}).has_arrays;
}

bool hides_columns(const std::string& format) {
  return find_format({format}).hides_columns;
}

namespace {

// Of a prepared folder all columns are what they are.
bool has_named_columns(const spec& source) {
  return source.name != "prepared" && names_columns(source.name);
}

// Whether the source says itself which columns its features are: those it lists, or none.
bool chooses_features(const spec& source) {
  const auto features = source.keys.find("features");
  if (features == source.keys.end())
    return source.keys.contains("columns");
  const bool all =
      features->is_array() ? std::find(features->begin(), features->end(), "*") != features->end() : *features == "*";
  return !all;
}

} // namespace

spec with_listed_features(spec source, const table& read) {
  const auto* const features = read.find("features");
  if (features == nullptr || features->fields.empty() || chooses_features(source))
    return source;
  if (source.name == "prepared")
    source.keys["fields"] = features->fields;
  if (!has_named_columns(source))
    return source;
  auto names = features->fields; // a column that is wide has its name at each of its places
  names.erase(std::unique(names.begin(), names.end()), names.end());
  source.keys["features"] = names;
  return source;
}

spec with_features_of(spec source, const spec& other) {
  if (source.name == other.name && other.keys.contains("fields") && !source.keys.contains("fields"))
    source.keys["fields"] = other.keys.at("fields");
  if (source.name == other.name && has_named_columns(source) && !chooses_features(source) &&
      other.keys.contains("features"))
    source.keys["features"] = other.keys.at("features");
  return source;
}

weight_use weights_of(const spec& source) {
  return source.keys.contains("weight") || source.keys.contains("weights") ? weight_use::required : weight_use::none;
}

pipeline prepared_by(const spec& source) {
  return source.name == "prepared" ? prepared::pipeline_of(source) : pipeline{};
}

std::string current_format(const std::string& name) {
  const auto of = std::find_if(formats.begin(), formats.end(), [&](const format& f) { return name == f.former; });
  return name.empty() || of == formats.end() ? name : of->name;
}

std::vector<std::string> source_formats() {
  std::vector<std::string> names;
  for (const auto& f : formats)
    names.emplace_back(f.name);
  return names;
}

} // namespace dk::data
