// The validator of a run in a process of its own on a node, beside the shards.

#include "tests/cluster/nodes.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;

namespace {

struct measured_on_nodes {
  two_nodes nodes;
  toy_job job;

  measured_on_nodes(int rows, const std::string& keys, int units = 8) : job(rows, keys, units) {
    job.folder.write("held_out.csv", points_csv(500));
  }

  std::vector<std::string> options(const std::vector<std::string>& more = {}, const std::string& folder = "run") const {
    std::vector<std::string> all{"--out",           folder,  "--nodes",
                                 nodes.addresses(), "--set", R"(data.validate={format="csv",path="held_out.csv"})"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  outcome train(const std::vector<std::string>& more = {}, const std::string& folder = "run") const {
    return run(job.command(options(more, folder)), {{}, job.path("")}, seconds{200});
  }
  outcome resume(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{DK_DRIVER, "--resume", "run"};
    all.insert(all.end(), more.begin(), more.end());
    return run(all, {{}, job.path("")}, seconds{200});
  }

  std::vector<pid_t> validators() const {
    auto all = nodes.first.validators();
    for (const auto pid : nodes.second.validators())
      all.push_back(pid);
    return all;
  }

  json result() const { return json::parse(content_of(job.path("run/result.json"))); }
  std::size_t measurements() const { return lines_of(content_of(job.path("run/validation.jsonl"))).size(); }
  bool has_measured(std::size_t count) const {
    return eventually(seconds{60}, [&] { return measurements() >= count; });
  }

  double loss_of(const std::string& model) const {
    const auto got =
        run({DK_DRIVER, "evaluate", "--model", job.path("run/" + model), "--data", job.path("held_out.csv"), "--json"});
    INFO(got.err);
    return json::parse(got.out).at("loss").get<double>();
  }
  // `evaluate` adds the rows up in another order.
  void check_loss(const std::string& of, const std::string& model) const {
    CHECK(result().at(of).at("loss").get<double>() == Approx(loss_of(model)).epsilon(1e-9));
  }
  void check_best() const { check_loss("best", "best.h5"); }
};

/// The same while it goes on.
struct going_on : measured_on_nodes { // of a few seconds
  process driver{job.command(options({"--set", "trainer.validation_every=0.1"})), {{}, job.path("")}};
  pid_t validator = 0;

  going_on() : measured_on_nodes(4000, "epochs = 20\ncommunication_window = 1\n", 512) {
    const bool began = has_measured(5);
    INFO(driver.err());
    REQUIRE(began);
    REQUIRE(validators().size() == 1);
    validator = validators().front();
  }
};

} // namespace

TEST_CASE("held-out rows are measured on a node, and the best center comes from there", "[cluster][validator]") {
  going_on it;
  CHECK(eventually(seconds{30}, [&] { return std::filesystem::exists(it.job.path("run/best.h5")); }));
  const auto status = it.driver.wait(seconds{200});
  INFO(it.driver.err());
  REQUIRE(status == 0);
  CHECK(rows_balance(it.driver.out()));
  it.check_loss("validation", "model.h5");
  CHECK(it.result().at("validation").at("rows") == 500);
  it.check_best();
  CHECK(is_gone(it.validator));
  it.nodes.check_clean_end();
}

TEST_CASE("a center is worth the same on a node and in the driver", "[cluster][validator]") {
  const measured_on_nodes it{600, "epochs = 3\nvalidation_every = 0\n"};
  const auto loss_with = [&](const std::string& setting, const std::string& folder) {
    const auto got =
        it.train({"-q", "--set", "trainer.workers=1", "--set", "trainer.servers=1", "--set", setting}, folder);
    INFO(got.err);
    REQUIRE(got.status == 0);
    return json::parse(content_of(it.job.path(folder + "/result.json"))).at("validation").at("loss").get<double>();
  };
  const auto in_driver = loss_with("cluster.servers=driver", "driver");
  CHECK(loss_with("data.where=nodes", "read") == in_driver);
  CHECK(loss_with("data.where=driver", "carried") == in_driver);
  CHECK(loss_with("trainer.epochs=3", "there") == in_driver);
  const auto log = content_of(it.job.path("there/log.txt"));
  CHECK(log.find("the validator is on node 127.0.0.1:") != std::string::npos);
  CHECK(content_of(it.job.path("carried/log.txt")).find("the validator is on node") == std::string::npos);
}

TEST_CASE("what a validator on a node decides reaches the workers", "[cluster][validator]") {
  SECTION("that the run stops") {
    const measured_on_nodes it{600, "epochs = 5000\nstop = { patience = 2, min_delta = 1000.0 }\n"};
    const auto got = it.train();
    INFO(got.err);
    REQUIRE(got.status == 0);
    CHECK(got.err.find("no improvement in 2 measurements; the run stops") != std::string::npos);
    CHECK(rows_balance(got.out));
    CHECK(it.result().at("stopped") == true);
    it.check_best();
    const auto before = it.measurements();
    const auto again = it.resume(); // is given as much patience again
    INFO(again.err);
    CHECK(again.status == 0);
    CHECK(again.err.find("no improvement in 2 measurements; the run stops") != std::string::npos);
    CHECK(it.measurements() >= before + 2);
    it.check_best();
  }
  SECTION("that the learning rate falls") {
    const measured_on_nodes it{6000, "epochs = 8\nscheme = { threshold = 1000.0, divide_by = 4 }\n"};
    const auto got = it.train();
    INFO(got.err);
    REQUIRE(got.status == 0);
    CHECK(got.err.find("the learning rate is divided by 4.0") != std::string::npos);
    CHECK(content_of(it.job.path("run/commits.jsonl")).find(R"("rate":0.25)") != std::string::npos);
  }
}

TEST_CASE("without its validator a run ends by that one's name, and can be gone on with", "[cluster][validator]") {
  going_on it;
  const bool on_first = !it.nodes.first.validators().empty();
  auto& host = on_first ? it.nodes.first : it.nodes.second;
  const auto name = "validator (" + host.address() + ", pid " + std::to_string(it.validator) + ")";
  std::string end;
  SECTION("which was killed") {
    kill(it.validator, SIGKILL);
    end = "was killed by signal 9 (Killed); ";
  }
  SECTION("which stands still") {
    kill(it.validator, SIGSTOP);
    end = "no longer answers; its process was stopped; ";
  }
  const auto status = it.driver.wait(seconds{100});
  INFO(it.driver.err());
  CHECK(status == 8);
  const auto last = lines_of(it.driver.err()).back();
  CHECK(last.find("E_NODES " + name + " " + end) == 0);
  CHECK(last.find("--resume") != std::string::npos);
  CHECK(eventually(seconds{30}, [&] { return it.nodes.have_no_children(); }));
  const auto rest = it.resume({"-q"});
  INFO(rest.err);
  CHECK(rest.status == 0);
  CHECK(rows_balance(rest.out));
  it.check_best();
  it.nodes.check_clean_end();
}

TEST_CASE("a run whose validator's node is lost ends", "[cluster][validator]") {
  going_on it;
  auto& host = it.nodes.first.validators().empty() ? it.nodes.second : it.nodes.first;
  host.self().send(SIGKILL);
  CHECK(it.driver.wait(seconds{100}) == 8);
  INFO(it.driver.err());
  CHECK(lines_of(it.driver.err()).back().find("is lost with its node; continue from the last checkpoint") !=
        std::string::npos);
}

TEST_CASE("a driver that was killed leaves a best model that its run knows", "[cluster][validator]") {
  going_on it;
  CHECK(eventually(seconds{30}, [&] { return std::filesystem::exists(it.job.path("run/best.h5")); }));
  it.driver.send(SIGKILL);
  it.driver.wait();
  CHECK(eventually(seconds{30}, [&] { return it.nodes.have_no_children(); }));
  const auto rest = it.resume({"-q"});
  INFO(rest.err);
  REQUIRE(rest.status == 0);
  CHECK(rows_balance(rest.out));
  it.check_best();
}

TEST_CASE("a run that is stopped measures its last center on the node", "[cluster][validator]") {
  going_on it;
  it.driver.send(SIGINT);
  const auto status = it.driver.wait(seconds{100});
  INFO(it.driver.err());
  CHECK(status == 130);
  it.check_loss("validation", "model.h5");
  it.check_best();
}

TEST_CASE("where a node has no room for held-out rows the validator stays in the driver", "[cluster][validator]") {
  const started_node node{{"--cache-size", "1KiB"}};
  const toy_job job;
  const auto got = job.train({"--nodes", node.address(), "--set", "data.validation=0.2", "--out", "run"});
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(got.err.find("start dk_node with a larger --cache-size; the validator stays in the driver") !=
        std::string::npos);
  CHECK(!content_of(job.path("run/validation.jsonl")).empty());
}
