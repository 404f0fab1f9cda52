#include "runtime/transport/remote_validator.hpp"

#include "actors/protocol/errors.hpp"

#include <caf/all.hpp>

namespace dk {

validator_gate_actor::behavior_type validator_gate(validator_gate_actor::stateful_pointer<validator_gate_state> self,
                                                   const validator_actor& validator) {
  open_gate(self, validator, 0); // nothing large is sent to it
  return {
      [=](caf::join_atom what, const caf::strong_actor_ptr& worker) { self->send(self->state.behind, what, worker); },
      [=](watch_atom what) { return self->delegate(self->state.behind, what); },
      [=](finish_atom what) { return self->delegate(self->state.behind, what); },
      [=](state_atom what) { return self->delegate(self->state.behind, what); },
      [=](const piece_request& wanted) {
        return answer([&] { return self->state.goods.give(asker_of(self), wanted); });
      },
      [=](state_atom what, const manifest&) { return ask_behind<best_center>(self, what); },
  };
}

validator_face::behavior_type remote_validator(validator_face::stateful_pointer<remote_validator_state> self,
                                               const validator_face& gate, stand_in_terms terms) {
  stand_in_for(self, caf::actor_cast<validator_gate_actor>(gate), std::move(terms));
  return {
      [=](caf::join_atom what, const caf::strong_actor_ptr& worker) { self->send(self->state.gate, what, worker); },
      [=](watch_atom what) { return self->delegate(self->state.gate, what); },
      [=](finish_atom what) { return self->delegate(self->state.gate, what); },
      [=](state_atom what) { return carry<best_center>(self, what); },
  };
}

} // namespace dk
