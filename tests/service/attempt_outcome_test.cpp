// What a process wrote last is why it failed.

#include "service/queue/attempt_outcome.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>

using namespace dk::service;
using namespace dk::test;

TEST_CASE("the cause of a failure is the last line of error", "[service][queue]") {
  const temporary_folder folder;
  const auto cause = [&](const std::string& output) { return cause_in(folder.write("output.txt", output)); };
  CHECK(cause("epoch 1\nE_DATA x.csv:7: no number\nsomething after it\n") == "E_DATA x.csv:7: no number");
  CHECK(cause("E_DATA first\nE_NODES second") == "E_NODES second");
  CHECK(cause("terminate called\n\n") == "terminate called");
  CHECK(cause("") == "");
  CHECK(cause("a\tb\x1b[1m\n") == "a b [1m");
  CHECK(cause(std::string(100'000, 'x')) == std::string(500, 'x'));
  CHECK(cause(std::string(100'000, '\n') + "E_DATA x\n") == "E_DATA x");
  CHECK(cause_in(folder.path("none")) == "");
}
