#pragma once

// What the parts of a ledger's behaviour have in common: ledger.cpp answers messages, ledger_leases.cpp gives leases
// out and closes rounds, ledger_lost_workers.cpp takes them back. For these files alone.

#include "actors/ledger/ledger.hpp"

#include <caf/all.hpp>

namespace dk::ledger_steps {

using ledger_ptr = ledger_actor::stateful_pointer<ledger_state>;

/// Since the ledger started.
double seconds_so_far(ledger_ptr self);

template <class Message>
void tell_watchers(ledger_ptr self, const Message& message) {
  for (const auto& watcher : self->state.watchers)
    caf::anon_send(watcher, message); // a typed actor sends to an untyped one like this
}

void tell(ledger_ptr self, run_event::kind what, std::uint32_t worker = 0, errc code = errc::internal,
          std::string text = "", std::string consequence = "");

/// Ends the run with an error, unless it is over.
void fail(ledger_ptr self, errc code, std::string text);

std::uint32_t alive(const ledger_state& my);
bool no_more_work(const ledger_state& my);

/// Whether this worker may have a chunk now.
bool may_work(const ledger_state& my, const ledger_state::participant& participant);
/// Lease 0 where no chunk is open.
lease next_lease(ledger_ptr self, std::uint32_t worker);
/// Gives parked workers what there is; lets them go when nothing will come.
void serve_parked(ledger_ptr self);
/// Lets the servers fold a round in when all of its leases are back.
void close_round_if_due(ledger_ptr self);
/// Ends the run when nothing is leased and nothing will be.
void check_for_the_end(ledger_ptr self);

/// A worker is down: its leases go back.
void lose(ledger_ptr self, std::uint32_t id, const caf::error& reason);
/// Takes back what is out for too long, and comes again in a second.
void check_deadlines(ledger_ptr self);

} // namespace dk::ledger_steps
