#include "actors/validator/validator.hpp"

#include "tests/actors/actor_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

// o = w x + b by mean squared error; w and b are a shard each, probes as everything around the validator is.
class validator_fixture : public actor_fixture {
public:
  validator_setup setup(bool alone = false) const {
    validator_setup setup;
    if (!alone)
      setup.shards = {{of_w.as<server_actor>(), 0}, {of_b.as<server_actor>(), 1}};
    setup.ledger = ledger.as<ledger_actor>();
    setup.loader = loader.as<loader_actor>();
    setup.rows = 2;
    setup.batch_rows = 1;
    setup.make_model = [] { return nn::model{{"line", {1}, {{"dense", {{"units", 1}}}}}, "mean_squared_error", 1}; };
    setup.grid = {20, 5, 10};
    setup.watchers = {watcher.actor()};
    return setup;
  }

  void start(const validator_setup& with) {
    it = spawn(validator, with);
    run();
    if (with.shards.empty())
      confirm<ledger_tally>(ledger);
    else
      for (const auto* of : {&of_w, &of_b})
        confirm<shard_tally>(*of);
  }

  // That it is watched, which the validator asks for before anything else.
  template <class Tally>
  void confirm(const probe& watched) {
    CHECK(watched.take_mail<watch_atom, caf::actor>().content.get_as<caf::actor>(1).address() == it.address());
    watched.take_mail<tally_atom>().answer(Tally{});
    run();
  }

  void fold(std::uint32_t shard, std::uint64_t rows, verdict_kind kind = verdict_kind::applied) {
    commit_record record;
    record.shard = shard;
    record.rows = {0, rows};
    record.kind = kind;
    me.send(it, record);
    run();
  }

  void train(std::uint64_t rows) {
    fold(0, rows);
    fold(1, rows);
  }

  bool asks_for_centers() const { return of_w.count<newest_atom>() == 1 && of_b.count<newest_atom>() == 1; }

  void give(std::uint64_t version_of_w, float w, std::uint64_t version_of_b, float b) {
    REQUIRE(asks_for_centers());
    of_w.take_mail<newest_atom>().answer(center{version_of_w, block_of({w})});
    of_b.take_mail<newest_atom>().answer(center{version_of_b, block_of({b})});
    run();
  }

  // Rows (1, 0) and (0, 0): the loss is the mean of (w + b)^2 and b^2.
  void feed() {
    const auto wanted = loader.take<fetch>();
    CHECK(wanted.rows == row_range{0, 2});
    loader.send(it, batch{wanted.lease, 1, false, block_of({1}), block_of({0})});
    run();
    CHECK(loader.take_mail<credit_atom, std::uint64_t, std::uint32_t>().content.get_as<std::uint64_t>(1) ==
          wanted.lease);
    loader.send(it, batch{wanted.lease, 1, true, block_of({0}), block_of({0})});
    run();
  }

  // A whole measurement, whose loss is that of w with b = 0.
  validation_report measure(std::uint64_t version, float w) {
    give(version, w, version, 0);
    feed();
    return watcher.take<validation_report>();
  }

  probe ledger = make_probe();
  probe loader = make_probe();
  probe of_w = make_probe();
  probe of_b = make_probe();
  probe watcher = make_probe();
  validator_actor it;
};

} // namespace

TEST_CASE_METHOD(validator_fixture, "a center is measured when every shard has folded an epoch in",
                 "[actors][validator]") {
  start(setup());
  fold(0, 20);
  fold(1, 15);
  fold(1, 5, verdict_kind::duplicate);
  fold(1, 5, verdict_kind::rejected);
  CHECK(of_w.empty());
  fold(1, 5);
  of_w.take_mail<newest_atom>().answer(center{7, block_of({2})});
  fold(1, 5); // between the two
  of_b.take_mail<newest_atom>().answer(center{8, block_of({1})});
  run();
  feed();
  const auto measured = watcher.take<validation_report>();
  CHECK(measured.versions == std::vector<std::uint64_t>{7, 8});
  CHECK(measured.trained == 20);
  CHECK(double{measured.epoch} == 1);
  CHECK(measured.rows == 2);
  CHECK(measured.loss_sum / 2 == Approx((9 + 1) / 2.0));
  CHECK(measured.best);
  CHECK_FALSE(measured.last);
  CHECK(ledger.empty()); // nobody is stopped, nobody hears of it
}

TEST_CASE_METHOD(validator_fixture, "a measurement can be due several times an epoch, or every few",
                 "[actors][validator]") {
  auto with = setup();
  SECTION("twice an epoch") {
    with.every = 0.5;
    start(with);
    train(10);
    CHECK(double{measure(1, 1).epoch} == 0.5);
    train(5);
    CHECK(of_w.empty());
    train(5);
    CHECK(double{measure(2, 1).epoch} == 1);
  }
  SECTION("every other") {
    with.every = 2;
    start(with);
    train(20);
    CHECK(of_w.empty());
    train(20);
    CHECK(double{measure(2, 1).epoch} == 2);
  }
  SECTION("only at the end") {
    with.every = 0;
    start(with);
    train(60);
    CHECK(of_w.empty());
  }
}

TEST_CASE_METHOD(validator_fixture, "what is trained is what all shards have", "[actors][validator]") {
  start(setup());
  SECTION("of which the first is behind") {
    fold(0, 20);
    fold(1, 30);
  }
  SECTION("of which the last is behind") {
    fold(0, 30);
    fold(1, 20);
  }
  CHECK(measure(5, 1).trained == 20);
}

TEST_CASE_METHOD(validator_fixture, "while one center is measured the next can become due; it is measured then",
                 "[actors][validator]") {
  start(setup());
  train(20);
  give(1, 1, 1, 0);
  train(20);
  train(20); // two are due by now; one later center is measured
  CHECK(of_w.empty());
  feed();
  CHECK(watcher.take<validation_report>().trained == 20);
  CHECK(measure(3, 1).trained == 60);
  CHECK(of_w.empty());
}

TEST_CASE_METHOD(validator_fixture, "what becomes due while a center is on its way is measured with it",
                 "[actors][validator]") {
  start(setup());
  train(20);
  REQUIRE(asks_for_centers());
  train(20); // before the shards have answered
  CHECK(measure(2, 1).trained == 40);
  CHECK(of_w.empty());
  train(20);
  CHECK(measure(3, 1).trained == 60);
}

TEST_CASE_METHOD(validator_fixture, "who asks for the end gets a measurement of the newest center",
                 "[actors][validator]") {
  start(setup());
  train(20);
  CHECK(measure(1, 2).best);
  train(10);
  me.clear();
  me.send(it, finish_atom_v);
  run();
  SECTION("which is new") {
    const auto last = measure(2, 1);
    CHECK(last.last);
    CHECK(last.best);
    CHECK(last.trained == 30);
    CHECK(me.take<validation_report>().versions == std::vector<std::uint64_t>{2, 2});
    const auto best = ask<best_center>(it, state_atom_v);
    CHECK(numbers_of(best.weights) == std::vector<float>{1, 0});
    CHECK(best.measured.versions == last.versions);
  }
  SECTION("or was measured already") {
    give(1, 2, 1, 0);
    CHECK(loader.empty());
    CHECK(watcher.empty());
    const auto last = me.take<validation_report>();
    CHECK(last.trained == 20);
    CHECK_FALSE(last.last);
  }
}

TEST_CASE_METHOD(validator_fixture, "the end waits for a measurement that is under way", "[actors][validator]") {
  start(setup());
  train(20);
  give(1, 2, 1, 0);
  me.clear();
  me.send(it, finish_atom_v);
  run();
  feed();
  CHECK(me.empty());
  give(1, 2, 1, 0);
  CHECK(me.take<validation_report>().trained == 20);
}

TEST_CASE_METHOD(validator_fixture, "the run is stopped when its patience is out", "[actors][validator]") {
  auto with = setup();
  with.rule.patience = 1;
  start(with);
  train(20);
  measure(1, 2);
  CHECK(ledger.empty());
  train(23);
  CHECK_FALSE(measure(2, 3).best);
  CHECK(ledger.count<stop_atom>() == 1);
  CHECK(watcher.take<run_event>().text == "validation at epoch 2.15: no improvement in 1 measurement; the run stops");
  const auto best = ask<best_center>(it, state_atom_v);
  CHECK(numbers_of(best.weights) == std::vector<float>{2, 0});
  CHECK(best.measured.trained == 20);
}

TEST_CASE_METHOD(validator_fixture, "Emperor lowers the learning rate of the leases", "[actors][validator][emperor]") {
  auto with = setup();
  with.rule.emperor = emperor_rule{1, 4};
  start(with);
  train(20);
  measure(1, 2); // loss 2
  CHECK(ledger.empty());
  train(20);
  CHECK(double{measure(2, 1.9F).rate} == 0.25);
  CHECK(double{ledger.take_mail<rate_atom, exact>().content.get_as<exact>(1)} == 0.25);
  CHECK(watcher.take<run_event>().text ==
        "validation at epoch 2.00: the loss improved by less than 1.0; the learning rate is divided by 4.0");
}

TEST_CASE_METHOD(validator_fixture, "of a lone worker its replica is measured", "[actors][validator]") {
  auto with = setup(true);
  with.chunks = 3;
  with.trained = 10;
  start(with);
  const auto report = [&](std::uint64_t rows) {
    chunk_report made;
    made.rows = rows;
    me.send(it, made);
    run();
  };
  const auto worker = make_probe();
  report(5);
  report(5); // due, but nobody knows yet who the worker is
  me.send(it, caf::join_atom_v, caf::actor_cast<caf::strong_actor_ptr>(worker.actor()));
  run();
  worker.take_mail<state_atom>().answer(center{3, block_of({3, 0})}); // the ledger has not told of the third yet
  run();
  feed();
  const auto measured = watcher.take<validation_report>();
  CHECK(measured.trained == 30);
  CHECK(measured.versions == std::vector<std::uint64_t>{6});
  CHECK(measured.loss_sum == Approx(9));
}

TEST_CASE_METHOD(validator_fixture, "a resumed run is measured from where it was", "[actors][validator]") {
  auto with = setup();
  with.trained = 30;
  validation_report earlier;
  earlier.rows = 2;
  earlier.loss_sum = 1;
  with.earlier = {earlier};
  start(with);
  train(5);
  CHECK(of_w.empty());
  train(5);
  const auto measured = measure(9, 2);
  CHECK(double{measured.epoch} == 2);
  CHECK_FALSE(measured.best);
}

TEST_CASE_METHOD(validator_fixture, "after a center that was lost, one that is worse can be the best",
                 "[actors][validator]") {
  auto with = setup();
  with.rule.patience = 2;
  const auto earlier = [](double loss, bool best) {
    validation_report made;
    made.rows = 2;
    made.loss_sum = 2 * loss;
    made.best = best;
    return made;
  };
  with.earlier = {earlier(4, true), earlier(1, true), earlier(3, false)};
  SECTION("than that, but than none that was kept") {
    with.kept = 1;
    start(with);
    train(20);
    CHECK(measure(1, 2).best); // loss 2
    CHECK(ledger.empty());
  }
  SECTION("never, where all were kept") {
    start(with);
    train(20);
    CHECK_FALSE(measure(1, 2).best);
    CHECK(ledger.count<stop_atom>() == 1);
  }
  SECTION("and it counted for the patience") {
    with.kept = 1;
    start(with);
    train(20);
    CHECK_FALSE(measure(1, 3).best); // loss 4.5: the second after the lost one
    CHECK(ledger.count<stop_atom>() == 1);
  }
}

TEST_CASE_METHOD(validator_fixture, "who asks hears when all shards are watched", "[actors][validator]") {
  it = spawn(validator, setup());
  run();
  me.clear();
  me.send(it, watch_atom_v);
  run();
  confirm<shard_tally>(of_w);
  CHECK(me.empty());
  confirm<shard_tally>(of_b);
  CHECK(me.take<bool>());
  CHECK(ask<bool>(it, watch_atom_v));
}

TEST_CASE_METHOD(validator_fixture, "a validator without its rows ends", "[actors][validator]") {
  start(setup());
  kill(loader, make_error(errc::data, "the file was cut short"));
  REQUIRE(end_of(it));
  CHECK(to_failure(*end_of(it)).what() == std::string{"the file was cut short"});
}

TEST_CASE_METHOD(validator_fixture, "a shard that is gone is told to who waits for the end", "[actors][validator]") {
  start(setup());
  kill(of_w);
  train(20);
  me.clear();
  me.send(it, finish_atom_v);
  run();
  of_b.take_mail<newest_atom>().answer(center{1, block_of({0})}); // too late
  run();
  const auto why = to_failure(me.take<caf::error>());
  CHECK(why.code() == errc::connect);
  CHECK(std::string{why.what()}.find("no center came to be measured: ") == 0);
  CHECK_FALSE(end_of(it));
}
