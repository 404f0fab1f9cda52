// A parameter server under the policy wait: who is parked, and who is let go.
#include "tests/actors/server/server_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

struct waiting_fixture : server_fixture {
  waiting_fixture() {
    auto bounded = setup();
    bounded.policy = {policy_kind::wait, 1};
    server = spawn(parameter_server, bounded);
    run();
  }

  void pull(const probe& worker, std::uint32_t id, std::uint64_t lease) {
    worker.send(server, dk::pull{id, lease});
    run();
  }

  void send(const probe& worker, std::uint32_t id, std::uint64_t lease, std::uint32_t chunk, std::uint64_t base) {
    auto made = commit_of({0, chunk}, base);
    made.worker = id;
    made.lease = lease;
    worker.send(server, made);
    run();
  }

  probe slow = make_probe();
  probe fast = make_probe();
  probe third = make_probe();
};

} // namespace

TEST_CASE_METHOD(waiting_fixture, "under the policy wait a commit waits for the slow one it would leave behind",
                 "[actors][parameter_server][policy]") {
  pull(slow, 0, 1);
  pull(fast, 1, 2);
  CHECK(slow.take<center_update>().version == 0);
  CHECK(fast.take<center_update>().version == 0);
  pull(third, 2, 3);
  CHECK(third.empty()); // it would be the third to be folded in: 2 of 1
  send(fast, 1, 2, 0, 0);
  CHECK(fast.take<verdict>().version == 1); // leaves the slow one at 1 of 1
  CHECK(third.take<center_update>().version == 1);
  send(third, 2, 3, 1, 1);
  CHECK(third.empty());
  send(slow, 0, 1, 2, 0);
  CHECK(slow.take<verdict>().staleness == 1);
  CHECK(third.take<verdict>().staleness == 1);
}

TEST_CASE_METHOD(waiting_fixture, "nobody waits for a worker that is gone", "[actors][parameter_server][policy]") {
  pull(slow, 0, 1);
  pull(fast, 1, 2);
  send(fast, 1, 2, 0, 0);
  pull(fast, 1, 3);
  send(fast, 1, 3, 1, 1);
  pull(third, 2, 4);
  CHECK(fast.count<verdict>() == 1);
  CHECK(third.empty());
  me.send(server, fence_atom_v, std::uint32_t{0}, std::uint64_t{1}); // the ledger has given it up
  run();
  CHECK(fast.count<verdict>() == 2);
  CHECK(third.take<center_update>().version == 2);
  send(slow, 0, 1, 2, 0); // and if it comes back, it is too late
  CHECK(slow.take_mail<verdict>().content.get_as<verdict>(0).kind == verdict_kind::fenced);
}

TEST_CASE_METHOD(waiting_fixture, "a fenced worker that waits is let go", "[actors][parameter_server][policy]") {
  pull(slow, 0, 1);
  pull(fast, 1, 2);
  pull(third, 2, 3);
  CHECK(third.empty());
  me.send(server, fence_atom_v, std::uint32_t{2}, std::uint64_t{3});
  run();
  CHECK(third.take<center_update>().version == 0);
  send(third, 2, 3, 0, 0);
  CHECK(third.take<verdict>().kind == verdict_kind::fenced);
}
