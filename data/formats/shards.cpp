#include "data/formats/shards.hpp"

#include "common/error.hpp"
#include "data/formats/column_file.hpp"
#include "data/formats/file.hpp"
#include "data/formats/pick.hpp"
#include "data/formats/shards_schema.hpp"
#include "data/parallel.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

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

template <class Number>
std::vector<Number> copied(const column_bytes& from) {
  std::vector<Number> all(from.size / sizeof(Number));
  over_ranges(from.size, std::size_t{4} << 20U, [&](std::size_t first, std::size_t last) {
    std::memcpy(reinterpret_cast<char*>(all.data()) + first, from.bytes.get() + first, last - first);
  });
  return all;
}

// First where each text ends, then the texts.
texts read_texts(const column_bytes& from, std::size_t rows, const std::string& path) {
  if (from.size / sizeof(std::uint64_t) < rows)
    damaged_shards(path, "is too short for the texts of " + std::to_string(rows) + " rows");
  std::vector<std::uint64_t> ends(rows);
  const auto head = rows * sizeof(std::uint64_t);
  if (rows > 0)
    std::memcpy(ends.data(), from.bytes.get(), head);
  std::string bytes(reinterpret_cast<const char*>(from.bytes.get()) + head, from.size - head);
  std::uint64_t last = 0;
  for (const auto end : ends) {
    if (end < last || end > bytes.size())
      damaged_shards(path, "has texts that do not follow each other");
    last = end;
  }
  if (last != bytes.size())
    damaged_shards(path, "has bytes that belong to no text");
  return {std::move(bytes), std::move(ends)};
}

cells read_cells(const column_bytes& from, const column_entry& about, std::size_t rows, const std::string& path) {
  if (about.type == "text")
    return read_texts(from, rows, path);
  std::size_t wanted = 0;
  bool fits = !__builtin_mul_overflow(rows, size_of_type(about.type), &wanted);
  for (const auto size : about.shape)
    fits = fits && !__builtin_mul_overflow(wanted, size, &wanted);
  if (!fits)
    damaged_shards(path, "is of another size than its schema says");
  if (from.size != wanted)
    damaged_shards(path,
                   "has " + std::to_string(from.size) + " bytes of numbers, its schema says " + std::to_string(wanted));
  if (about.type == "f32")
    return block{{from.bytes, reinterpret_cast<const float*>(from.bytes.get())}, from.size / sizeof(float)};
  if (about.type == "u8")
    return copied<std::uint8_t>(from);
  if (about.type == "i8")
    return copied<std::int8_t>(from);
  if (about.type == "i16")
    return copied<std::int16_t>(from);
  if (about.type == "i32")
    return copied<std::int32_t>(from);
  if (about.type == "i64")
    return copied<std::int64_t>(from);
  return copied<double>(from);
}

std::uint64_t write_cells(const column& from, const std::string& path, bool packed) {
  if (const auto* words = texts_in(from)) {
    std::string all(reinterpret_cast<const char*>(words->ends().data()), words->size() * sizeof(std::uint64_t));
    all += words->bytes();
    return write_column_file(path, all.data(), all.size(), packed);
  }
  return visit_values(
      from, [&](const auto* x, std::size_t count) { return write_column_file(path, x, count * sizeof *x, packed); });
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
    const auto path = folder + '/' + one.file;
    const auto bytes = read_column_file(path);
    if (bytes.seal != one.seal)
      damaged_shards(path, "is not the file that its schema was written for");
    all.put({one.name, one.shape, read_cells(bytes, one, about.rows, path), path, one.fields});
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
  std::error_code why;
  if (fs::exists(folder, why) && !(fs::is_directory(folder, why) && fs::is_empty(folder, why)))
    throw failure{errc::usage, folder + ": holds something already; choose another --out"};
  fs::create_directories(folder, why);
  if (why)
    throw failure{errc::resources, "cannot make the folder " + folder + ": " + why.message()};
  schema about;
  about.rows = from.rows();
  about.pipeline = to_text(prepared);
  for (const auto& c : from.columns()) {
    const auto file = "column-" + std::to_string(about.columns.size()) + ".col";
    about.columns.push_back(
        {c.name, std::string{type_name(c)}, c.shape, c.fields, file, write_cells(c, folder + '/' + file, packed)});
  }
  std::ofstream to{schema_path(folder), std::ios::binary};
  to << to_text(about);
  to.flush();
  if (!to)
    throw failure{errc::resources, "cannot write " + schema_path(folder) + ": " + std::strerror(errno)};
}

} // namespace dk::data::shards
