// docs/algorithms.md lists the algorithms, keys and defaults that the code has.

#include "algorithms/catalog.hpp"
#include "tests/process.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>

using namespace dk::test;

namespace {

// The section of docs/algorithms.md with this heading; empty when there is none.
std::string section_of(const std::string& name) {
  const auto text = content_of(DK_SOURCES "/docs/algorithms.md");
  const auto from = text.find("\n## " + name + "\n");
  return from == std::string::npos ? "" : text.substr(from, text.find("\n## ", from + 1) - from);
}

} // namespace

TEST_CASE("docs/algorithms.md has every algorithm, with its keys and their defaults", "[docs]") {
  for (const auto& name : dk::algorithm_names()) {
    INFO(name);
    const auto text = section_of(name);
    std::size_t at = 0;
    for (const std::string heading : {"What it does", "Formula", "Keys", "When to use it", "What goes wrong"}) {
      INFO(heading);
      const auto found = text.find("\n**" + heading + ".** ", at);
      REQUIRE(found != std::string::npos); // and they come in this order
      at = found;
    }
    const auto keys = text.substr(text.find("**Keys.**"), text.find("**When") - text.find("**Keys.**"));
    nlohmann::json said = nlohmann::json::object();
    const std::regex pattern{"`([a-z_]+)` \\(default ([0-9.]+|\"[a-z]+\")\\)"};
    for (std::sregex_iterator it{keys.begin(), keys.end(), pattern}; it != std::sregex_iterator{}; ++it)
      said[(*it)[1].str()] = nlohmann::json::parse((*it)[2].str());
    CHECK(said == dk::find_algorithm(name)->defaults);
  }
}
