// Runs on real nodes with real worker processes, all on this host.

#include "nn/files/model_file.hpp"
#include "tests/cluster/nodes.hpp"

#include <nlohmann/json.hpp>

using namespace dk::test;

TEST_CASE("what the nodes and their network can do is said before a run, or without one", "[cluster][forecast]") {
  two_nodes nodes;
  const toy_job job{600, "epochs = 3\n", 64};
  const auto plan = job.train({"--dry-run", "--nodes", nodes.addresses()});
  INFO(plan.err);
  CHECK(plan.status == 0);
  const auto check_said = [](const std::string& text) {
    CHECK(text.find("\n2 nodes: ") != std::string::npos);
    CHECK(text.find(" Mbit/s and ") != std::string::npos);
    CHECK(
        text.find("\nan exchange, 50 rows, takes 1,288 bytes to the shards and 1,288 bytes back, 50 % of them over the "
                  "network\n") != std::string::npos);
    CHECK(text.find(" rows/s: expect about ") != std::string::npos);
  };
  check_said(plan.err);
  CHECK(eventually(seconds{30}, [&] { return nodes.have_no_children(); }));
  const auto got = job.train({"--out", "run", "--nodes", nodes.addresses()});
  REQUIRE(got.status == 0);
  check_said(got.err);
  CHECK(rows_balance(got.out));
  const auto quiet = job.train({"--out", "quiet", "-q", "--nodes", nodes.addresses()});
  CHECK(quiet.err.find("Mbit/s") == std::string::npos);
  const auto too_many = job.train({"--dry-run", "--nodes", nodes.addresses(), "--set", "trainer.workers=5"});
  CHECK(line_with(too_many.err, "E_NODES ").find("but the nodes offer 4 in all") != std::string::npos);
  nodes.check_clean_end();
}

TEST_CASE("two nodes with two workers each learn a small problem", "[cluster]") {
  two_nodes nodes;
  const toy_job job{1000, "epochs = 40\nalgorithm = \"downpour\"\n"};
  const auto got = job.train({"--nodes", nodes.addresses(), "--set", "trainer.workers=4", "--json"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  const auto result = nlohmann::json::parse(got.out);
  CHECK(result.at("accuracy") > 0.95);
  CHECK(result.at("rows").at("applied") == 40'000);
  CHECK(result.at("rows").at("balanced") == true);
  CHECK(result.at("workers").size() == 4);
  nodes.check_clean_end();
}

TEST_CASE("a driver that names one node finds those that joined it", "[cluster]") {
  started_node first;
  started_node second{{"--join", first.address()}};
  const toy_job job{400, "epochs = 3\n"};
  const auto got = job.train({"--nodes", first.address(), "--set", "trainer.workers=4", "--out", "one"});
  INFO(got.err);
  REQUIRE(got.status == 0); // the first alone has no room for four: that is status 8, as below
  second.self().send(SIGTERM);
  CHECK(second.self().wait(seconds{30}) == 143);
  int tries = 0;
  CHECK(eventually(seconds{30}, [&] {
    const auto folder = "after" + std::to_string(++tries); // the first may not have noticed yet
    return job.train({"--nodes", first.address(), "--set", "trainer.workers=4", "--out", folder}).status == 8;
  }));
}

TEST_CASE("a node that joined another is joined again when that one is back", "[cluster]") {
  auto first = std::make_unique<started_node>();
  const auto address = first->address();
  started_node second{{"--join", address}};
  first->self().send(SIGTERM);
  CHECK(first->self().wait(seconds{30}) == 143);
  first = std::make_unique<started_node>(std::vector<std::string>{"--listen", address});
  const toy_job job{400, "epochs = 3\n"};
  int tries = 0;
  CHECK(eventually(seconds{60}, [&] {
    const auto folder = "run" + std::to_string(++tries);
    return job.train({"--nodes", address, "--set", "trainer.workers=4", "--out", folder}).status == 0;
  }));
}

TEST_CASE("single trains in one worker process", "[cluster]") {
  two_nodes nodes;
  const toy_job job{400, "epochs = 3\nalgorithm = \"single\"\n"};
  const auto got = job.train({"--nodes", nodes.addresses(), "--set", "trainer.workers=1"});
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(rows_balance(got.out));
  nodes.check_clean_end();
}

TEST_CASE("workers on nodes get frozen layers once, and keep them", "[cluster][trainable]") {
  two_nodes nodes;
  const toy_job job{400, "epochs = 3\n"};
  const auto layers = R"([{dense=8,activation="tanh",trainable=false},{dense=2,activation="softmax"}])";
  for (const std::string algorithm : {"adag", "aeasgd", "single"}) {
    INFO(algorithm);
    const auto got = job.train({"--nodes", nodes.addresses(), "--set", std::string{"model.layers="} + layers, "--set",
                                "trainer.algorithm=" + algorithm, "--set",
                                algorithm == "single" ? "trainer.workers=1" : "trainer.workers=4", "--out", algorithm});
    INFO(got.err);
    REQUIRE(got.status == 0);
    CHECK(rows_balance(got.out));
    const auto before = dk::nn::load_model(job.path(algorithm + "/initial.h5")).weights;
    const auto after = dk::nn::load_model(job.path(algorithm + "/model.h5")).weights;
    CHECK(std::equal(before.begin(), before.begin() + 24, after.begin()));
    CHECK(before.back() != after.back());
  }
  nodes.check_clean_end();
}

TEST_CASE("a killed worker process costs no row", "[cluster]") {
  run_on_nodes it;
  const auto victim = it.nodes.second.workers().at(0);
  kill(victim, SIGKILL);
  it.check_whole();
  const auto note = it.driver.err();
  CHECK(note.find(it.nodes.second.address() + ", pid " + std::to_string(victim) + ") was killed by signal 9") !=
        std::string::npos);
  CHECK(note.find("; 3 workers go on") != std::string::npos);
  it.check_all_workers_gone();
}

TEST_CASE("a killed node costs no row where the driver has the shards", "[cluster]") {
  run_on_nodes it{"cluster.servers=driver"};
  it.nodes.first.self().send(SIGKILL);
  it.check_whole();
  CHECK(it.driver.err().find("node " + it.nodes.first.address() + " is lost") != std::string::npos);
  CHECK(it.driver.err().find("), and with it the processes there") != std::string::npos);
  it.check_all_workers_gone();
}

TEST_CASE("a run whose nodes are all killed says so and ends", "[cluster]") {
  run_on_nodes it{"cluster.servers=driver"};
  it.nodes.first.self().send(SIGKILL);
  it.nodes.second.self().send(SIGKILL);
  CHECK(it.driver.wait() == 8);
  const auto last = lines_of(it.driver.err()).back();
  INFO(it.driver.err());
  CHECK(last.find("E_NODES no worker is left") == 0);
  it.check_all_workers_gone();
}

TEST_CASE("the worker processes of a killed driver are ended", "[cluster]") {
  run_on_nodes it;
  it.driver.send(SIGKILL);
  CHECK(it.driver.wait() == 137);
  it.check_all_workers_gone();
}

TEST_CASE("a node that is asked to end leaves no process behind", "[cluster]") {
  run_on_nodes it{"cluster.servers=driver"};
  const auto mine = it.nodes.second.workers();
  it.nodes.second.self().send(SIGTERM);
  CHECK(it.nodes.second.self().wait(seconds{30}) == 143);
  for (const auto pid : mine)
    CHECK(is_gone(pid));
  it.check_whole();
  it.check_all_workers_gone();
}

TEST_CASE("SIGINT stops a run on nodes in order", "[cluster]") {
  run_on_nodes it;
  it.driver.send(SIGINT);
  CHECK(it.driver.wait() == 130);
  CHECK(rows_balance(it.driver.out()));
  it.check_all_workers_gone();
}
