#pragma once

#include "actors/validator/validator.hpp"

namespace dk {

/// Lets the ledger act on what the rule makes of the measurement `now`. @param rate_before it
void decide(validator_actor::stateful_pointer<validator_state> self, double rate_before);

} // namespace dk
