#include "common/error.hpp"
#include "common/request_failure.hpp"

#include <catch2/catch.hpp>

using dk::errc;

TEST_CASE("every code has its name and its exit status", "[common][error]") {
  CHECK(dk::code_name(errc::internal) == "E_INTERNAL");
  CHECK(dk::code_name(errc::cancelled) == "E_CANCELLED");
  CHECK(dk::exit_status(errc::usage) == 2);
  CHECK(dk::exit_status(errc::data) == 3);
  CHECK(dk::exit_status(errc::checkpoint) == 4);
  CHECK(dk::exit_status(errc::bind) == 5);
  CHECK(dk::exit_status(errc::version) == 7);
  CHECK(dk::exit_status(errc::nodes) == 8);
  CHECK(dk::exit_status(errc::diverged) == 9);
  CHECK(dk::exit_status(errc::resources) == 10);
  CHECK(dk::exit_status(errc::cancelled) == 11);
}

TEST_CASE("a code nobody knows counts as internal", "[common][error]") {
  CHECK(dk::code_name(static_cast<errc>(0)) == "E_INTERNAL");
  CHECK(dk::exit_status(static_cast<errc>(200)) == 1);
}

TEST_CASE("an error is one line", "[common][error]") {
  CHECK(dk::to_line({errc::data, "a.csv:7: bad\nvalue"}) == "E_DATA a.csv:7: bad value");
}

TEST_CASE("a failure of a request names members, or a program's options", "[common]") {
  const dk::request_failure why{dk::errc::usage, "a: choose another " + dk::request_member("out") + ", or not"};
  CHECK(why.what() == std::string{"a: choose another `out`, or not"});
  CHECK(dk::to_line(why.with_options()) == "E_USAGE a: choose another --out, or not");
}
