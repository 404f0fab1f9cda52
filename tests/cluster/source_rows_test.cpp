// Rows that nodes read from their source themselves.

#include "nn/files/model_file.hpp"
#include "tests/cluster/nodes.hpp"

#include <filesystem>
#include <fstream>

using namespace dk::test;

namespace {

// A path that is another file for processes that start in another folder, as on another host.
constexpr auto own_points = "data.train={format=\"csv\",path=\"/proc/self/cwd/points.csv\"}";

// One worker, so that the same rows give the same bits.
outcome train(const toy_job& job, const std::string& out, const std::vector<std::string>& more = {}) {
  std::vector<std::string> all{"-q", "--set", "trainer.workers=1", "--out", out, "--set", "data.where=nodes"};
  all.insert(all.end(), more.begin(), more.end());
  return job.train(all);
}

std::vector<float> model_of(const toy_job& job, const std::string& out) {
  return dk::nn::load_model(job.path(out + "/model.h5")).weights;
}

bool says(const toy_job& job, const std::string& out, const std::string& text) {
  return content_of(job.path(out + "/log.txt")).find(text) != std::string::npos;
}

} // namespace

TEST_CASE("a node reads the rows itself, with the same bits", "[cluster][source_rows]") {
  const started_node node;
  const toy_job job;
  const std::vector<std::string> settings{
      "trainer.epochs=2", "data.validation=0.2", "data.precache=disk", "trainer.class_weight=balanced",
      R"(data.transforms=[{standard={column="features"}},{one_hot={column="label",classes=2}}])"};
  for (std::size_t i = 0; i < settings.size(); ++i) {
    INFO(settings[i]);
    const auto name = std::to_string(i);
    const auto here = train(job, "here" + name, {"--set", settings[i]});
    INFO(here.err);
    REQUIRE(here.status == 0);
    const auto there = train(job, "there" + name, {"--set", settings[i], "--nodes", node.address()});
    INFO(there.err);
    REQUIRE(there.status == 0);
    CHECK(rows_balance(there.out));
    CHECK(model_of(job, "there" + name) == model_of(job, "here" + name));
  }
  CHECK(says(job, "there1", "has read its rows itself"));
  const auto again = train(job, "again", {"--set", settings[1], "--nodes", node.address()});
  REQUIRE(again.status == 0);
  CHECK(says(job, "again", ": 0 of ")); // it still has them
  for (const auto& file : std::filesystem::directory_iterator{node.cache()})
    CHECK(file.path().extension().empty()); // nothing is left half made
}

TEST_CASE("every model of an ensemble has its rows read on its node", "[cluster][source_rows]") {
  two_nodes nodes;
  const toy_job job{600, "epochs = 2\nalgorithm = \"ensemble\"\ndata = \"partition\"\n"};
  const std::vector<std::string> four{"-q", "--set", "trainer.workers=4", "--set", "data.where=nodes"};
  const auto train_four = [&](std::vector<std::string> more) {
    more.insert(more.end(), four.begin(), four.end());
    return job.train(more);
  };
  REQUIRE(train_four({"--out", "here"}).status == 0);
  const auto there = train_four({"--out", "there", "--nodes", nodes.addresses()});
  INFO(there.err);
  REQUIRE(there.status == 0);
  for (const std::string file : {"/model-0.h5", "/model-1.h5", "/model-2.h5", "/model-3.h5"})
    CHECK(dk::nn::load_model(job.path("there" + file)).weights == dk::nn::load_model(job.path("here" + file)).weights);
  nodes.check_clean_end();
}

TEST_CASE("a node that has other rows, or none, is named with the file", "[cluster][source_rows]") {
  const temporary_folder elsewhere;
  const started_node node{{"--cache", "rows"}, elsewhere.path("")}; // a path that is relative
  const toy_job job;
  const auto refused = [&](const std::string& out, const std::string& why) {
    const auto got = train(job, out, {"--set", own_points, "--nodes", node.address()});
    INFO(got.err);
    CHECK(got.status != 0);
    const auto line = line_with(got.err, "E_DATA node " + node.address());
    CHECK(line.find(why) != std::string::npos);
  };
  refused("absent", "points.csv: ");
  elsewhere.write("points.csv", points_csv(601));
  refused("longer", "points.csv has ");
  auto other = points_csv(600);
  const auto last = other.size() - 2;
  other[last] = other[last] == '1' ? '0' : '1';
  elsewhere.write("points.csv", other);
  refused("other", "points.csv has other bytes there than here");
  elsewhere.write("points.csv", points_csv(600));
  const auto got = train(job, "same", {"--set", own_points, "--nodes", node.address()});
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(rows_balance(got.out));
}

TEST_CASE("a node without room for the rows that it could read gets them in batches", "[cluster][source_rows]") {
  const started_node node{{"--cache-size", "1KiB"}};
  const toy_job job;
  REQUIRE(train(job, "here").status == 0);
  const auto there = train(job, "there", {"--nodes", node.address()});
  INFO(there.err);
  REQUIRE(there.status == 0);
  CHECK(model_of(job, "there") == model_of(job, "here"));
  CHECK(says(job, "there", "start dk_node with a larger --cache-size; its workers get each batch from the driver"));
}
