// Every program of benchmarks/ says how it is called.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace dk::test;
namespace fs = std::filesystem;

TEST_CASE("a benchmark says how it is called, and refuses what it does not know", "[benchmarks]") {
  const auto programs = fs::path{DK_DRIVER}.parent_path();
  std::size_t found = 0;
  for (const auto& entry : fs::directory_iterator{DK_SOURCES "/benchmarks"}) {
    if (entry.path().extension() != ".cpp")
      continue;
    ++found;
    const auto name = entry.path().stem().string();
    INFO(name);
    const auto help = run({programs / name, "--help"});
    CHECK(help.status == 0);
    CHECK(help.err.empty());
    CHECK(lines_of(help.out).size() == 1);
    CHECK(help.out.rfind("usage: " + name, 0) == 0);
    for (const std::string wrong : {"--wrong", "none", "0"}) {
      const auto refused = run({programs / name, wrong});
      CHECK(refused.status == 2);
      CHECK(refused.out.empty());
      CHECK(lines_of(refused.err).size() == 1);
      CHECK(refused.err.find("; " + help.out) != std::string::npos);
    }
  }
  CHECK(found > 0);
}
