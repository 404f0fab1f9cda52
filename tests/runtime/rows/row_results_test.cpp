// A crew's work on the rows of a stream: each row comes out once and in its place, whoever works on it and whoever
// dies.

#include "runtime/rows/row_results.hpp"

#include "data/rows.hpp"
#include "runtime/enlist/row_enlist.hpp"
#include "tests/blocks.hpp"
#include "tests/support.hpp"

#include <caf/all.hpp>
#include <numeric>

using namespace dk;
using namespace dk::test;

namespace {

/// Rows 0, 1, 2, ... in tables of these sizes.
class counted_rows final : public data::table_stream {
public:
  explicit counted_rows(std::vector<std::size_t> sizes) : sizes_(std::move(sizes)) {}

  std::optional<data::table> next() override {
    if (at_ == sizes_.size())
      return std::nullopt;
    std::vector<float> numbers(sizes_[at_++]);
    std::iota(numbers.begin(), numbers.end(), static_cast<float>(first_));
    first_ += numbers.size();
    data::table rows;
    rows.put({"features", {1}, block_of(numbers), "counted", {}});
    return rows;
  }

  double progress() const override { return static_cast<double>(at_) / static_cast<double>(sizes_.size()); }

private:
  std::vector<std::size_t> sizes_;
  std::size_t at_ = 0;
  std::size_t first_ = 0;
};

row_worker_setup doubling() {
  row_model model;
  model.architecture = {"doubling", {1}, {{"dense", {{"units", 1}}}}};
  model.weights = block_of({2, 1});
  return {{}, false, model};
}

std::unique_ptr<row_crew> crew_here() {
  return make_row_crew({}, [](const std::string&) {});
}

row_worker_actor::behavior_type dies_at_its_first_part(row_worker_actor::pointer self) {
  return {[=](const row_part&) -> caf::result<row_result> {
    self->quit(caf::exit_reason::kill);
    return caf::delegated<row_result>{};
  }};
}

/// Three workers, of whom some die.
class mortal_crew final : public row_crew {
public:
  explicit mortal_crew(std::size_t mortals) : mortals_(mortals) {
    config_.add_message_types<caf::id_block::dk_rows>();
    system_.emplace(config_);
  }

  caf::actor_system& system() override { return *system_; }

  std::vector<crew_worker> set_to(const row_worker_setup& task) override {
    std::vector<crew_worker> all;
    for (std::size_t i = 0; i < 3; ++i)
      all.push_back({i, i < mortals_ ? system_->spawn(dies_at_its_first_part) : system_->spawn(row_worker, task)});
    return all;
  }

  std::string bury(std::size_t which) override { return "worker " + std::to_string(which) + " died"; }
  void tell(const std::string& text) override { told.push_back(text); }

  std::vector<std::string> told;

private:
  std::size_t mortals_;
  caf::actor_system_config config_;
  std::optional<caf::actor_system> system_;
};

// Checks that each row is there once, in order, with its answer.
void check_whole(row_results& results, std::size_t rows) {
  std::size_t next = 0;
  while (const auto some = results.next()) {
    CHECK(some->first == next);
    const auto given = data::as_floats(some->given.at("features"));
    const auto answers = data::as_floats(some->result.rows.at("output"));
    REQUIRE(given.size() == answers.size());
    for (std::size_t i = 0; i < given.size(); ++i, ++next)
      if (given.data()[i] != static_cast<float>(next) || answers.data()[i] != 2 * given.data()[i] + 1)
        FAIL("row " << next << " has the answer " << answers.data()[i]);
  }
  CHECK(next == rows);
}

} // namespace

TEST_CASE("each row of a stream is answered once, in its place", "[runtime][rows]") {
  const auto crew = crew_here();
  for (const auto flow : {row_flow::whole_parts, row_flow::as_it_comes}) {
    counted_rows rows{{1, 0, 1500, 1024, 3, 700, 5000}};
    row_results results{*crew, doubling(), rows, flow};
    check_whole(results, 8228);
    CHECK_FALSE(results.next());
  }
}

TEST_CASE("whole parts are the same however the stream comes, what comes is not waited for", "[runtime][rows]") {
  const auto crew = crew_here();
  const auto sizes = [&](std::vector<std::size_t> tables, row_flow flow) {
    counted_rows rows{std::move(tables)};
    row_results results{*crew, doubling(), rows, flow};
    std::vector<std::size_t> all;
    while (const auto some = results.next())
      all.push_back(some->given.rows());
    return all;
  };
  CHECK(sizes({3000}, row_flow::whole_parts) == std::vector<std::size_t>{1024, 1024, 952});
  CHECK(sizes({1, 1, 998, 2000}, row_flow::whole_parts) == std::vector<std::size_t>{1024, 1024, 952});
  CHECK(sizes({1, 1, 998, 2000}, row_flow::as_it_comes) == std::vector<std::size_t>{1, 1, 998, 24, 1024, 952});
}

TEST_CASE("a stream without rows has no results", "[runtime][rows]") {
  const auto crew = crew_here();
  counted_rows rows{{0, 0}};
  row_results results{*crew, doubling(), rows};
  CHECK_FALSE(results.next());
}

TEST_CASE("the parts of a worker that died are given to others", "[runtime][rows]") {
  mortal_crew crew{2};
  counted_rows rows{{10000}};
  row_results results{crew, doubling(), rows};
  check_whole(results, 10000);
  REQUIRE(crew.told.size() == 2);
  CHECK(crew.told[0].find(" died; 2 workers go on") != std::string::npos);
  CHECK(crew.told[1].find(" died; 1 worker goes on") != std::string::npos);
}

TEST_CASE("without workers the work ends with the last one's death", "[runtime][rows]") {
  mortal_crew crew{3};
  counted_rows rows{{10000}};
  row_results results{crew, doubling(), rows};
  const auto why = failure_of(errc::nodes, [&] { results.next(); });
  CHECK(why.find(" died, and no worker is left; start the nodes again") != std::string::npos);
}

TEST_CASE("what is wrong with rows ends the work", "[runtime][rows]") {
  const auto crew = crew_here();
  counted_rows rows{{10}};
  auto task = doubling();
  task.model->architecture.input = {2};
  task.model->weights = block_of({1, 2, 3});
  row_results results{*crew, task, rows};
  CHECK(failure_of(errc::shape, [&] { results.next(); }) ==
        "the model takes 2 numbers, a row of counted has 1; give data of the same columns");
}

TEST_CASE("a row that is wrong is named by its place in its file", "[runtime][rows]") {
  class labelled_rows final : public data::table_stream {
  public:
    std::optional<data::table> next() override {
      if (given_)
        return std::nullopt;
      given_ = true;
      std::vector<float> labels(3000);
      labels[2345] = 7;
      data::table rows;
      rows.put({"features", {1}, block_of(std::vector<float>(3000)), "a.csv", {}, {100}});
      rows.put({"label", {}, block_of(labels), "a.csv", {}, {100}});
      return rows;
    }
    double progress() const override { return given_ ? 1 : 0; }

  private:
    bool given_ = false;
  };
  const auto crew = crew_here();
  auto task = doubling();
  task.model->architecture.layers = {{"dense", {{"units", 2}, {"activation", "softmax"}}}};
  task.model->weights = block_of({1, 2, 3, 4});
  task.model->measured = true;
  task.model->loss = "categorical_crossentropy";
  labelled_rows rows;
  row_results results{*crew, task, rows};
  const auto why = failure_of(errc::data, [&] {
    while (results.next())
      ;
  });
  CHECK(why.find("a.csv: row 2445 (the first is 0) has the label 7, expected a whole number from 0 to 1") == 0);
}

TEST_CASE("a task travels as text and weights, and is the same there", "[runtime][rows]") {
  auto task = doubling();
  task.training = true;
  task.fitted = {{{"standard", {{"column", "features"}}}, {{"features", {{"mean", {0.1}}, {"deviation", {3.0}}}}}}};
  task.model->models = 2;
  task.model->weights = block_of({1, 2, 3, 4});
  task.model->measured = true;
  task.model->loss = {{"mean_squared_error"}, {0.5}};
  task.model->metrics = {{"auc"}, {"top_k", {{"k", 3}}}};
  const auto there = row_setup_from(enlistment_of(task));
  CHECK(there.training);
  REQUIRE(there.fitted.size() == 1);
  CHECK(there.fitted[0].transform == task.fitted[0].transform);
  CHECK(there.fitted[0].fitted == task.fitted[0].fitted);
  REQUIRE(there.model);
  CHECK(there.model->architecture.input == task.model->architecture.input);
  CHECK(there.model->architecture.layers.at(0).name == "dense");
  CHECK(same_bits(there.model->weights, task.model->weights));
  CHECK(there.model->models == 2);
  CHECK(there.model->measured);
  CHECK(there.model->loss == task.model->loss);
  REQUIRE(there.model->metrics.size() == 2);
  CHECK(there.model->metrics[1].name == "top_k");
  CHECK_FALSE(row_setup_from(enlistment_of({{}, false, {}})).model);
  row_enlistment damaged;
  damaged.pipeline = "{}";
  CHECK(failure_of(errc::checkpoint, [&] { row_setup_from(damaged); }).find("the driver's task") == 0);
}
