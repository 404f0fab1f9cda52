// docs/config.md lists the keys and defaults that the code has.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <map>
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
  for (const auto* name : {"single", "downpour", "dynsgd", "aeasgd"}) {
    const auto more = printed(job, name);
    real.insert(more.begin(), more.end());
  }
  for (const auto* unset : {"data.test", "model.keras"}) // not printed where they are not given
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
