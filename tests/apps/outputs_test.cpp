// Models with several inputs and outputs, and metrics, from the config to the report.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;

namespace {

/// Four numbers a row; which side of a line the first two are on, and the sum of the last two.
std::string rows_csv(int rows) {
  std::string text = "a,b,c,d,side,sum\n";
  unsigned state = 1;
  const auto next = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(static_cast<int>(state >> 16U) % 2001 - 1000) / 1000;
  };
  for (int i = 0; i < rows; ++i) {
    const double x[] = {next(), next(), next(), next()};
    for (const auto value : x)
      text += std::to_string(value) + ',';
    text += (x[0] + x[1] > 0 ? "1," : "0,") + std::to_string(x[2] + x[3]) + '\n';
  }
  return text;
}

struct two_headed_job {
  temporary_folder folder;
  std::string config;

  two_headed_job() {
    folder.write("rows.csv", rows_csv(600));
    config = folder.write("two.cfg", R"(name = "two"
[data]
train = { format = "csv", path = "rows.csv", features = ["c", "d", "a", "b"], label = ["side", "sum"] }
test = { format = "csv", path = "rows.csv", features = ["c", "d", "a", "b"], label = ["side", "sum"] }
validation = 0.2
[model]
inputs = [ { name = "cd", shape = [2] }, { name = "ab", shape = [2] } ]
layers = [
  { dense = 8, activation = "tanh", name = "left", from = "ab" },
  { dense = 8, activation = "tanh", name = "right", from = "cd" },
  { concatenate = ["left", "right"] },
  { dense = 2, activation = "softmax", name = "side" },
  { add = ["left", "right"] },
  { dense = 1, name = "sum" },
]
outputs = ["side", "sum"]
[trainer]
workers = 2
epochs = 10
batch_size = 10
optimizer = { name = "adam", learning_rate = 0.02 }
loss = ["categorical_crossentropy", "mean_squared_error"]
loss_weights = [1.0, 0.5]
metrics = ["accuracy", "auc"]
)");
  }

  outcome run_driver(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all{DK_DRIVER};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all, {{}, folder.path("")});
  }
};

} // namespace

TEST_CASE("two inputs and two outputs are trained together", "[apps][outputs]") {
  const two_headed_job job;
  const auto got = job.run_driver({job.config, "--out", "run", "--json"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  const auto result = json::parse(got.out);
  CHECK(result.at("rows").at("balanced") == true);
  const auto& test = result.at("test");
  CHECK(test.at("side_accuracy") == test.at("accuracy"));
  CHECK(test.at("accuracy") > 0.9);
  CHECK(test.at("side_auc") > 0.95);
  CHECK(test.at("sum_loss") < 0.05);
  CHECK(test.at("loss").get<double>() ==
        Approx(test.at("side_loss").get<double>() + 0.5 * test.at("sum_loss").get<double>()));
  const auto lines = lines_of(content_of(job.folder.path("run/validation.jsonl")));
  REQUIRE_FALSE(lines.empty());
  CHECK(json::parse(lines.front()).contains("side_auc"));

  SECTION("and evaluated") {
    const auto again = job.run_driver({"evaluate", "--model", "run", "--json"});
    INFO(again.err);
    REQUIRE(again.status == 0);
    CHECK(json::parse(again.out).at("side_auc") == test.at("side_auc"));
    CHECK(json::parse(again.out).at("loss").get<double>() == Approx(test.at("loss").get<double>()));
    const auto file = job.run_driver({"evaluate", "--model", "run/model.h5", "--json", "--data",
                                      R"({ format = "csv", path = "rows.csv", features = ["c", "d", "a", "b"],)"
                                      R"( label = ["side", "sum"] })"});
    INFO(file.err);
    REQUIRE(file.status == 0);
    CHECK(json::parse(file.out).at("loss") == json::parse(again.out).at("loss"));
  }
  SECTION("and predicted beside labels of the same names, where both have a place") {
    const auto csv = job.run_driver({"predict", "--model", "run", "--data", "rows.csv"});
    INFO(csv.err);
    REQUIRE(csv.status == 0);
    CHECK(lines_of(csv.out).at(0) == "a,b,c,d,side,sum,side_prediction,side_0,side_1,sum_prediction");
    job.folder.write("rows.jsonl", R"({"a":1,"b":1,"c":0,"d":0,"side":1,"sum":0})"
                                   "\n");
    const auto json_lines = job.run_driver({"predict", "--model", "run", "--data", "rows.jsonl"});
    CHECK(json_lines.status == 3);
    CHECK(json_lines.err.find("column `side` has the name of a prediction") != std::string::npos);
    const auto as_csv = job.run_driver({"predict", "--model", "run", "--data", "rows.jsonl", "--as", "csv"});
    INFO(as_csv.err);
    CHECK(as_csv.status == 0);
    CHECK(lines_of(as_csv.out).at(0) == lines_of(csv.out).at(0));
  }
  SECTION("and replayed to the bit") {
    const auto again = job.run_driver({"replay", "run"});
    INFO(again.err);
    CHECK(lines_of(again.out).at(0).find("bit for bit") != std::string::npos);
  }
  SECTION("and summed up with what each layer reads") {
    const auto summary = job.run_driver({"summary", "run"});
    REQUIRE(summary.status == 0);
    CHECK(summary.out.find("Connected to") != std::string::npos);
    CHECK_FALSE(line_with(summary.out, " ab (InputLayer)").empty());
    CHECK(line_with(summary.out, " concatenate (Concatenate)").find("left, right") != std::string::npos);
  }
}

TEST_CASE("outputs that do not fit losses or labels are refused before the run", "[apps][outputs]") {
  const two_headed_job job;
  const auto error = [&](const std::string& setting) {
    const auto got = job.run_driver({job.config, "--set", setting});
    CHECK(got.status == 2);
    return got.err;
  };
  CHECK(error(R"(trainer.loss=["hinge","hinge","hinge"])").find("2 losses") == std::string::npos);
  CHECK(error(R"(trainer.loss_weights=[1.0])").find("loss_weights") != std::string::npos);
  CHECK(error(R"(model.outputs=["side"])").find("nothing reads \"sum\"") != std::string::npos);
  CHECK(error(R"(trainer.metrics=["top"])").find("unknown metric \"top\"") != std::string::npos);
  CHECK(error(R"(trainer.loss=["mean_squared_error","hinge"])").find("there are 2") != std::string::npos);
}
