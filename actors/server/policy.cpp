#include "actors/server/policy.hpp"

#include <array>
#include <utility>

namespace dk {

namespace {

constexpr std::array<std::pair<std::string_view, policy_kind>, 5> policies{{
    {"accept", policy_kind::accept},
    {"scale", policy_kind::scale},
    {"distance", policy_kind::distance},
    {"wait", policy_kind::wait},
    {"reject", policy_kind::reject},
}};

} // namespace

std::optional<policy_kind> find_policy(std::string_view name) {
  for (const auto& [known, kind] : policies)
    if (known == name)
      return kind;
  return std::nullopt;
}

std::string_view name_of(policy_kind kind) {
  for (const auto& [name, known] : policies)
    if (known == kind)
      return name;
  return "";
}

std::vector<std::string> policy_names() {
  std::vector<std::string> names;
  for (const auto& one : policies)
    names.emplace_back(one.first);
  return names;
}

bool is_bounded(policy_kind kind) {
  return kind == policy_kind::wait || kind == policy_kind::reject;
}

double distance_scale(double delta_length, double distance) {
  return distance == 0 ? 1 : delta_length / (delta_length + distance);
}

} // namespace dk
