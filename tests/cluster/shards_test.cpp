// The shards of a center in processes of their own on nodes.

#include "algorithms/catalog.hpp"
#include "nn/files/model_file.hpp"
#include "tests/cluster/nodes.hpp"

#include <nlohmann/json.hpp>

using namespace dk::test;

namespace {

std::size_t shards_on(const two_nodes& nodes) {
  return nodes.first.shards().size() + nodes.second.shards().size();
}

} // namespace

TEST_CASE("each node that is named has a shard of the center", "[cluster][shards]") {
  run_on_nodes it;
  CHECK(it.nodes.first.shards().size() == 1);
  CHECK(it.nodes.second.shards().size() == 1);
  it.check_whole();
  CHECK(content_of(it.job.path("run/config.resolved.toml")).find("servers = 2") != std::string::npos);
  it.check_all_workers_gone();
}

TEST_CASE("shards are where the config wants them", "[cluster][shards]") {
  SECTION("in the driver") {
    run_on_nodes it{"cluster.servers=driver"};
    CHECK(shards_on(it.nodes) == 0);
    it.check_whole();
  }
  SECTION("as many as it says, on the nodes in turn") {
    run_on_nodes it{"trainer.servers=3"};
    CHECK(it.nodes.first.shards().size() == 2);
    CHECK(it.nodes.second.shards().size() == 1);
    it.check_whole();
  }
}

TEST_CASE("shards can be kept to some of the nodes", "[cluster][shards]") {
  two_nodes nodes;
  const toy_job job{400, "epochs = 3\n"};
  const auto train = [&](const std::string& where, const std::string& folder) {
    return job.train({"--nodes", nodes.addresses(), "--set", "trainer.workers=4", "--set",
                      "cluster.servers=[\"" + where + "\"]", "--out", folder});
  };
  const auto got = train(nodes.second.address(), "second");
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(rows_balance(got.out));
  CHECK(content_of(job.path("second/config.resolved.toml")).find("servers = 1") != std::string::npos);
  const auto wrong = train("127.0.0.1:1", "wrong");
  CHECK(wrong.status == 2);
  CHECK(lines_of(wrong.err).back().find(
            "E_CONFIG cluster.servers names 127.0.0.1:1, which is none of the run's nodes") == 0);
  nodes.check_clean_end();
}

TEST_CASE("every algorithm keeps its rows exact with shards on nodes", "[cluster][shards]") {
  two_nodes nodes;
  const toy_job job{400, "epochs = 2\n"};
  for (const auto& algorithm : dk::algorithm_names()) {
    if (!dk::find_algorithm(algorithm)->has_server())
      continue;
    for (const std::string servers : {"1", "2", "4"}) {
      INFO(algorithm << " with " << servers << " shards");
      const auto got = job.train({"-q", "--nodes", nodes.addresses(), "--set", "trainer.workers=2", "--set",
                                  "trainer.algorithm=" + algorithm, "--set", "trainer.servers=" + servers, "--out",
                                  algorithm + servers});
      INFO(got.err);
      CHECK(got.status == 0);
      CHECK(rows_balance(got.out));
    }
  }
  nodes.check_clean_end();
}

TEST_CASE("every algorithm keeps its rows exact under every compression, and is replayed bit for bit",
          "[cluster][shards][compression]") {
  two_nodes nodes;
  const toy_job job{400, "epochs = 2\n"};
  for (const auto& algorithm : dk::algorithm_names()) {
    if (!dk::find_algorithm(algorithm)->has_server())
      continue;
    int number = 0;
    for (const std::string how : {"fp16", "bf16", "int8", "{top_k=0.1}"}) {
      INFO(algorithm << " with " << how);
      const auto folder = algorithm + std::to_string(++number);
      const auto got =
          job.train({"-q", "--nodes", nodes.addresses(), "--set", "trainer.workers=2", "--set",
                     "trainer.algorithm=" + algorithm, "--set", "trainer.compress=" + how, "--out", folder, "--json"});
      INFO(got.err);
      REQUIRE(got.status == 0);
      const auto result = nlohmann::json::parse(got.out);
      CHECK(result.at("rows").at("balanced") == true);
      CHECK(result.at("workers")[0].at("bytes_per_exchange").at("sent") < 4 * 42);
      const auto again = run({DK_DRIVER, "replay", folder, "-q", "--out", folder + "r"}, {{}, job.path("")});
      INFO(again.err << again.out);
      CHECK(again.status == 0);
      CHECK(dk::nn::load_model(job.path(folder + "/model.h5")).weights ==
            dk::nn::load_model(job.path(folder + "r/model.h5")).weights);
    }
  }
  nodes.check_clean_end();
}

TEST_CASE("a killed worker between two shards costs no row", "[cluster][shards]") {
  run_on_nodes it{"trainer.servers=4"};
  kill(it.nodes.first.workers().at(0), SIGKILL);
  kill(it.nodes.second.workers().at(0), SIGKILL);
  it.check_whole();
  it.check_all_workers_gone();
}

TEST_CASE("a killed shard ends the run with its name, and the run can be gone on with", "[cluster][shards]") {
  run_on_nodes it;
  const auto victim = it.nodes.second.shards().at(0);
  kill(victim, SIGKILL);
  const auto status = it.driver.wait();
  INFO(it.driver.err());
  CHECK(status == 8);
  const auto last = lines_of(it.driver.err()).back();
  CHECK(last.find("E_NODES parameter server 1 (" + it.nodes.second.address() + ", pid " + std::to_string(victim) +
                  ") was killed by signal 9 (Killed); ") == 0);
  CHECK(last.find("--resume") != std::string::npos);
  CHECK(eventually(seconds{30}, [&] { return it.nodes.have_no_children(); }));
  const auto rest = run({DK_DRIVER, "--resume", "run", "-q"}, {{}, it.job.path("")}, seconds{100});
  INFO(rest.err);
  CHECK(rest.status == 0);
  CHECK(rows_balance(rest.out));
  it.nodes.check_clean_end();
}
