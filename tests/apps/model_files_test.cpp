// Model files as a person brings them: into a run, and to evaluate.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>

using namespace dk::test;

namespace {

// The model of toy_job as Keras 2 describes it.
constexpr const char* described = R"({"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "toy",
  "layers": [
    {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 2], "name": "in"}},
    {"class_name": "Dense", "config": {"name": "d", "units": 8, "activation": "tanh", "use_bias": true}},
    {"class_name": "Dense", "config": {"name": "e", "units": 2, "activation": "softmax", "use_bias": true}}]}})";

std::string config_with(const std::string& model, const std::string& trainer = "") {
  return "name = \"again\"\n[data]\ntrain = { format = \"csv\", path = \"../points.csv\" }\n"
         "test = { format = \"csv\", path = \"../points.csv\" }\n[model]\n" +
         model + "\n[trainer]\nbatch_size = 10\n" + trainer;
}

// A trained toy job, and a folder beside it for configs that name its model.
struct trained_toy {
  toy_job job;
  trained_toy() {
    REQUIRE(job.train({"--out", "run", "-q"}).status == 0);
    std::filesystem::create_directory(job.path("in"));
    job.folder.write("in/toy.json", described);
  }
  outcome evaluate(const std::vector<std::string>& more) const {
    std::vector<std::string> all{DK_DRIVER, "evaluate", "--data", job.data};
    all.insert(all.end(), more.begin(), more.end());
    return run(all, {{}, job.path("")});
  }
  outcome train(const std::string& config, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{DK_DRIVER, job.folder.write("in/again.cfg", config), "--out", job.path("again")};
    all.insert(all.end(), more.begin(), more.end());
    return run(all, {{}, job.path("")});
  }
};

} // namespace

TEST_CASE("a description and a file of weights make a model to evaluate", "[apps][model_files]") {
  const trained_toy toy;
  const auto whole = toy.evaluate({"--model", "run/model.h5"});
  REQUIRE(whole.status == 0);
  const auto parts = toy.evaluate({"--model", "in/toy.json", "--weights", "run/model.h5"});
  CHECK(parts.status == 0);
  CHECK(parts.out == whole.out);
  const auto none = toy.evaluate({"--model", "in/toy.json"});
  CHECK(none.status == 4);
  CHECK(none.err == "E_MODEL in/toy.json: holds no weights; name a file that does with --weights\n");
  CHECK(toy.evaluate({"--model", "run", "--weights", "run/model.h5"}).status == 2);
}

TEST_CASE("a model file in a run's folder is used without the run's transforms, which is said", "[apps][model_files]") {
  const toy_job job;
  const auto in_folder = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), DK_DRIVER);
    return run(arguments, {{}, job.path("")});
  };
  const auto warning = [](const std::string& folder) {
    return folder +
           "/model.h5: the transforms of its run are not applied; to apply them, name the run's folder: " + folder;
  };
  const std::string advice = "; or name the run's folder, scaled, in place of its model file: it knows transforms and "
                             "label\n";
  REQUIRE(job.train({"--out", "plain", "-q"}).status == 0);
  REQUIRE(job.train({"--out", "scaled", "-q", "--set", R"(data.transforms=[{standard={column="features"}}])"}).status ==
          0);
  for (const std::string command : {"evaluate", "predict"}) {
    INFO(command);
    CHECK(in_folder({command, "--model", "scaled", "--data", "points.csv"}).err.empty());
    CHECK(in_folder({command, "--model", "plain/model.h5", "--data", "points.csv"}).err.empty());
    const auto bare = in_folder({command, "--model", "scaled/model.h5", "--data", "points.csv"});
    CHECK(bare.status == 0);
    REQUIRE(lines_of(bare.err).size() == 1);
    CHECK(bare.err.find(warning("scaled")) != std::string::npos);
  }
  job.folder.write("bare.csv", "x,y\n1,1\n");
  const auto unlabelled = in_folder({"evaluate", "--model", "scaled/model.h5", "--data", "bare.csv"});
  CHECK(unlabelled.status == 3);
  CHECK(unlabelled.err.find("no column `label`; the table has: features" + advice) != std::string::npos);
  job.folder.write("wide.csv", "x,y,z\n1,1,1\n");
  const auto wide = in_folder({"predict", "--model", "scaled/model.h5", "--data", "wide.csv"});
  CHECK(wide.err.find("the model takes 2 numbers, a row of ") != std::string::npos);
  CHECK(wide.err.find(advice) != std::string::npos);
  std::filesystem::copy_file(job.path("scaled/model.h5"), job.path("alone.h5"));
  const auto alone = in_folder({"evaluate", "--model", "alone.h5", "--data", "bare.csv"});
  CHECK(alone.status == 3);
  CHECK(alone.err.find("or name the run's folder") == std::string::npos);
}

TEST_CASE("a run starts from a description and weights beside its config", "[apps][model_files]") {
  const trained_toy toy;
  const auto got = toy.train(config_with("keras = \"toy.json\"\nweights = \"../run/model.h5\""));
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(toy.evaluate({"--model", "again/initial.h5"}).out == toy.evaluate({"--model", "run/model.h5"}).out);
  const auto resolved = content_of(toy.job.path("again/config.resolved.toml"));
  CHECK(resolved.find("keras") == std::string::npos);
  CHECK(resolved.find("units") == std::string::npos);
  CHECK(resolved.find("dense = 8") != std::string::npos);
}

TEST_CASE("a run goes on as the file was trained, unless the config says otherwise", "[apps][model_files]") {
  const trained_toy toy;
  const auto got = toy.train(config_with("keras = \"../run/model.h5\""));
  INFO(got.err);
  REQUIRE(got.status == 0);
  auto resolved = content_of(toy.job.path("again/config.resolved.toml"));
  CHECK(resolved.find("optimizer = { learning_rate = 0.02, name = \"adam\" }") != std::string::npos);
  std::filesystem::remove_all(toy.job.path("again"));
  REQUIRE(toy.train(config_with("keras = \"../run/model.h5\"", "optimizer = \"sgd\"\n")).status == 0);
  resolved = content_of(toy.job.path("again/config.resolved.toml"));
  CHECK(resolved.find("optimizer = \"sgd\"") != std::string::npos);
}

TEST_CASE("the printed config leaves to the model file what it may say", "[apps][model_files]") {
  const trained_toy toy;
  const auto printed = toy.train(config_with("keras = \"../run/model.h5\"", "loss = \"hinge\"\n"), {"--print-config"});
  REQUIRE(printed.status == 0);
  CHECK(printed.out.find("optimizer = ") == std::string::npos);
  CHECK(printed.out.find("loss = \"hinge\"") != std::string::npos);
}

TEST_CASE("a run's model is exported in each format, and comes back", "[apps][model_files]") {
  const trained_toy toy;
  const auto exported = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> all{DK_DRIVER, "export"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all, {{}, toy.job.path("")});
  };
  for (const std::string file : {"toy.h5", "toy.keras", "toy.json", "toy.safetensors", "toy.onnx"}) {
    const auto got = exported({"run", "--out", file});
    INFO(got.err);
    CHECK(got.status == 0);
    CHECK(got.out == file + '\n');
    CHECK(std::filesystem::file_size(toy.job.path(file)) > 100);
  }
  const auto whole = toy.evaluate({"--model", "run/model.h5"});
  CHECK(toy.evaluate({"--model", "toy.h5"}).out == whole.out);
  CHECK(toy.evaluate({"--model", "toy.keras"}).out == whole.out);
  CHECK(toy.evaluate({"--model", "toy.json", "--weights", "toy.safetensors"}).out == whole.out);
  CHECK(exported({"toy.json", "--weights", "toy.safetensors", "--out", "again.h5"}).status == 0);
  CHECK(toy.evaluate({"--model", "again.h5"}).out == whole.out);
  CHECK(content_of(toy.job.path("again.h5")).find("training_config") == std::string::npos); // nothing is known of it
  CHECK(content_of(toy.job.path("toy.h5")) == content_of(toy.job.path("run/model.h5")));

  const auto unknown = exported({"run", "--out", "toy.pb"});
  CHECK(unknown.status == 2);
  CHECK(unknown.err == "E_USAGE toy.pb: the extension of --out names the format; expected one of .h5, .keras, .json, "
                       ".safetensors, .onnx\n");
  CHECK(exported({"toy.json", "--out", "no.onnx"}).err ==
        "E_MODEL toy.json: holds no weights; name a file that does with --weights\n");
  CHECK(exported({"run", "--out", "no/such/folder/toy.json"}).status == 10);
}
