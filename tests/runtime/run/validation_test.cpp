// Rows that are held out, measured while training goes on.
#include "runtime/record/validation_format.hpp"

#include "nn/files/model_file.hpp"
#include "tests/runtime/small_job.hpp"
#include "tests/support.hpp"

#include <cmath>

using namespace dk;
using namespace dk::test;

namespace {

validation_report report_of(std::uint64_t trained, double loss) {
  validation_report made;
  made.trained = trained;
  made.epoch = static_cast<double>(trained) / 400;
  made.versions = {trained / 32, trained / 32 + 1};
  made.rows = 50;
  made.loss_sum = loss * 50;
  made.correct = 20;
  made.decisions = 50;
  made.seconds = 0.25;
  return made;
}

struct measured_run {
  temporary_folder folder;
  data::dataset rows = plane(400);
  data::dataset held_out = plane(50, 2);
  run_options options;

  measured_run() {
    options.folder = make_run_folder(folder.path("run"), "validation");
    options.validation = &held_out;
  }

  std::vector<validation_report> lines() const { return read_validation(options.folder->validation()); }
};

} // namespace

TEST_CASE("under every algorithm each epoch's center is measured, and the last", "[runtime][validation]") {
  for (const auto& algorithm : algorithms_of_one_model()) {
    INFO(algorithm);
    measured_run run;
    auto which = small_job(algorithm, workers_of(algorithm, 3));
    which.trainer.epochs = 4;
    which.trainer.servers = servers_of(algorithm, 2);
    const auto result = train(which, run.rows, run.options);
    CHECK(result.rows.balanced());
    const auto lines = run.lines();
    REQUIRE(!lines.empty());
    CHECK(lines.size() <= 5);
    std::uint64_t before = 0;
    for (const auto& line : lines) {
      CHECK(line.rows == 50);
      CHECK(line.trained > before);
      CHECK(line.versions.size() == which.trainer.servers);
      before = line.trained;
    }
    REQUIRE(result.validation);
    CHECK(result.validation->trained == 1600);
    if (find_algorithm(algorithm)->has_server())
      CHECK(result.validation->versions == result.versions);
    // What was measured is what the weights are worth.
    const auto again = evaluate(which, result.weights, run.held_out);
    CHECK(result.validation->loss_sum == again.loss_sum); // to the last bit
    REQUIRE(result.best);
    CHECK(lines.front().best);
    const auto best = evaluate(which, result.best_weights, run.held_out);
    CHECK(result.best->loss_sum == best.loss_sum);
    CHECK(result.best->loss_sum <= result.validation->loss_sum);
    const auto file = nn::load_model(run.options.folder->best_model());
    CHECK(file.weights == std::vector<float>(result.best_weights.begin(), result.best_weights.end()));
  }
}

TEST_CASE("behind a barrier what is measured is the center after the round", "[runtime][validation]") {
  measured_run run;
  auto which = small_job("averaging", 2);
  which.trainer.epochs = 1;
  which.trainer.servers = 2;
  const auto result = train(which, run.rows, run.options);
  const auto lines = run.lines();
  REQUIRE(lines.size() == 1); // once, after the fold; it is also the last
  CHECK(lines[0].versions == result.versions);
}

TEST_CASE("a run ends when its patience is out", "[runtime][validation]") {
  for (const std::string algorithm : {"adag", "averaging", "single"}) {
    INFO(algorithm);
    measured_run run;
    auto which = small_job(algorithm, workers_of(algorithm, 2));
    which.trainer.epochs = 100000;
    which.trainer.stop = {{"patience", 2}, {"min_delta", 1e6}}; // nothing is ever better than the first
    std::vector<std::string> notices;
    run.options.notice = [&](const std::string& text) { notices.push_back(text); };
    const auto result = train(which, run.rows, run.options);
    CHECK(result.stopped);
    CHECK(result.rows.balanced());
    REQUIRE(notices.size() == 1);
    CHECK(notices[0].find("no improvement in 2 measurements; the run stops") != std::string::npos);
    const auto lines = run.lines();
    REQUIRE(lines.size() >= 3);
    CHECK(lines[0].best);
    CHECK(result.best->trained == lines[0].trained);
  }
}

TEST_CASE("Emperor lowers the learning rate that the workers really use", "[runtime][validation][emperor]") {
  for (const std::string algorithm : {"adag", "sync", "single", "downpour"}) {
    INFO(algorithm);
    measured_run run;
    run.rows = plane(5000);
    auto which = small_job(algorithm, workers_of(algorithm, 2));
    which.trainer.epochs = 40;
    which.trainer.optimizer = {"sgd", {{"learning_rate", 0.0004}}}; // far from done after 40 epochs
    which.trainer.scheme = {"emperor", {{"threshold", 1e6}, {"divide_by", 1e9}}};
    const auto result = train(which, run.rows, run.options);
    CHECK(result.rows.balanced());
    const auto lines = run.lines();
    const auto slowed = std::find_if(lines.begin(), lines.end(), [](const auto& line) { return line.rate < 1e-8; });
    REQUIRE(slowed != lines.end());
    REQUIRE(lines.end() - slowed >= 6);
    // Each worker may bring one chunk that it had begun before, however late; else nothing moves any more.
    int moves = 0;
    for (auto line = slowed; line + 1 != lines.end(); ++line)
      moves += double{(line + 1)->loss_sum} == Approx(line->loss_sum).epsilon(1e-5) ? 0 : 1;
    CHECK(moves <= 2);
    CHECK(lines.front().loss_sum > 1.001 * result.validation->loss_sum);
  }
}

TEST_CASE("a resumed run goes on at the learning rate that it had come to", "[runtime][validation][emperor]") {
  for (const std::string algorithm : {"adag", "sync", "single"}) {
    INFO(algorithm);
    measured_run run;
    run.rows = plane(2000);
    auto which = small_job(algorithm, workers_of(algorithm, 2));
    which.trainer.epochs = 100000;
    which.trainer.optimizer = {"sgd", {{"learning_rate", 0.0001}}};
    which.trainer.scheme = {"emperor", {{"threshold", 1e6}, {"divide_by", 1e9}}};
    which.trainer.stop = {{"patience", 3}, {"min_delta", 1e6}}; // measurements, not time, end both starts
    REQUIRE(train(which, run.rows, run.options).stopped);
    REQUIRE(run.lines().back().rate < 1e-8);
    const auto state = read_checkpoints(run.options.folder->checkpoints());
    run.options.resume = &state;
    const auto result = train(which, run.rows, run.options);
    CHECK(result.rows.balanced());
    std::vector<float> then;
    for (const auto& shard : state.shards)
      then.insert(then.end(), shard.weights.begin(), shard.weights.end());
    REQUIRE(result.weights.size() == then.size());
    for (std::size_t i = 0; i < then.size(); ++i)
      CHECK(result.weights[i] == Approx(then[i]).epsilon(1e-6)); // at the full rate they would move on
  }
}

TEST_CASE("a resumed run goes on with what was measured before", "[runtime][validation][resume]") {
  measured_run run;
  auto which = small_job("adag");
  which.trainer.epochs = 3;
  train(which, run.rows, run.options);
  const auto before = run.lines();
  const auto state = read_checkpoints(run.options.folder->checkpoints());
  run.options.resume = &state;
  const auto after = train(which, run.rows, run.options);
  REQUIRE(after.best);
  double least = HUGE_VAL;
  for (const auto& line : before)
    least = std::min(least, double{line.loss_sum});
  CHECK(after.best->loss_sum == Approx(least));
  const auto lines = run.lines();
  CHECK(lines.size() == before.size()); // the newest center has been measured
  CHECK(after.validation->trained == 1200);
  CHECK(after.best_weights.empty()); // best.h5 has them
}

TEST_CASE("what a killed session took with it is not the best of the run", "[runtime][validation][resume]") {
  measured_run run;
  auto which = small_job("adag");
  which.trainer.epochs = 1;
  train(which, run.rows, run.options);
  const auto file = run.options.folder->best_model();
  const auto first = file_bytes(file);
  const auto kept = run.lines().size();
  which.trainer.epochs = 6;
  auto state = read_checkpoints(run.options.folder->checkpoints());
  run.options.resume = &state;
  REQUIRE(train(which, run.rows, run.options).best->trained > 400);
  run.folder.write("run/best.h5", first); // the driver was killed before the better ones had come
  which.trainer.epochs = 7;
  state = read_checkpoints(run.options.folder->checkpoints());
  const auto result = train(which, run.rows, run.options);
  const auto best = nn::load_model(file).weights;
  const auto of_file = evaluate(which, block::copy_of(best.data(), best.size()), run.held_out);
  REQUIRE(result.best);
  CHECK(double{result.best->loss_sum} == Approx(of_file.loss_sum).epsilon(1e-12));
  const auto lines = run.lines();
  const auto found = measurement_of(nn::remark_in(file), lines);
  REQUIRE(found);
  CHECK((*found < kept || lines[*found].trained > 2400)); // of a session that was not killed
  CHECK(lines[*found].best);
}

TEST_CASE("which measurement a file is of is told by the line in it", "[runtime][validation]") {
  const std::vector<validation_report> sent{report_of(400, 0.5), report_of(800, 0.25), report_of(800, 0.125)};
  const temporary_folder folder;
  std::string text;
  for (const auto& one : sent)
    text += validation_line(one, 1);
  const auto lines = read_validation(folder.write("validation.jsonl", text));
  CHECK(measurement_of(validation_line(sent[1], 7), lines) == 1U); // another session's has the same rows
  CHECK(measurement_of(validation_line(sent[2], 7), lines) == 2U);
  CHECK_FALSE(measurement_of(validation_line(report_of(800, 0.3), 1), lines));
  CHECK_FALSE(measurement_of("nonsense", lines));
  CHECK_FALSE(measurement_of("[1]", lines));
}

TEST_CASE("a line of validation.jsonl can be read back", "[runtime][validation]") {
  const temporary_folder folder;
  auto full = report_of(800, 0.5);
  full.best = full.last = true;
  full.rate = 0.1;
  full.others["auc"] = 0.75;
  auto spoiled = report_of(1200, std::nan(""));
  const auto path = folder.write("validation.jsonl", R"({"accuracy":0.95,"loss":0.13,"rows":60,"versions":[36]})"
                                                     "\n" + // of an older dk
                                                         validation_line(full, 1.5) +
                                                         validation_line(spoiled, 2) + R"({"t":3,"epo)");
  const auto lines = read_validation(path);
  REQUIRE(lines.size() == 2); // the torn one is left out
  CHECK(lines[0].trained == 800);
  CHECK(double{lines[0].epoch} == 2);
  CHECK(lines[0].versions == full.versions);
  CHECK(lines[0].rows == 50);
  CHECK(lines[0].loss_sum == Approx(25));
  CHECK(lines[0].correct == 20);
  CHECK(double{lines[0].seconds} == 0.25);
  CHECK(lines[0].best);
  CHECK(lines[0].last);
  CHECK(double{lines[0].rate} == 0.1);
  REQUIRE(lines[0].others.size() == 1);
  CHECK(double{lines[0].others.at("auc")} == 0.75);
  CHECK(std::isnan(double{lines[1].loss_sum}));
  auto of_three = report_of(1600, 0.5); // outputs that decide for themselves
  of_three.decisions = 150;
  of_three.correct = 149;
  auto numbers = report_of(2000, 0.5);
  numbers.decisions = numbers.correct = 0;
  const auto more =
      read_validation(folder.write("more.jsonl", validation_line(of_three, 1) + validation_line(numbers, 2)));
  CHECK(more.at(0).correct == 149);
  CHECK(more.at(0).decisions == 150);
  CHECK(more.at(1).decisions == 0);
  CHECK_FALSE(lines[1].last);
  CHECK(read_validation(folder.path("none")).empty());
}

TEST_CASE("a damaged validation.jsonl is refused with its line", "[runtime][validation]") {
  const temporary_folder folder;
  const auto good = validation_line(report_of(800, 0.5), 1);
  for (const std::string bad : {"nonsense\n",
                                R"({"trained":"many"})"
                                "\n",
                                R"([1,2])"
                                "\n"}) {
    const auto path = folder.write("validation.jsonl", good + bad + good);
    const auto text = failure_in(folder, errc::checkpoint, [&] { read_validation(path); });
    CHECK(text.find("validation.jsonl:2: is no measurement (") == 0);
  }
}
