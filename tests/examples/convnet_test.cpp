// The whole of examples/mnist_convnet.cfg: examples_test tries a tenth of it.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;

TEST_CASE("mnist_convnet.cfg reaches 985 of 1000", "[examples]") {
  if (std::getenv("DK_SLOW") == nullptr) {
    WARN("skipped: it takes minutes; set DK_SLOW=1 to run it");
    return;
  }
  const std::string examples = DK_SOURCES "/examples/";
  if (!std::filesystem::exists(examples + "mnist/train-images-idx3-ubyte")) {
    WARN("skipped: MNIST is not there; fetch it with scripts/get-mnist");
    return;
  }
  const temporary_folder folder;
  const auto got = run({DK_DRIVER, examples + "mnist_convnet.cfg", "--json"}, {{}, folder.path("")}, seconds{880});
  INFO(got.err);
  REQUIRE(got.status == 0);
  const auto result = nlohmann::json::parse(got.out);
  CHECK(result.at("accuracy") >= 0.985);
  CHECK(result.at("rows").at("balanced") == true);
}
