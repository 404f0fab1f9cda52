#include "runtime/record/run_folder.hpp"
#include "runtime/record/run_lock.hpp"
#include "tests/support.hpp"

#include <sys/wait.h>

using namespace dk;
using namespace dk::test;
namespace fs = std::filesystem;

TEST_CASE("a run's folder has one owner at a time", "[runtime][run_lock]") {
  const temporary_folder folder;
  const auto at = folder.path("run");
  CHECK_FALSE(owner_of_run(at));
  auto first = make_run_folder(at, "x");
  CHECK_THAT(owner_of_run(at).value_or(""), Catch::StartsWith("process " + std::to_string(getpid()) + " on "));
  run_folder second{at};
  const auto refusal = failure_in(folder, errc::checkpoint, [&] { own(second); });
  CHECK_THAT(refusal, Catch::StartsWith("run is being trained by process " + std::to_string(getpid()) + " on "));
  CHECK_THAT(failure_in(folder, errc::checkpoint, [&] { make_run_folder(at, "x"); }),
             Catch::Contains("is being trained by process"));
  auto shared = first;
  first = {};
  CHECK(failure_in(folder, errc::checkpoint, [&] { own(second); }) == refusal); // there is still a copy
  shared = {};
  own(second);
  CHECK(fs::exists(at + "/run.lock"));
  second = {};
  CHECK_FALSE(fs::exists(at + "/run.lock"));
}

TEST_CASE("a lock dies with its process; what it leaves behind locks nothing", "[runtime][run_lock]") {
  const temporary_folder folder;
  const auto child = fork();
  if (child == 0) {
    new run_lock{folder.path("")}; // never given back
    _exit(0);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  REQUIRE(fs::exists(folder.path("run.lock")));
  CHECK_FALSE(owner_of_run(folder.path("")));
  const run_lock mine{folder.path("")};
}

TEST_CASE("a folder that cannot be locked is named", "[runtime][run_lock]") {
  const temporary_folder folder;
  CHECK_THAT(failure_in(folder, errc::resources, [&] { run_lock{folder.path("none")}; }),
             Catch::StartsWith("cannot lock none/run.lock: No such file or directory"));
}

TEST_CASE("a run that never began leaves no folder; one that trained stays", "[runtime][run_folder]") {
  const temporary_folder folder;
  auto made = make_run_folder(folder.path("run"), "x");
  fs::create_directories(made.checkpoints() + "/shard-00");
  folder.write("run/checkpoints/shard-00/000000000000.dkc", "of the start");
  folder.write("run/config.resolved.toml", "");
  discard_unused(made);
  CHECK_FALSE(fs::exists(made.path));
  made = {};
  made = make_run_folder(folder.path("run"), "x"); // the same command again
  fs::create_directories(made.checkpoints() + "/shard-00");
  folder.write("run/checkpoints/shard-00/000000000010.dkc", "");
  discard_unused(made);
  CHECK(fs::exists(made.path));
}
