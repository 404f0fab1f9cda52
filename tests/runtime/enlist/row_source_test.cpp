#include "runtime/enlist/row_source.hpp"

#include "common/content_name.hpp"
#include "common/error.hpp"
#include "data/formats/catalog.hpp"
#include "data/sealed_rows.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace dk;
using namespace dk::test;

namespace {

// Ten rows of two numbers and a label, as another process has read them.
struct source_of_rows {
  temporary_folder folder;
  std::string file = folder.write("rows.csv", content(10));

  static std::string content(int rows) {
    std::string text = "x,y,label\n";
    for (int i = 0; i < rows; ++i)
      text += std::to_string(i) + ',' + std::to_string(i % 3) + ',' + std::to_string(i % 2) + '\n';
    return text;
  }

  static data::dataset read(const job& which, const data::pipeline& fitted) {
    auto rows = data::read(*which.data.train);
    data::apply_to_training(fitted, rows);
    return data::make_dataset(rows);
  }

  job which() const {
    return parse_job("[data]\ntrain = { format = \"csv\", path = \"" + file + "\" }\n", "a test", "/");
  }

  // @param rows of which the file would be named
  rows_recipe recipe(std::size_t first, std::size_t count) const {
    auto wanted = recipe_of(which(), 10, "");
    const auto all = read(which(), {});
    const auto file = data::seal(data::slice_of(all, first, count), folder.path(""));
    wanted.parts = {{first, count, folder.path(file->name())}};
    return wanted;
  }
};

} // namespace

TEST_CASE("rows are kept in the cache where they are those that were wanted", "[runtime][row_source]") {
  const source_of_rows it;
  for (const auto& [first, count] : {std::pair<std::size_t, std::size_t>{0, 10}, {3, 4}, {9, 1}}) {
    INFO(first << ", " << count);
    const auto recipe = it.recipe(first, count);
    CHECK(made_by(recipe, source_of_rows::read).same);
    const data::sealed_rows made{recipe.parts[0].path};
    REQUIRE(made.rows() == count);
    std::vector<float> features(count * 2);
    std::vector<float> labels(count);
    made.read(0, count, features.data(), labels.data());
    CHECK(features[0] == static_cast<float>(first));
    CHECK(labels[0] == static_cast<float>(first % 2));
    CHECK(made_by(recipe, source_of_rows::read).same); // again, beside the one that is there
    CHECK(content_name_of(recipe.parts[0].path) == std::filesystem::path{recipe.parts[0].path}.filename().string());
  }
}

TEST_CASE("other rows are told with the files they were read from, and nothing is kept", "[runtime][row_source]") {
  const source_of_rows it;
  const auto recipe = it.recipe(0, 9);
  const auto before = files_of(recipe);
  for (const auto rows : {9, 11, 8}) { // the first nine are the same in two of them
    it.folder.write("rows.csv", source_of_rows::content(rows));
    const auto made = made_by(recipe, source_of_rows::read);
    CHECK_FALSE(made.same);
    REQUIRE(made.files.size() == 1);
    CHECK(made.files[0].path == it.file);
    CHECK(difference(made.files, before).find(it.file + " has ") == 0);
    CHECK_FALSE(std::filesystem::exists(recipe.parts[0].path));
  }
}

TEST_CASE("the files of a union are among those that are compared", "[runtime][row_source]") {
  const source_of_rows it;
  const auto more = it.folder.write("more.csv", source_of_rows::content(3));
  auto which = it.which();
  which.data.transforms = {{"union", {{"with", {{"format", "csv"}, {"path", more}}}}}};
  const auto files = files_of(recipe_of(which, 13, data::to_text({})));
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == it.file);
  CHECK(files[1].path == more);
}

TEST_CASE("two hosts' files are compared by path, size and bytes", "[runtime][row_source]") {
  const std::vector<source_file> here{{"/a", 10, "one"}, {"/b", 2048, "two"}};
  CHECK(difference({{"/a", 10, "one"}, {"/b", 1024, "two"}}, here) == "/b has 1,024 bytes there and 2,048 here");
  CHECK(difference({{"/a", 10, "six"}, {"/b", 2048, "two"}}, here) == "/a has other bytes there than here");
  CHECK(difference({{"/a", 10, "one"}, {"/c", 2048, "two"}}, here) == "/c is read there and /b here");
  CHECK(difference({{"/a", 10, "one"}}, here) == "the source has 1 file there and 2 here");
  CHECK(difference(here, here).find("the files are the same, but other rows are read from them") == 0);
}

TEST_CASE("several parts are made of rows that are read once", "[runtime][row_source]") {
  const source_of_rows it;
  auto recipe = it.recipe(0, 4);
  recipe.parts.push_back(it.recipe(4, 6).parts[0]);
  int times = 0;
  const auto made = made_by(recipe, [&](const job& which, const data::pipeline& fitted) {
    ++times;
    return source_of_rows::read(which, fitted);
  });
  CHECK(made.same);
  CHECK(times == 1);
  CHECK(data::sealed_rows{recipe.parts[0].path}.rows() == 4);
  CHECK(data::sealed_rows{recipe.parts[1].path}.rows() == 6);
  recipe.parts[1].rows = 7; // of which there are six
  CHECK_FALSE(made_by(recipe, source_of_rows::read).same);
}

TEST_CASE("a recipe goes nowhere but into a cache", "[runtime][row_source]") {
  const source_of_rows it;
  auto recipe = it.recipe(0, 10);
  for (const auto* const path : {"/etc/passwd", "name", ""}) {
    recipe.parts[0].path = path;
    CHECK_THROWS_WITH(made_by(recipe, source_of_rows::read), Catch::Contains("which no cache has"));
  }
}

TEST_CASE("without a source, or what its transforms learned, nodes cannot read rows", "[runtime][row_source]") {
  const source_of_rows it;
  CHECK_THROWS_WITH(recipe_of(job{}, 10, ""), Catch::Contains("the job names no source for its rows"));
  auto scaled = it.which();
  scaled.data.transforms = {{"standard", {{"column", "features"}}}};
  CHECK_THROWS_WITH(recipe_of(scaled, 10, ""), Catch::Contains("what the transforms were fitted to is not there"));
}
