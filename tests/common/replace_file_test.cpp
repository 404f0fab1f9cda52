#include "common/replace_file.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <iterator>

using namespace dk::test;
using dk::errc;

namespace {

std::ptrdiff_t files_in(const temporary_folder& folder) {
  return std::distance(std::filesystem::directory_iterator{folder.path("")}, {});
}

} // namespace

TEST_CASE("a draft takes its place when it is kept, and goes when it is not", "[common][replace_file]") {
  const temporary_folder folder;
  folder.write("x", "old");
  {
    const dk::file_draft left{folder.path("x")};
    std::ofstream{left.name()} << "half";
    CHECK(files_in(folder) == 2);
  }
  CHECK(files_in(folder) == 1);
  CHECK(dk::test::file_bytes(folder.path("x")) == "old");
  dk::file_draft kept{folder.path("x")};
  std::ofstream{kept.name()} << "new";
  kept.keep();
  CHECK(dk::test::file_bytes(folder.path("x")) == "new");
  CHECK(files_in(folder) == 1);
}

TEST_CASE("a file that cannot be replaced is named", "[common][replace_file]") {
  const temporary_folder folder;
  const auto fails = [&](const std::function<void()>& f) { return failure_in(folder, errc::resources, f); };
  CHECK(fails([&] { dk::replace_file(folder.path("none/x"), "bytes"); }).find("none/x: ") == 0);
  CHECK(fails([&] { dk::replace_file(folder.path("x"), [](const std::string&) {}); }) ==
        "x: cannot be put in its place: No such file or directory");
  folder.write("y", "old");
  CHECK_THROWS(dk::replace_file(folder.path("y"), [](const std::string& draft) {
    std::ofstream{draft} << "half";
    throw std::runtime_error{"no more"};
  }));
  CHECK(files_in(folder) == 1);
}
