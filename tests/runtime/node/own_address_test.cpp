#include "runtime/node/own_address.hpp"

#include <catch2/catch.hpp>

using namespace dk;

TEST_CASE("a host reaches itself by its own address", "[runtime][node]") {
  CHECK(address_towards({"127.0.0.1", 7077}) == "127.0.0.1");
  CHECK(address_towards({"127.0.0.9", 7077}).has_value());
  CHECK_FALSE(address_towards({"no such host", 7077}));
  CHECK_FALSE(address_of_a_card(false).empty());
}
