// The node's supervisor, but for its processes: those are in tests/cluster.

#include "common/content_name.hpp"
#include "common/version.hpp"
#include "runtime/node/supervisor.hpp"

#include "tests/actors/actor_fixture.hpp"
#include "tests/support.hpp"

#include <cstring>

using namespace dk;
using namespace dk::test;

namespace {

struct node_fixture : actor_fixture {
  node_actor it = spawn(node, node_setup{"/nowhere/dk_worker", "127.0.0.1", {}, 3, row_cache{"/nowhere", 0}});
  std::string version = version_text;

  node_info greet() { return ask<node_info>(it, hello_atom_v, version); }
  errc refused(const std::string& their_version, const std::string& address, const caf::actor& who) {
    return to_failure(ask<caf::error>(it, caf::join_atom_v, their_version, address, who)).code();
  }
};

std::string text_of(const caf::error& why) {
  return to_failure(why).what();
}

} // namespace

TEST_CASE_METHOD(node_fixture, "a node tells a driver who it is", "[runtime][node]") {
  const auto info = greet();
  CHECK(info.version == version_text);
  CHECK(info.workers == 3);
  CHECK(info.joined.empty());
}

TEST_CASE_METHOD(node_fixture, "a driver of another version is refused", "[runtime][node]") {
  const auto why = ask<caf::error>(it, hello_atom_v, std::string{"0.0.1"});
  CHECK(to_failure(why).code() == errc::version);
  CHECK(text_of(why) == "it runs dk " + version + ", the driver dk 0.0.1; install the same build on both");
}

TEST_CASE_METHOD(node_fixture, "a node names those that joined it, for as long as they live", "[runtime][node]") {
  const auto first = make_probe();
  const auto second = make_probe();
  CHECK(ask<node_info>(it, caf::join_atom_v, version, std::string{"host2:7077"}, first.actor()).workers == 3);
  CHECK(ask<node_info>(it, caf::join_atom_v, version, std::string{"host3:7077"}, second.actor()).joined ==
        std::vector<std::string>{"host2:7077", "host3:7077"});
  kill(first);
  CHECK(greet().joined == std::vector<std::string>{"host3:7077"});
  const auto back = make_probe();
  ask<node_info>(it, caf::join_atom_v, version, std::string{"host2:7077"}, back.actor());
  CHECK(greet().joined.size() == 2);
}

TEST_CASE_METHOD(node_fixture, "what cannot be a joined_node is refused", "[runtime][node]") {
  const auto other = make_probe();
  CHECK(refused("0.0.1", "host2:7077", other.actor()) == errc::version);
  CHECK(refused(version, "host2", other.actor()) == errc::config);
  CHECK(refused(version, "host2:7077", caf::actor{}) == errc::usage);
  CHECK(refused(version, "host2:7077", caf::actor_cast<caf::actor>(it)) == errc::usage);
  CHECK(greet().joined.empty());
}

TEST_CASE_METHOD(node_fixture, "more workers than a node has are refused", "[runtime][node]") {
  const auto driver = make_probe();
  const auto why = ask<caf::error>(it, process_order{role::worker, 4, 0, 0, driver.actor()});
  CHECK(to_failure(why).code() == errc::nodes);
  CHECK(text_of(why).find("4 workers were asked for and 3 of 3 are free") == 0);
}

TEST_CASE_METHOD(node_fixture, "what the host has no memory for is refused before anything starts", "[runtime][node]") {
  const auto driver = make_probe();
  const auto why = ask<caf::error>(it, process_order{role::worker, 3, 0, std::uint64_t{1} << 60U, driver.actor()});
  CHECK(to_failure(why).code() == errc::resources);
  CHECK(text_of(why).find("3 workers cannot be started, 0 can: there is memory for 0 (") == 0);
}

TEST_CASE_METHOD(node_fixture, "a worker program that is not there is told of, with what to do", "[runtime][node]") {
  const auto driver = make_probe();
  const auto why = ask<caf::error>(it, process_order{role::worker, 1, 0, 0, driver.actor()});
  CHECK(to_failure(why).code() == errc::nodes);
  CHECK(text_of(why).find("/nowhere/dk_worker") != std::string::npos);
}

TEST_CASE_METHOD(node_fixture, "rows without a driver, or by a name that is none, are refused", "[runtime][node]") {
  const auto driver = make_probe();
  const std::string name(32, 'a');
  const auto offered = [&](const std::string& called, const caf::actor& by) {
    return to_failure(ask<caf::error>(it, rows_offer{called, 1, by})).code();
  };
  CHECK(offered(name, caf::actor{}) == errc::usage);
  CHECK(offered("../" + name, driver.actor()) == errc::data);
  CHECK(to_failure(ask<caf::error>(it, rows_piece{name, 1, 0, {'x'}, driver.actor()})).code() == errc::data);
}

TEST_CASE_METHOD(actor_fixture, "a node hands out bytes of rows that it has", "[runtime][node]") {
  const temporary_folder folder;
  const auto it =
      spawn(node, node_setup{"/nowhere/dk_worker", "127.0.0.1", {}, 3, row_cache{folder.path("rows"), 100}});
  const auto driver = make_probe();
  content_name naming;
  naming.add("abcdef", 6);
  const auto name = naming.name();
  const auto room = ask<rows_room>(it, room_question{{name}});
  CHECK(room.limit == 100);
  CHECK(room.bytes == 100);
  CHECK(room.there.empty());
  const ranges_wanted wanted{{name}, {{0, 4, 2}, {0, 0, 1}}};
  CHECK(text_of(ask<caf::error>(room.keeper, wanted)).find("rows " + name + " are not in the cache") == 0);
  ask<rows_standing>(it, rows_offer{name, 6, driver.actor()});
  CHECK(ask<rows_standing>(it, rows_piece{name, 6, 0, {'a', 'b', 'c', 'd', 'e', 'f'}, driver.actor()}).whole);
  const auto got = ask<range_bytes>(room.keeper, wanted);
  REQUIRE(got.count == 3);
  CHECK(std::memcmp(got.some.get(), "efa", 3) == 0);
  CHECK(text_of(ask<caf::error>(room.keeper, ranges_wanted{{name}, {{0, 5, 2}}})).find("the file ends before") !=
        std::string::npos);
  CHECK(ask<rows_room>(it, room_question{{name}}).there == std::vector<std::uint32_t>{0});
  CHECK(to_failure(ask<caf::error>(it, room_question{{"../rows"}})).code() == errc::data);
}
