// Prediction, evaluation and transforms on real nodes with real worker processes, all on this host.

#include "tests/cluster/nodes.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;

namespace {

/// A job that is trained, with a pipeline, and more rows to predict.
struct trained_job : toy_job {
  trained_job() {
    folder.write("more.csv", points_csv(30'000));
    const auto got = train({"--out", "run", "--set", R"(data.transforms=[{standard={column="features"}}])"});
    INFO(got.err);
    REQUIRE(got.status == 0);
  }

  std::vector<std::string> command_on(std::vector<std::string> all, const std::string& nodes) const {
    all.insert(all.begin(), DK_DRIVER);
    if (!nodes.empty())
      all.insert(all.end(), {"--nodes", nodes});
    return all;
  }

  outcome ask(const std::vector<std::string>& arguments, const std::string& nodes) const {
    return run(command_on(arguments, nodes), {{}, path("")});
  }

  std::vector<std::string> predict_to(const std::string& out) const {
    return {"predict", "--model", "run", "--data", "more.csv", "--out", out};
  }
};

} // namespace

TEST_CASE("predictions on nodes have the bits of those made here", "[cluster][rows]") {
  const trained_job job;
  REQUIRE(job.ask(job.predict_to("here.csv"), "").status == 0);
  const auto here = content_of(job.path("here.csv"));
  CHECK(lines_of(here).size() == 30'001);
  for (const auto* workers : {"1", "2", "8"}) {
    const started_node node{{"--workers", workers}};
    const auto there = job.ask(job.predict_to("there.csv"), node.address());
    INFO(workers << " workers: " << there.err);
    REQUIRE(there.status == 0);
    CHECK(content_of(job.path("there.csv")) == here);
  }
  two_nodes nodes;
  REQUIRE(job.ask(job.predict_to("both.csv"), nodes.addresses()).status == 0);
  CHECK(content_of(job.path("both.csv")) == here);
  nodes.check_clean_end();
}

TEST_CASE("evaluate on nodes finds what it finds here", "[cluster][rows]") {
  const trained_job job;
  const std::vector<std::string> evaluate{"evaluate", "--model", "run", "--data", "more.csv", "--json"};
  const auto here = job.ask(evaluate, "");
  INFO(here.err);
  REQUIRE(here.status == 0);
  two_nodes nodes;
  const auto there = job.ask(evaluate, nodes.addresses());
  INFO(there.err);
  REQUIRE(there.status == 0);
  CHECK(there.out == here.out);
  CHECK(nlohmann::json::parse(there.out).at("rows") == 30'000);
  nodes.check_clean_end();
}

TEST_CASE("a killed worker process costs no prediction", "[cluster][rows]") {
  const trained_job job;
  two_nodes nodes;
  // The second half of the rows waits until a line comes through the gate.
  const std::string script = R"(
    mkfifo gate
    { head -n 15001 more.csv; read -r _ < gate; tail -n +15002 more.csv; } |
      "$DK" predict --model run --data - --out answers.csv --nodes "$NODES"
  )";
  process driver{{"/bin/bash", "-c", script}, {{{"DK", DK_DRIVER}, {"NODES", nodes.addresses()}}, job.path("")}};
  const auto drafted = [&] {
    for (const auto& file : std::filesystem::directory_iterator{job.path("")})
      if (file.path().extension() == ".part" && file.file_size() > 100'000)
        return true;
    return false;
  };
  REQUIRE(eventually(seconds{60}, drafted));
  const auto workers = nodes.workers();
  REQUIRE(workers.size() == 4);
  kill(workers.front(), SIGKILL);
  REQUIRE(run({"/bin/bash", "-c", "echo open > gate"}, {{}, job.path("")}).status == 0);
  const auto status = driver.wait(seconds{100});
  INFO(driver.err());
  CHECK(status == 0);
  CHECK(driver.err().find("was killed by signal 9") != std::string::npos);
  CHECK(driver.err().find("; 3 workers go on") != std::string::npos);
  REQUIRE(job.ask(job.predict_to("here.csv"), "").status == 0);
  CHECK(content_of(job.path("answers.csv")) == content_of(job.path("here.csv")));
  nodes.check_clean_end();
}

TEST_CASE("what a node works for others is left to it", "[cluster][rows]") {
  const trained_job job;
  const started_node one{{"--workers", "1"}};
  const toy_job other = long_job(200);
  process busy{other.command({"--out", "run", "--nodes", one.address(), "--set", "trainer.workers=1"}),
               {{}, other.path("")}};
  REQUIRE(eventually(seconds{60}, [&] { return one.workers().size() == 1; }));
  const auto none = job.ask(job.predict_to("answers.csv"), one.address());
  INFO(busy.err() << busy.out());
  CHECK(none.status == 8);
  CHECK(none.err.find("E_NODES the nodes have no worker free") == 0);
  const started_node two;
  const auto some = job.ask(job.predict_to("answers.csv"), one.address() + ',' + two.address());
  INFO(some.err);
  CHECK(some.status == 0);
}

TEST_CASE("without a node there is no prediction, and that is said", "[cluster][rows]") {
  const trained_job job;
  const auto nobody = job.ask(job.predict_to("no.csv"), "127.0.0.1:1");
  CHECK(nobody.status == 5);
  CHECK(nobody.err.find("E_CONNECT cannot reach 127.0.0.1:1") == 0);
  const auto misspelt = job.ask(job.predict_to("no.csv"), "127.0.0.1");
  CHECK(misspelt.status == 2);
  CHECK(misspelt.err.find("E_USAGE --nodes: ") == 0);
  CHECK(content_of(job.path("no.csv")).empty());
}

TEST_CASE("prepare puts rows through transforms on nodes", "[cluster][rows]") {
  const toy_job job;
  const std::string transforms = R"(data.transforms=[{standard={column="features"}}])";
  const auto prepare = [&](const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> all{DK_DRIVER, "prepare", job.config, "--out", out, "--set", transforms};
    all.insert(all.end(), more.begin(), more.end());
    return run(all, {{}, job.path("")});
  };
  REQUIRE(prepare("here", {}).status == 0);
  const started_node node;
  const auto there = prepare("there", {"--nodes", node.address()});
  INFO(there.err);
  REQUIRE(there.status == 0);
  for (const auto* part : {"train", "test"}) {
    const auto file = std::string{"/"} + part + "/schema.json"; // it seals every column
    CHECK(!content_of(job.path("here" + file)).empty());
    CHECK(content_of(job.path("there" + file)) == content_of(job.path("here" + file)));
  }
}
