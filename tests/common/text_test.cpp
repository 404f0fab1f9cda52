#include "common/text.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a misspelt name finds its neighbour, a strange one nothing", "[common][text]") {
  const std::vector<std::string> names{"epochs", "batch_size", "workers"};
  CHECK(dk::nearest_name("epoch", names) == "epochs");
  CHECK(dk::nearest_name("Workers", names) == "workers");
  CHECK(dk::nearest_name("batchsize", names) == "batch_size");
  CHECK(dk::nearest_name("zzzzzz", names).empty());
  CHECK(dk::did_you_mean("worker", names) == " (did you mean \"workers\"?)");
}

TEST_CASE("numbers and lists read well", "[common][text]") {
  CHECK(dk::with_commas(0) == "0");
  CHECK(dk::with_commas(999) == "999");
  CHECK(dk::with_commas(1234567) == "1,234,567");
  CHECK(dk::join({"a", "b"}) == "a, b");
}
