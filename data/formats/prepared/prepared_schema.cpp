#include "data/formats/prepared/prepared_schema.hpp"

#include "common/error.hpp"
#include "data/formats/prepared/column_file.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <xxhash.h>

namespace dk::data::prepared {

namespace {

using nlohmann::json;

constexpr int schema_version = 1;

std::uint64_t checksum_of(const json& about) {
  const auto text = about.dump(-1, ' ', false, json::error_handler_t::replace);
  return XXH3_64bits(text.data(), text.size());
}

// A name in the same folder, and nothing that leads out of it.
bool is_plain_name(const std::string& file) {
  return !file.empty() && file.find('/') == std::string::npos && file != "." && file != "..";
}

column_entry read_column(const json& from) {
  column_entry one;
  from.at("name").get_to(one.name);
  from.at("type").get_to(one.type);
  from.at("shape").get_to(one.shape);
  from.at("fields").get_to(one.fields);
  from.at("file").get_to(one.file);
  from.at("seal").get_to(one.seal);
  const bool known = one.type == "text" ? one.shape.empty() : size_of_type(one.type) > 0;
  const bool empty_cells = std::find(one.shape.begin(), one.shape.end(), std::size_t{0}) != one.shape.end();
  if (!known || empty_cells || !is_plain_name(one.file))
    throw std::invalid_argument{one.name};
  return one;
}

} // namespace

std::size_t size_of_type(std::string_view type) {
  struct known {
    std::string_view name;
    std::size_t size;
  };
  constexpr std::array<known, 7> types{
      {{"u8", 1}, {"i8", 1}, {"i16", 2}, {"i32", 4}, {"i64", 8}, {"f32", 4}, {"f64", 8}}};
  for (const auto& one : types)
    if (one.name == type)
      return one.size;
  return 0;
}

std::string to_text(const schema& from) {
  auto columns = json::array();
  for (const auto& one : from.columns)
    columns.push_back({{"name", one.name},
                       {"type", one.type},
                       {"shape", one.shape},
                       {"fields", one.fields},
                       {"file", one.file},
                       {"seal", one.seal}});
  const json about{{"format", "dk-shards"},
                   {"version", schema_version},
                   {"rows", from.rows},
                   {"columns", columns},
                   {"pipeline", from.pipeline}};
  return json{{"schema", about}, {"checksum", checksum_of(about)}}.dump(1, ' ', false, json::error_handler_t::replace) +
         '\n';
}

schema parse_schema(std::string_view text, const std::string& origin) {
  const auto read = json::parse(text, nullptr, false);
  if (!read.is_object() || !read.contains("schema") || !read.contains("checksum"))
    damaged_folder(origin, "is torn, or no schema of a prepared folder");
  const auto& about = read.at("schema");
  if (read.at("checksum") != checksum_of(about))
    damaged_folder(origin, "is damaged: its checksum does not match");
  try {
    if (about.at("format") != "dk-shards" || about.at("version") != schema_version)
      damaged_folder(origin, "is of another version of the format");
    schema made;
    about.at("rows").get_to(made.rows);
    about.at("pipeline").get_to(made.pipeline);
    for (const auto& one : about.at("columns"))
      made.columns.push_back(read_column(one));
    return made;
  } catch (const json::exception&) {
    damaged_folder(origin, "is no schema of a prepared folder");
  } catch (const std::invalid_argument& column) {
    damaged_folder(origin, std::string{"has an impossible column, `"} + column.what() + '`');
  }
}

} // namespace dk::data::prepared
