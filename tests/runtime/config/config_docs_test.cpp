// docs/config.md lists the keys that the code has, with what they take, their defaults and what they are.
#include "runtime/config/config_sections.hpp"
#include "runtime/config/toml_text.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace {

/// The cells of a row | `key` | expected | default | meaning |
struct documented_key {
  std::string expected;
  std::string usual;
  std::string meaning;
};

// Without the marks of code and links, and without the spaces around it.
std::string bare_text(const std::string& cell) {
  static const std::regex link{R"(\[([^\]]+)\]\([^)]+\))"};
  auto text = std::regex_replace(cell, link, "$1");
  text.erase(std::remove(text.begin(), text.end(), '`'), text.end());
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::map<std::string, documented_key> documented_keys() {
  std::map<std::string, documented_key> found;
  std::ifstream file{DK_SOURCES "/docs/config.md"};
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    for (std::size_t from = 0, bar = 0; (bar = line.find('|', from)) != std::string::npos; from = bar + 1)
      cells.push_back(bare_text(line.substr(from, bar - from)));
    const bool is_key =
        cells.size() == 5 && (cells[1].find('.') != std::string::npos || cells[1] == "name" || cells[1] == "seed");
    if (is_key)
      found[cells[1]] = {cells[2], cells[3], cells[4]};
  }
  return found;
}

// The default as the documents say it: "*none*" stands for what is empty.
std::string usual_value(const dk::config_key& key, const dk::job& defaults, const std::string& said) {
  const auto value = key.value(defaults);
  const bool is_empty = value.empty() || value == "";
  return is_empty && (said == "*none*" || value.is_null()) ? "*none*" : dk::to_toml(value);
}

} // namespace

TEST_CASE("docs/config.md says of every key what it takes, its default and what it is", "[docs]") {
  const auto said = documented_keys();
  const auto defaults = dk::parse_job("", "f.cfg", "/base");
  std::set<std::string> real;
  for (const auto& section : dk::config_sections())
    for (const auto& key : section.keys) {
      const auto name = section.name.empty() ? key.rule.name : section.name + '.' + key.rule.name;
      INFO(name);
      real.insert(name);
      REQUIRE(said.count(name) == 1);
      const auto& here = said.at(name);
      CHECK(here.expected == dk::expected(key.rule));
      CHECK(here.usual == usual_value(key, defaults, here.usual));
      CHECK(here.meaning.substr(0, bare_text(key.text).size()) == bare_text(key.text));
    }
  for (const auto& [name, unused] : said) {
    INFO(name);
    CHECK(real.count(name) == 1);
  }
}
