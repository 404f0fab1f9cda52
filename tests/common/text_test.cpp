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
  CHECK(dk::with_commas(1000) == "1,000");
  CHECK(dk::with_commas(12345) == "12,345");
  CHECK(dk::with_commas(123456) == "123,456");
  CHECK(dk::with_commas(1234567) == "1,234,567");
  CHECK(dk::join({"a", "b"}) == "a, b");
}

TEST_CASE("one of a kind has no plural", "[common][text]") {
  CHECK(dk::counted(1, "epoch") == "1 epoch");
  CHECK(dk::counted(0, "epoch") == "0 epochs");
  CHECK(dk::counted(1234, "epoch") == "1,234 epochs");
  CHECK(dk::counted(1, "batch", "batches") == "1 batch");
  CHECK(dk::counted(2, "batch", "batches") == "2 batches");
}

TEST_CASE("sizes are whole numbers of a unit", "[common][text]") {
  CHECK(dk::bytes_in("1KiB") == 1024);
  CHECK(dk::bytes_in("512MiB") == 536'870'912);
  CHECK(dk::bytes_in("1GiB") == 1'073'741'824);
  CHECK(dk::bytes_in("999999TiB") == 999'999 * (std::uint64_t{1} << 40U));
  for (const auto* text : {"", "1", "GiB", "1GB", "1.5GiB", "-1GiB", "1 GiB", "1XiB", "1000000TiB", "1GiBs"})
    CHECK(dk::bytes_in(text) == 0);
}
