// What the data commands do with a run: its transforms, as they were fitted, are those of its training.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;

namespace {

const std::string fitted_transforms =
    R"(data.transforms=[{standard={column="features"}},{one_hot={column="label",classes=2}}])";

} // namespace

TEST_CASE("a run keeps what its transforms were fitted to, and evaluate applies it", "[apps][data]") {
  const toy_job job;
  const auto half = points_csv(300);
  job.folder.write("half.csv", half); // other rows, whose own mean would be another
  const auto trained = job.train(
      {"--out", "run", "--json", "--set", fitted_transforms, "--set", R"(data.test={format="csv",path="half.csv"})"});
  INFO(trained.err);
  REQUIRE(trained.status == 0);
  const auto pipeline = json::parse(content_of(job.path("run/pipeline.json")));
  CHECK(pipeline.at("transforms").size() == 2);
  CHECK(pipeline.at("transforms")[0].at("fitted").at("features").at("mean").size() == 2);
  const auto said = json::parse(trained.out);
  const auto evaluate = [&] {
    return run({DK_DRIVER, "evaluate", "--model", "run", "--json", "--data", "half.csv"}, {{}, job.path("")});
  };
  const auto found = evaluate();
  INFO(found.err);
  REQUIRE(found.status == 0);
  CHECK(json::parse(found.out).at("loss") == said.at("loss"));

  auto moved = pipeline; // it is this file that counts
  moved["transforms"][0]["fitted"]["features"]["mean"] = {5.0, 5.0};
  job.folder.write("run/pipeline.json", moved.dump());
  CHECK(json::parse(evaluate().out).at("loss") != said.at("loss"));
  job.folder.write("run/pipeline.json", "{}");
  const auto damaged = evaluate();
  CHECK(damaged.status == 4);
  CHECK(damaged.err.find("E_CKPT run/pipeline.json: is no pipeline of a run") == 0);
}

TEST_CASE("held-out rows are scaled as the rows that are trained", "[apps][data]") {
  const toy_job job;
  const auto trained =
      job.train({"--out", "run", "--json", "--set", fitted_transforms, "--set", "data.validation=0.5"});
  INFO(trained.err);
  REQUIRE(trained.status == 0);
  const auto all = job.train({"--out", "all", "--json", "--set", fitted_transforms});
  REQUIRE(all.status == 0);
  const auto mean_of = [&](const std::string& folder) {
    const auto read = json::parse(content_of(job.path(folder + "/pipeline.json")));
    return read.at("transforms")[0].at("fitted").at("features").at("mean");
  };
  CHECK(mean_of("run") != mean_of("all")); // of half the rows only
}

namespace {

outcome driver(const toy_job& job, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), DK_DRIVER);
  return run(arguments, {{}, job.path("")});
}

// A job whose classes are texts, and which is trained.
struct named_job : toy_job {
  named_job() : toy_job(300) {
    std::string text = "id,x,y,side\n";
    int row = 0;
    for (const auto& line : lines_of(points_csv(300)))
      if (row++ > 0)
        text += "r" + std::to_string(row) + ',' + line.substr(0, line.rfind(',') + 1) +
                (line.back() == '1' ? "right" : "left") + '\n';
    folder.write("named.csv", text);
    const std::string source = R"({format="csv",path="named.csv",features=["x","y"],label="side"})";
    trained = train({"--out", "run", "--json", "--set", "data.train=" + source, "--set", "data.test=" + source, "--set",
                     R"(data.transforms=[{standard={column="features"}},{string_index={column="label"}}])"});
    INFO(trained.err);
    REQUIRE(trained.status == 0);
  }

  outcome trained;
};

} // namespace

TEST_CASE("predict says the same from a file, from stdin, from shards and as JSON lines", "[apps][data]") {
  const named_job job;
  const auto to_file = driver(job, {"predict", "--model", "run", "--data", "named.csv", "--out", "answers.csv"});
  INFO(to_file.err);
  REQUIRE(to_file.status == 0);
  const auto answers = content_of(job.path("answers.csv"));
  const auto lines = lines_of(answers);
  CHECK(lines.size() == 301);
  CHECK(lines.at(0) == "id,x,y,side,prediction,output_0,output_1");
  CHECK(driver(job, {"predict", "--model", "run", "--data", "named.csv"}).out == answers);
  CHECK(run({"/bin/sh", "-c", std::string{DK_DRIVER} + " predict --model run --data - < named.csv"}, {{}, job.path("")})
            .out == answers);

  int right = 0; // the predictions are those of evaluate, by name
  for (const auto& line : lines)
    right += line.find(",left,left,") != std::string::npos ? 1 : 0;
  const auto scored = json::parse(driver(job, {"evaluate", "--model", "run", "--json"}).out);
  for (const auto& one : scored.at("classes"))
    if (one.at("class") == "left")
      CHECK(one.at("recall").get<double>() * one.at("rows").get<double>() == Approx(right));

  const auto as_json = driver(job, {"predict", "--model", "run", "--data", "named.csv", "--as", "jsonl"});
  job.folder.write("again.jsonl", as_json.out);
  const auto first = json::parse(lines_of(as_json.out).at(0));
  CHECK(first.at("id") == "r2");
  CHECK(first.at("output").size() == 2);
  const auto from_json =
      driver(job, {"predict", "--model", "run", "--data", "again.jsonl", "--as", "jsonl", "--columns", "x,y,side,id"});
  INFO(from_json.err);
  REQUIRE(from_json.status == 0);
  CHECK(json::parse(lines_of(from_json.out).at(299)).at("output") ==
        json::parse(lines_of(as_json.out).at(299)).at("output"));
}

TEST_CASE("predict answers the rows of a pipe as they come", "[apps][data]") {
  const named_job job;
  const std::string script = R"(
    coproc answers { "$DK" predict --model run --data - --as "$AS"; }
    exec {to}>&"${answers[1]}" {from}<&"${answers[0]}"
    ask() { printf '%s\n' "$@" >&"$to"; }
    hear() { read -r -t 30 -u "$from" line && printf '%s\n' "$line"; }
    ask "$FIRST"; [ "$AS" = jsonl ] || hear; hear
    ask "$SECOND"; hear
  )";
  const auto piped = [&](const std::string& as, const std::string& first, const std::string& second) {
    return run({"/bin/bash", "-c", script},
               {{{"DK", DK_DRIVER}, {"AS", as}, {"FIRST", first}, {"SECOND", second}}, job.path("")});
  };
  const auto objects = piped("jsonl", R"({"x": -1, "y": 0.5})", R"({"x": 1, "y": 0.5})");
  INFO(objects.err);
  REQUIRE(lines_of(objects.out).size() == 2);
  CHECK(json::parse(lines_of(objects.out)[0]).at("x") == -1);
  CHECK(json::parse(lines_of(objects.out)[1]).at("x") == 1);
  const auto fields = piped("csv", "x,y\n-1,0.5", "1,0.5");
  INFO(fields.err);
  REQUIRE(lines_of(fields.out).size() == 3);
  CHECK(lines_of(fields.out)[0] == "x,y,prediction,output_0,output_1");
  CHECK(lines_of(fields.out)[2].find("1,0.5,") == 0);
}

TEST_CASE("predict names what is wrong in a pipe by its line", "[apps][data]") {
  const named_job job;
  const auto piped = [&](const std::string& text) {
    return run({"/bin/bash", "-c", "printf '" + text + "' | \"$DK\" predict --model run --data -"},
               {{{"DK", DK_DRIVER}}, job.path("")});
  };
  const auto bad = piped("x,y\\n1,2\\n3,four\\n");
  CHECK(bad.status == 3);
  CHECK(bad.err.find("E_DATA stdin:3:3: field `y` holds \"four\"") != std::string::npos);
  const auto empty = piped("");
  CHECK(empty.status == 3);
  CHECK(empty.err.find("stdin: is empty") != std::string::npos);
  const auto header_only = piped("x,y\\n");
  CHECK(header_only.status == 3);
  CHECK(header_only.err.find("stdin: has a header but no rows") != std::string::npos);
}

TEST_CASE("predict needs no label", "[apps][data]") {
  const named_job job;
  job.folder.write("bare.csv", "y,x\n-5,1.5\n5,-1\n");
  const auto got = driver(job, {"predict", "--model", "run", "--data", "bare.csv", "--as", "jsonl"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(json::parse(lines_of(got.out).at(0)).at("prediction") == "left");
  CHECK(json::parse(lines_of(got.out).at(1)).at("prediction") == "right");
  const auto bad = driver(job, {"predict", "--model", "run", "--data", "bare.csv", "--out", "x.txt"});
  CHECK(bad.status == 2);
  CHECK(bad.err.find("E_USAGE x.txt: the extension names the format") == 0);
}

TEST_CASE("evaluate knows the classes", "[apps][data]") {
  const named_job job;
  const auto scored = json::parse(driver(job, {"evaluate", "--model", "run", "--json"}).out);
  CHECK(scored.at("accuracy") == json::parse(job.trained.out).at("accuracy"));
  const auto& confusion = scored.at("confusion");
  const double right = confusion[0][0].get<double>() + confusion[1][1].get<double>();
  CHECK(right / 300 == Approx(scored.at("accuracy").get<double>()));
  CHECK(scored.at("auc").get<double>() > 0.9);
  CHECK(scored.at("log_loss").get<double>() == Approx(scored.at("loss").get<double>()).epsilon(1e-3));
  const auto text = driver(job, {"evaluate", "--model", "run"}).out;
  CHECK(text.find("\n  left ") != std::string::npos);
  CHECK(text.find("  predicted\n") != std::string::npos);
}

TEST_CASE("rows that were prepared train as the raw ones do", "[apps][data]") {
  const named_job job;
  job.folder.write("named.cfg", R"([data]
train = { format = "csv", path = "named.csv", features = ["x", "y"], label = "side" }
test = { format = "csv", path = "named.csv", features = ["x", "y"], label = "side" }
transforms = [ { standard = { column = "features" } }, { string_index = { column = "label" } } ]
)");
  for (const std::string pack : {"", "--pack"}) {
    const auto out = "shards" + pack;
    auto arguments = std::vector<std::string>{"prepare", "named.cfg", "--out", out};
    if (!pack.empty())
      arguments.push_back(pack);
    const auto prepared = driver(job, arguments);
    INFO(prepared.err);
    REQUIRE(prepared.status == 0);
    CHECK(prepared.out.find("train = { format = \"prepared\", path = \"" + job.path(out) + "/train\" }") == 0);
    const auto scored = driver(job, {"evaluate", "--model", "run", "--json", "--data", out + "/test"});
    INFO(scored.err);
    CHECK(json::parse(scored.out) == json::parse(driver(job, {"evaluate", "--model", "run", "--json"}).out));
    const auto settings = [&](const std::string& workers) {
      return std::vector<std::string>{"--json",
                                      "--set",
                                      "trainer.workers=" + workers,
                                      "--set",
                                      "data.train={format = \"prepared\",path=\"" + out + "/train\"}",
                                      "--set",
                                      "data.test={format = \"prepared\",path=\"" + out + "/test\"}"};
    };
    const auto again = job.train(settings("1"));
    INFO(again.err);
    REQUIRE(again.status == 0);
    const auto folder = json::parse(again.out);
    CHECK(folder.at("accuracy").get<double>() > 0.8);
  }
  const auto summary = driver(job, {"summary", "shards/train"});
  CHECK(summary.out.find("300 rows\n") == 0);
  CHECK(driver(job, {"prepare", "named.cfg", "--out", "shards"}).status == 2); // it holds data already
}

TEST_CASE("prepare writes the same whether the rows fit in memory or not", "[apps][data]") {
  const named_job job;
  const auto config = [&](const std::string& test) {
    job.folder.write("named.cfg", R"([data]
train = { format = "csv", path = "named.csv", features = ["x", "y"], label = "side" }
test = { format = "csv", path = ")" + test +
                                      R"(", features = ["x", "y"], label = "side" }
transforms = [ { filter = { column = "label", differs = "none" } }, { standard = { column = "features" } }, { string_index = { column = "label" } } ]
)");
  };
  const auto prepare = [&](const std::string& out, const std::string& precache) {
    return driver(job, {"prepare", "named.cfg", "--out", out, "--set", "data.precache=" + precache});
  };
  config("named.csv");
  CHECK(prepare("memory", "memory").status == 0);
  const auto streamed = prepare("disk", "disk");
  INFO(streamed.err);
  CHECK(streamed.status == 0);
  for (const auto* file : {"train/schema.json", "train/column-0.col", "train/column-1.col", "test/column-0.col"})
    CHECK(content_of(job.path(std::string{"disk/"} + file)) == content_of(job.path(std::string{"memory/"} + file)));
  job.folder.write("bad.csv", "x,y,side\n1,2,left\n1,two,left\n");
  config("bad.csv"); // the test rows come last
  CHECK(prepare("bad", "disk").status == 3);
  CHECK_FALSE(std::filesystem::exists(job.path("bad/train")));
  CHECK_FALSE(std::filesystem::exists(job.path("bad/test")));
}

TEST_CASE("a run measures the same on disk as in memory", "[apps][data]") {
  const toy_job job;
  job.folder.write("test.csv", points_csv(150));
  const auto trained = [&](const std::string& precache) {
    const auto done =
        job.train({"--out", precache, "--json", "--set", fitted_transforms, "--set", "data.validation=0.3", "--set",
                   R"(data.test={format="csv",path="test.csv"})", "--set", "data.shuffle=false", "--set",
                   "trainer.workers=1", "--set", "data.precache=" + precache});
    INFO(done.err);
    REQUIRE(done.status == 0);
    return json::parse(done.out);
  };
  const auto memory = trained("memory");
  const auto disk = trained("disk");
  for (const auto* key : {"loss", "accuracy", "rows"})
    CHECK(disk.at(key) == memory.at(key));
  CHECK(disk.at("validation").at("loss") == memory.at("validation").at("loss"));
}

TEST_CASE("summary shows every column of a file", "[apps][data]") {
  const named_job job;
  const auto got = driver(job, {"summary", "named.csv"});
  CHECK(got.status == 0);
  CHECK(line_with(got.out, "  side").find("2 different texts") != std::string::npos);
  CHECK(line_with(got.out, "  x").find("mean") != std::string::npos);
  CHECK(line_with(got.out, "row 0: ").find("\"r2\"") != std::string::npos);
}
