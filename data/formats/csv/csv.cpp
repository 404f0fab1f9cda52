#include "data/formats/csv/csv.hpp"

#include "data/formats/bytes/encoding.hpp"
#include "data/formats/csv/csv_columns.hpp"
#include "data/rows.hpp"

namespace dk::data::csv {

std::vector<key_rule> keys() {
  return {{"path", key_kind::path, true},     {"features", key_kind::names},
          {"label", key_kind::names},         {"columns", key_kind::names},
          {"delimiter", key_kind::character}, {"header", key_kind::flag},
          {"missing", key_kind::words},       {"weight", key_kind::text},
          {"text", key_kind::names},          encoding_key()};
}

bool recognise(std::string_view start) {
  return start.find('\0') == std::string_view::npos || starts_as_utf16(start);
}

table parse(const file_content& text, const std::string& origin, const spec& source) {
  return table_of(text, origin, make_plan(text, origin, source));
}

table read(const spec& source) {
  const auto path = source.keys.at("path").get<std::string>();
  const auto files = files_of(path);
  std::vector<table> parts;
  for (const auto& file : files)
    parts.push_back(parse(load_text(file, encoding_of(source)), file, source));
  auto all = joined(parts);
  if (all.rows() == 0)
    fail_without_rows(files.size() == 1 ? files.front() : path);
  return all;
}

} // namespace dk::data::csv
