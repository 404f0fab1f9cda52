// What a person gets who holds rows out: lines while it trains, the best model, an early end, a lower learning rate.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json result_in(const toy_job& job, const std::string& run) {
  return json::parse(content_of(job.path(run + "/result.json")));
}

std::vector<json> measured_in(const toy_job& job, const std::string& run) {
  std::vector<json> all;
  for (const auto& line : lines_of(content_of(job.path(run + "/validation.jsonl"))))
    all.push_back(json::parse(line));
  return all;
}

std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& settings) {
  options.insert(options.end(), {"--set", "data.validation=0.25"});
  for (const auto& setting : settings)
    options.insert(options.end(), {"--set", setting});
  return options;
}

} // namespace

TEST_CASE("stderr tells of each epoch and of each measurement", "[apps][validation]") {
  const toy_job job;
  const auto got = job.train(with({"--out", "run"}, {}));
  INFO(got.err);
  REQUIRE(got.status == 0);
  for (const auto* epoch : {"epoch 1: loss ", "epoch 2: loss ", "epoch 3: loss "})
    CHECK_FALSE(line_with(got.err, epoch).empty());
  CHECK_FALSE(line_with(got.err, "validation at epoch 3.00: loss ").empty());
  CHECK_FALSE(line_with(got.out, "best center: of epoch ").empty());
  CHECK(measured_in(job, "run").back().at("trained") == 1350);
  const auto quiet = job.train(with({"-q"}, {}));
  CHECK(quiet.err.empty());
}

TEST_CASE("a run stops early and keeps its best center", "[apps][validation]") {
  // Nothing is better than the first measurement.
  const toy_job job{600, "epochs = 5000\nkeep = \"best\"\nstop = { patience = 2, min_delta = 1000.0 }\n"};
  const auto got = job.train(with({"--out", "run"}, {}));
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(got.err.find("no improvement in 2 measurements; the run stops") != std::string::npos);
  CHECK(got.err.find("a stop rule ended the run; to train further: dk_driver --resume ") != std::string::npos);
  CHECK(rows_balance(got.out));
  const auto result = result_in(job, "run");
  CHECK(result.at("stopped") == true);
  const auto lines = measured_in(job, "run");
  CHECK(result.at("best").at("versions") == lines.at(0).at("versions"));
  CHECK(result.at("validation").at("loss") == result.at("best").at("loss"));
  // model.h5 is the best center, last.h5 the one that the checkpoints and the log of commits end with.
  const auto accuracy = [&](const std::string& file) {
    const auto found = run({DK_DRIVER, "evaluate", "--model", job.path("run/" + file), "--data", job.data, "--json"});
    return json::parse(found.out).at("loss").get<double>();
  };
  CHECK(accuracy("model.h5") == accuracy("best.h5"));
  CHECK(accuracy("model.h5") == result.at("loss").get<double>());
  CHECK(accuracy("model.h5") != accuracy("last.h5"));
  const auto replayed = run({DK_DRIVER, "replay", "run"}, {{}, job.path("")});
  INFO(replayed.err);
  CHECK(lines_of(replayed.out).at(0) == "the center of 42 weights is that of run/last.h5, bit for bit");
  SECTION("and goes on with as much patience, when it is asked to") {
    const auto again = run({DK_DRIVER, "--resume", "run"}, {{}, job.path("")});
    INFO(again.err);
    CHECK(again.status == 0);
    CHECK(again.err.find("no improvement in 2 measurements; the run stops") != std::string::npos);
    CHECK(measured_in(job, "run").size() >= lines.size() + 2);
    CHECK(result_in(job, "run").at("best").at("versions") == lines.at(0).at("versions"));
    CHECK(accuracy("model.h5") == accuracy("best.h5"));
  }
}

TEST_CASE("a run under Emperor lowers its rate, and can be replayed", "[apps][validation][emperor]") {
  const toy_job job{6000, "epochs = 8\nscheme = { threshold = 1000.0, divide_by = 4 }\n"};
  const auto got = job.train(with({"--out", "run"}, {"trainer.servers=2"}));
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(got.err.find("the learning rate is divided by 4.0") != std::string::npos);
  CHECK(line_with(content_of(job.path("run/config.resolved.toml")), "keep = ") == "keep = \"best\"");
  const auto log = lines_of(content_of(job.path("run/commits.jsonl")));
  CHECK(std::any_of(log.begin(), log.end(),
                    [](const std::string& line) { return line.find(R"("rate":0.25)") != std::string::npos; }));
  const auto replayed = run({DK_DRIVER, "replay", "run", "--json"}, {{}, job.path("")});
  INFO(replayed.err);
  CHECK(json::parse(replayed.out).at("center").at("equal") == true);
}

TEST_CASE("of an ensemble the models are measured together, at the end", "[apps][validation]") {
  const toy_job job;
  const auto got = job.train(with({"--out", "run", "-q"}, {"trainer.algorithm=ensemble"}));
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(measured_in(job, "run").size() == 1);
  CHECK_FALSE(fs::exists(job.path("run/best.h5")));
}

TEST_CASE("a resumed run whose validation.jsonl is damaged is refused", "[apps][validation][bad_input]") {
  const toy_job job;
  REQUIRE(job.train(with({"--out", "run", "-q"}, {})).status == 0);
  const auto good = content_of(job.path("run/validation.jsonl"));
  job.folder.write("run/validation.jsonl", "{\"trained\":\"x\"}\n" + good);
  const auto got = run({DK_DRIVER, "--resume", "run", "-q", "--set", "trainer.epochs=50"}, {{}, job.path("")});
  CHECK(got.status == 4);
  CHECK(got.err.find("E_CKPT run/validation.jsonl:1: is no measurement (") == 0);
}
