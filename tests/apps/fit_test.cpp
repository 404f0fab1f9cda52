// Training as people know it from Keras: classes that are rare, weights, rows of their own to validate on, and more
// epochs afterwards.

#include "tests/apps/fit_fixture.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

using namespace dk::test;
using nlohmann::json;

namespace {

// Rows of three classes of which one is rare; `c` lies where both numbers are large.
std::string rare_csv() {
  std::string text = "a,b,label\n";
  unsigned state = 7;
  const auto next = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(state >> 16U) / 65536;
  };
  for (int i = 0; i < 120; ++i) {
    const bool rare = i == 17 || i == 80 || i == 99;
    const auto a = rare ? 3 + next() : next();
    const auto b = rare ? 3 + next() : next();
    text += std::to_string(a) + ',' + std::to_string(b) + ',' + (rare ? "rare" : a > b ? "right" : "left") + '\n';
  }
  return text;
}

const std::string three = R"({ dense = 3, activation = "softmax" })";
const std::string by_text = R"(train = { format = "csv", path = "data.csv" }
transforms = [ { standard = { column = "features" } }, { string_index = { column = "label" } } ])";

json pipeline_of(const fit_job& job, const std::string& run) {
  return json::parse(content_of(job.path(run + "/pipeline.json"))).at("transforms");
}

} // namespace

TEST_CASE("classes are learned from all rows, means from those that are trained", "[apps][fit]") {
  const fit_job job{rare_csv(), by_text + "\nvalidation = 0.5", three, "algorithm = \"single\""};
  const std::vector<std::string> words{"left", "right", "rare"};
  std::set<std::string> means;
  for (const std::string seed : {"1", "2", "3", "4", "5", "6"}) {
    job.trained("memory" + seed, {"seed=" + seed});
    job.trained("disk" + seed, {"seed=" + seed, "data.precache=disk"});
    const auto fitted = pipeline_of(job, "memory" + seed);
    auto found = fitted.at(1).at("fitted").at("label").at("words").get<std::vector<std::string>>();
    std::sort(found.begin(), found.begin() + 2); // the two large ones are about as many
    CHECK(found == words);
    CHECK(pipeline_of(job, "disk" + seed) == fitted);
    means.insert(fitted.at(0).dump());
  }
  CHECK(means.size() == 6);
}

TEST_CASE("rows are held out by class, in memory and on disk alike", "[apps][fit]") {
  const fit_job job{rare_csv(), by_text + "\nvalidation = 0.2\nstratify = true", three, "algorithm = \"single\""};
  for (const std::string seed : {"1", "2", "3"}) {
    const auto memory = job.trained("memory" + seed, {"seed=" + seed});
    const auto disk = job.trained("disk" + seed, {"seed=" + seed, "data.precache=disk"});
    CHECK(memory.at("validation").at("rows") == 24);
    CHECK(memory.at("rows").at("expected") == 96);
    CHECK(disk.at("validation").at("rows") == 24);
    CHECK(
        disk.at("validation").at("loss").get<double>() ==
        Approx(memory.at("validation").at("loss").get<double>()).epsilon(1e-4)); // the same rows, trained in this order
  }
}

TEST_CASE("rows of a source of their own are held out", "[apps][fit]") {
  const fit_job job{points_csv(200), R"(train = { format = "csv", path = "data.csv" }
validate = { format = "csv", path = "more.csv" }
transforms = [ { standard = { column = "features" } } ])",
                    R"({ dense = 2, activation = "softmax" })",
                    "epochs = 4\nworkers = 2\nbatch_size = 10\nkeep = \"best\"\nstop = { patience = 3 }\n"
                    "optimizer = { name = \"adam\", learning_rate = 0.05 }"};
  job.folder.write("more.csv", points_csv(90));
  for (const std::string where : {"memory", "disk"}) {
    const auto result = job.trained(where, {"data.precache=" + where});
    CHECK(result.at("rows").at("expected") == 800);
    CHECK(result.at("rows").at("balanced") == true);
    CHECK(result.at("validation").at("rows") == 90);
    const auto found = job.driver({"evaluate", "--model", where, "--data", "more.csv", "--json"});
    INFO(found.err);
    REQUIRE(found.status == 0);
    CHECK(json::parse(found.out).at("loss").get<double>() ==
          Approx(result.at("validation").at("loss").get<double>()).epsilon(1e-5));
  }
  const auto several = job.trained("several", {"trainer.algorithm=ensemble", "trainer.keep=last", "trainer.stop={}"});
  CHECK(several.at("validation").at("rows") == 90);
  const auto first = job.trained("first", {"trainer.stop.rows=300"});
  const auto rest = job.driver({"--resume", "first", "-q", "--json", "--set", "trainer.stop={}"});
  INFO(rest.err);
  REQUIRE(rest.status == 0);
  CHECK(json::parse(rest.out).at("validation").at("rows") == 90);
}

TEST_CASE("a run goes on to more epochs, as if it had never ended", "[apps][fit]") {
  const fit_job job{points_csv(200), R"(train = { format = "csv", path = "data.csv" })",
                    R"({ dense = 2, activation = "softmax" })", "epochs = 3\nbatch_size = 10"};
  for (const std::string algorithm : {"single", "adag"}) {
    job.trained("run-" + algorithm, {"trainer.algorithm=" + algorithm});
    job.trained("whole-" + algorithm, {"trainer.algorithm=" + algorithm, "trainer.epochs=5"});
    const auto done = job.driver({"--resume", "run-" + algorithm});
    CHECK(done.status == 0);
    CHECK(done.err.find("run-" + algorithm +
                        " is finished: all of its 3 epochs are trained; go on with more, as in: "
                        "dk_driver --resume run-" +
                        algorithm + " --set trainer.epochs=6") != std::string::npos);
    CHECK(json::parse(job.driver({"--resume", "run-" + algorithm, "--json"}).out).at("rows").at("applied") == 600);
    const auto more = job.driver({"--resume", "run-" + algorithm, "-q", "--set", "trainer.epochs=5"});
    INFO(more.err);
    REQUIRE(more.status == 0);
    CHECK(line_with(more.out, "rows: ").find("rows: 1000 expected, 1000 applied, 0 lost, 0 doubled") == 0);
    CHECK(line_with(content_of(job.path("run-" + algorithm + "/config.resolved.toml")), "epochs = ") == "epochs = 5");
    CHECK(lines_of(content_of(job.path("run-" + algorithm + "/history.jsonl"))).size() == 5 * 4);
    CHECK(content_of(job.path("run-" + algorithm + "/model.h5")) ==
          content_of(job.path("whole-" + algorithm + "/model.h5")));
    CHECK(job.driver({"--resume", "run-" + algorithm}).err.find("all of its 5 epochs") != std::string::npos);
  }
  job.folder.write("data.csv", "no data");
  CHECK(job.driver({"--resume", "run-adag"}).status == 0); // it is finished, whatever has become of its data
  job.folder.write("data.csv", points_csv(200));
  for (const std::string file : {"result.json", "model.h5"}) // as of a run that was killed while it wrote them
    std::filesystem::remove(job.path("run-adag/" + file));
  CHECK(job.driver({"--resume", "run-adag", "-q"}).status == 0);
  CHECK(content_of(job.path("run-adag/model.h5")) == content_of(job.path("whole-adag/model.h5")));
  const auto replayed = job.driver({"replay", "run-adag"});
  INFO(replayed.err);
  CHECK(replayed.status == 0);
  CHECK(replayed.out.find("bit for bit") != std::string::npos);
}

TEST_CASE("a run goes on with what its transforms were fitted to", "[apps][fit]") {
  for (const std::string where : {"memory", "disk"}) {
    const fit_job job{points_csv(200),
                      R"(train = { format = "csv", path = "data.csv" }
test = { format = "csv", path = "test.csv" }
transforms = [ { standard = { column = "features" } } ]
precache = ")" + where + '"',
                      R"({ dense = 2, activation = "softmax" })", "epochs = 2\nbatch_size = 10"};
    job.folder.write("test.csv", points_csv(100));
    job.trained("run");
    std::string larger;
    for (const auto& line : lines_of(points_csv(200)))
      larger += line[0] == 'x' ? line + '\n' : (line[0] == '-' ? "-9" + line.substr(1) : "9" + line) + '\n';
    job.folder.write("data.csv", larger);
    const auto rest = job.driver({"--resume", "run", "-q", "--json", "--set", "trainer.epochs=4"});
    INFO(rest.err);
    REQUIRE(rest.status == 0);
    const auto found = job.driver({"evaluate", "--model", "run", "--json"});
    CHECK(json::parse(found.out).at("loss").get<double>() ==
          Approx(json::parse(rest.out).at("test").at("loss").get<double>()).epsilon(1e-5));
    std::filesystem::remove(job.path("run/pipeline.json"));
    check_refused(job.driver({"--resume", "run", "--set", "trainer.epochs=6"}), 4, "E_CKPT",
                  {"run/pipeline.json", "is missing", "`standard`", "start a new run"});
  }
}

TEST_CASE("several workers and models go on to more epochs", "[apps][fit]") {
  const fit_job job{points_csv(200), R"(train = { format = "csv", path = "data.csv" })",
                    R"({ dense = 2, activation = "softmax" })", "epochs = 2\nbatch_size = 10\nworkers = 2"};
  for (const std::string algorithm : {"adag", "sync", "ensemble", "averaging"}) {
    INFO(algorithm);
    const auto twice = algorithm == "ensemble" ? 2 : 1;
    job.trained(algorithm, {"trainer.algorithm=" + algorithm, "trainer.servers=" + std::to_string(3 - twice)});
    for (const int epochs : {3, 6}) {
      const auto more =
          job.driver({"--resume", algorithm, "-q", "--json", "--set", "trainer.epochs=" + std::to_string(epochs)});
      INFO(more.err);
      REQUIRE(more.status == 0);
      const auto rows = json::parse(more.out).at("rows");
      CHECK(rows.at("applied") == 200 * epochs * twice);
      CHECK(rows.at("balanced") == true);
    }
    if (twice == 1)
      CHECK(job.driver({"replay", algorithm}).out.find("bit for bit") != std::string::npos);
  }
}

TEST_CASE("classes are weighted by number, by name and as they balance", "[apps][fit]") {
  const fit_job job{rare_csv(), by_text, three,
                    "algorithm = \"single\"\nepochs = 30\noptimizer = { name = \"adam\", learning_rate = 0.05 }"};
  const auto epochs_of = [&](const std::string& run, const std::vector<std::string>& settings) {
    return job.trained(run, settings).at("epochs");
  };
  const auto rare = pipeline_of(job, (epochs_of("plain", {}), "plain")).at(1).at("fitted").at("label").at("words");
  REQUIRE(rare.at(2) == "rare");
  const auto listed = epochs_of("listed", {"trainer.class_weight=[1, 1, 20]"});
  CHECK(epochs_of("named", {"trainer.class_weight={rare=20}"}) == listed);
  CHECK(epochs_of("numbered", {"trainer.class_weight={2=20}"}) == listed);
  CHECK(epochs_of("disk", {"trainer.class_weight={rare=20}", "data.precache=disk"}).at(0).at("loss").get<double>() ==
        Approx(listed.at(0).at("loss").get<double>()).epsilon(1e-5));
  CHECK(epochs_of("plain2", {}) != listed);
  const auto count = [&](const std::string& word) {
    const auto text = content_of(job.path("data.csv"));
    std::size_t found = 0;
    for (const auto& line : lines_of(text))
      found += line.size() > word.size() && line.substr(line.size() - word.size() - 1) == ',' + word ? 1U : 0U;
    return found;
  };
  std::string balanced = "trainer.class_weight=[";
  for (std::size_t i = 0; i < 3; ++i)
    balanced += (i == 0 ? "" : ",") + json(120.0 / 3 / static_cast<double>(count(rare.at(i)))).dump();
  CHECK(epochs_of("listed2", {balanced + "]"}) == epochs_of("balanced", {"trainer.class_weight=balanced"}));
}

TEST_CASE("class weights are for training rows alone", "[apps][fit]") {
  const fit_job job{
      rare_csv(), by_text + "\nvalidation = 0.2\nstratify = true\n" + R"(test = { format = "csv", path = "data.csv" })",
      three, "algorithm = \"single\"\noptimizer = { name = \"sgd\", learning_rate = 1e-12 }"};
  const auto plain = job.trained("plain");
  for (const std::string where : {"memory", "disk"}) {
    const auto weighted =
        job.trained("weighted-" + where, {"trainer.class_weight=[100, 100, 100]", "data.precache=" + where});
    CHECK(weighted.at("epochs").at(0).at("loss").get<double>() ==
          Approx(100 * plain.at("epochs").at(0).at("loss").get<double>()).epsilon(1e-4));
    for (const auto* rows : {"validation", "test"})
      CHECK(weighted.at(rows).at("loss").get<double>() ==
            Approx(plain.at(rows).at("loss").get<double>()).epsilon(1e-5));
  }
}

// Who knows Keras: model.fit(x, y, validation_split=0.2, class_weight=...), more epochs, evaluate.
TEST_CASE("Pima is trained with balanced classes and validated by class", "[apps][fit]") {
  const std::string pima = DK_SOURCES "/../shared/data/pima-indians-diabetes.csv";
  if (!std::filesystem::exists(pima)) {
    WARN("skipped: the real data is not there: " << pima);
    return;
  }
  const fit_job job{"", "train = { format = \"csv\", path = \"" + pima + R"(", header = false, label = "C8" }
validation = 0.2
stratify = true
transforms = [ { standard = { column = "features" } } ])",
                    R"({ dense = 16, activation = "relu" }, { dense = 1, activation = "sigmoid" })",
                    "epochs = 20\nloss = \"binary_crossentropy\"\nclass_weight = \"balanced\"\nmetrics = [\"recall\"]\n"
                    "optimizer = { name = \"adam\", learning_rate = 0.005 }",
                    8};
  const auto balanced = job.trained("balanced");
  CHECK(balanced.at("validation").at("rows") == 154);
  CHECK(balanced.at("rows").at("balanced") == true);
  CHECK(balanced.at("validation").at("accuracy").get<double>() > 0.65);
  const auto plain = job.trained("plain", {"trainer.class_weight=[1, 1]"});
  CHECK(balanced.at("validation").at("recall").get<double>() > plain.at("validation").at("recall").get<double>());
  const auto more = job.driver({"--resume", "balanced", "-q", "--json", "--set", "trainer.epochs=25"});
  INFO(more.err);
  REQUIRE(more.status == 0);
  CHECK(json::parse(more.out).at("rows").at("applied") == 25 * 614);
  const auto found =
      job.driver({"evaluate", "--model", "balanced", "--data",
                  "{ format = \"csv\", path = \"" + pima + R"(", header = false, label = "C8" })", "--json"});
  INFO(found.err);
  CHECK(found.status == 0);
  CHECK(json::parse(found.out).at("rows") == 768);
}
