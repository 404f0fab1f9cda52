#pragma once

#include "actors/server/admission.hpp"
#include "actors/server/shard.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <chrono>
#include <list>
#include <optional>
#include <vector>

namespace dk {

struct server_setup : shard_setup {
  std::vector<caf::actor> watchers; ///< as if each had sent `watch`
};

struct server_state {
  static inline const char* name = "parameter_server";

  struct waiting_pull {
    pull what;
    caf::typed_response_promise<center_update> answer;
  };
  struct waiting_commit {
    commit what;
    caf::typed_response_promise<verdict> answer;
  };

  std::optional<shard> slice;
  std::optional<admission> gate; // of the policy `wait`
  std::list<waiting_pull> pulls;
  std::list<waiting_commit> commits;
  std::vector<caf::actor> watchers;
  std::chrono::steady_clock::time_point started;
};

/// Owns one shard of the center. Under the policy `wait` a pull or a commit that would make another worker too stale is
/// answered later; nobody polls.
server_actor::behavior_type parameter_server(server_actor::stateful_pointer<server_state> self, server_setup setup);

} // namespace dk
