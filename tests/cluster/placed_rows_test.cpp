// Rows that are sent to their nodes once, and loaded there.

#include "nn/files/model_file.hpp"
#include "tests/cluster/nodes.hpp"

#include <filesystem>
#include <fstream>

using namespace dk::test;

namespace {

struct small_run {
  toy_job job{600, "epochs = 3\n"};

  // One worker, so that the same rows give the same bits.
  std::vector<float> train(const std::vector<std::string>& more, const std::string& folder) const {
    std::vector<std::string> all{"-q", "--set", "trainer.workers=1", "--set", "trainer.servers=1", "--out", folder};
    all.insert(all.end(), more.begin(), more.end());
    const auto got = job.train(all);
    INFO(got.err);
    REQUIRE(got.status == 0);
    CHECK(rows_balance(got.out));
    return dk::nn::load_model(job.path(folder + "/model.h5")).weights;
  }

  std::string log(const std::string& folder) const { return content_of(job.path(folder + "/log.txt")); }
  bool sent_all(const std::string& folder) const {
    return log(folder).find(": 0 of ") == std::string::npos &&
           log(folder).find(" bytes of rows were sent") != std::string::npos;
  }
  bool sent_none(const std::string& folder) const { return log(folder).find(": 0 of ") != std::string::npos; }
};

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> all;
  for (const auto& file : std::filesystem::directory_iterator{folder})
    all.push_back(file.path().string());
  return all;
}

} // namespace

TEST_CASE("rows that are loaded on their node train the same bits", "[cluster][placed_rows]") {
  const started_node node;
  const small_run it;
  for (const std::string setting : {"data.shuffle=true", "data.shuffle=false", "data.precache=disk"}) {
    INFO(setting);
    const auto folder = setting.substr(5);
    const auto here = it.train({"--set", setting}, "here" + folder);
    const auto there = it.train({"--set", setting, "--nodes", node.address()}, "there" + folder);
    const auto carried =
        it.train({"--set", setting, "--nodes", node.address(), "--set", "data.where=driver"}, "carried" + folder);
    CHECK(there == here);
    CHECK(carried == here);
    CHECK(it.log("carried" + folder).find("of rows were sent") == std::string::npos);
  }
}

TEST_CASE("rows are sent to a node once", "[cluster][placed_rows]") {
  const started_node node;
  const small_run it;
  it.train({"--nodes", node.address()}, "first");
  CHECK(it.sent_all("first"));
  REQUIRE(files_in(node.cache()).size() == 1);
  it.train({"--nodes", node.address()}, "second");
  CHECK(it.sent_none("second"));

  const auto path = files_in(node.cache()).front();
  std::fstream{path, std::ios::in | std::ios::out | std::ios::binary}.seekp(-1, std::ios::end).put('\x55');
  it.train({"--nodes", node.address()}, "third"); // a byte has changed
  CHECK(it.sent_all("third"));
  CHECK(files_in(node.cache()).size() == 1);

  const auto list = run({DK_NODE, "cache", "--cache", node.cache()});
  CHECK(list.status == 0);
  CHECK(list.out.find("\n1 file, ") != std::string::npos);
  const auto cleared = run({DK_NODE, "cache", "--clear", "--cache", node.cache()});
  CHECK(cleared.out.find(" bytes removed") != std::string::npos);
  CHECK(files_in(node.cache()).empty());
}

TEST_CASE("every model of an ensemble has its rows on its node", "[cluster][placed_rows]") {
  two_nodes nodes;
  const toy_job job{600, "epochs = 2\nalgorithm = \"ensemble\"\n"};
  for (const std::string share : {"full", "partition", "bootstrap"}) {
    INFO(share);
    const auto got = job.train({"-q", "--nodes", nodes.addresses(), "--set", "trainer.workers=4", "--set",
                                "trainer.data=" + share, "--out", share});
    INFO(got.err);
    REQUIRE(got.status == 0);
    const auto here =
        job.train({"-q", "--set", "trainer.workers=4", "--set", "trainer.data=" + share, "--out", "here_" + share});
    REQUIRE(here.status == 0);
    for (const std::string model : {"0", "1", "2", "3"}) {
      const auto file = "/model-" + model + ".h5";
      CHECK(dk::nn::load_model(job.path(share + file)).weights ==
            dk::nn::load_model(job.path("here_" + share + file)).weights);
    }
  }
  nodes.check_clean_end();
}

TEST_CASE("a node without room for the rows gets each batch from the driver", "[cluster][placed_rows]") {
  const started_node node{{"--cache-size", "1KiB"}};
  const small_run it;
  const auto here = it.train({}, "here");
  CHECK(it.train({"--nodes", node.address()}, "there") == here);
  const auto log = it.log("there");
  INFO(log);
  CHECK(log.find("start dk_node with a larger --cache-size; its workers get each batch from the driver") !=
        std::string::npos);
}
