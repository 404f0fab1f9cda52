#include "runtime/enlist/connect.hpp"

#include "common/handles.hpp"
#include "common/log.hpp"
#include "runtime/enlist/probe.hpp"
#include "runtime/enlist/silence.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>
#include <set>
#include <thread>

namespace dk {

namespace {

constexpr int most_tries = 4;
constexpr std::chrono::milliseconds pause{250};

constexpr std::chrono::milliseconds probe_deadline{5000}; // two packets may be lost

std::chrono::milliseconds unheard_limit(const caf::scoped_actor& self) {
  const auto limit =
      caf::get_or(self->system().config(), "middleman.connection-timeout", caf::timespan{std::chrono::seconds{10}});
  return std::chrono::duration_cast<std::chrono::milliseconds>(limit);
}

} // namespace

caf::strong_actor_ptr connect_to(caf::scoped_actor& self, const endpoint& where, std::chrono::milliseconds deadline) {
  caf::strong_actor_ptr found;
  caf::error bad;
  const auto end = std::chrono::steady_clock::now() + deadline;
  for (int tries = 1;; ++tries) {
    bad = caf::error{};
    const auto closed = probe(where, std::min(deadline, probe_deadline));
    if (!closed.why.empty()) {
      if (tries == most_tries || closed.is_silent || free_handles() == 0)
        throw unreachable(where, closed.why);
      std::this_thread::sleep_for(pause);
      continue;
    }
    self->request(self->system().middleman().actor_handle(), deadline, caf::connect_atom_v, where.host, where.port)
        .receive(
            [&](const caf::node_id&, caf::strong_actor_ptr& actor, const std::set<std::string>&) { found = actor; },
            [&](caf::error& why) { bad = std::move(why); });
    if (found) {
      break_when_unheard(where, unheard_limit(self));
      return found;
    }
    // CAF 0.17 gives up a connection at its next heartbeat when the other side is too busy to greet at once.
    const bool is_busy = bad == caf::sec::connection_timeout && std::chrono::steady_clock::now() < end;
    if (!is_busy && (tries >= most_tries || bad == caf::sec::request_timeout))
      throw unreachable(where, bad, deadline);
    log()->debug("no connection to {} at try {}: {}", to_string(where), tries, self->system().render(bad));
    std::this_thread::sleep_for(pause);
  }
}

std::vector<caf::strong_actor_ptr> connect_to_all(caf::scoped_actor& self, const std::vector<endpoint>& all,
                                                  std::chrono::milliseconds deadline) {
  const auto closed = probe_all(all, std::min(deadline, probe_deadline));
  for (std::size_t i = 0; i < all.size(); ++i)
    if (closed[i].is_silent)
      throw unreachable(all[i], closed[i].why);
  const auto& middleman = self->system().middleman().actor_handle();
  const auto patience = deadline + all.size() * std::chrono::milliseconds{200}; // CAF makes one after the other
  using answer = decltype(self->request(middleman, patience, caf::connect_atom_v, std::string{}, std::uint16_t{}));
  std::vector<answer> asked;
  for (const auto& where : all)
    asked.push_back(self->request(middleman, patience, caf::connect_atom_v, where.host, where.port));
  std::vector<caf::strong_actor_ptr> found(all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    asked[i].receive(
        [&](const caf::node_id&, caf::strong_actor_ptr& actor, const std::set<std::string>&) { found[i] = actor; },
        [](const caf::error&) {});
  const auto limit = unheard_limit(self);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (found[i])
      break_when_unheard(all[i], limit);
    else
      found[i] = connect_to(self, all[i], deadline);
  return found;
}

failure unreachable(const endpoint& where, const caf::error& why, std::chrono::milliseconds deadline) {
  if (why == caf::sec::request_timeout)
    return unreachable(where, "no answer within " + std::to_string(deadline.count()) + " ms");
  return unreachable(where, why ? "what listens there does not answer as dk does" : "nothing is published there");
}

failure unreachable(const endpoint& where, const std::string& why) {
  if (free_handles() == 0) // then nobody can be reached, which is told as if nobody were there
    return {errc::resources, "cannot reach " + to_string(where) + ": this process has used up its " +
                                 std::to_string(most_handles()) +
                                 " file handles; raise the limit (ulimit -n), or lower the number of workers"};
  return {errc::connect, "cannot reach " + to_string(where) + ": " + why +
                             "; is dk_node running there, with this --listen, and port " + std::to_string(where.port) +
                             " open in the firewall? dk_node --ports says from which range its processes take theirs"};
}

} // namespace dk
