// A run knows the columns of its features by their names, also where its config lists none.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;

namespace {

outcome driver_in(const toy_job& job, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), DK_DRIVER);
  return run(arguments, {{}, job.path("")});
}

// The points as each line is written anew of its fields x, y and label.
template <class Write>
std::string rewritten(const std::string& header, int rows, Write write) {
  auto text = header;
  auto lines = lines_of(points_csv(rows));
  lines.erase(lines.begin());
  for (const auto& line : lines) {
    const auto first = line.find(',');
    const auto second = line.rfind(',');
    text += write(line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)) + '\n';
  }
  return text;
}

// The same points: in another order beside a column of numbers more, and as objects.
struct trained_job : toy_job {
  explicit trained_job(const std::vector<std::string>& settings = {}) : toy_job(300) {
    folder.write("other.csv", rewritten("more,label,y,x\n", 300, [](const auto& x, const auto& y, const auto& label) {
                   return "7," + label + ',' + y + ',' + x;
                 }));
    folder.write("other.jsonl", rewritten("", 300, [](const auto& x, const auto& y, const auto& label) {
                   return R"({"more": 7, "label": )" + label + R"(, "y": )" + y + R"(, "x": )" + x + '}';
                 }));
    std::vector<std::string> arguments{"--out", "run"};
    arguments.insert(arguments.end(), settings.begin(), settings.end());
    const auto trained = train(arguments);
    INFO(trained.err);
    REQUIRE(trained.status == 0);
  }

  std::vector<json> outputs_for(const std::string& file) const {
    const auto got = driver_in(*this, {"predict", "--model", "run", "--data", file, "--as", "jsonl"});
    INFO(got.err);
    REQUIRE(got.status == 0);
    std::vector<json> all;
    for (const auto& line : lines_of(got.out))
      all.push_back(json::parse(line).at("output"));
    REQUIRE(all.size() == 300);
    return all;
  }
};

} // namespace

TEST_CASE("a run finds its features in data of another order", "[apps][data][columns]") {
  for (const std::string place : {"memory", "disk"}) {
    const trained_job job{{"--set", "data.precache=" + place, "--set", "data.shuffle=false"}};
    CHECK(content_of(job.path("run/config.resolved.toml")).find("features = [\"x\", \"y\"]") != std::string::npos);
    const auto right = job.outputs_for("points.csv");
    CHECK(job.outputs_for("other.csv") == right);
    CHECK(job.outputs_for("other.jsonl") == right);
    const auto scored = driver_in(job, {"evaluate", "--model", "run", "--json"});
    CHECK(driver_in(job, {"evaluate", "--model", "run", "--json", "--data", "other.csv"}).out == scored.out);
  }
}

TEST_CASE("test rows are measured by the names of the training rows", "[apps][data][columns]") {
  const trained_job job{{"--json", "--set", R"(data.test={format="csv",path="other.csv"})"}};
  const auto scored = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"evaluate", "--model", "run", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return json::parse(driver_in(job, arguments).out);
  };
  CHECK(scored({}) == scored({"--data", "points.csv"}));
  CHECK(scored({}).at("accuracy").get<double>() > 0.9);
}

TEST_CASE("a feature that data lacks is named", "[apps][data][columns]") {
  const trained_job job;
  job.folder.write("short.csv", "x,z\n1,2\n");
  job.folder.write("short.jsonl", "{\"x\": 1, \"z\": 2}\n");
  for (const std::string data : {"short.csv", "short.jsonl"}) {
    const auto got = driver_in(job, {"predict", "--model", "run", "--data", data});
    INFO(got.err);
    CHECK(got.status == 3);
    CHECK(got.err.find("E_DATA ") == 0);
    CHECK(got.err.find("no column `y`") != std::string::npos);
    CHECK(lines_of(got.err).size() == 1);
  }
}

TEST_CASE("a run of objects finds its features by their keys", "[apps][data][columns]") {
  const toy_job job{300};
  const auto as_objects = [](const std::string& before) {
    return rewritten("", 300, [&](const auto& x, const auto& y, const auto& label) {
      return before + R"("x": )" + x + R"(, "y": )" + y + R"(, "label": )" + label + '}';
    });
  };
  job.folder.write("plain.jsonl", as_objects("{"));
  job.folder.write("more.jsonl", as_objects(R"({"more": 7, )"));
  const std::string source = R"({format="json_lines",path="plain.jsonl"})";
  const auto trained = job.train({"--out", "run", "--set", "data.train=" + source, "--set", "data.test=" + source});
  INFO(trained.err);
  REQUIRE(trained.status == 0);
  const auto scored = [&](const std::string& data) {
    const auto got = driver_in(job, {"evaluate", "--model", "run", "--json", "--data", data});
    INFO(got.err);
    REQUIRE(got.status == 0);
    return json::parse(got.out);
  };
  CHECK(scored("more.jsonl") == scored("plain.jsonl"));
}
