// docs/experiments.md on a tenth of the rows: the runs still come out as it says.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const std::string sources = DK_SOURCES;
const std::string python = "/usr/bin/python3";

bool has_all() {
  for (const auto& needed :
       {sources + "/examples/mnist/train-images-idx3-ubyte", python, std::string{"/usr/bin/gnuplot"}})
    if (!fs::exists(needed)) {
      WARN("skipped: " << needed << " is not there; scripts/install-deps --test and scripts/get-mnist bring it");
      return false;
    }
  return true;
}

} // namespace

TEST_CASE("the reduced experiments come out as the whole ones", "[examples]") {
  if (!has_all())
    return;
  const temporary_folder folder;
  const auto got =
      run({python, sources + "/scripts/experiments", "--reduced", "--out", folder.path("out"), "--driver", DK_DRIVER},
          {}, seconds{280});
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(content_of(folder.path("out/tables.md")).find("### Temporal efficiency") != std::string::npos);
  for (const std::string name : {"workers", "windows", "staleness"})
    CHECK(content_of(folder.path("out/" + name + ".svg")).find("</svg>") != std::string::npos);

  const auto result_of = [&](const std::string& name) {
    return json::parse(content_of(folder.path("out/runs/" + name + "/result.json")));
  };
  const auto staleness = [&](const std::string& name) -> double { return result_of(name).at("staleness").at("mean"); };
  const auto accuracy = [&](const std::string& name) -> double { // of one that diverged: a guess
    return fs::exists(folder.path("out/runs/" + name + ".diverged")) ? 0.1 : double{result_of(name).at("accuracy")};
  };
  for (const std::string pulls_first : {"adag", "downpour"}) {
    INFO(pulls_first);
    CHECK(staleness(pulls_first + "-4-5") == Approx(3).margin(0.1));
    CHECK(staleness(pulls_first + "-20-5") == Approx(19).margin(1)); // the first commits of a run are not that stale
    CHECK(accuracy(pulls_first + "-1-5") > 0.9);
  }
  CHECK(staleness("aeasgd-20-32") < 2);
  CHECK(accuracy("adag-20-30") > accuracy("downpour-20-30") + 0.4);
  CHECK(accuracy("aeasgd-20-30") > accuracy("aeasgd-20-5") + 0.4);
}
