#pragma once

#include "actors/protocol/fold.hpp"
#include "actors/server/policy.hpp"
#include "actors/worker/worker.hpp"
#include "common/spec.hpp"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace dk {

/// How the models of an algorithm without a server share the rows.
enum class data_share : std::uint8_t {
  full,      ///< each has all of them
  partition, ///< each has a contiguous part of its own
  bootstrap, ///< each has as many as there are, drawn with replacement
};

/// What decides whether a run converges, beside its data.
struct run_size {
  std::size_t workers = 1;
  std::size_t window = 1; ///< mini-batches between two exchanges
};

/// A distributed optimizer: its names, its own keys of `[trainer]`, and the two rules it consists of. `keys` have a
/// value for each of `defaults`; `optimizer` is that of `[trainer]`.
struct algorithm {
  std::string name;
  std::vector<std::string> aliases;
  nlohmann::json defaults; ///< its own keys with their defaults
  std::function<exchange_rule(const nlohmann::json& keys)> worker;
  std::function<server_rule(const nlohmann::json& keys, const spec& optimizer)>
      server;                                                         ///< empty: each worker trains a model alone
  policy_kind policy = policy_kind::accept;                           ///< when the config names none
  std::function<spec(const nlohmann::json& keys)> own_optimizer = {}; ///< empty: workers step with that of `[trainer]`
  std::function<data_share(const nlohmann::json& keys)> share = {};   ///< without a server; empty: there is one model.
                                                                      ///< @throws failure (config)
  /// Why a run of this size will probably diverge where every commit counts in full, and what to do; "": it will not.
  /// Empty: no bound is known. The bounds rest on docs/experiments.md.
  std::function<std::string(const nlohmann::json& keys, const run_size& size)> warning = {};

  bool has_server() const { return static_cast<bool>(server); }
};

/// The algorithm of this name or alias; nullptr when there is none.
const algorithm* find_algorithm(std::string_view name);

/// When its commits change the center; none as well where there is no center.
barrier barrier_of(const algorithm& of);

/// Every algorithm's name, aliases left out, in the order of the catalog.
std::vector<std::string> algorithm_names();

} // namespace dk
