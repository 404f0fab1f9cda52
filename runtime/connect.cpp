#include "runtime/connect.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>

namespace dk {

caf::strong_actor_ptr connect_to(caf::scoped_actor& self, const endpoint& where, std::chrono::milliseconds deadline) {
  caf::strong_actor_ptr found;
  caf::error bad;
  self->request(self->system().middleman().actor_handle(), deadline, caf::connect_atom_v, where.host, where.port)
      .receive([&](const caf::node_id&, caf::strong_actor_ptr& actor, const std::set<std::string>&) { found = actor; },
               [&](caf::error& why) { bad = std::move(why); });
  if (!found)
    throw unreachable(where, bad, deadline);
  return found;
}

failure unreachable(const endpoint& where, const caf::error& why, std::chrono::milliseconds deadline) {
  std::string reason = "nothing is published there";
  if (why == caf::sec::request_timeout)
    reason = "no answer within " + std::to_string(deadline.count()) + " ms";
  else if (why) // CAF does not tell more
    reason = "nobody listens there, or the host is unknown";
  return {errc::connect,
          "cannot reach " + to_string(where) + ": " + reason + "; is dk_node running there, with this --listen?"};
}

} // namespace dk
