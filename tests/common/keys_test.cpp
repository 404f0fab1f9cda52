#include "common/keys.hpp"

#include <catch2/catch.hpp>

using dk::key_failure;
using dk::key_fault;
using dk::key_kind;
using dk::key_rule;
using nlohmann::json;

namespace {

void refuse_odd(const json& value) {
  if (value.is_array())
    throw key_failure{"the second is odd", "1"};
  throw dk::failure{dk::errc::config, "it is odd"};
}

const std::vector<key_rule> rules{
    {"rate", key_kind::number, true, {0, 1}},
    {"values", key_kind::numbers, false, dk::at_least(0)},
    {"mode", key_kind::word, false, {}, {"fast", "slow"}},
    {"odd", key_kind::part, false, {}, {}, refuse_odd},
};

// The path of the failure, with "name " or "value " in front, and its text: the cause, and what a part says.
std::string fault_of(const json& table) {
  try {
    dk::check_keys(table, rules, [](const key_fault& of) {
      return std::to_string(static_cast<int>(of.why)) + ' ' + of.found.dump() + ' ' + of.refusal;
    });
  } catch (const key_failure& why) {
    return (why.at_fault() == key_failure::side::name ? "name " : "value ") + why.path() + ": " + why.what();
  }
  return "none";
}

std::string cause(key_fault::cause of) {
  return std::to_string(static_cast<int>(of)) + ' ';
}

} // namespace

TEST_CASE("a failure about a key says which one, and which side of it", "[common]") {
  CHECK(fault_of({{"rate", 0.5}, {"values", {1, 2}}, {"mode", "fast"}}) == "none");
  CHECK(fault_of({{"rat", 0.5}}) == "name rat: " + cause(key_fault::cause::unknown) + "0.5 ");
  CHECK(fault_of(json::object()) == "value rate: " + cause(key_fault::cause::missing) + "null ");
  CHECK(fault_of({{"rate", "x"}}) == "value rate: " + cause(key_fault::cause::kind) + "\"x\" ");
  CHECK(fault_of({{"rate", 1}}) == "value rate: " + cause(key_fault::cause::range) + "1 ");
  CHECK(fault_of({{"rate", 0}, {"values", {1, -2}}}) == "value values/1: " + cause(key_fault::cause::range) + "-2 ");
  CHECK(fault_of({{"rate", 0}, {"mode", "fats"}}) == "value mode: " + cause(key_fault::cause::word) + "\"fats\" ");
  CHECK(fault_of({{"rate", 0}, {"odd", 3}}) == "value odd: " + cause(key_fault::cause::part) + "3 it is odd");
  CHECK(fault_of({{"rate", 0}, {"odd", {2, 3}}}) ==
        "value odd/1: " + cause(key_fault::cause::part) + "[2,3] the second is odd");
}

TEST_CASE("a fault has the same words in every table", "[common]") {
  const auto words = [](const json& table, const std::string& place = "") {
    try {
      dk::check_keys(table, rules, [&](const key_fault& of) { return dk::in_words(of, rules, place); });
    } catch (const key_failure& why) {
      return std::string{why.what()};
    }
    return std::string{"none"};
  };
  CHECK(words({{"rat", 0.5}}) == "unknown key `rat` (did you mean \"rate\"?)");
  CHECK(words({{"zzzzzz", 0.5}}, " in [table]") ==
        "unknown key `zzzzzz` in [table]; its keys are: rate, values, mode, odd");
  CHECK(words(json::object()) == "`rate` is missing, expected a number of at least 0 and below 1");
  CHECK(words({{"rate", "x"}}, " in [table]") ==
        "`rate` in [table] is \"x\", expected a number of at least 0 and below 1");
  CHECK(words({{"rate", 1}}) == "`rate` is 1, expected a number of at least 0 and below 1");
  CHECK(words({{"rate", 0}, {"values", {1, -2}}}) == "`values` holds -2, expected a list of numbers of at least 0");
  CHECK(words({{"rate", 0}, {"mode", "fats"}}) ==
        "`mode` is \"fats\", expected one of: fast, slow (did you mean \"fast\"?)");
  CHECK(words({{"rate", 0}, {"odd", 3}}) == "odd: it is odd");
}

TEST_CASE("what a rule expects is said in words", "[common]") {
  const auto number = [](dk::number_range range, key_kind kind = key_kind::number) {
    return dk::expected({"x", kind, false, range});
  };
  CHECK(number({}) == "a number");
  CHECK(number({0, 1}) == "a number of at least 0 and below 1");
  CHECK(number(dk::above(0)) == "a number above 0");
  CHECK(number(dk::above_to(0, 1e6, "seconds")) == "a number of seconds above 0 and at most 1,000,000");
  CHECK(number(dk::from_to(0.001, 1e6, "seconds")) == "a number of seconds from 0.001 to 1,000,000");
  CHECK(number(dk::from_to(1e-6, 1e9)) == "a number from 0.000001 to 1e9");
  CHECK(number({0, 1U << 30U}) == "a number of at least 0 and below 1,073,741,824");
  CHECK(number({1e-9, 1e12, true, true, "", true}) == "0, or a number from 1e-9 to 1e12");
  CHECK(number(dk::at_least(0, "epochs")) == "a number of epochs, at least 0");
  CHECK(number(dk::from_to(1, 1e9), key_kind::whole) == "a whole number from 1 to 1,000,000,000");
  CHECK(number(dk::at_least(1), key_kind::whole_list) == "a list, each a whole number of at least 1");
  CHECK(dk::expected({"x", key_kind::word, false, {}, {"a", "b"}}) == "one of: a, b");
  CHECK(dk::number_range{1, 2, true, true, "", true}.holds(0));
}
