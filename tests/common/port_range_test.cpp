#include "common/port_range.hpp"

#include <catch2/catch.hpp>

using namespace dk;

TEST_CASE("a range of ports is read and written", "[common][ports]") {
  const auto range = parse_ports("7100-7199");
  CHECK(range.first == 7100);
  CHECK(range.last == 7199);
  CHECK(range.size() == 100);
  CHECK_FALSE(range.any());
  CHECK(to_string(range) == "7100-7199");
  CHECK(to_string(parse_ports("80")) == "80");
  CHECK(parse_ports("1-65535").size() == 65535);
  CHECK(port_range{}.any());
}
