// docs/config.md lists the keys and defaults that the code has.

#include "algorithms/catalog.hpp"
#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

using namespace dk::test;

namespace {

using key_table = std::map<std::string, std::string>;

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" `");
  const auto last = text.find_last_not_of(" `");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

// The rows | `key` | accepted | default | meaning |
key_table documented() {
  key_table found;
  for (const auto& line : lines_of(content_of(DK_SOURCES "/docs/config.md"))) {
    std::vector<std::string> cells;
    for (std::size_t from = 0, bar = 0; (bar = line.find('|', from)) != std::string::npos; from = bar + 1)
      cells.push_back(trimmed(line.substr(from, bar - from)));
    const bool is_key =
        cells.size() == 5 && (cells[1].find('.') != std::string::npos || cells[1] == "name" || cells[1] == "seed");
    if (is_key)
      found[cells[1]] = cells[3];
  }
  return found;
}

// What --print-config says, as section.key = value.
key_table printed(const toy_job& job, const std::string& algorithm) {
  const auto bare =
      job.folder.write("bare.cfg", "[data]\ntrain = { format = \"csv\", path = \"points.csv\" }\n[model]\n"
                                   "input = [2]\nlayers = [ { dense = 2 } ]\n[trainer]\nalgorithm = \"" +
                                       algorithm + "\"\n");
  key_table found;
  std::string section;
  for (const auto& line : lines_of(run({DK_DRIVER, bare, "--print-config"}).out)) {
    const auto equals = line.find(" = ");
    if (!line.empty() && line[0] == '[')
      section = line.substr(1, line.find(']') - 1) + '.';
    else if (equals != std::string::npos && line[0] != ' ')
      found[(section == "." ? "" : section) + line.substr(0, equals)] = line.substr(equals + 3);
  }
  return found;
}

} // namespace

TEST_CASE("docs/config.md lists every key with its default", "[docs]") {
  const toy_job job;
  auto real = printed(job, "adag");
  real["trainer.max_staleness"] = "10"; // printed with a policy that has a bound
  for (const auto* unset :              // not printed where they are not given
       {"data.test", "data.validate", "model.keras", "model.weights", "model.inputs", "model.outputs",
        "model.trainable", "trainer.loss_weights", "trainer.class_weight"})
    real[unset] = "";
  const auto said = documented();
  for (const auto& [key, value] : real) {
    INFO(key);
    REQUIRE(said.count(key) == 1);
    if (said.at(key) != "*none*")
      CHECK(said.at(key) == value);
  }
  for (const auto& [key, value] : said) {
    INFO(key);
    CHECK(real.count(key) == 1);
  }
}

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
