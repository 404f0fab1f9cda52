#include "runtime/enlist/connect.hpp"

#include "common/log.hpp"
#include "runtime/enlist/silence.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor.hpp>
#include <filesystem>
#include <set>
#include <sys/resource.h>
#include <system_error>
#include <thread>

namespace dk {

namespace {

constexpr int most_tries = 4;
constexpr std::chrono::milliseconds pause{250};

// A process that has used up its handles can reach nobody, which CAF tells as if nobody were there.
bool is_out_of_handles(std::size_t* limit) {
  rlimit most{};
  if (getrlimit(RLIMIT_NOFILE, &most) != 0 || most.rlim_cur == RLIM_INFINITY)
    return false;
  *limit = most.rlim_cur;
  std::error_code why;
  std::size_t open = 0;
  for (std::filesystem::directory_iterator handles{"/proc/self/fd", why}; !why && handles != decltype(handles){};
       handles.increment(why))
    ++open;
  const bool cannot_look = why == std::errc::too_many_files_open;
  constexpr std::size_t spare = 3; // a look at the folder takes one, a connection two while it is made
  return cannot_look || open + spare > most.rlim_cur;
}

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
    if (found) {
      const auto limit =
          caf::get_or(self->system().config(), "middleman.connection-timeout", caf::timespan{std::chrono::seconds{10}});
      break_when_unheard(where, std::chrono::duration_cast<std::chrono::milliseconds>(limit));
      return found;
    }
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
  if (std::size_t limit = 0; why && is_out_of_handles(&limit))
    return {errc::resources, "cannot reach " + to_string(where) + ": this process has used up its " +
                                 std::to_string(limit) +
                                 " file handles; raise the limit (ulimit -n), or lower the number of workers"};
  return {errc::connect,
          "cannot reach " + to_string(where) + ": " + reason + "; is dk_node running there, with this --listen?"};
}

} // namespace dk
