#include "data/formats/prepared/prepared.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/bytes/file.hpp"
#include "data/formats/pick.hpp"
#include "data/formats/prepared/prepared_cells.hpp"
#include "data/formats/prepared/prepared_writer.hpp"

#include <filesystem>
#include <memory>
#include <utility>

namespace dk::data::prepared {

namespace {

namespace fs = std::filesystem;

std::string schema_path(const std::string& folder) {
  return folder + "/schema.json";
}

schema load_schema(const std::string& folder) {
  const auto path = schema_path(folder);
  return parse_schema(load_file(path).text(), path);
}

class column_slices final : public row_slices {
public:
  column_slices(std::size_t rows, std::vector<stored_column> columns) : rows_(rows), columns_(std::move(columns)) {}

  std::size_t rows() const override { return rows_; }

  std::size_t row_bytes() const override {
    std::size_t all = 0;
    for (const auto& one : columns_)
      all += one.row_bytes();
    return all;
  }

  table slice(std::size_t first, std::size_t count) override {
    table all;
    for (auto& one : columns_)
      all.put(one.rows(first, count));
    return all;
  }

private:
  std::size_t rows_;
  std::vector<stored_column> columns_;
};

// Numbers in another order would be taken for others.
void check_fields(const spec& source, const std::vector<column_entry>& columns, const std::string& folder) {
  const auto given = source.keys.find("fields");
  if (given == source.keys.end())
    return;
  const auto wanted =
      given->is_string() ? std::vector<std::string>{given->get<std::string>()} : given->get<std::vector<std::string>>();
  for (const auto& one : columns)
    if (one.name == "features" && one.fields != wanted)
      throw failure{errc::data, folder + ": its features were made of the columns " + join(one.fields) + ", expected " +
                                    join(wanted) + "; prepare it with the same columns, in this order"};
}

} // namespace

std::vector<key_rule> keys() {
  std::vector<key_rule> all{{"path", key_kind::path, true}};
  for (auto& rule : pick_keys())
    all.push_back(std::move(rule));
  all.push_back({"fields", key_kind::names});
  return all;
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) && fs::exists(schema_path(path), ignored);
}

row_slices_ptr open_rows(const spec& source, const std::string& folder, const std::string&) {
  if (std::error_code ignored; fs::is_directory(folder, ignored) && !is_folder(folder))
    damaged_folder(folder, "has no schema.json, so that it holds no data, or not yet");
  const auto about = load_schema(folder);
  check_fields(source, about.columns, folder);
  const auto listed = listed_names(source);
  std::vector<stored_column> columns;
  for (const auto& one : about.columns)
    if (is_wanted(one.name, listed))
      columns.emplace_back(one, folder, about.rows);
  return std::make_unique<column_slices>(about.rows, std::move(columns));
}

table pick(table from, const spec& source) {
  const bool as_it_is =
      !source.keys.contains("features") && !source.keys.contains("label") && !source.keys.contains("columns");
  if (!as_it_is)
    return picked_columns(std::move(from), source);
  if (const auto weight = source.keys.find("weight"); weight != source.keys.end())
    put_weight(from, from.at(weight->get<std::string>()));
  return from;
}

pipeline pipeline_of(const spec& source) {
  const auto folder = source.keys.at("path").get<std::string>();
  const auto about = load_schema(folder);
  return about.pipeline.empty() ? pipeline{} : parse_pipeline(about.pipeline, schema_path(folder));
}

void write(const table& from, const pipeline& prepared, const std::string& folder, bool packed) {
  writer to{folder, packed};
  to.add(from);
  to.done(prepared);
}

} // namespace dk::data::prepared
