#include "algorithms/catalog.hpp"

#include "algorithms/loops.hpp"
#include "common/error.hpp"
#include "tests/walk.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace dk;

TEST_CASE("an algorithm is found by its name and by its aliases", "[algorithms][catalog]") {
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
    CHECK_FALSE((found->has_server() && found->share)); // rows are shared out by the server's ledger
    if (!found->has_server())
      continue;
    const auto rule = found->server(found->defaults, {"sgd", {{"learning_rate", 0.1}}});
    CHECK(static_cast<bool>(rule.fold) == (rule.barrier == barrier::none));
    CHECK(static_cast<bool>(rule.close) == (rule.barrier != barrier::none));
  }
}

TEST_CASE("every algorithm is worked out by it", "[algorithms][catalog]") {
  for (const auto& name : algorithm_names())
    dk::test::check_tagged("algorithm", name, "algorithms", "tests/algorithms/mailbox_test.cpp");
}

namespace {

// What a server makes of center (1, 1) and delta (2, -4), when the policy lets it count this much.
std::pair<std::vector<float>, double> fold(const server_rule& rule, double scale) {
  const std::vector<float> ones{1, 1};
  const std::vector<float> moved{2, -4};
  const center now{7, block::copy_of(ones.data(), 2)};
  commit from;
  from.delta = block::copy_of(moved.data(), 2);
  std::vector<float> next(2);
  const auto done = rule.fold({now, from, scale, next.data(), ones.data()});
  CHECK(done.finite);
  return {next, done.scale};
}

} // namespace

TEST_CASE("the shared server rule adds what the policy leaves of a commit", "[algorithms]") {
  CHECK(fold(add(), 1).first == std::vector<float>{3, -3});
  CHECK(fold(add(), 1).second == 1);
  CHECK(fold(add(), 0.25).first == std::vector<float>{1.5F, 0});
  CHECK(fold(add(), 0.25).second == 0.25);
}

TEST_CASE("every server that takes commits as they come lets them count as the policy says", "[algorithms]") {
  for (const auto& name : algorithm_names()) {
    const auto* const found = find_algorithm(name);
    if (!found->has_server() || barrier_of(*found) != barrier::none)
      continue;
    INFO(name);
    const auto rule = found->server(found->defaults, {});
    const auto whole = fold(rule, 1);
    const auto quarter = fold(rule, 0.25);
    CHECK(quarter.second == whole.second / 4);
    for (std::size_t i = 0; i < 2; ++i)
      CHECK(quarter.first[i] - 1 == Approx((whole.first[i] - 1) / 4));
  }
}

TEST_CASE("an algorithm says under which policy it runs", "[algorithms][catalog]") {
  CHECK(find_algorithm("adag")->policy == policy_kind::accept);
  CHECK(find_algorithm("dynsgd")->policy == policy_kind::scale);
}

TEST_CASE("sync refuses to clip norms that its shards do not know", "[algorithms][catalog]") {
  const auto* const sync = find_algorithm("sync");
  CHECK_THROWS_AS(sync->server(sync->defaults, {"sgd", {{"clipnorm", 1.0}}}), failure);
  CHECK_NOTHROW(sync->server(sync->defaults, {"sgd", {{"clipvalue", 1.0}}}));
}
