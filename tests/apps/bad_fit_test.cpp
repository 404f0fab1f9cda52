// What a person sees whose labels, weights, held-out rows or later starts of a run cannot be meant.

#include "tests/apps/fit_fixture.hpp"

#include <filesystem>

using namespace dk::test;

namespace {

const std::string two_numbers = R"(train = { format = "csv", path = "data.csv" })";

// Rows of two numbers and this label in the last of them.
std::string rows_ending_in(const std::string& label) {
  std::string text = "a,b,label\n";
  for (int i = 0; i < 9; ++i)
    text += "0." + std::to_string(i) + ",1," + std::to_string(i % 2) + '\n';
  return text + "1,1," + label + '\n';
}

fit_job binary_job(const std::string& csv) {
  return {csv, two_numbers, R"({ dense = 1, activation = "sigmoid" })", "loss = \"binary_crossentropy\""};
}

} // namespace

TEST_CASE("labels that the loss cannot take", "[apps][bad_input][fit]") {
  for (const std::string label : {"-1", "2", "1.5"}) {
    const auto job = binary_job(rows_ending_in(label));
    const std::vector<std::string> named{"data.csv", "row 9", "label " + label, "from 0 to 1", "binary_crossentropy"};
    for (const std::string where : {"memory", "disk"})
      check_refused(job.train("run", {"data.precache=" + where}), 3, "E_DATA", named);
    CHECK_FALSE(std::filesystem::exists(job.path("run")));
    job.folder.write("good.csv", rows_ending_in("1"));
    const std::string good = R"(data.train={format="csv",path="good.csv"})";
    const std::string bad = R"({format="csv",path="data.csv"})";
    for (const std::string key : {"data.test=", "data.validate="})
      check_refused(job.train("run", {good, key + bad}), 3, "E_DATA", named);
    job.trained("well", {good});
    check_refused(job.driver({"evaluate", "--model", "well", "--data", "data.csv"}), 3, "E_DATA", named);
  }
  const auto job = binary_job(rows_ending_in("-1"));
  const auto with = [&](const std::string& loss) {
    return job.train("run", {"trainer.loss=" + loss, "model.layers=[{dense=1}]"});
  };
  check_refused(with("poisson"), 3, "E_DATA", {"row 9", "label -1", "at least 0", "poisson", "another loss"});
  check_refused(with("mean_squared_logarithmic_error"), 3, "E_DATA", {"row 9", "label -1", "at least 0"});
  check_refused(with("mean_absolute_percentage_error"), 3, "E_DATA", {"row 0", "label 0", "not 0"});
  check_refused(with("hinge"), 3, "E_DATA", {"row 9", "label -1", "-1 or 1", "0 or 1"});
}

TEST_CASE("held-out rows that cannot be had", "[apps][bad_input][fit]") {
  const auto job = binary_job(rows_ending_in("1"));
  const std::string validate = R"(data.validate={format="csv",path="data.csv"})";
  check_refused(job.train("run", {validate, "data.validation=0.1"}), 2, "E_CONFIG",
                {"`validate`", "in [data] give", "`validation`", "not both"});
  check_refused(job.train("run", {"data.stratify=true"}), 2, "E_CONFIG", {"`stratify`", "`validation` above 0"});
  check_refused(job.train("run", {R"(data.validate={format="csv",path="none.csv"})"}), 3, "E_DATA",
                {"none.csv", "no such file"});
  check_refused(job.train("run", {"data.stratify=true", "data.validation=0.2", "trainer.loss=mean_squared_error",
                                  R"(data.train={format="csv",path="data.csv",label="a",features=["b","label"]})"}),
                3, "E_DATA", {"row 1", "column `label`", "0.1", "by class", "leave `stratify` out"});
}

TEST_CASE("class weights that cannot be meant", "[apps][bad_input][fit]") {
  const auto job = binary_job(rows_ending_in("1"));
  const auto with = [&](const std::string& weights) { return job.train("run", {"trainer.class_weight=" + weights}); };
  check_refused(with("[1]"), 2, "E_CONFIG", {"trainer.class_weight", "lists 1", "2 classes"});
  check_refused(with("[1, -1]"), 2, "E_CONFIG", {"`class_weight`", "[1,-1]", "\"balanced\"", "at least 0"});
  check_refused(with("balance"), 2, "E_CONFIG", {"`class_weight`", "\"balance\"", "\"balanced\""});
  check_refused(with("{}"), 2, "E_CONFIG", {"`class_weight`", "{}", "class number or name"});
  for (const std::string zeros : {"[0, 0]", "{0=0, 1=0}"})
    check_refused(with(zeros), 2, "E_CONFIG", {"trainer.class_weight", "0 for all 2 classes", "above 0"});
  check_refused(with("{2=1}"), 2, "E_CONFIG", {"trainer.class_weight names `2`", "no class", "0 to 1"});
  check_refused(job.train("run", {"trainer.class_weight=balanced", "trainer.loss=mean_squared_error"}), 2, "E_CONFIG",
                {"trainer.class_weight", "mean_squared_error", "leave it out"});
}

TEST_CASE("what a later session cannot change", "[apps][bad_input][fit]") {
  const auto job = binary_job(rows_ending_in("1"));
  job.trained("first", {"trainer.epochs=3"});
  const auto resume = [&](const std::string& setting) {
    return job.driver({"--resume", "first", "-q", "--set", setting});
  };
  check_refused(resume("trainer.epochs=2"), 2, "E_CONFIG", {"trainer.epochs = 2", "3 epochs", "as many or more"});
  for (const std::string key : {"trainer.batch_size=7", "seed=9", "data.shuffle=false", "trainer.optimizer=sgd",
                                "model.layers=[{dense=2}]", "data.validation=0.5", "trainer.class_weight=[1,2]"})
    check_refused(resume(key), 2, "E_CONFIG",
                  {key.substr(0, key.find('=')) + " differs", "first", "change only: trainer.epochs"});
}
