#include "algorithms/catalog.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace dk;

TEST_CASE("the catalog knows its algorithms", "[algorithms][catalog]") {
  CHECK(algorithm_names() == std::vector<std::string>{"single", "downpour", "adag", "dynsgd", "aeasgd"});
  CHECK(find_algorithm("agn") == find_algorithm("adag"));
  CHECK(find_algorithm("sgd") == nullptr);
  CHECK(find_algorithm("") == nullptr);
}

TEST_CASE("every algorithm has defaults, rules and names of its own", "[algorithms][catalog]") {
  std::set<std::string> names;
  for (const auto& name : algorithm_names()) {
    INFO(name);
    const auto* const found = find_algorithm(name);
    REQUIRE(found != nullptr);
    CHECK(found->name == name);
    CHECK(names.insert(name).second);
    for (const auto& alias : found->aliases) {
      CHECK(names.insert(alias).second);
      CHECK(find_algorithm(alias) == found);
    }
    CHECK(found->defaults.is_object());
    CHECK(found->worker(found->defaults).at_chunk_end);
    CHECK(found->has_server() == (name != "single"));
    if (found->has_server())
      CHECK(found->server(found->defaults));
  }
}

namespace {

// What the server makes of center (1, 1) and delta (2, -4) at some staleness.
std::pair<std::vector<float>, double> fold(const std::string& name, std::uint64_t staleness) {
  const auto* const rule = find_algorithm(name);
  const std::vector<float> ones{1, 1};
  const std::vector<float> moved{2, -4};
  const center now{7, block::copy_of(ones.data(), 2)};
  commit from;
  from.delta = block::copy_of(moved.data(), 2);
  std::vector<float> next(2);
  const auto done = rule->server(rule->defaults)({now, from, staleness, next.data()});
  CHECK(done.finite);
  return {next, done.scale};
}

} // namespace

TEST_CASE("the servers that add take the whole delta, however stale", "[algorithms][downpour][adag][aeasgd]") {
  for (const std::string name : {"downpour", "adag", "aeasgd"})
    for (const std::uint64_t staleness : {0U, 1U, 9U}) {
      const auto [next, scale] = fold(name, staleness);
      CHECK(next == std::vector<float>{3, -3});
      CHECK(scale == 1);
    }
}

TEST_CASE("a delta that missed one commit counts half", "[algorithms][dynsgd]") {
  CHECK(fold("dynsgd", 0).first == std::vector<float>{3, -3});
  const auto [next, scale] = fold("dynsgd", 1);
  CHECK(next == std::vector<float>{2, -1});
  CHECK(scale == 0.5);
  CHECK(fold("dynsgd", 3).first == std::vector<float>{1.5F, 0});
  CHECK(fold("dynsgd", 3).second == 0.25);
}
