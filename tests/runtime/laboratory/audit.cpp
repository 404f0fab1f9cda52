#include "tests/runtime/laboratory/audit.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace dk::test {

namespace {

using nlohmann::json;

struct past {
  std::uint64_t version = 0;
  std::set<std::uint64_t> folded;
};

std::string check_line(const json& line, const chunk_grid& grid, bool rounds, past& shard) {
  const chunk_id chunk{line.at("epoch").get<std::uint32_t>(), line.at("chunk").get<std::uint32_t>()};
  const auto verdict = line.at("verdict").get<std::string>();
  const auto version = line.at("version").get<std::uint64_t>();
  const auto base = line.at("base").get<std::uint64_t>();
  if (!grid.contains(chunk))
    return "no such chunk";
  if (!(grid.range(chunk) == row_range{line.at("rows").at(0), line.at("rows").at(1)}))
    return "not the chunk's rows";
  if (base > shard.version)
    return "a base that is not there yet";
  if ((verdict == "applied" || verdict == "duplicate") && !rounds &&
      line.at("staleness").get<std::uint64_t>() != shard.version - base)
    return "a wrong staleness";
  if (verdict == "applied") {
    ++shard.version;
    if (!shard.folded.insert(grid.number(chunk)).second)
      return "a chunk that was folded in before";
  }
  if (verdict == "duplicate" && shard.folded.count(grid.number(chunk)) == 0 && !rounds)
    return "a duplicate of nothing";
  return version == shard.version ? "" : "a wrong version";
}

} // namespace

std::string audit(const std::string& path, const chunk_grid& grid, std::uint32_t servers, bool rounds) {
  std::vector<past> shards(servers);
  std::ifstream file{path};
  std::string text;
  std::getline(file, text); // the header
  for (int number = 2; std::getline(file, text); ++number) {
    const auto line = json::parse(text);
    if (line.contains("restart")) {
      for (std::size_t i = 0; i < shards.size(); ++i)
        if (line.at("versions").at(i) != shards[i].version)
          return "line " + std::to_string(number) + ": a restart from another version";
      continue;
    }
    const auto wrong = check_line(line, grid, rounds, shards.at(line.at("shard").get<std::size_t>()));
    if (!wrong.empty())
      return "line " + std::to_string(number) + ": " + wrong;
  }
  for (const auto& shard : shards)
    if (shard.folded.size() != grid.chunks())
      return "a shard has " + std::to_string(shard.folded.size()) + " of " + std::to_string(grid.chunks()) + " chunks";
  return "";
}

} // namespace dk::test
