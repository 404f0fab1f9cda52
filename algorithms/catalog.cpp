#include "algorithms/catalog.hpp"

#include "algorithms/adag.hpp"
#include "algorithms/aeasgd.hpp"
#include "algorithms/averaging.hpp"
#include "algorithms/downpour.hpp"
#include "algorithms/dynsgd.hpp"
#include "algorithms/eamsgd.hpp"
#include "algorithms/easgd.hpp"
#include "algorithms/ensemble.hpp"
#include "algorithms/experimental.hpp"
#include "algorithms/single.hpp"
#include "algorithms/sync.hpp"

#include <algorithm>

// Every algorithm, in the order in which they are told.
#define DK_ALGORITHMS(X)                                                                                               \
  X(single)                                                                                                            \
  X(ensemble)                                                                                                          \
  X(sync)                                                                                                              \
  X(averaging)                                                                                                         \
  X(easgd)                                                                                                             \
  X(aeasgd)                                                                                                            \
  X(eamsgd)                                                                                                            \
  X(downpour)                                                                                                          \
  X(adag)                                                                                                              \
  X(dynsgd)                                                                                                            \
  X(experimental)

namespace dk {

namespace {

const std::vector<algorithm>& catalog() {
#define DK_ENTRY(name) name(),
  static const std::vector<algorithm> all{DK_ALGORITHMS(DK_ENTRY)};
#undef DK_ENTRY
  return all;
}

} // namespace

const algorithm* find_algorithm(std::string_view name) {
  for (const auto& one : catalog())
    if (one.name == name || std::find(one.aliases.begin(), one.aliases.end(), name) != one.aliases.end())
      return &one;
  return nullptr;
}

barrier barrier_of(const algorithm& of) {
  return of.has_server() ? of.server(of.defaults, {"sgd", {}}).barrier : barrier::none;
}

std::vector<std::string> algorithm_names() {
  std::vector<std::string> names;
  for (const auto& one : catalog())
    names.push_back(one.name);
  return names;
}

} // namespace dk
