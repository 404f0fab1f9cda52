#include "data/formats/catalog.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/csv.hpp"
#include "data/formats/file.hpp"
#include "data/formats/idx.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace dk::data {

namespace {

struct format {
  const char* name;
  const char* path_key; ///< the key that a plain path goes to
  std::vector<key_rule> (*keys)();
  bool (*recognise)(std::string_view start);
  table (*read)(const spec& source);
};

// In the order in which they are asked whether they recognise a file: csv takes any text.
constexpr std::array formats{
    format{"idx", "features", idx::keys, idx::recognise, idx::read},
    format{"csv", "path", csv::keys, csv::recognise, csv::read},
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
  return find_format(source).read(source);
}

void check_source(const spec& source) {
  check_keys(source, "source", find_format(source).keys());
}

spec source_of(const std::string& path) {
  auto file = open_data(path);
  std::string start(std::min<std::uint64_t>(file.size, 4096), '\0');
  read_bytes(file, path, start.data(), start.size());
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

std::vector<std::string> source_formats() {
  std::vector<std::string> names;
  for (const auto& f : formats)
    names.emplace_back(f.name);
  return names;
}

} // namespace dk::data
