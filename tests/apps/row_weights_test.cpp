// Weights of rows, from the files that have them to the loss that they count in.

#include "tests/apps/fit_fixture.hpp"

#include <algorithm>
#include <csignal>

using namespace dk::test;
using nlohmann::json;

namespace {

struct row {
  double a = 0, b = 0;
  int label = 0;
  double weight = 1;
};

// Every third row counts 3, every seventh nothing.
std::vector<row> some_rows() {
  std::vector<row> all;
  for (int i = 0; i < 90; ++i) {
    const double a = (i * 37 % 90) / 90.0;
    const double b = (i * 53 % 90) / 90.0;
    all.push_back({a, b, a + (i % 5 == 0 ? 0.5 : 0.0) > b ? 1 : 0, i % 7 == 0 ? 0.0 : i % 3 == 0 ? 3.0 : 0.5});
  }
  return all;
}

std::string csv_of(const std::vector<row>& rows, bool with_weights = true) {
  std::string text = with_weights ? "w,a,b,label\n" : "a,b,label\n";
  for (const auto& r : rows)
    text += (with_weights ? json(r.weight).dump() + ',' : "") + json(r.a).dump() + ',' + json(r.b).dump() + ',' +
            std::to_string(r.label) + '\n';
  return text;
}

std::string jsonl_of(const std::vector<row>& rows) {
  std::string text;
  for (const auto& r : rows)
    text += json{{"a", r.a}, {"b", r.b}, {"label", r.label}, {"w", r.weight}}.dump() + '\n';
  return text;
}

// An array of float64 of this shape.
std::string npy_of(const std::string& shape, const std::vector<double>& numbers) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize((header.size() + 11) / 64 * 64 + 53, ' ');
  header += '\n';
  std::string file = "\x93NUMPY";
  file += '\1';
  file += '\0';
  file += static_cast<char>(header.size() % 256);
  file += static_cast<char>(header.size() / 256);
  file += header;
  file.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
  return file;
}

void write_npy(const fit_job& job, const std::vector<row>& rows) {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> w;
  for (const auto& r : rows) {
    x.insert(x.end(), {r.a, r.b});
    y.push_back(r.label);
    w.push_back(r.weight);
  }
  job.folder.write("x.npy", npy_of("90, 2", x));
  job.folder.write("y.npy", npy_of("90,", y));
  job.folder.write("w.npy", npy_of("90, 1", w));
}

const std::string source = R"({ format = "csv", path = "data.csv", weight = "w" })";

fit_job weighted_job() {
  return {csv_of(some_rows()),
          "train = " + source + "\ntest = " + source +
              "\ntransforms = [ { standard = { column = "
              "\"features\" } } ]",
          R"({ dense = 4, activation = "tanh" }, { dense = 2, activation = "softmax" })",
          "algorithm = \"single\"\nepochs = 3\nbatch_size = 4\noptimizer = { name = \"adam\", learning_rate = 0.05 }"};
}

double loss_on(const fit_job& job, const std::string& run, const std::string& data) {
  const auto got = job.driver({"evaluate", "--model", run, "--data", data, "--json"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  return json::parse(got.out).at("loss").get<double>();
}

// The same training, of features that were read as f32 or as f64.
void check_alike(const json& epochs, const json& expected) {
  REQUIRE(epochs.size() == expected.size());
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    CHECK(epochs.at(i).at("rows") == expected.at(i).at("rows"));
    CHECK(epochs.at(i).at("loss").get<double>() == Approx(expected.at(i).at("loss").get<double>()).epsilon(1e-5));
  }
}

} // namespace

TEST_CASE("the loss of weighted rows is the sum of weight times loss by the number of rows", "[apps][weights]") {
  const auto job = weighted_job();
  const auto result = job.trained("run");
  double sum = 0;
  for (const double weight : {0.0, 0.5, 3.0}) {
    auto some = some_rows();
    some.erase(std::remove_if(some.begin(), some.end(), [&](const row& r) { return r.weight != weight; }), some.end());
    job.folder.write("some.csv", csv_of(some, false));
    sum += weight * static_cast<double>(some.size()) * loss_on(job, "run", R"({ format = "csv", path = "some.csv" })");
  }
  CHECK(loss_on(job, "run", source) == Approx(sum / 90).epsilon(1e-5));
  CHECK(result.at("loss").get<double>() == Approx(sum / 90).epsilon(1e-5));
  job.folder.write("plain.csv", csv_of(some_rows(), false));
  CHECK(loss_on(job, "run", R"({ format = "csv", path = "plain.csv" })") != Approx(sum / 90).epsilon(1e-3));
}

TEST_CASE("weights are the same from every format, in memory and on disk", "[apps][weights]") {
  const auto job = weighted_job();
  job.folder.write("data.jsonl", jsonl_of(some_rows()));
  write_npy(job, some_rows());
  const auto expected = job.trained("csv").at("epochs");
  const auto plain = job.trained("plain", {R"(data.train={format="csv",path="data.csv",features=["a","b"]})"});
  CHECK(plain.at("epochs") != expected);
  const std::vector<std::pair<std::string, std::string>> others{
      {"jsonl", R"({format="json_lines",path="data.jsonl",weight="w"})"},
      {"npy", R"({format="npy",path="x.npy",labels="y.npy",weights="w.npy"})"},
  };
  for (const auto& [name, from] : others)
    check_alike(job.trained(name, {"data.train=" + from}).at("epochs"), expected);
  check_alike(job.trained("disk", {"data.precache=disk"}).at("epochs"), expected);

  const auto prepared = job.driver({"prepare", "job.cfg", "--out", "shards"});
  INFO(prepared.err);
  REQUIRE(prepared.status == 0);
  CHECK(prepared.out.find("weight = \"sample_weight\" }") != std::string::npos);
  CHECK(job.trained("shards-run", {R"(data.train={format="prepared",path="shards/train",weight="sample_weight"})",
                                   R"(data.test={format="prepared",path="shards/test",weight="sample_weight"})",
                                   "data.transforms=[]"})
            .at("epochs") == expected);
}

TEST_CASE("weights of rows and of classes are multiplied, held-out rows keep theirs", "[apps][weights]") {
  const auto job = weighted_job();
  auto doubled = some_rows();
  for (auto& r : doubled)
    r.weight *= r.label == 1 ? 4 : 1;
  job.folder.write("doubled.csv", csv_of(doubled));
  CHECK(job.trained("both", {"trainer.class_weight=[1, 4]"}).at("epochs") ==
        job.trained("once", {R"(data.train={format="csv",path="doubled.csv",weight="w"})"}).at("epochs"));
  const auto held = job.trained("held", {"data.validation=0.3", "trainer.class_weight=[1, 4]"});
  const auto plain = job.trained("held2", {"data.validation=0.3", "trainer.class_weight=[1, 4]",
                                           R"(data.train={format="csv",path="data.csv",features=["a","b"]})"});
  CHECK(held.at("validation").at("rows") == plain.at("validation").at("rows"));
  CHECK(held.at("validation").at("loss") != plain.at("validation").at("loss"));
}

TEST_CASE("weights reach workers on nodes, and two workers add them up", "[apps][weights]") {
  const auto job = weighted_job();
  process node{{DK_NODE, "--listen", "127.0.0.1:0", "--workers", "2"}};
  REQUIRE(eventually(seconds{60}, [&] { return lines_of(node.out()).size() >= 2; }));
  const auto words = lines_of(node.out())[1];
  const auto nodes = "cluster.nodes=[\"" + words.substr(words.rfind(' ') + 1) + "\"]";
  CHECK(job.trained("there", {nodes}).at("epochs") == job.trained("here").at("epochs"));
  const std::vector<std::string> still{"trainer.algorithm=adag", "trainer.workers=2",
                                       R"(trainer.optimizer={name="sgd",learning_rate=1e-12})"};
  auto on_nodes = still;
  on_nodes.push_back(nodes);
  const auto result = job.trained("two", on_nodes);
  for (const auto& epoch : result.at("epochs"))
    CHECK(epoch.at("loss").get<double>() == Approx(result.at("loss").get<double>()).epsilon(1e-4));
  node.send(SIGTERM);
  node.wait();
}

TEST_CASE("predict does not need weights", "[apps][weights]") {
  const auto job = weighted_job();
  job.trained("run");
  job.folder.write("plain.csv", csv_of(some_rows(), false));
  const auto got = job.driver({"predict", "--model", "run", "--data", "plain.csv"});
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(lines_of(got.out).size() == 91);
  const auto with = job.driver({"predict", "--model", "run", "--data", "data.csv"});
  INFO(with.err);
  CHECK(with.status == 0);
  CHECK(lines_of(with.out).size() == 91);
  job.folder.write("bad.csv", "w,a,b,label\nnan,0.5,1,0\n-1,1,1,1\nnone,1,1,1\n");
  auto rows = some_rows();
  rows.front().weight = -1;
  job.folder.write("bad.jsonl", jsonl_of(rows));
  for (const std::string bad : {"bad.csv", "bad.jsonl"}) {
    const auto answered = job.driver({"predict", "--model", "run", "--data", bad});
    INFO(answered.err);
    CHECK(answered.status == 0);
  }
}

TEST_CASE("weights that cannot be used", "[apps][bad_input][weights]") {
  const auto job = weighted_job();
  for (const std::string bad : {"-1", "nan", "inf"}) {
    job.folder.write("bad.csv", "w,a,b,label\n1,0.5,1,0\n" + bad + ",1,1,1\n");
    for (const std::string key : {"data.train", "data.test", "data.validate"})
      for (const std::string where : {"memory", "disk"})
        check_refused(job.train("run", {key + R"(={format="csv",path="bad.csv",weight="w"})", "data.precache=" + where,
                                        "trainer.batch_size=1"}),
                      3, "E_DATA", {"bad.csv", "row 1", "`w`", "holds " + bad, "a finite number of at least 0"});
  }
  const auto with = [&](const std::string& keys) { return job.train("run", {"data.train={" + keys + "}"}); };
  check_refused(with(R"(format="csv",path="data.csv",weight="v")"), 3, "E_DATA", {"data.csv", "`v`"});
  check_refused(with(R"(format="csv",path="data.csv",weight="w",features=["w","a"])"), 3, "E_DATA",
                {"data.csv", "`w`", "twice"});
  check_refused(with(R"(format="csv",path="data.csv",weight="w",label="w")"), 3, "E_DATA",
                {"data.csv", "`w`", "listed twice"});
  check_refused(job.train("run", {R"(data.transforms=[{select={columns=["features","label"]}}])"}), 3, "E_DATA",
                {"`sample_weight`", "let the transforms keep it"});
  write_npy(job, some_rows());
  job.folder.write("short.npy", npy_of("3,", {1, 2, 3}));
  check_refused(with(R"(format="npy",path="x.npy",labels="y.npy",weights="short.npy")"), 3, "E_DATA",
                {"short.npy", "has 3 rows", "90"});
  check_refused(with(R"(format="npy",path="x.npy",labels="y.npy",weights="w.npy",weight="w")"), 2, "E_CONFIG",
                {"give `weight`", "`weights`"});
  check_refused(with(R"(format="cifar",path="x.bin",weight="w")"), 2, "E_CONFIG", {"`weight`", "cifar"});
}
