// A prediction has the same bits whatever its row is read from.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>

using namespace dk::test;

namespace {

constexpr int rows = 1500; // more than one part of the work on them

std::string as_json_lines(const std::string& csv) {
  std::string text;
  const auto lines = lines_of(csv);
  for (std::size_t row = 1; row < lines.size(); ++row) {
    const auto& line = lines[row];
    const auto comma = line.find(',');
    const auto second = line.find(',', comma + 1);
    text += R"({"x": )" + line.substr(0, comma) + R"(, "y": )" + line.substr(comma + 1, second - comma - 1) + "}\n";
  }
  return text;
}

/// A trained job, and rows that it has not seen in every format there is.
struct job_with_rows : toy_job {
  job_with_rows() {
    folder.write("more.csv", points_csv(rows));
    const auto trained = train({"--out", "run", "--set", R"(data.transforms=[{standard={column="features"}}])", "--set",
                                R"(data.train={format="csv",path="points.csv",features=["x","y"],label="label"})"});
    INFO(trained.err);
    REQUIRE(trained.status == 0);
    folder.write("more.jsonl", as_json_lines(points_csv(rows)));
    REQUIRE(
        drive({"predict", "--model", "run", "--data", "more.csv", "--prefix", "first", "--out", "more.npy"}).status ==
        0);
    const auto prepared = drive({"prepare", config, "--out", "shards", "--set",
                                 R"(data.train={format="csv",path="more.csv",features=["x","y"],label="label"})"});
    INFO(prepared.err);
    REQUIRE(prepared.status == 0);
  }

  outcome drive(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), DK_DRIVER);
    return run(arguments, {{}, path("")});
  }

  outcome from(const std::string& source) const { return drive({"predict", "--model", "run", "--data", source}); }

  outcome in_shell(const std::string& command) const {
    return run({"/bin/bash", "-c", command}, {{{"DK", DK_DRIVER}}, path("")});
  }
};

// The last two fields of each line: what the model puts out, in as many digits as a float has.
std::vector<std::string> outputs_in(const outcome& of) {
  INFO(of.err);
  REQUIRE(of.status == 0);
  auto lines = lines_of(of.out);
  REQUIRE(lines.size() == rows + 1);
  for (auto& line : lines)
    line.erase(0, line.rfind(',', line.rfind(',') - 1) + 1);
  CHECK(lines.front() == "output_0,output_1");
  return lines;
}

} // namespace

TEST_CASE("a prediction has the same bits from every format", "[apps][data]") {
  const job_with_rows job;
  const auto from_csv = outputs_in(job.from("more.csv"));
  CHECK(outputs_in(job.from(R"({format="npy",path="more.npy",features=["x","y"]})")) == from_csv);
  CHECK(outputs_in(job.from("shards/train")) == from_csv);
  CHECK(outputs_in(job.drive({"predict", "--model", "run", "--data", "more.jsonl", "--as", "csv"})) == from_csv);
  CHECK(outputs_in(job.in_shell("\"$DK\" predict --model run --data - < more.csv")) == from_csv);
  // In pieces, as many as come: a row alone, some together.
  CHECK(outputs_in(job.in_shell("while read -r line; do printf '%s\\n' \"$line\"; done < more.csv | "
                                "\"$DK\" predict --model run --data -")) == from_csv);
}
