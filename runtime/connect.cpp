#include "runtime/connect.hpp"

#include "common/log.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>
#include <set>
#include <thread>

namespace dk {

namespace {

constexpr int most_tries = 4;
constexpr std::chrono::milliseconds pause{250};

} // namespace

caf::strong_actor_ptr connect_to(caf::scoped_actor& self, const endpoint& where, std::chrono::milliseconds deadline) {
  caf::strong_actor_ptr found;
  caf::error bad;
  for (int tries = 1;; ++tries) {
    bad = caf::error{};
    self->request(self->system().middleman().actor_handle(), deadline, caf::connect_atom_v, where.host, where.port)
        .receive(
            [&](const caf::node_id&, caf::strong_actor_ptr& actor, const std::set<std::string>&) { found = actor; },
            [&](caf::error& why) { bad = std::move(why); });
    if (found)
      return found;
    if (tries == most_tries || bad == caf::sec::request_timeout)
      throw unreachable(where, bad, deadline);
    log()->debug("no connection to {} at try {}: {}", to_string(where), tries, self->system().render(bad));
    std::this_thread::sleep_for(pause);
  }
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
