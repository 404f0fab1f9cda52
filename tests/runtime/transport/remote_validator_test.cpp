// The best center of a validator in another process: in pieces, through gate and stand-in.
#include "runtime/transport/remote_validator.hpp"

#include "tests/actors/actor_fixture.hpp"

using namespace dk;
using namespace dk::test;

namespace {

struct far_validator : actor_fixture {
  probe behind = make_probe();
  probe owner = make_probe();
  validator_gate_actor gate = spawn(validator_gate, behind.as<validator_actor>());
  validator_face it = spawn(remote_validator, caf::actor_cast<validator_face>(gate),
                            stand_in_terms{owner.actor().address(), {caf::infinite}, caf::infinite});
};

} // namespace

TEST_CASE_METHOD(far_validator, "the best center comes from another process bit for bit", "[runtime][transport]") {
  const std::size_t size = GENERATE(3U, 1U << 20U); // in its message, and in pieces
  std::vector<float> numbers(size);
  for (std::size_t i = 0; i < size; ++i)
    numbers[i] = static_cast<float>(i) / 3;
  best_center sent;
  sent.measured.trained = 7;
  sent.weights = block::copy_of(numbers.data(), size);
  me.clear();
  me.send(it, state_atom_v);
  run();
  behind.take_mail<state_atom>().answer(sent);
  run();
  const auto got = me.take<best_center>();
  CHECK(got.measured.trained == 7);
  CHECK(numbers_of(got.weights) == numbers);
}

TEST_CASE_METHOD(far_validator, "what a driver says to a validator in another process reaches it",
                 "[runtime][transport]") {
  me.clear();
  me.send(it, watch_atom_v);
  me.send(it, finish_atom_v);
  run();
  behind.take_mail<watch_atom>().answer(true);
  validation_report measured;
  measured.trained = 9;
  behind.take_mail<finish_atom>().answer(measured);
  run();
  CHECK(me.take<bool>());
  CHECK(me.take<validation_report>().trained == 9);
}

TEST_CASE_METHOD(far_validator, "the stand-in ends as the validator does", "[runtime][transport]") {
  kill(behind, make_error(errc::data, "the file was cut short"));
  REQUIRE(end_of(it));
  CHECK(to_failure(*end_of(it)).what() == std::string{"the file was cut short"});
}

TEST_CASE_METHOD(far_validator, "the validator ends with its gate, as when a driver has closed",
                 "[runtime][transport]") {
  kill(gate, caf::exit_reason::user_shutdown);
  CHECK(end_of(behind.actor()));
  CHECK(end_of(it));
}
