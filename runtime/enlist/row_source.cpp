#include "runtime/enlist/row_source.hpp"

#include "common/content_name.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/sealed_rows.hpp"
#include "data/transforms/catalog.hpp"

#include <filesystem>
#include <utility>

namespace dk {

namespace {

namespace fs = std::filesystem;

constexpr auto driver_text = "the driver's config";

} // namespace

rows_recipe recipe_of(const job& which, std::uint64_t rows, const std::string& pipeline) {
  if (!which.data.train)
    throw failure{errc::config, "data.where = \"nodes\", but the job names no source for its rows; give `train` in "
                                "[data], or leave where out"};
  if (pipeline.empty() && !which.data.transforms.empty())
    throw failure{errc::config, "data.where = \"nodes\", but what the transforms were fitted to is not there; give it "
                                "to the run, or leave where out"};
  const auto here = fs::current_path().string();
  auto theirs = which;
  auto& data = theirs.data;
  data.train = data::anchored(*data.train, here);
  for (auto& transform : data.transforms)
    transform = data::anchored_transform(std::move(transform), here);
  data.validate.reset();
  data.test.reset();
  return {to_toml(theirs), pipeline.empty() ? data::to_text({}) : pipeline, rows, {}};
}

rows_made made_by(const rows_recipe& recipe, const row_source& read) {
  auto which = parse_job(recipe.job, driver_text, "/");
  std::string folder;
  for (const auto& part : recipe.parts) {
    const fs::path path{part.path};
    if (!is_content_name(path.filename().string()) || !path.is_absolute())
      throw failure{errc::data, "rows are to be kept as `" + part.path + "`, which no cache has"};
    folder = path.parent_path().string();
  }
  which.data.cache_folder = folder; // what does not fit in memory stays where there is room
  const auto all = read(which, data::parse_pipeline(recipe.pipeline, driver_text));
  if (all.rows != recipe.all)
    return {false, files_of(recipe)};
  for (const auto& [first, rows, path] : recipe.parts) {
    if (first > all.rows || rows > all.rows - first)
      return {false, files_of(recipe)};
    const auto file = data::seal(data::slice_of(all, first, rows), folder);
    if (file->name() != fs::path{path}.filename().string())
      return {false, files_of(recipe)};
    file->keep_as(path);
  }
  return {true, {}};
}

std::vector<source_file> files_of(const rows_recipe& recipe) {
  const auto which = parse_job(recipe.job, driver_text, "/");
  std::vector<spec> sources{*which.data.train};
  for (const auto& transform : which.data.transforms)
    for (auto& source : data::sources_of(transform))
      sources.push_back(std::move(source));
  std::vector<source_file> all;
  for (const auto& source : sources)
    for (const auto& path : data::files_of_source(source))
      all.push_back({path, fs::file_size(path), content_name_of(path)});
  return all;
}

std::string difference(const std::vector<source_file>& there, const std::vector<source_file>& here) {
  for (std::size_t i = 0; i < std::min(there.size(), here.size()); ++i) {
    const auto& [path, bytes, name] = there[i];
    if (path != here[i].path)
      return path + " is read there and " + here[i].path + " here";
    if (bytes != here[i].bytes)
      return path + " has " + with_commas(bytes) + " bytes there and " + with_commas(here[i].bytes) + " here";
    if (name != here[i].name)
      return path + " has other bytes there than here";
  }
  if (there.size() != here.size())
    return "the source has " + counted(there.size(), "file") + " there and " + std::to_string(here.size()) + " here";
  return "the files are the same, but other rows are read from them, as by another build";
}

} // namespace dk
