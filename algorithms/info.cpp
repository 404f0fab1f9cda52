#include "algorithms/info.hpp"

#include <algorithm>

namespace dk {

namespace {

const std::vector<algorithm_info>& infos() {
  static const std::vector<algorithm_info> all{
      {"single", {}, nlohmann::json::object(), false},
      {"downpour", {}, nlohmann::json::object(), true},
      {"adag", {"agn"}, nlohmann::json::object(), true},
      {"dynsgd", {}, nlohmann::json::object(), true},
      {"aeasgd", {}, {{"rho", 5.0}, {"learning_rate", 0.1}}, true},
  };
  return all;
}

} // namespace

const algorithm_info* find_algorithm(std::string_view name) {
  for (const auto& info : infos())
    if (info.name == name || std::find(info.aliases.begin(), info.aliases.end(), name) != info.aliases.end())
      return &info;
  return nullptr;
}

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  for (const auto& info : infos())
    names.push_back(info.name);
  return names;
}

} // namespace dk
