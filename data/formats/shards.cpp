#include "data/formats/shards.hpp"

#include "data/formats/file.hpp"
#include "data/formats/pick.hpp"
#include "data/formats/shards_cells.hpp"
#include "data/formats/shards_writer.hpp"

#include <filesystem>

namespace dk::data::shards {

namespace {

namespace fs = std::filesystem;

std::string schema_path(const std::string& folder) {
  return folder + "/schema.json";
}

schema load_schema(const std::string& folder) {
  const auto path = schema_path(folder);
  return parse_schema(load_file(path).text(), path);
}

} // namespace

std::vector<key_rule> keys() {
  std::vector<key_rule> all{{"path", key_kind::path, true}};
  for (auto& rule : pick_keys())
    all.push_back(std::move(rule));
  return all;
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) && fs::exists(schema_path(path), ignored);
}

table read(const spec& source) {
  const auto folder = source.keys.at("path").get<std::string>();
  if (fs::is_directory(folder) && !is_folder(folder))
    damaged_shards(folder, "has no schema.json, so that it holds no data, or not yet");
  const auto about = load_schema(folder);
  auto listed = listed_names(source);
  table all;
  for (const auto& one : about.columns) {
    if (!is_wanted(one.name, listed))
      continue;
    all.put(stored_column{one, folder, about.rows}.rows(0, about.rows));
  }
  const bool as_it_is =
      !source.keys.contains("features") && !source.keys.contains("label") && !source.keys.contains("columns");
  return as_it_is ? all : picked_columns(std::move(all), source);
}

pipeline prepared(const spec& source) {
  const auto folder = source.keys.at("path").get<std::string>();
  const auto about = load_schema(folder);
  return about.pipeline.empty() ? pipeline{} : parse_pipeline(about.pipeline, schema_path(folder));
}

void write(const table& from, const pipeline& prepared, const std::string& folder, bool packed) {
  writer to{folder, packed};
  to.add(from);
  to.done(prepared);
}

} // namespace dk::data::shards
