#include "runtime/run/model_defaults.hpp"

#include "tests/support.hpp"

using namespace dk;
using dk::test::failure_of;

namespace {

job job_of(const std::string& trainer) {
  return parse_job("[model]\nkeras = \"m.h5\"\n[trainer]\n" + trainer, "f.cfg", "/base");
}

nn::loaded_model file() {
  nn::loaded_model read;
  read.architecture = {"file", {2}, {{"dense", {{"units", 1}}}}};
  read.loss = "hinge";
  read.optimizer = {"sgd", {{"learning_rate", 0.5}}};
  read.metrics = {{"auc", {{"thresholds", 50}}}};
  return read;
}

} // namespace

TEST_CASE("what a model file was trained with becomes the default", "[runtime][model_defaults]") {
  auto which = job_of("");
  CHECK(which.model.left == std::vector<std::string>{"optimizer", "loss", "metrics"});
  CHECK(adopt_defaults(which, file(), "m.h5").empty());
  CHECK(which.trainer.optimizer == spec{"sgd", {{"learning_rate", 0.5}}});
  CHECK(which.trainer.loss == "hinge");
  CHECK(which.trainer.metrics == file().metrics);
}

TEST_CASE("what the config says wins over the file, part by part", "[runtime][model_defaults]") {
  auto which = job_of("optimizer = \"adamax\"");
  adopt_defaults(which, file(), "m.h5");
  CHECK(which.trainer.optimizer == spec{"adamax"});
  CHECK(which.trainer.loss == "hinge");
  which = job_of("loss = \"poisson\"");
  adopt_defaults(which, file(), "m.h5");
  CHECK(which.trainer.optimizer.name == "sgd");
  CHECK(which.trainer.loss == "poisson");
}

TEST_CASE("a file that says nothing of its training changes nothing", "[runtime][model_defaults]") {
  auto which = job_of("");
  const auto before = which;
  CHECK(adopt_defaults(which, {}, "m.h5").empty());
  CHECK(which == before);
}

TEST_CASE("what dk has not is refused only where it would be used", "[runtime][model_defaults]") {
  auto with = file();
  with.optimizer = {"Ftrl"};
  with.loss = "huber";
  auto which = job_of("optimizer = \"adam\"");
  const auto why = failure_of(errc::model, [&] { adopt_defaults(which, with, "m.h5"); });
  CHECK(why.find("m.h5: the loss that it was trained with is not supported: unknown loss \"huber\"") == 0);
  which = job_of("loss = \"hinge\"");
  CHECK(failure_of(errc::model, [&] { adopt_defaults(which, with, "m.h5"); }).find("unknown optimizer \"Ftrl\"") !=
        std::string::npos);
  which = job_of("loss = \"hinge\"\nalgorithm = \"eamsgd\""); // steps by a rule of its own
  CHECK(adopt_defaults(which, with, "m.h5").empty());
}

TEST_CASE("metrics of a file that dk has not are told, the others taken", "[runtime][model_defaults]") {
  auto with = file();
  with.metrics = {{"no_such"}, {"accuracy"}};
  auto which = job_of("");
  CHECK(adopt_defaults(which, with, "m.h5") ==
        "m.h5: these metrics of the file are not supported and left out: no_such");
  CHECK(which.trainer.metrics == std::vector<spec>{{"accuracy"}});
  with.metrics = {{"auc", {{"thresholds", 50}}}, {"accuracy"}, {"auc", {{"thresholds", 20}}}};
  CHECK(adopt_defaults(which, with, "m.h5").empty());
  CHECK(which.trainer.metrics == with.metrics); // twice with other keys
  with.metrics = {{"auc", {{"thresholds", 50}}}, {"precision", {{"top_k", 3}}}};
  CHECK_THAT(adopt_defaults(which, with, "m.h5"), Catch::Contains("left out: precision") && Catch::Contains("top_k"));
  CHECK(which.trainer.metrics == std::vector<spec>{with.metrics[0]});
}

TEST_CASE("the steps of a file's optimizer count, and its moments where a model is trained alone",
          "[runtime][model_defaults]") {
  auto with = file();
  with.steps = 10'000;
  with.moments = {1, 2, 3};
  auto which = job_of("algorithm = \"single\"");
  const auto alone = adopt_state(which, with, "m.h5");
  CHECK(which.trainer.optimizer.keys["iterations"] == 10'000);
  CHECK(alone.moments.size() == 3);
  CHECK(alone.notice.empty());
  which = job_of("algorithm = \"adag\"");
  const auto many = adopt_state(which, with, "m.h5");
  CHECK(which.trainer.optimizer.keys["iterations"] == 10'000);
  CHECK(many.moments.empty());
  CHECK_THAT(many.notice,
             Catch::Contains("m.h5: the moments") && Catch::Contains("single") && Catch::Contains("10000"));
  with.moments.clear();
  with.moments_left_out = "its arrays do not have the shapes of the weights";
  CHECK_THAT(adopt_state(which, with, "m.h5").notice, Catch::Contains("do not have the shapes"));
  which = job_of("optimizer = \"sgd\""); // another one, that begins
  CHECK(adopt_state(which, with, "m.h5").notice.empty());
  CHECK_FALSE(which.trainer.optimizer.keys.contains("iterations"));
}

TEST_CASE("a schedule whose file counts no steps is told of", "[runtime][model_defaults]") {
  auto with = file();
  with.weights = {1, 2, 3};
  auto which = job_of("algorithm = \"single\"");
  CHECK(adopt_state(which, with, "m.h5").notice.empty()); // a rate that stays
  with.optimizer = {"sgd", {{"decay", 0.1}}};
  CHECK_THAT(adopt_state(which, with, "m.h5").notice, Catch::StartsWith("m.h5: has no count of its optimizer's steps"));
  with.optimizer = {"sgd", {{"learning_rate", {{"name", "exponential_decay"}}}}};
  CHECK_THAT(adopt_state(which, with, "m.h5").notice, Catch::Contains("`iterations`"));
  with.steps = 1;
  CHECK(adopt_state(which, with, "m.h5").notice.empty());
  with.steps = 0;
  with.weights.clear(); // a description, with which a training begins
  CHECK(adopt_state(which, with, "m.h5").notice.empty());
}

TEST_CASE("moments of a file are left where the config frees other layers", "[runtime][model_defaults][trainable]") {
  auto with = file();
  with.moments = {1, 2, 3};
  with.steps = 7;
  with.architecture = {"m", {2}, {{"dense", {{"units", 2}}}, {"dense", {{"units", 2}}}}}; // of one size, so counts fit
  auto which = job_of("algorithm = \"single\"");
  CHECK(adopt_state(which, with, "m.h5").moments.size() == 3);
  which.model.trainable = true; // as the file has it
  CHECK(adopt_state(which, with, "m.h5").moments.size() == 3);
  which.model.trainable = {"dense_1"};
  const auto other = adopt_state(which, with, "m.h5");
  CHECK(other.moments.empty());
  CHECK(other.notice ==
        "m.h5: the moments of its optimizer are not used: model.trainable does not name the layers that were "
        "trained; its 7 steps count");
  CHECK(which.trainer.optimizer.keys.at("iterations") == 7);
}
