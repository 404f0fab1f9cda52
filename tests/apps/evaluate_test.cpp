// What `evaluate` says of more rows than a part has, against what follows from the answers of `predict`, row by row.

#include "tests/jobs.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;

namespace {

constexpr std::size_t classes = 3;

// Class 0 is most of the rows, and class 2, at the end, a few: no part is like the whole.
std::string uneven_csv(int rows) {
  std::string text = "x,y,label\n";
  const auto points = lines_of(points_csv(rows));
  for (int i = 0; i < rows; ++i) {
    const auto& line = points[static_cast<std::size_t>(i) + 1];
    const bool is_right = line.back() == '1';
    const auto kind = i + 60 >= rows ? 2 : is_right && i % 1000 > 600 ? 1 : 0;
    text += line.substr(0, line.rfind(',') + 1) + std::to_string(kind) + '\n';
  }
  return text;
}

struct answered_row {
  std::size_t label;
  std::vector<double> outputs;
};

std::vector<answered_row> rows_in(const std::string& csv) {
  std::vector<answered_row> all;
  const auto lines = lines_of(csv);
  REQUIRE(lines.at(0) == "x,y,label,prediction,output_0,output_1,output_2");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::vector<std::string> fields{""};
    for (const char c : lines[i])
      if (c == ',')
        fields.emplace_back();
      else
        fields.back().push_back(c);
    REQUIRE(fields.size() == 7);
    answered_row row{std::stoul(fields[2]), {}};
    for (std::size_t k = 4; k < 7; ++k)
      row.outputs.push_back(std::stod(fields[k]));
    all.push_back(std::move(row));
  }
  return all;
}

// The share of pairs, one row of the class and one of another, in the right order.
double pairs_in_order(const std::vector<answered_row>& rows, std::size_t of) {
  double right = 0;
  double pairs = 0;
  for (const auto& a : rows)
    for (const auto& b : rows)
      if (a.label == of && b.label != of) {
        ++pairs;
        right += a.outputs[of] > b.outputs[of] ? 1 : a.outputs[of] == b.outputs[of] ? 0.5 : 0;
      }
  return right / pairs;
}

std::map<std::string, double> worked_out(const std::vector<answered_row>& rows) {
  double right[classes] = {};
  double said[classes] = {};
  double there[classes] = {};
  std::map<std::string, double> all;
  const auto count = static_cast<double>(rows.size());
  for (const auto& row : rows) {
    const auto chosen =
        static_cast<std::size_t>(std::max_element(row.outputs.begin(), row.outputs.end()) - row.outputs.begin());
    ++said[chosen];
    ++there[row.label];
    right[row.label] += chosen == row.label ? 1 : 0;
    all["accuracy"] += (chosen == row.label ? 1 : 0) / count;
    all["loss"] -= std::log(row.outputs[row.label]) / count;
  }
  for (std::size_t i = 0; i < classes; ++i) {
    all["precision"] += (said[i] == 0 ? 0 : right[i] / said[i]) / classes;
    all["recall"] += right[i] / there[i] / classes;
    all["f1"] += 2 * right[i] / (said[i] + there[i]) / classes;
    all["auc"] += pairs_in_order(rows, i) / classes;
  }
  return all;
}

} // namespace

TEST_CASE("many rows of unequal classes are measured as their answers are", "[apps][evaluate]") {
  const toy_job job{600, "epochs = 6\n"};
  constexpr int rows = 2500;
  job.folder.write("points.csv", uneven_csv(rows));
  const auto trained = job.train(
      {"--out", "run", "--set", R"(model.layers=[{dense=8,activation="tanh"},{dense=3,activation="softmax"}])"});
  INFO(trained.err);
  REQUIRE(trained.status == 0);
  const auto in_job = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), DK_DRIVER);
    const auto got = run(arguments, {{}, job.path("")});
    INFO(got.err);
    REQUIRE(got.status == 0);
    return got.out;
  };
  const auto answers = rows_in(in_job({"predict", "--model", "run", "--data", "points.csv", "--raw"}));
  REQUIRE(answers.size() == rows);
  const auto expected = worked_out(answers);
  const auto found = json::parse(in_job({"evaluate", "--model", "run", "--data", "points.csv", "--json"}));
  CHECK(found.at("rows") == rows);
  for (const auto& [name, value] : expected) {
    INFO(name);
    CHECK(found.at(name).get<double>() == Approx(value).epsilon(name == "auc" ? 0.03 : 1e-4)); // of 200 thresholds
  }
  for (std::size_t i = 0; i < classes; ++i)
    CHECK(found.at("classes").at(i).at("rows").get<std::size_t>() ==
          static_cast<std::size_t>(
              std::count_if(answers.begin(), answers.end(), [&](const answered_row& row) { return row.label == i; })));
}
