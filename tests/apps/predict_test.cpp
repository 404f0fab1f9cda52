// What `predict` says to a row and beside it, the plainest calls first.

#include "tests/arrays.hpp"
#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;

namespace {

outcome predict(const toy_job& job, const std::vector<std::string>& arguments) {
  std::vector<std::string> all{DK_DRIVER, "predict"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(all, {{}, job.path("")});
}

std::string answers(const toy_job& job, const std::vector<std::string>& arguments) {
  const auto got = predict(job, arguments);
  INFO(got.err);
  CHECK(got.status == 0);
  return got.out;
}

outcome piped(const toy_job& job, const std::string& command) {
  return run({"/bin/bash", "-c", command}, {{{"DK", DK_DRIVER}}, job.path("")});
}

// The fields before the answers, `count` of them, in each line.
std::vector<std::string> before_answers(const std::string& csv, std::size_t answers) {
  auto lines = lines_of(csv);
  for (auto& line : lines)
    for (std::size_t i = 0; i < answers; ++i)
      line.erase(line.rfind(','));
  return lines;
}

struct trained : toy_job {
  explicit trained(const std::vector<std::string>& settings = {}) {
    std::vector<std::string> all{"--out", "run"};
    all.insert(all.end(), settings.begin(), settings.end());
    const auto got = train(all);
    INFO(got.err);
    REQUIRE(got.status == 0);
  }
};

/// Rows of nothing but features in each format that can hold them.
struct bare_rows : trained {
  bare_rows() {
    folder.write("x.npy", float_array({5, 2}, {.1F, .2F, -.3F, .4F, .5F, -.6F, -.7F, -.8F, .9F, 1}));
    folder.write("x.jsonl", "{\"features\": [0.1, 0.2]}\n{\"features\": [-0.3, 0.4]}\n{\"features\": [0.5, -0.6]}\n"
                            "{\"features\": [-0.7, -0.8]}\n{\"features\": [0.9, 1]}\n");
  }
};

// A job of one number to be learned, scaled for the training.
const std::vector<std::string> regression{
    "--set", R"(data.train={format="csv",path="prices.csv",features=["x","y"],label="price"})",
    "--set", R"(data.test={format="csv",path="prices.csv",features=["x","y"],label="price"})",
    "--set", R"(data.transforms=[{standard={columns=["features","label"]}}])",
    "--set", R"(model.layers=[{dense=1}])",
    "--set", R"(trainer.loss="mean_squared_error")",
    "--set", R"(trainer.metrics=["mae","mse","rmse","r2","mape"])",
    "--set", R"(trainer.workers=1)",
    "--set", R"(trainer.epochs=40)"};

struct prices : toy_job {
  prices() : toy_job(400) {
    std::string text = "x,y,price\n";
    auto lines = lines_of(points_csv(400));
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto comma = lines[i].find(',');
      const auto x = std::stod(lines[i]);
      const auto y = std::stod(lines[i].substr(comma + 1));
      text += std::to_string(x) + ',' + std::to_string(y) + ',' + std::to_string(250000 + 20000 * x - 9000 * y) + '\n';
    }
    folder.write("prices.csv", text);
    std::vector<std::string> all{"--out", "run", "--json"};
    all.insert(all.end(), regression.begin(), regression.end());
    const auto got = train(all);
    INFO(got.err);
    REQUIRE(got.status == 0);
    result = json::parse(got.out);
    progress = got.err;
  }

  json result;
  std::string progress;
};

} // namespace

TEST_CASE("rows of nothing but features are answered", "[apps][predict]") {
  const bare_rows job;
  const auto right = answers(job, {"--model", "run", "--data", "x.npy"});
  CHECK(lines_of(right).size() == 6);
  CHECK(lines_of(right).front() == "prediction,output_0,output_1");
  for (const std::string model : {"run", "run/model.h5"})
    for (const std::string data : {"x.npy", "x.jsonl"})
      CHECK(answers(job, {"--model", model, "--data", data, "--as", "csv"}) == right);
  CHECK(piped(job, "\"$DK\" predict --model run --as csv --data - < x.jsonl").out == right);
}

TEST_CASE("an array is answered by an array of what the model puts out", "[apps][predict]") {
  const bare_rows job;
  answers(job, {"--model", "run", "--data", "x.npy", "--out", "y.npy"});
  const auto made = content_of(job.path("y.npy"));
  CHECK(made.find("'<f4'") != std::string::npos);
  CHECK(made.find("'shape': (5, 2, )") != std::string::npos);
  const auto lines = lines_of(answers(job, {"--model", "run", "--data", "x.npy"}));
  const auto numbers = floats_at_end(made, 10);
  for (std::size_t row = 0; row < 5; ++row)
    CHECK(Approx(numbers[2 * row]) == std::stof(lines[row + 1].substr(2)));
  // so are rows of which nothing is to stand beside the answers
  answers(job, {"--model", "run", "--data", "points.csv", "--columns", "none", "--out", "z.npy"});
  CHECK(content_of(job.path("z.npy")).find("'shape': (600, 2, )") != std::string::npos);
}

TEST_CASE("what stands beside the features comes out byte for byte", "[apps][predict]") {
  const trained job;
  const std::vector<std::string> odd{"00123",
                                     "1E5",
                                     "12D",
                                     "7359588353404810659",
                                     "21602730330000060100100000358582",
                                     "1.10",
                                     "1e-400",
                                     "",
                                     "\"\"",
                                     "\"a, b\"",
                                     "NaN",
                                     "nan",
                                     "true",
                                     "+4915112345",
                                     "-0",
                                     " 7 ",
                                     "\"say \"\"x\"\"\"",
                                     "\"two\nlines\"",
                                     "5\" pipe",
                                     "-"};
  std::string text = "id,x,label,y\n";
  for (const auto& id : odd)
    text += id + ",0.50,1,-1e-1\n";
  job.folder.write("odd.csv", text);
  for (const auto& out : {answers(job, {"--model", "run", "--data", "odd.csv"}),
                          piped(job, "\"$DK\" predict --model run --data - < odd.csv").out}) {
    auto rest = out;
    CHECK(rest.find("id,x,label,y,prediction,output_0,output_1\n") == 0);
    for (const auto& id : odd) {
      INFO(id);
      const auto at = rest.find('\n' + id + ",0.50,1,-1e-1,");
      CHECK(at != std::string::npos);
      rest.erase(0, at == std::string::npos ? 0 : at + 1);
    }
  }
  const auto objects = lines_of(answers(job, {"--model", "run", "--data", "odd.csv", "--as", "jsonl"}));
  REQUIRE(objects.size() == odd.size());
  CHECK(json::parse(objects[0]).at("id") == "00123");
  CHECK(json::parse(objects[4]).at("id") == odd[4]);
  CHECK(json::parse(objects[9]).at("id") == "a, b");
  CHECK(json::parse(objects[0]).at("x") == 0.5); // a feature is a number
  CHECK(objects[0].find(R"("x":0.50,"label":1,"y":-1e-1)") != std::string::npos);
}

TEST_CASE("values of JSON come out byte for byte", "[apps][predict]") {
  const trained job;
  const std::vector<std::string> odd{"7359588353404810659",
                                     "21602730330000060100100000358582",
                                     "1.10",
                                     "1E5",
                                     "true",
                                     "null",
                                     R"({"a": [1, {"b": "}"}], "c": 1.0})",
                                     R"("A\u00e9\n")",
                                     "[1,\"x\"]",
                                     "1e-400"};
  std::string text;
  for (const auto& id : odd)
    text += R"({"id": )" + id + R"(, "x": 0.50, "y": -1e-1, "label": "none of ours"})" + '\n';
  job.folder.write("odd.jsonl", text);
  const auto from_file = answers(job, {"--model", "run", "--data", "odd.jsonl"});
  CHECK(piped(job, "\"$DK\" predict --model run --data - < odd.jsonl").out == from_file);
  const auto lines = lines_of(from_file);
  REQUIRE(lines.size() == odd.size());
  for (std::size_t i = 0; i < odd.size(); ++i)
    CHECK(lines[i].find(R"({"id":)" + odd[i] + R"(,"x":0.50,"y":-1e-1,"label":"none of ours","prediction":)") == 0);
  // as CSV texts say what they say, and a line end stays in quotes
  job.folder.write("text.jsonl", "{\"id\": \"a\\nb, c\", \"x\": 1, \"y\": 2}\n");
  CHECK(answers(job, {"--model", "run", "--data", "text.jsonl", "--as", "csv"}).find("\n\"a\nb, c\",1,2,") !=
        std::string::npos);
}

TEST_CASE("a key that comes late is no column of CSV", "[apps][predict]") {
  const trained job;
  std::string text;
  for (int i = 0; i < 300000; ++i)
    text += "{\"x\": 1, \"y\": 2}\n";
  job.folder.write("late.jsonl", text + "{\"x\": 1, \"y\": 2, \"z\": 3}\n");
  const auto got = predict(job, {"--model", "run", "--data", "late.jsonl", "--out", "late.csv"});
  CHECK(got.status == 3);
  CHECK(got.err == "E_DATA " + job.path("late.jsonl") +
                       ": has a column `z`, which earlier rows did not have; write .jsonl (--as jsonl), or "
                       "choose columns with --columns\n");
}

TEST_CASE("what the answer does not need is not looked at", "[apps][predict]") {
  const trained job;
  job.folder.write("empty.csv", "x,label,y\n1,,1\n-1,what,-1\n");
  CHECK(lines_of(answers(job, {"--model", "run", "--data", "empty.csv"})).size() == 3);
  job.folder.write("mixed.jsonl", "{\"x\":1,\"label\":null,\"y\":1}\n{\"x\":-1,\"label\":{\"a\":1},\"y\":-1}\n");
  CHECK(lines_of(answers(job, {"--model", "run", "--data", "mixed.jsonl"})).size() == 2);
}

TEST_CASE("a column is never overwritten by an answer", "[apps][predict]") {
  const trained job;
  job.folder.write("taken.csv", "x,y,prediction,output_0\n1,1,old,keep\n-1,-1,old,keep\n");
  const auto refused = predict(job, {"--model", "run", "--data", "taken.csv"});
  CHECK(refused.status == 3);
  CHECK(refused.out.empty());
  CHECK(refused.err == "E_DATA " + job.path("taken.csv") +
                           ": column `prediction` has the name of a prediction; rename the predictions with "
                           "--prefix NAME, or leave it out with --columns\n");
  const auto prefixed = lines_of(answers(job, {"--model", "run", "--data", "taken.csv", "--prefix", "new"}));
  CHECK(prefixed.at(0) == "x,y,prediction,output_0,new_prediction,new_output_0,new_output_1");
  CHECK(prefixed.at(1).find("1,1,old,keep,") == 0);
  CHECK(before_answers(answers(job, {"--model", "run", "--data", "taken.csv", "--columns", "y,x"}), 3) ==
        std::vector<std::string>{"y,x", "1,1", "-1,-1"});
  const auto unknown = predict(job, {"--model", "run", "--data", "taken.csv", "--columns", "x,yy"});
  CHECK(unknown.status == 3);
  CHECK(unknown.err.find("taken.csv: has no column `yy`, which --columns names") != std::string::npos);
}

TEST_CASE("a column that is called as raw outputs is not lost, nor data written over", "[apps][predict]") {
  const trained job;
  job.folder.write("output.csv", "x,y,output\n1,1,here\n");
  const auto beside = lines_of(answers(job, {"--model", "run", "--data", "output.csv"}));
  CHECK(beside.at(0) == "x,y,output,prediction,output_0,output_1");
  CHECK(beside.at(1).find("1,1,here,") == 0);
  const auto lost = predict(job, {"--model", "run", "--data", "output.csv", "--as", "jsonl"});
  CHECK(lost.status == 3);
  CHECK(lost.err.find("column `output` has the name of a prediction") != std::string::npos);
  CHECK(predict(job, {"--model", "run", "--data", "output.csv", "--out", "o.npy"}).status == 3);
  job.folder.write("output_0.csv", "x,y,output_0\n1,1,0.5\n");
  CHECK(predict(job, {"--model", "run", "--data", "output_0.csv"}).status == 3);
  CHECK(predict(job, {"--model", "run", "--data", "output_0.csv", "--out", "o.npy"}).status == 0);
  CHECK(lines_of(answers(job, {"--model", "run", "--data", "output.csv", "--prefix", "p"})).at(1).find("1,1,here,") ==
        0);
  const auto over = predict(job, {"--model", "run", "--data", "output.csv", "--out", "./output.csv"});
  CHECK(over.status == 2);
  CHECK(content_of(job.path("output.csv")) == "x,y,output\n1,1,here\n");
}

TEST_CASE("a value that is null in all rows so far is a missing number", "[apps][predict]") {
  const trained job{{"--set", R"(data.transforms=[{impute={column="features",with=0}}])"}};
  const auto one = piped(job, "echo '{\"x\": null, \"y\": 0.5}' | \"$DK\" predict --model run --data - --as csv");
  INFO(one.err);
  CHECK(one.status == 0);
  const auto csv = piped(job, "printf 'x,y\\n0,0.5\\n' | \"$DK\" predict --model run --data -");
  INFO(csv.err);
  REQUIRE(csv.status == 0);
  const auto last = [](const std::string& text) { return text.substr(text.find("0.5,") + 4); };
  CHECK(last(one.out) == last(csv.out));
}

TEST_CASE("a bare path is read as the run's own source", "[apps][predict]") {
  const toy_job job;
  auto text = points_csv(600);
  text.erase(0, text.find('\n') + 1);
  for (auto& c : text)
    c = c == ',' ? ';' : c;
  job.folder.write("plain.csv", text);
  const auto got =
      job.train({"--out", "run", "--json", "--set",
                 R"(data.train={format="csv",path="plain.csv",header=false,delimiter=";",label="C2"})", "--set",
                 R"(data.test={format="csv",path="plain.csv",header=false,delimiter=";",label="C2"})"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  const auto result = json::parse(got.out);
  const auto scored =
      run({DK_DRIVER, "evaluate", "--model", "run", "--data", "plain.csv", "--json"}, {{}, job.path("")});
  INFO(scored.err);
  REQUIRE(scored.status == 0);
  CHECK(json::parse(scored.out).at("accuracy") == result.at("accuracy"));
  CHECK(lines_of(answers(job, {"--model", "run", "--data", "plain.csv"})).at(0) ==
        "C0,C1,C2,prediction,output_0,output_1");
  // in another format the columns are found by their names
  job.folder.write("named.jsonl", "{\"C2\": 1, \"C1\": 0.5, \"C0\": 0.5}\n{\"C2\": 0, \"C1\": -0.5, \"C0\": -0.5}\n");
  const auto named =
      run({DK_DRIVER, "evaluate", "--model", "run", "--data", "named.jsonl", "--json"}, {{}, job.path("")});
  INFO(named.err);
  REQUIRE(named.status == 0);
  CHECK(json::parse(named.out).at("accuracy") == 1);
}

TEST_CASE("a run whose transforms make its features of named columns answers plain CSV", "[apps][predict]") {
  const toy_job job;
  auto text = points_csv(600);
  text.replace(0, text.find('\n'), "x,y,Side");
  for (std::size_t at = text.find('\n'); at != std::string::npos && at + 1 < text.size();
       at = text.find('\n', at + 1)) {
    const auto comma = text.rfind(',', text.find('\n', at + 1));
    text.replace(comma + 1, 1, text[comma + 1] == '1' ? "s" : "b");
  }
  job.folder.write("sides.csv", text);
  const std::string source = R"({format="csv",path="sides.csv",columns="*"})";
  const auto got = job.train(
      {"--out", "run", "--set", "data.train=" + source, "--set", "data.test=" + source, "--set",
       R"(data.transforms=[{assemble={columns=["x","y"],to="features"}},{standard={column="features"}},{string_index={column="Side",to="label",order="alphabet"}}])"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  job.folder.write("new.csv", "Side,y,x,more\n,1,1,00\nnobody,-1,-1,01\n");
  const auto lines = lines_of(answers(job, {"--model", "run", "--data", "new.csv", "--proba"}));
  CHECK(lines.at(0) == "Side,y,x,more,prediction,proba_b,proba_s");
  CHECK(lines.at(1).find(",1,1,00,s,") == 0);
  CHECK(lines.at(2).find("nobody,-1,-1,01,b,") == 0);
}

TEST_CASE("numbers are answered and measured in the label's own units", "[apps][predict]") {
  const prices job;
  job.folder.write("new.csv", "x,y\n0,0\n1,0\n");
  const auto lines = lines_of(answers(job, {"--model", "run", "--data", "new.csv"}));
  CHECK(lines.at(0) == "x,y,prediction");
  CHECK(std::stod(lines.at(1).substr(4)) == Approx(250000).epsilon(0.01));
  CHECK(std::stod(lines.at(2).substr(4)) == Approx(270000).epsilon(0.01));
  const auto raw = lines_of(answers(job, {"--model", "run", "--data", "new.csv", "--raw"}));
  CHECK(std::abs(std::stod(raw.at(1).substr(4))) < 1);
  CHECK(lines_of(answers(job, {"--model", "run", "--data", "prices.csv"})).at(0) == "x,y,price,prediction");
  CHECK(predict(job, {"--model", "run", "--data", "new.csv", "--proba"}).status == 2);
  const auto got = run({DK_DRIVER, "evaluate", "--model", "run", "--json"}, {{}, job.path("")});
  const auto scored = json::parse(got.out);
  const auto& numbers = scored.at("numbers").at(0);
  CHECK(numbers.at("label") == "price");
  CHECK(numbers.at("r2").get<double>() > 0.99);
  // in units, where the metric of this name is of what was trained
  CHECK(numbers.at("mae").get<double>() > 1000 * scored.at("mae").get<double>());
  CHECK(numbers.at("mae").get<double>() < 2000);
  CHECK(scored.at("accuracy").is_null());
  CHECK_FALSE(scored.contains("f1"));
  CHECK(job.progress.find("accuracy") == std::string::npos);
  CHECK(job.result.at("accuracy").is_null());
}

TEST_CASE("what fills gaps in labels leaves their units", "[apps][predict]") {
  const prices job;
  std::vector<std::string> again{"--out", "filled", "-q"};
  again.insert(again.end(), regression.begin(), regression.end());
  again.insert(again.end(), {"--set", R"(data.transforms=[{standard={columns=["features","label"]}},)"
                                      R"({impute={columns=["label"],with=0}}])"});
  const auto got = job.train(again);
  INFO(got.err);
  REQUIRE(got.status == 0);
  job.folder.write("new.csv", "x,y\n0,0\n");
  const auto lines = lines_of(answers(job, {"--model", "filled", "--data", "new.csv"}));
  CHECK(std::stod(lines.at(1).substr(4)) == Approx(250000).epsilon(0.01));
}

TEST_CASE("a run's report and evaluate give the same numbers", "[apps][predict]") {
  const auto same = [](const toy_job& job, const json& result) {
    const auto got = run({DK_DRIVER, "evaluate", "--model", "run", "--json"}, {{}, job.path("")});
    INFO(got.err);
    REQUIRE(got.status == 0);
    const auto scored = json::parse(got.out);
    for (const auto& [name, value] : result.at("test").items()) {
      INFO(name);
      if (value.is_number())
        CHECK(scored.at(name).get<double>() == Approx(value.get<double>()).epsilon(1e-6));
      else
        CHECK(scored.at(name) == value);
    }
    return scored;
  };
  const prices numbers;
  same(numbers, numbers.result);
  const toy_job job;
  const std::string metrics = R"(trainer.metrics=["accuracy","precision","recall","f1","auc"])";
  const auto choice = job.train({"--out", "run", "--json", "--set", metrics});
  REQUIRE(choice.status == 0);
  same(job, json::parse(choice.out));
  // and of labels that do not exclude each other
  std::string text = "x,y,p,q,s\n";
  auto lines = lines_of(points_csv(600));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto comma = lines[i].find(',');
    const auto x = std::stod(lines[i]);
    const auto y = std::stod(lines[i].substr(comma + 1));
    text += lines[i].substr(0, lines[i].rfind(',')) + ',' + (x > 0 ? "1" : "0") + ',' + (y > 0 ? "1" : "0") + ',' +
            (x + y > 0.5 ? "1" : "0") + '\n';
  }
  const toy_job labels;
  labels.folder.write("labels.csv", text);
  const std::string source = R"({format="csv",path="labels.csv",features=["x","y"],label=["p","q","s"]})";
  const auto each = labels.train({"--out", "run", "--json", "--set", metrics, "--set", "data.train=" + source, "--set",
                                  "data.test=" + source, "--set", R"(model.layers=[{dense=3,activation="sigmoid"}])",
                                  "--set", R"(trainer.loss="binary_crossentropy")", "--set", "trainer.epochs=20"});
  INFO(each.err);
  REQUIRE(each.status == 0);
  const auto scored = same(labels, json::parse(each.out));
  CHECK(scored.at("accuracy").get<double>() > 0.9);
  double mean = 0;
  for (const auto& one : scored.at("labels"))
    mean += one.at("accuracy").get<double>() / 3;
  CHECK(scored.at("labels").at(1).at("label") == "q");
  CHECK(mean == Approx(scored.at("accuracy").get<double>()));
  CHECK_FALSE(scored.contains("confusion"));
  CHECK(lines_of(answers(labels, {"--model", "run", "--data", "labels.csv"})).at(0) ==
        "x,y,p,q,s,prediction_p,prediction_q,prediction_s,output_0,output_1,output_2");
}

TEST_CASE("classes are answered by their names, and their probabilities beside them", "[apps][predict]") {
  const trained job{
      {"--set",
       R"(data.transforms=[{binary_label={column="label",positive=1}},{one_hot={column="label",classes=2}}])"}};
  const auto lines = lines_of(answers(job, {"--model", "run", "--data", "points.csv", "--proba"}));
  CHECK(lines.at(0) == "x,y,label,prediction,proba_not 1,proba_1");
  const auto raw = lines_of(answers(job, {"--model", "run", "--data", "points.csv", "--raw"}));
  CHECK(raw.at(0) == "x,y,label,prediction,output_0,output_1");
  CHECK((raw.at(1).find(",0,") != std::string::npos || raw.at(1).find(",1,") != std::string::npos));
}

TEST_CASE("one number is the probability of the second class, and leaves the rest to the first", "[apps][predict]") {
  const trained job{{"--set", "model.layers=[{dense=1,activation=\"sigmoid\"}]", "--set",
                     "trainer.loss=binary_crossentropy", "--set", "data.transforms=[]"}};
  const auto raw = lines_of(answers(job, {"--model", "run", "--data", "points.csv", "--raw"}));
  const auto lines = lines_of(answers(job, {"--model", "run", "--data", "points.csv", "--proba"}));
  CHECK(lines.at(0) == "x,y,label,prediction,proba_0,proba_1");
  for (const std::size_t i : {1U, 2U, 3U}) {
    const auto last = lines[i].rfind(',');
    const auto first = lines[i].rfind(',', last - 1);
    const auto one = std::stod(lines[i].substr(last + 1));
    CHECK(one == Approx(std::stod(raw[i].substr(raw[i].rfind(',') + 1))));
    CHECK(std::stod(lines[i].substr(first + 1)) == Approx(1 - one));
    CHECK(lines[i][first - 1] == (one > 0.5 ? '1' : '0'));
  }
}

TEST_CASE("a row has its bits at its place, whatever stands before it in other parts", "[apps][predict]") {
  const trained job;
  // 64 rows pass through a model together; tables of other sizes come from a pipe in pieces
  const auto all = answers(job, {"--model", "run", "--data", "points.csv"});
  const auto pieces = piped(job, "(head -n 38; while read -r line; do printf '%s\\n' \"$line\"; done) < points.csv | "
                                 "\"$DK\" predict --model run --data -");
  CHECK(pieces.out == all);
}

TEST_CASE("output that cannot be written is told of", "[apps][predict]") {
  const trained job;
  for (const std::string command :
       {"predict --model run --data points.csv", "evaluate --model run --json", "evaluate --model run", "summary run",
        "summary points.csv", "points.cfg --print-config", "--help", "--version", "replay run",
        "points.cfg --quiet --out again$RANDOM$RANDOM", "export run --out m.h5"}) {
    INFO(command);
    const auto full = piped(job, "\"$DK\" " + command + " > /dev/full");
    CHECK(full.status == 10);
    CHECK(line_with(full.err, "E_") ==
          "E_RESOURCES cannot write to stdout: No space left on device; make room, or send the output elsewhere");
    const auto closed = piped(job, "\"$DK\" " + command + " 2> err | true; grep -c E_ err");
    CHECK(lines_of(closed.out).back() == "0");
  }
}

TEST_CASE("a run goes on where nobody can be told of it", "[apps][outputs]") {
  const toy_job job;
  for (const std::string redirected : {"2> /dev/full", "2>&-", "2> >(true)"}) {
    INFO(redirected);
    const auto got = piped(job, "rm -rf out; \"$DK\" points.cfg --out out " + redirected + " > told; echo $?");
    CHECK(lines_of(got.out).back() == "0");
    CHECK(rows_balance(content_of(job.path("told"))));
    CHECK(std::filesystem::exists(job.path("out/model.h5")));
  }
}
