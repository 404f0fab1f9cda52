// What a person has who brings data as it comes: names that only transforms mention, classes that look like numbers,
// other encodings, files that change under a run.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

using namespace dk::test;
using nlohmann::json;

namespace {

/// A folder with one config, whose model takes two numbers and tells two classes.
struct small_job {
  temporary_folder folder;

  /// @param source of the rows, which are trained and then measured
  void config(const std::string& source, const std::string& transforms) const {
    folder.write("job.cfg",
                 "[data]\ntrain = " + source + "\ntest = " + source + "\ntransforms = [ " + transforms + R"( ]
[model]
input = [2]
layers = [ { dense = 2, activation = "softmax" } ]
[trainer]
algorithm = "single"
epochs = 30
optimizer = { name = "adam", learning_rate = 0.1 }
)");
  }

  outcome driver(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), DK_DRIVER);
    return run(arguments, {{}, folder.path("")});
  }

  // What a driver prints that must end well.
  std::string out_of(const std::vector<std::string>& arguments) const {
    const auto got = driver(arguments);
    INFO(got.err);
    REQUIRE(got.status == 0);
    return got.out;
  }
};

// Rows whose class is told by the sign of `a`, as each is written.
template <class Write>
std::string signed_rows(const std::string& header, Write write) {
  auto text = header;
  for (int i = 1; i <= 40; ++i) {
    const auto size = std::to_string(i) + "e-1";
    text += write("-" + size, "0.5", false) + '\n' + write(size, "0.5", true) + '\n';
  }
  return text;
}

std::string lines_of_csv(const std::string& no, const std::string& yes) {
  return signed_rows("a,Label,b\n", [&](const auto& a, const auto& b, bool positive) {
    return a + ',' + (positive ? yes : no) + ',' + b;
  });
}

std::string lines_of_objects(const std::string& no, const std::string& yes) {
  return signed_rows("", [&](const auto& a, const auto& b, bool positive) {
    return R"({"a": )" + a + R"(, "Label": ")" + (positive ? yes : no) + R"(", "b": )" + b + '}';
  });
}

double accuracy_in(const std::string& text) {
  return json::parse(text).at("accuracy").get<double>();
}

const std::string index_label = R"({ string_index = { column = "Label", to = "label" } })";

} // namespace

TEST_CASE("a label that only a transform names is read and learned", "[apps][data][reading]") {
  const small_job job;
  job.folder.write("x.csv", lines_of_csv("no", "yes"));
  job.folder.write("x.jsonl", lines_of_objects("no", "yes"));
  job.folder.write("bare.csv", "b,a\n0.5,2\n0.5,-2\n");
  for (const std::string format : {"csv", "json_lines"})
    for (const std::string place : {"memory", "disk"}) {
      INFO(format << " in " << place);
      const auto file = format == "csv" ? "x.csv" : "x.jsonl";
      const auto source = "{ format = \"" + format + "\", path = \"" + file + "\" }";
      job.config(source, index_label);
      const auto out = "run-" + format + place;
      job.out_of({"job.cfg", "--out", out, "--set", "data.precache=" + place});
      const auto scored = job.out_of({"evaluate", "--model", out, "--json"});
      CHECK(accuracy_in(scored) == 1);
      CHECK(job.out_of({"evaluate", "--model", out, "--json", "--data", file}) == scored);
      CHECK(job.out_of({"evaluate", "--model", out, "--json", "--data", source}) == scored);
      const auto answers = lines_of(job.out_of({"predict", "--model", out, "--data", "bare.csv", "--as", "jsonl"}));
      REQUIRE(answers.size() == 2);
      CHECK(json::parse(answers[0]).at("prediction") == "yes");
      CHECK(json::parse(answers[1]).at("prediction") == "no");
    }
  job.config(R"({ format = "csv", path = "x.csv" })", index_label);
  CHECK(job.out_of({"prepare", "job.cfg", "--out", "shards"}).find("features, Label, label") != std::string::npos);
}

TEST_CASE("a model of a prepared folder finds other data's columns by their names", "[apps][data][reading]") {
  const small_job job;
  job.folder.write("x.csv", lines_of_csv("0", "1"));
  job.config(R"({ format = "csv", path = "x.csv", label = "Label" })", "");
  const auto printed = lines_of(job.out_of({"prepare", "job.cfg", "--out", "made"}));
  REQUIRE(printed.size() == 2);
  std::filesystem::create_directory(job.folder.path("sub")); // a config takes paths relative to itself
  job.folder.write("sub/made.cfg", "[data]\n" + printed[0] + '\n' + printed[1] + '\n' + R"([model]
input = [2]
layers = [ { dense = 2, activation = "softmax" } ]
[trainer]
algorithm = "single"
epochs = 30
optimizer = { name = "adam", learning_rate = 0.1 }
)");
  job.out_of({"sub/made.cfg", "--out", "run"});
  job.folder.write("turned.csv", "b,label,a\n0.5,1,3\n0.5,0,-3\n");
  CHECK(accuracy_in(job.out_of({"evaluate", "--model", "run", "--json", "--data", "turned.csv"})) == 1);
  job.folder.write("less.csv", "b,label\n0.5,1\n");
  const auto missing = job.driver({"predict", "--model", "run", "--data", "less.csv"});
  CHECK(missing.status == 3);
  CHECK(missing.err.find("has no column `a`, which the model was trained on") != std::string::npos);

  job.folder.write("y.csv", "b,Label,a\n0.5,1,3\n0.5,0,-3\n");
  job.config(R"({ format = "csv", path = "y.csv", label = "Label" })", "");
  job.out_of({"prepare", "job.cfg", "--out", "other"});
  const auto other = job.driver({"evaluate", "--model", "run", "--data", "other/train"});
  CHECK(other.status == 3);
  CHECK(other.err.find("its features were made of the columns b, a, expected a, b; prepare it") != std::string::npos);
}

TEST_CASE("another column is not taken for the only one of a model", "[apps][data][reading]") {
  const small_job job;
  job.folder.write("x.csv", "height,label\n1,1\n-1,0\n2,1\n-2,0\n");
  job.config(R"({ format = "csv", path = "x.csv", label = "label" })", "");
  job.out_of({"job.cfg", "--out", "run", "--set", "model.input=[1]"});
  job.folder.write("y.csv", "weight\n1.5\n");
  const auto got = job.driver({"predict", "--model", "run", "--data", "y.csv"});
  CHECK(got.status == 3);
  CHECK(got.err.find("has no column `height`, which the model was trained on; it has weight") != std::string::npos);
}

TEST_CASE("classes that look like numbers are classes", "[apps][data][reading]") {
  for (const auto& [no, yes] : std::vector<std::pair<std::string, std::string>>{
           {"2D", "3D"}, {"Infinity", "Endgame"}, {"007", "7"}, {"1e5", "1E5"}}) {
    INFO(no << ", " << yes);
    const small_job job;
    job.folder.write("x.csv", lines_of_csv(no, yes));
    job.config(R"({ format = "csv", path = "x.csv", label = "Label" })", R"({ string_index = { column = "label" } })");
    job.out_of({"job.cfg", "--out", "run"});
    CHECK(accuracy_in(job.out_of({"evaluate", "--model", "run", "--json"})) == 1);
    const auto answers = lines_of(job.out_of({"predict", "--model", "run", "--data", "x.csv", "--as", "jsonl"}));
    REQUIRE(answers.size() == 80);
    CHECK(json::parse(answers[0]).at("prediction") == no);
    CHECK(json::parse(answers[1]).at("prediction") == yes);
  }
}

TEST_CASE("a run keeps the encoding of its data", "[apps][data][reading]") {
  const small_job job;
  job.folder.write("x.csv", lines_of_csv("th\xE9", "caf\xE9"));
  job.config(R"({ format = "csv", path = "x.csv", encoding = "latin1" })", index_label);
  job.out_of({"job.cfg", "--out", "run"});
  CHECK(accuracy_in(job.out_of({"evaluate", "--model", "run", "--json"})) == 1);
  CHECK(accuracy_in(job.out_of({"evaluate", "--model", "run", "--json", "--data", "x.csv"})) == 1);
  const auto answered = job.out_of({"predict", "--model", "run", "--data", "x.csv", "--as", "jsonl"});
  CHECK(json::parse(lines_of(answered).front()).at("prediction") == "th\xC3\xA9");
  CHECK(json::parse(lines_of(answered).front()).at("Label") == "th\xC3\xA9");
  const auto piped = run({"/bin/sh", "-c", std::string{DK_DRIVER} + " predict --model run --data - --as jsonl <x.csv"},
                         {{}, job.folder.path("")});
  INFO(piped.err);
  CHECK(piped.out == answered);
}

TEST_CASE("every row is answered, also those that a filter keeps from training", "[apps][data][reading]") {
  const small_job job;
  job.folder.write("x.csv", lines_of_csv("no", "yes") + "1000,yes,0.5\n");
  job.config(R"({ format = "csv", path = "x.csv", features = ["a", "b"] })",
             R"({ filter = { column = "a", below = 100 } }, )" + index_label);
  job.out_of({"job.cfg", "--out", "run"});
  CHECK(lines_of(job.out_of({"predict", "--model", "run", "--data", "x.csv", "--as", "jsonl"})).size() == 81);
  CHECK(json::parse(job.out_of({"evaluate", "--model", "run", "--json"})).at("rows") == 80);
}

TEST_CASE("a shard that is cut short under a run ends it, and the run goes on later", "[apps][data][reading]") {
  const auto job = toy_job{60000, "epochs = 2000\ncommunication_window = 1\n", 64};
  const auto made = run({DK_DRIVER, "prepare", job.config, "--out", "shards"}, {{}, job.path("")});
  INFO(made.err);
  REQUIRE(made.status == 0);
  std::string cut;
  for (const auto& one : std::filesystem::directory_iterator(job.path("shards/train")))
    if (one.file_size() > 60000 * 8)
      cut = one.path().string();
  REQUIRE_FALSE(cut.empty());
  const auto kept = content_of(cut);
  const std::string shards = R"(data.train={format="prepared",path="shards/train"})";
  process training{job.command({"--out", "run", "--set", shards}), {{}, job.path("")}};
  const auto commits = job.path("run/commits.jsonl");
  const auto has_trained = [&] {
    std::error_code none_yet;
    const auto bytes = std::filesystem::file_size(commits, none_yet);
    return !none_yet && bytes > 10'000;
  };
  REQUIRE(eventually(seconds{60}, has_trained));
  std::filesystem::resize_file(cut, 100'000);
  const auto status = training.wait();
  INFO(training.err());
  CHECK(status == 3);
  const auto line = line_with(training.err(), "E_DATA ");
  CHECK(line.find(cut) != std::string::npos);
  CHECK(line.find("was cut short while it was in use") != std::string::npos);
  std::ofstream{cut, std::ios::binary} << kept;
  process resumed{{DK_DRIVER, "--resume", "run"}, {{}, job.path("")}};
  const auto log = job.path("run/commits.jsonl");
  const auto before = std::filesystem::file_size(log);
  CHECK(eventually(seconds{60}, [&] { return std::filesystem::file_size(log) > before + 10'000; }));
  resumed.send(SIGTERM);
  CHECK(resumed.wait() >= 0);
  CHECK(resumed.err().find("E_DATA") == std::string::npos);
}

TEST_CASE("a config may come through a pipe, and none is waited for for ever", "[apps][reading]") {
  const toy_job job;
  const auto piped = run({"/bin/sh", "-c", "cat points.cfg | " + std::string{DK_DRIVER} + " /dev/stdin --print-config"},
                         {{}, job.path("")});
  INFO(piped.err);
  CHECK(piped.status == 0);
  REQUIRE(::mkfifo(job.path("nobody.cfg").c_str(), 0600) == 0);
  const auto none = run({DK_DRIVER, job.path("nobody.cfg")}, {}, seconds{20});
  CHECK(none.status == 2);
  CHECK(none.err.find("brought nothing in 10 seconds") != std::string::npos);
}
