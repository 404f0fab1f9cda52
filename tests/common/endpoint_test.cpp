#include "common/endpoint.hpp"

#include "tests/support.hpp"

#include <catch2/catch.hpp>

using namespace dk;
using namespace dk::test;

TEST_CASE("an endpoint is a host and a port", "[common][endpoint]") {
  CHECK(parse_endpoint("localhost:7077") == endpoint{"localhost", 7077});
  CHECK(parse_endpoint("localhost:0", 0) == endpoint{"localhost", 0});
  CHECK(to_string(parse_endpoint("[fe80::1]:65535")) == "[fe80::1]:65535");
  for (const auto* bad : {"", ":", "host", "host:", ":1", "host:0", "host:65536", "host:x", "host:1x", "a:b:1", "a b:1",
                          "[]:1", "host:-1"})
    CHECK(failure_of(errc::config, [&] { parse_endpoint(bad); }) ==
          "\"" + std::string{bad} +
              "\" is not an address; expected HOST:PORT with a port from 1 to 65535, as in host1:7077");
}

TEST_CASE("a loopback address is reached from this host only", "[common][endpoint]") {
  for (const auto* near : {"localhost:1", "127.0.0.1:1", "127.8.9.1:1", "[::1]:1"})
    CHECK(is_loopback(parse_endpoint(near)));
  for (const auto* far : {"0.0.0.0:1", "host1:1", "[::]:1", "12.7.0.1:1"})
    CHECK_FALSE(is_loopback(parse_endpoint(far)));
}
