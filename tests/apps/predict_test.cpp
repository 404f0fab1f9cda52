// What `predict` says to a row and beside it, the plainest calls first.

#include "tests/arrays.hpp"
#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;

namespace {

/// A trained run, its model as a file, and rows of nothing but features in each format that can hold them.
struct bare_rows : toy_job {
  bare_rows() {
    const auto trained = train({"--out", "run"});
    INFO(trained.err);
    REQUIRE(trained.status == 0);
    folder.write("x.npy", float_array({5, 2}, {.1F, .2F, -.3F, .4F, .5F, -.6F, -.7F, -.8F, .9F, 1}));
    folder.write("x.jsonl", "{\"features\": [0.1, 0.2]}\n{\"features\": [-0.3, 0.4]}\n{\"features\": [0.5, -0.6]}\n"
                            "{\"features\": [-0.7, -0.8]}\n{\"features\": [0.9, 1]}\n");
  }

  outcome predict(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all{DK_DRIVER, "predict", "--data"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto got = run(all, {{}, path("")});
    INFO(got.err);
    CHECK(got.status == 0);
    return got;
  }
};

} // namespace

TEST_CASE("rows of nothing but features are answered", "[apps][predict]") {
  const bare_rows job;
  const auto right = job.predict({"x.npy", "--model", "run"}).out;
  CHECK(lines_of(right).size() == 6);
  CHECK(lines_of(right).front() == "prediction,output_0,output_1");
  for (const std::string model : {"run", "run/model.h5"})
    for (const std::string data : {"x.npy", "x.jsonl"})
      CHECK(job.predict({data, "--model", model, "--as", "csv"}).out == right);
  const auto piped = run({"/bin/bash", "-c", "\"$DK\" predict --model run --as csv --data - < x.jsonl"},
                         {{{"DK", DK_DRIVER}}, job.path("")});
  CHECK(piped.out == right);
}

TEST_CASE("an array is answered by an array of what the model puts out", "[apps][predict]") {
  const bare_rows job;
  job.predict({"x.npy", "--model", "run", "--out", "y.npy"});
  const auto answers = content_of(job.path("y.npy"));
  CHECK(answers.find("'<f4'") != std::string::npos);
  CHECK(answers.find("'shape': (5, 2, )") != std::string::npos);
  const auto lines = lines_of(job.predict({"x.npy", "--model", "run"}).out);
  const auto numbers = floats_at_end(answers, 10);
  for (std::size_t row = 0; row < 5; ++row)
    CHECK(Approx(numbers[2 * row]) == std::stof(lines[row + 1].substr(2)));
}
