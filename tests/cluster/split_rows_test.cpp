// Rows that are larger than the cache of each node: every node has a part of them, and fetches the rest from the
// others.

#include "nn/files/model_file.hpp"
#include "tests/cluster/nodes.hpp"

#include <filesystem>

using namespace dk::test;

namespace {

constexpr int rows = 20'000;
constexpr int width = 64;
constexpr auto whole_bytes = rows * (width * 4 + 1); // as they are sealed, about

/// Wide rows with many different numbers, about 5 MB.
struct wide_job {
  temporary_folder folder;
  std::string config;

  wide_job() {
    std::string text;
    unsigned state = 1;
    for (int i = 0; i < rows; ++i) {
      int sum = 0;
      for (int k = 0; k < width; ++k) {
        state = state * 1664525U + 1013904223U;
        const auto number = static_cast<int>(state >> 12U) % 100'003 - 50'000;
        sum += number;
        text += std::to_string(number) + "e-5,";
      }
      text += sum > 0 ? "1\n" : "0\n";
    }
    folder.write("wide.csv", text);
    config = folder.write("wide.cfg", R"(name = "wide"
[data]
train = { format = "csv", path = "wide.csv", header = false, label = "C64" }
[model]
input = [64]
layers = [ { dense = 8, activation = "tanh" }, { dense = 2, activation = "softmax" } ]
[trainer]
workers = 1
servers = 1
epochs = 2
batch_size = 50
optimizer = { name = "adam", learning_rate = 0.002 }
)");
  }

  std::string path(const std::string& name) const { return folder.path(name); }

  std::vector<std::string> command(const std::string& out, const std::vector<std::string>& more) const {
    std::vector<std::string> all{DK_DRIVER, config, "-q", "--out", out};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::vector<float> train(const std::string& out, const std::vector<std::string>& more) const {
    const auto got = run(command(out, more), {{}, path("")});
    INFO(got.err);
    REQUIRE(got.status == 0);
    CHECK(rows_balance(got.out));
    CHECK(got.err.find("from the driver") == std::string::npos);
    return dk::nn::load_model(path(out + "/model.h5")).weights;
  }

  std::string log(const std::string& out) const { return content_of(path(out + "/log.txt")); }
};

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

std::vector<std::string> with_cache(int percent) {
  return {"--cache-size", std::to_string(whole_bytes / 100 * percent), "--workers", "2", "-v"};
}

/// Two nodes whose caches hold so much of the rows each.
struct small_nodes {
  started_node first;
  started_node second;

  explicit small_nodes(int percent) : first(with_cache(percent)), second(with_cache(percent)) {}

  std::string addresses() const { return first.address() + ',' + second.address(); }

  static std::size_t files_in(const started_node& node) {
    std::size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator{node.cache()})
      files += file.path().extension().empty() ? 1U : 0U;
    return files;
  }
};

constexpr auto fetched = "are fetched by workers elsewhere";

} // namespace

TEST_CASE("rows larger than each cache are spread, and train the same bits", "[cluster][split_rows]") {
  const small_nodes nodes{60};
  const wide_job job;
  for (const std::string setting : {"data.shuffle=true", "data.shuffle=false", "data.precache=disk"}) {
    INFO(setting);
    const auto name = setting.substr(5);
    const auto here = job.train("here" + name, {"--set", setting});
    const auto there = job.train("there" + name, {"--set", setting, "--nodes", nodes.addresses()});
    CHECK(there == here); // one worker, on the first node: the other one has rows and no worker
  }
}

TEST_CASE("two nodes with small caches fetch each other's rows", "[cluster][split_rows]") {
  const small_nodes nodes{60};
  const wide_job job;
  const std::vector<std::string> four{"--set", "trainer.workers=4", "--nodes", nodes.addresses()};
  job.train("first", four);
  const auto parts = small_nodes::files_in(nodes.first);
  CHECK(parts >= 2);
  CHECK(small_nodes::files_in(nodes.second) == parts);
  CHECK(job.log("first").find(" bytes of rows were sent") != std::string::npos);
  CHECK(job.log("first").find(fetched) == std::string::npos); // not from the driver
  for (const auto* node : {&nodes.first, &nodes.second})
    CHECK(node->self().err().find(fetched) != std::string::npos);

  job.train("second", four);
  CHECK(count_of(job.log("second"), ": 0 of ") == 2);
  CHECK(small_nodes::files_in(nodes.first) == parts);

  auto unshuffled = four;
  unshuffled.insert(unshuffled.end(), {"--set", "data.shuffle=false"});
  job.train("unshuffled", unshuffled);
}

TEST_CASE("a node that is lost with its rows costs no row", "[cluster][split_rows]") {
  small_nodes nodes{60};
  const wide_job job;
  process driver{
      job.command("run", {"--nodes", nodes.addresses(), "--set", "trainer.workers=2", "--set", "trainer.epochs=8"}),
      {{}, job.path("")}};
  const bool began =
      eventually(seconds{60}, [&] { return count_of(content_of(job.path("run/history.jsonl")), "\"worker\":0,") > 5; });
  INFO(driver.err());
  REQUIRE(began);
  REQUIRE(!driver.ended());
  nodes.second.self().send(SIGKILL);
  const auto status = driver.wait(seconds{100});
  CHECK(status == 0);
  CHECK(rows_balance(driver.out()));
  CHECK(driver.out().find("rows: 160000 expected, 160000 applied") != std::string::npos);
  CHECK(driver.err().find("node " + nodes.second.address() + " is lost") != std::string::npos);
  CHECK(job.log("run").find(fetched) != std::string::npos); // the driver hands out what the node had
}

TEST_CASE("what has no room on any node comes from the driver, which says how much", "[cluster][split_rows]") {
  const started_node node{with_cache(60)};
  const wide_job job;
  const auto here = job.train("here", {});
  for (const std::string where : {"auto", "nodes"}) {
    const auto got =
        run(job.command(where, {"--nodes", node.address(), "--set", "data.where=" + where}), {{}, job.path("")});
    INFO(got.err);
    REQUIRE(got.status == 0);
    CHECK(rows_balance(got.out));
    CHECK(dk::nn::load_model(job.path(where + "/model.h5")).weights == here);
    CHECK(got.err.find(" bytes of rows have no room on any node; workers get them from the driver; start dk_node with "
                       "a larger --cache-size") != std::string::npos);
  }
}

TEST_CASE("nodes read their parts of the rows themselves", "[cluster][split_rows]") {
  const small_nodes nodes{60};
  const wide_job job;
  const std::vector<std::string> two{"--set",   "trainer.workers=2", "--set", "data.where=nodes",
                                     "--nodes", nodes.addresses()};
  job.train("first", two);
  CHECK(count_of(job.log("first"), "has read its rows itself") == 2);
  job.train("second", two);
  CHECK(count_of(job.log("second"), ": 0 of ") == 2);
}
