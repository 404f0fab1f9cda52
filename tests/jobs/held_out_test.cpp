// Rows that are held out are never trained. Each row here has a number of its own, so that it is known again.

#include "jobs/inputs/inputs.hpp"
#include "jobs/runs/results.hpp"
#include "runtime/run/trainer.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

using namespace dk;
using namespace dk::test;

namespace {

constexpr int all_rows = 997;

std::string numbered_rows() {
  std::string text = "x,label\n";
  for (int i = 0; i < all_rows; ++i)
    text += std::to_string(i) + ',' + std::to_string(i % 2) + '\n';
  return text;
}

std::multiset<int> numbers_of(const data::dataset& rows) {
  std::multiset<int> numbers;
  const data::row_view view{rows, 0, rows.rows};
  for (std::size_t i = 0; i < rows.rows; ++i)
    numbers.insert(static_cast<int>(view.features()[i]));
  return numbers;
}

job numbered_job(const temporary_folder& folder, const std::string& cache) {
  folder.write("rows.csv", numbered_rows());
  std::filesystem::create_directory(folder.path("cache"));
  return parse_job(
      "seed = 3\n[data]\ntrain = { format = \"csv\", path = \"rows.csv\" }\nvalidation = 0.25\nprecache = \"" + cache +
          "\"\ncache_folder = \"cache\"\n[model]\ninput = [1]\nlayers = [ { dense = 2, activation = "
          "\"softmax\" } ]\n[trainer]\nworkers = 2\nepochs = 2\n",
      "held_out.cfg", folder.path(""));
}

} // namespace

TEST_CASE("no row that is held out is among those that are trained", "[apps][held_out]") {
  std::map<std::string, std::multiset<int>> held_out;
  for (const std::string cache : {"memory", "disk"}) {
    INFO(cache);
    const temporary_folder folder;
    const auto data = read_data(numbered_job(folder, cache));
    REQUIRE(data.validation);
    CHECK((data.train.stored != nullptr) == (cache == "disk"));
    const auto trained = numbers_of(data.train);
    held_out[cache] = numbers_of(*data.validation);
    CHECK(trained.size() + held_out[cache].size() == all_rows);
    CHECK(std::abs(static_cast<int>(held_out[cache].size()) - all_rows / 4) <= 1);
    auto both = trained;
    both.insert(held_out[cache].begin(), held_out[cache].end());
    CHECK(std::set<int>(both.begin(), both.end()).size() == all_rows); // each once, here or there
  }
  CHECK(held_out["memory"] == held_out["disk"]);
}

TEST_CASE("the last center of an earlier session does not stay beside the best", "[apps][held_out]") {
  const temporary_folder folder;
  auto which = numbered_job(folder, "memory");
  which.trainer.keep = "best";
  run_result result;
  result.versions = {7};
  result.best.emplace();
  result.best->versions = {7};
  const run_folder of_run{folder.path("")};
  folder.write("last.h5", "of an earlier session");
  CHECK(with_kept_center(which, of_run, result).versions == result.versions);
  CHECK_FALSE(std::filesystem::exists(of_run.last_model()));
}
