#include "algorithms/catalog.hpp"

#include "common/error.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace dk;

TEST_CASE("the catalog knows its algorithms", "[algorithms][catalog]") {
  CHECK(algorithm_names() == std::vector<std::string>{"single", "ensemble", "sync", "averaging", "easgd", "aeasgd",
                                                      "eamsgd", "downpour", "adag", "dynsgd", "experimental"});
  CHECK(find_algorithm("agn") == find_algorithm("adag"));
  CHECK(find_algorithm("adaptive") == find_algorithm("experimental"));
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
    CHECK(found->has_server() == (name != "single" && name != "ensemble"));
    if (!found->has_server())
      continue;
    const auto rule = found->server(found->defaults, {"sgd", {{"learning_rate", 0.1}}});
    CHECK(static_cast<bool>(rule.fold) == (rule.barrier == barrier::none));
    CHECK(static_cast<bool>(rule.close) == (rule.barrier != barrier::none));
  }
}

namespace {

// What the server makes of center (1, 1) and delta (2, -4), when the policy lets it count this much.
std::pair<std::vector<float>, double> fold(const std::string& name, double scale) {
  const auto* const rule = find_algorithm(name);
  const std::vector<float> ones{1, 1};
  const std::vector<float> moved{2, -4};
  const center now{7, block::copy_of(ones.data(), 2)};
  commit from;
  from.delta = block::copy_of(moved.data(), 2);
  std::vector<float> next(2);
  const auto done = rule->server(rule->defaults, {}).fold({now, from, scale, next.data(), ones.data()});
  CHECK(done.finite);
  return {next, done.scale};
}

} // namespace

TEST_CASE("every server that takes commits as they come adds what the policy leaves of them", "[algorithms]") {
  for (const std::string name : {"downpour", "adag", "dynsgd", "aeasgd", "eamsgd", "experimental"}) {
    INFO(name);
    CHECK(fold(name, 1).first == std::vector<float>{3, -3});
    CHECK(fold(name, 1).second == 1);
    CHECK(fold(name, 0.25).first == std::vector<float>{1.5F, 0});
    CHECK(fold(name, 0.25).second == 0.25);
  }
}

TEST_CASE("only DynSGD has a policy of its own", "[algorithms][dynsgd]") {
  for (const auto& name : algorithm_names())
    CHECK(find_algorithm(name)->policy == (name == "dynsgd" ? policy_kind::scale : policy_kind::accept));
}

TEST_CASE("sync refuses to clip norms that its shards do not know", "[algorithms][catalog]") {
  const auto* const sync = find_algorithm("sync");
  CHECK_THROWS_AS(sync->server(sync->defaults, {"sgd", {{"clipnorm", 1.0}}}), failure);
  CHECK_NOTHROW(sync->server(sync->defaults, {"sgd", {{"clipvalue", 1.0}}}));
}
