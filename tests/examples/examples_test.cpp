// Every file of examples/ does what its first lines say.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

using namespace dk::test;
namespace fs = std::filesystem;

namespace {

const std::string examples = DK_SOURCES "/examples/";

bool has_mnist() {
  if (fs::exists(examples + "mnist/train-images-idx3-ubyte"))
    return true;
  WARN("skipped: MNIST is not there; fetch it with scripts/get-mnist");
  return false;
}

} // namespace

TEST_CASE("this test knows every example", "[examples]") {
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator{examples})
    if (entry.is_regular_file())
      found.insert(entry.path().filename().string());
  CHECK(found == std::set<std::string>{"010-embed.cpp", "011-job.cpp", "020-higgs", "030-workflow", "040-regression",
                                       "CMakeLists.txt", "cifar10.cfg", "higgs.cfg", "laboratory.cfg", "mnist.cfg",
                                       "mnist_convnet.cfg", "mnist_preprocessing.cfg", "numpy_parsing.cfg",
                                       "regression.cfg", "workflow.cfg"});
}

TEST_CASE("010-embed prints what its first lines promise", "[examples]") {
  const auto promised = content_of(examples + "010-embed.cpp");
  CHECK(promised.find("You will see: 240 commits folded, mean staleness about 1, loss below 0.1") != std::string::npos);
  const auto got = run({DK_EMBED});
  CHECK(got.status == 0);
  CHECK(got.err.empty());
  int commits = 0;
  double staleness = -1;
  double loss = 1;
  REQUIRE(std::sscanf(got.out.c_str(), "%d commits folded, mean staleness %lf, loss %lf", &commits, &staleness,
                      &loss) == 3);
  CHECK(commits == 240);
  CHECK(staleness >= 0);
  CHECK(staleness < 3);
  CHECK(loss < 0.1);
}

TEST_CASE("011-job does with a config what dk_driver does", "[examples]") {
  const toy_job toy;
  const auto got = run({DK_JOB, toy.config}, {{}, toy.path("")});
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(got.err.empty());
  CHECK(rows_balance(got.out));
  CHECK(line_with(got.out, "results in runs/").find("-points") != std::string::npos);
  const auto wrong = run({DK_JOB, toy.path("none.cfg")});
  CHECK(wrong.status == 2);
  CHECK(wrong.err.find("E_CONFIG ") == 0);
}

TEST_CASE("mnist.cfg is a job that can be run", "[examples]") {
  if (!has_mnist())
    return;
  const temporary_folder folder;
  const auto got = run({DK_DRIVER, examples + "mnist.cfg", "--dry-run"}, {{}, folder.path("")});
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(got.err.find("Total params: 987210") != std::string::npos);
  CHECK(got.err.find("60,000 rows, 4 epochs of 375 chunks") != std::string::npos);
  CHECK(fs::is_empty(folder.path("")));
}

TEST_CASE("one epoch of mnist.cfg reaches 95 of 100", "[examples]") {
  if (!has_mnist())
    return;
  const temporary_folder folder;
  const auto got = run({DK_DRIVER, examples + "mnist.cfg", "--json", "--set", "trainer.epochs=1"},
                       {{}, folder.path("")}, seconds{280});
  INFO(got.err);
  REQUIRE(got.status == 0);
  const auto result = nlohmann::json::parse(got.out);
  CHECK(result.at("accuracy") > 0.95);
  CHECK(result.at("rows").at("applied") == 60'000);
  CHECK(result.at("rows").at("balanced") == true);
}

TEST_CASE("mnist_convnet.cfg is a job that learns", "[examples]") {
  if (!has_mnist())
    return;
  const temporary_folder folder;
  const auto got = run({DK_DRIVER, examples + "mnist_convnet.cfg", "--json", "--set", "trainer.stop.rows=6000"},
                       {{}, folder.path("")}, seconds{280});
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(got.err.find("Total params: 1048853") != std::string::npos);
  CHECK(nlohmann::json::parse(got.out).at("accuracy") > 0.9);
}

TEST_CASE("laboratory.cfg has the staleness of twenty workers", "[examples]") {
  const temporary_folder folder;
  const auto got = run({DK_DRIVER, "simulate", examples + "laboratory.cfg", "--json", "-q", "--set",
                        "laboratory.dry=true", "--set", "laboratory.rows=60000"},
                       {{}, folder.path("")});
  INFO(got.err);
  REQUIRE(got.status == 0);
  const auto result = nlohmann::json::parse(got.out);
  CHECK(result.at("updates") == 3000);
  CHECK(result.at("staleness").at("mean") > 17);
  CHECK(result.at("staleness").at("mean") < 20);
  CHECK(result.at("rows").at("balanced") == true);
}
