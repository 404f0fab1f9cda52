// What a session writes for TensorBoard.

#include "runtime/record/recorder.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/runtime/record/event_reader.hpp"

using namespace dk;
using namespace dk::test;

namespace {

using curve = std::vector<std::pair<std::uint64_t, float>>;

chunk_report chunk_of(std::uint32_t epoch, std::uint64_t rows, double loss, std::uint64_t correct = 0) {
  chunk_report made;
  made.chunk = {epoch, 0};
  made.rows = rows;
  made.loss_sum = loss * static_cast<double>(rows);
  made.correct = correct;
  made.decisions = rows;
  return made;
}

commit_record commit_of(std::uint64_t staleness, verdict_kind kind = verdict_kind::applied) {
  return {0, 0, 0, {0, 0}, {0, 10}, 0, 1, staleness, kind, 1, ""};
}

validation_report measurement_at(std::uint64_t trained) {
  validation_report made;
  made.trained = trained;
  made.rows = 4;
  made.loss_sum = 2;
  made.correct = 3;
  made.decisions = 4;
  made.others = {{"auc", 0.75}};
  return made;
}

struct written {
  temporary_folder folder;
  tensorboard_setup setup{folder.path("tensorboard"), "seed = 1\n[data]\n", 1000, 40, 2, 0, false};

  /// Of the newest file.
  std::vector<read_event> events() const { return events_in(file_bytes(event_files_in(setup.folder).back())); }
};

} // namespace

TEST_CASE("an event file has the config, curves, epochs, measurements and staleness", "[runtime][tensorboard]") {
  const written it;
  tensorboard_log log{it.setup};
  for (const auto staleness : {0, 2})
    log.add(commit_of(static_cast<std::uint64_t>(staleness)));
  log.add(commit_of(9, verdict_kind::rejected)); // is not in the center
  log.add(chunk_of(0, 10, 4, 5), 2);
  log.add(measurement_at(10), 2.5);
  log.add(chunk_of(0, 10, 2, 10), 4);
  log.add(commit_of(1));
  log.add(chunk_of(1, 20, 1), 8);
  log.finish(8);
  log.finish(9); // says nothing new
  log.flush();
  const auto events = it.events();
  CHECK(events.at(0).file_version == "brain.Event:2");
  CHECK(events.at(0).wall_time == 1000);
  CHECK(events.at(1).texts.at("config") == "    seed = 1\n    [data]\n");
  CHECK(curve_of(events, "train/loss") == curve{{10, 4}, {20, 2}, {40, 1}});
  CHECK(curve_of(events, "train/accuracy") == curve{{10, 0.5}, {20, 1}, {40, 0}});
  CHECK(curve_of(events, "train/samples_per_second") == curve{{10, 5}, {20, 5}, {40, 5}});
  CHECK(curve_of(events, "train/staleness") == curve{{10, 1}, {40, 1}});
  CHECK(curve_of(events, "epoch_loss") == curve{{20, 3}, {40, 1}});
  CHECK(curve_of(events, "epoch_accuracy") == curve{{20, 0.75}, {40, 0}});
  CHECK(curve_of(events, "validation/loss") == curve{{10, 0.5}});
  CHECK(curve_of(events, "validation/accuracy") == curve{{10, 0.75}});
  CHECK(curve_of(events, "validation/auc") == curve{{10, 0.75}});
  CHECK(events.at(3).wall_time == 1002.5);
  std::vector<double> counts;
  for (const auto& event : events)
    for (const auto& [tag, histogram] : event.histograms)
      counts.push_back(tag == "staleness" ? histogram.count : -1);
  CHECK(counts == std::vector<double>{2, 1}); // of each epoch
}

TEST_CASE("outputs that are numbers have no accuracy", "[runtime][tensorboard]") {
  const written it;
  tensorboard_log log{it.setup};
  auto chunk = chunk_of(0, 10, 4);
  chunk.decisions = 0;
  log.add(chunk, 1);
  log.flush();
  CHECK(it.events().back().scalars.count("train/loss") == 1);
  CHECK(it.events().back().scalars.count("train/accuracy") == 0);
}

TEST_CASE("a long run has about a thousand points in each curve", "[runtime][tensorboard]") {
  written it;
  it.setup.total_rows = 1'000'000;
  it.setup.epochs = 100'000;
  tensorboard_log log{it.setup};
  for (std::uint32_t epoch = 0; epoch < 100'000; ++epoch) {
    log.add(commit_of(epoch % 3));
    log.add(chunk_of(epoch, 10, 1), epoch);
  }
  log.finish(100'000);
  log.flush();
  const auto events = it.events();
  CHECK(curve_of(events, "train/loss").size() == 1000);
  CHECK(curve_of(events, "epoch_loss").size() == 1000);
  CHECK(curve_of(events, "epoch_loss").back().first == 1'000'000);
  CHECK(events.size() < 3000);
}

TEST_CASE("what has come since the last point is written at the end", "[runtime][tensorboard]") {
  written it;
  it.setup.total_rows = 100'000;
  tensorboard_log log{it.setup};
  log.add(chunk_of(0, 10, 4), 1);
  log.add(chunk_of(0, 30, 8), 2);
  log.add(commit_of(5));
  log.flush();
  CHECK(it.events().size() == 2);
  log.finish(2);
  log.flush();
  CHECK(it.events().back().step == 40);
  CHECK(it.events().back().scalars.at("train/loss") == 7);
  CHECK(it.events().back().histograms.at("staleness").count == 1);
}

TEST_CASE("a later session has a file of its own, and says where it goes on", "[runtime][tensorboard]") {
  written it;
  { const tensorboard_log first{it.setup}; }
  it.setup.is_later = true;
  it.setup.resumed_rows = 30;
  tensorboard_log log{it.setup};
  log.add(chunk_of(1, 10, 4), 1);
  log.finish(1);
  log.flush();
  CHECK(event_files_in(it.setup.folder).size() == 2);
  const auto events = it.events();
  CHECK(events.at(1).begins_session);
  CHECK(events.at(1).step == 31); // a point at 30 counts
  CHECK(curve_of(events, "train/loss") == curve{{40, 4}});
  CHECK(curve_of(events, "epoch_loss").empty()); // half of it is the session's before
}

TEST_CASE("a file that is cut off anywhere has the records before", "[runtime][tensorboard]") {
  const written it;
  tensorboard_log log{it.setup};
  log.add(chunk_of(0, 10, 4), 1);
  log.flush();
  const auto bytes = file_bytes(event_files_in(it.setup.folder).at(0));
  std::size_t most = 0;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto count = events_in(std::string_view{bytes}.substr(0, size)).size();
    CHECK((count == most || count == most + 1));
    most = count;
  }
  CHECK(most == 3);
}

TEST_CASE("without a folder nothing is written", "[runtime][tensorboard]") {
  tensorboard_log log{tensorboard_setup{}};
  log.add(chunk_of(0, 10, 4), 1);
  log.add(commit_of(1));
  log.add(measurement_at(10), 1);
  log.finish(1);
  log.flush();
  log.sync();
}

TEST_CASE_METHOD(actor_fixture, "a recorder writes events, or ends with the reason", "[runtime][tensorboard]") {
  const temporary_folder folder;
  recorder_setup setup;
  setup.tensorboard.folder = folder.path("tensorboard");
  setup.session = 2;
  setup.history = folder.path("history");
  setup.validation = folder.path("validation");
  const auto keeper = spawn(recorder, setup);
  me.send(keeper, commit_of(3));
  me.send(keeper, chunk_of(0, 10, 4));
  me.send(keeper, measurement_at(10));
  CHECK(ask<bool>(keeper, finish_atom_v));
  ask<run_statistics>(keeper, tally_atom_v);
  const auto events = events_in(file_bytes(event_files_in(setup.tensorboard.folder).at(0)));
  CHECK(curve_of(events, "train/loss") == curve{{10, 4}});
  CHECK(curve_of(events, "validation/loss") == curve{{10, 0.5}});
  CHECK(events.back().histograms.count("staleness") == 0);  // the epoch's is all
  for (const auto& log : {setup.history, setup.validation}) // so that the lines of sessions are told apart
    CHECK(file_bytes(log).find(R"("session":2)") != std::string::npos);
  setup.tensorboard.folder = folder.path("none/tensorboard");
  const auto other = spawn(recorder, setup);
  run();
  REQUIRE(end_of(other));
  CHECK(to_failure(*end_of(other)).code() == errc::resources);
}
