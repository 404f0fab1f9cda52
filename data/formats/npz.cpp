#include "data/formats/npz.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/file.hpp"
#include "data/formats/npy.hpp"
#include "data/formats/pick.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <memory>
#include <zip.h>

namespace dk::data::npz {

namespace {

struct close_archive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

struct close_entry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

using archive = std::unique_ptr<zip_t, close_archive>;

[[noreturn]] void damaged(const std::string& origin, const std::string& why) {
  throw failure{errc::data, origin + ": " + why + "; fetch it again"};
}

archive open(std::string_view bytes, const std::string& origin) {
  zip_error_t why;
  zip_error_init(&why);
  auto* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &why);
  auto* const opened = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &why);
  const std::string text = zip_error_strerror(&why);
  zip_error_fini(&why);
  if (opened == nullptr) {
    if (source != nullptr)
      zip_source_free(source);
    damaged(origin, "is no zip, or damaged (" + text + ')');
  }
  return archive{opened};
}

// The bytes of an entry. Its size is the file's word, for which room is made as far as the packed bytes can tell it:
// what is read says how many they are.
std::string content_of(const archive& from, zip_uint64_t index, const std::string& where) {
  const std::unique_ptr<zip_file_t, close_entry> entry{zip_fopen_index(from.get(), index, 0)};
  if (!entry)
    damaged(where, std::string{"cannot be unpacked ("} + zip_strerror(from.get()) + ')');
  constexpr std::size_t step = std::size_t{64} << 10U;
  constexpr zip_uint64_t most_per_byte = 1032; // that deflate packs into one
  std::string all;
  zip_stat_t about;
  if (zip_stat_index(from.get(), index, 0, &about) == 0 && (about.valid & ZIP_STAT_SIZE) != 0 &&
      (about.valid & ZIP_STAT_COMP_SIZE) != 0)
    all.reserve(std::min(about.size, most_per_byte * about.comp_size) + step);
  for (;;) {
    const auto before = all.size();
    all.resize(before + step);
    const auto got = zip_fread(entry.get(), all.data() + before, step);
    if (got < 0)
      damaged(where, "is damaged (" + std::string{zip_file_strerror(entry.get())} + ')');
    all.resize(before + static_cast<std::size_t>(got));
    if (got == 0)
      return all;
  }
}

} // namespace

std::vector<key_rule> keys() {
  std::vector<key_rule> all{{"path", key_kind::path, true}};
  for (auto& rule : pick_keys())
    all.push_back(std::move(rule));
  return all;
}

bool recognise(std::string_view start) {
  return start.substr(0, 4) == "PK\x03\x04";
}

table parse(std::string_view bytes, const std::string& origin, const spec& source) {
  const auto listed = listed_names(source);
  const auto opened = open(bytes, origin);
  table all;
  const auto entries = zip_get_num_entries(opened.get(), 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const auto* const raw_name = zip_get_name(opened.get(), index, ZIP_FL_ENC_GUESS);
    std::string name = raw_name == nullptr ? "" : raw_name;
    const auto where = origin + ": entry `" + name + '`';
    if (name.size() <= 4 || name.compare(name.size() - 4, 4, ".npy") != 0)
      damaged(where, "is no array of numpy");
    name.resize(name.size() - 4);
    if (!is_wanted(name, listed)) // x_train and x_test of one file have not the same rows
      continue;
    for (auto& made : npy::parse(content_of(opened, index, where), where, name).columns()) {
      if (made.name != name)
        made.name = name + '.' + made.name;
      made.origin = origin;
      all.put(std::move(made));
    }
  }
  if (all.columns().empty())
    damaged(origin, listed.empty() ? "holds no array" : "holds no array of these names: " + join(listed));
  return all;
}

table read(const spec& source) {
  std::vector<table> parts;
  for (const auto& path : files_of(source.keys.at("path").get<std::string>()))
    parts.push_back(picked_columns(parse(load_file(path).text(), path, source), source));
  return joined(parts);
}

} // namespace dk::data::npz
