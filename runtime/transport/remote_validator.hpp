#pragma once

#include "runtime/transport/gate.hpp"
#include "runtime/transport/messages.hpp"
#include "runtime/transport/stand_in.hpp"

#include <caf/stateful_actor.hpp>

namespace dk {

struct validator_gate_state : gate_state<validator_actor> {
  static inline const char* name = "validator_gate";
};

/// The gate of a validator, for the driver.
validator_gate_actor::behavior_type validator_gate(validator_gate_actor::stateful_pointer<validator_gate_state> self,
                                                   const validator_actor& validator);

struct remote_validator_state : stand_in_state<validator_gate_actor> {
  static inline const char* name = "remote_validator";
};

/// A validator of another process, as the driver sees it. The last measurement takes as long as it takes: that has no
/// deadline. @param gate the validator_gate in front of it
validator_face::behavior_type remote_validator(validator_face::stateful_pointer<remote_validator_state> self,
                                               const validator_face& gate, stand_in_terms terms);

} // namespace dk
