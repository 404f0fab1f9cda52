#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace dk {

struct algorithm;

/// An algorithm that a job has chosen, with a value for each of its own keys. It was looked up once; what follows from
/// it is asked of it: `chosen->has_server()`.
class chosen_algorithm {
public:
  /// Of this name or alias, with its defaults but for these keys. @throws failure (config) when there is none
  explicit chosen_algorithm(std::string_view name, const nlohmann::json& own_keys = nlohmann::json::object());

  const std::string& name() const;
  const algorithm& operator*() const { return *rule_; }
  const algorithm* operator->() const { return rule_; }

  nlohmann::json keys; ///< the algorithm's own

  bool operator==(const chosen_algorithm& other) const { return rule_ == other.rule_ && keys == other.keys; }

private:
  const algorithm* rule_;
};

} // namespace dk
