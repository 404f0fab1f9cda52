#include "runtime/enlist/messages.hpp"

#include "tests/actors/actor_fixture.hpp"

namespace dk {

bool operator==(const source_file& a, const source_file& b) {
  const auto& [path, bytes, name] = a;
  return std::tie(path, bytes, name) == std::tie(b.path, b.bytes, b.name);
}

bool operator==(const recipe_part& a, const recipe_part& b) {
  const auto& [first, rows, path] = a;
  return std::tie(first, rows, path) == std::tie(b.first, b.rows, b.path);
}

bool operator==(const part_there& a, const part_there& b) {
  const auto& [rows, name, bytes, path, keepers] = a;
  return std::tie(rows, name, bytes, path, keepers) == std::tie(b.rows, b.name, b.bytes, b.path, b.keepers);
}

bool operator==(const keeper_there& a, const keeper_there& b) {
  const auto& [actor, at, where] = a;
  return std::tie(actor, at, where) == std::tie(b.actor, b.at, b.where);
}

namespace {

auto fields(const node_info& x) {
  const auto& [version, workers, free, joined] = x;
  return std::tie(version, workers, free, joined);
}
auto fields(const row_enlistment& x) {
  const auto& [pipeline, training, which, weights, models, measured, weighted] = x;
  return std::tie(pipeline, training, which, weights, models, measured, weighted);
}
auto fields(const worker_process& x) {
  const auto& [pid, port] = x;
  return std::tie(pid, port);
}
auto fields(const process_exit& x) {
  const auto& [node, pid, status, signal] = x;
  return std::tie(node, pid, status, signal);
}
auto fields(const replica_state& x) {
  const auto& [chunks, optimizer, steps, weights, moments] = x;
  return std::tie(chunks, optimizer, steps, weights, moments);
}
auto fields(const center& x) {
  const auto& [version, weights] = x;
  return std::tie(version, weights);
}
auto fields(const rows_there& x) {
  const auto& [parts, keepers, feature_width, label_width, weighted, seed, shuffle, bootstrap, block_rows, blocks] = x;
  return std::tie(parts, keepers, feature_width, label_width, weighted, seed, shuffle, bootstrap, block_rows, blocks);
}
auto fields(const chunk_grid& x) {
  const auto& [rows, chunk_rows, epochs] = x;
  return std::tie(rows, chunk_rows, epochs);
}
auto fields(const rows_standing& x) {
  const auto& [there, whole, busy, path] = x;
  return std::tie(there, whole, busy, path);
}
auto fields(const rows_recipe& x) {
  const auto& [which, pipeline, all, parts] = x;
  return std::tie(which, pipeline, all, parts);
}
auto fields(const room_question& x) {
  const auto& [names] = x;
  return std::tie(names);
}
auto fields(const link_probe& x) {
  const auto& [bytes] = x;
  return std::tie(bytes);
}
auto fields(const speed_probe& x) {
  const auto& [which, label_width] = x;
  return std::tie(which, label_width);
}
auto fields(const speed_facts& x) {
  const auto& [cores, rows_per_second] = x;
  return std::tie(cores, rows_per_second);
}
auto fields(const rows_made& x) {
  const auto& [same, files] = x;
  return std::tie(same, files);
}
auto fields(const shard_link& x) {
  const auto& [server, offset, shard_session, start, at] = x;
  return std::tie(server, offset, shard_session, start, at);
}

} // namespace

} // namespace dk

#include "tests/actors/protocol/wire_fixture.hpp"

using namespace dk;
using namespace dk::test;

TEST_CASE_METHOD(actor_fixture, "what driver, nodes and worker processes say arrives as it was", "[runtime][wire]") {
  check_round_trip(system, node_info{"1.2.3", 16, 15, {"host2:7077"}});
  check_round_trip(system, worker_process{4711, 65535});
  check_round_trip(system, process_exit{1, 4711, -1, 9});
  check_round_trip(system, rows_there{{{7, "0", 1ULL << 40U, "/cache/0", {}}}, {}, 6, 2, true, 3, false, true, 4, 5});
  check_round_trip(system, rows_recipe{"name = \"a\"", "[]", 9, {{3, 4, "/cache/0"}, {1ULL << 40U, 1, "/cache/1"}}});
  check_round_trip(system, room_question{{"0", "1"}});
  check_round_trip(system, link_probe{{'a', 'b'}});
  check_round_trip(system, speed_probe{"name = \"a\"", 3});
  check_round_trip(system, speed_facts{16, 0.5});
  check_round_trip(system, rows_made{true, {{"/data/a.csv", 1ULL << 40U, "0"}}});
  check_round_trip(system, rows_standing{1ULL << 40U, true, true, "/cache/0"});
  check_round_trip(system, row_enlistment{"{}", true, "name = \"x\"", block_of({1, -0.0F}), 2, true, true});
}

TEST_CASE_METHOD(actor_fixture, "an enlistment arrives with its handles", "[runtime][wire]") {
  const auto someone = make_probe();
  system.registry().put(someone.actor().id(), caf::actor_cast<caf::strong_actor_ptr>(someone.actor()));
  const shard_link shard{someone.as<server_actor>(), 6, 2, {3, block_of({1, -0.0F})}, {"host2", 7100}};
  const rows_there rows_of_terms{{{7, "0", 1ULL << 40U, "/cache/0", {}}, {8, "1", 9, "", {0, 1}}},
                                 {{someone.as<row_keeper_actor>(), {"host2", 7077}, "node host2:7077"},
                                  {someone.as<row_keeper_actor>(), {}, "the driver"}},
                                 6,
                                 2,
                                 true,
                                 3,
                                 false,
                                 true,
                                 4,
                                 5};
  const worker_terms terms{1,
                           2,
                           10,
                           someone.as<ledger_actor>(),
                           someone.as<loader_actor>(),
                           rows_of_terms,
                           {shard, shard},
                           block_of({6, 7, 8}),
                           block_of({4, 5}),
                           {7, "adam", 8, block_of({1, 2}), block_of({3})}};
  const enlistment sent{"name = \"x\"", terms};
  const auto wire = encode(system, sent);
  enlistment arrived;
  REQUIRE(decode(system, wire, arrived));
  CHECK(arrived.job == sent.job);
  const auto& [worker, session, label_width, ledger, loader, rows, shards, frozen, alone_start, resumed] =
      arrived.terms;
  CHECK(worker == 1);
  CHECK(session == 2);
  CHECK(label_width == 10);
  CHECK(ledger == terms.ledger);
  CHECK(loader == terms.loader);
  CHECK(same(rows, terms.rows));
  REQUIRE(shards.size() == 2);
  CHECK(same(shards[0], shard));
  CHECK(same(shards[1], shard));
  CHECK(same(frozen, terms.frozen));
  CHECK(same(alone_start, terms.alone_start));
  CHECK(same(resumed, terms.resumed));
  for (std::size_t length = 0; length < wire.size(); ++length) {
    enlistment torn;
    CHECK_FALSE(decode(system, {wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(length)}, torn));
  }
}

TEST_CASE_METHOD(actor_fixture, "the room of a cache arrives with who hands out its rows", "[runtime][wire]") {
  const auto someone = make_probe();
  system.registry().put(someone.actor().id(), caf::actor_cast<caf::strong_actor_ptr>(someone.actor()));
  const rows_room sent{1ULL << 40U, 9, {0, 3}, someone.as<row_keeper_actor>()};
  const auto wire = encode(system, sent);
  rows_room arrived;
  REQUIRE(decode(system, wire, arrived));
  const auto& [limit, bytes, there, keeper] = arrived;
  CHECK(limit == sent.limit);
  CHECK(bytes == 9);
  CHECK(there == sent.there);
  CHECK(keeper == sent.keeper);
}

TEST_CASE_METHOD(actor_fixture, "a validator's enlistment arrives with its handles", "[runtime][wire]") {
  const auto someone = make_probe();
  system.registry().put(someone.actor().id(), caf::actor_cast<caf::strong_actor_ptr>(someone.actor()));
  const shard_link shard{someone.as<server_actor>(), 6, 2, {}, {"host2", 7100}};
  validation_report measured;
  measured.trained = 7;
  measured.versions = {3, 4};
  measured.best = true;
  const validator_terms terms{10,
                              someone.as<ledger_actor>(),
                              someone.as<loader_actor>(),
                              {{{7, "0", 1ULL << 40U, "/cache/0", {}}}, {}, 6, 2, true, 3, false, true, 4, 5},
                              50,
                              {shard, shard},
                              block_of({6, 7, 8}),
                              {400, 32, 5},
                              64,
                              2,
                              {measured, measured},
                              1,
                              someone.actor()};
  const validator_enlistment sent{"name = \"x\"", terms};
  const auto wire = encode(system, sent);
  validator_enlistment arrived;
  REQUIRE(decode(system, wire, arrived));
  CHECK(arrived.job == sent.job);
  const auto& [label_width, ledger, loader, rows, held_out, shards, frozen, grid, trained, chunks, earlier, kept,
               watcher] = arrived.terms;
  CHECK(label_width == 10);
  CHECK(ledger == terms.ledger);
  CHECK(loader == terms.loader);
  CHECK(same(rows, terms.rows));
  CHECK(held_out == 50);
  REQUIRE(shards.size() == 2);
  CHECK(same(shards[1], shard));
  CHECK(same(frozen, terms.frozen));
  CHECK(same(grid, terms.grid));
  CHECK(trained == 64);
  CHECK(chunks == 2);
  REQUIRE(earlier.size() == 2);
  CHECK(earlier[1].versions == measured.versions);
  CHECK(earlier[1].best);
  CHECK(kept == 1);
  CHECK(watcher == terms.watcher);
  for (std::size_t length = 0; length < wire.size(); ++length) {
    validator_enlistment torn;
    CHECK_FALSE(decode(system, {wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(length)}, torn));
  }
}
