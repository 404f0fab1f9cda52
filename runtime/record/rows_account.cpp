#include "runtime/record/rows_account.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

namespace dk {

std::string to_string(const rows_ledger& r) {
  return "rows: " + std::to_string(r.expected) + " expected, " + std::to_string(r.applied) + " applied, " +
         std::to_string(r.lost) + " lost, " + std::to_string(r.doubled) + " doubled (" + std::to_string(r.redone) +
         " redone, " + std::to_string(r.duplicates) + " duplicates, " + std::to_string(r.fenced) + " fenced)";
}

void account(const std::vector<shard_tally>& shards, const std::vector<rows_seen>& seen, rows_ledger& into) {
  auto fewest = std::numeric_limits<std::uint64_t>::max();
  const auto hear = [&](std::uint64_t once, std::uint64_t all) {
    fewest = std::min(fewest, once);
    into.doubled = std::max(into.doubled, all - std::min(all, once));
  };
  for (const auto& shard : shards) {
    hear(shard.bitmap_rows, shard.folded_rows);
    into.duplicates += shard.duplicates;
    into.fenced += shard.fenced;
  }
  for (const auto& one : seen)
    hear(one.once, one.all);
  into.applied = shards.empty() && seen.empty() ? 0 : fewest;
  into.lost = into.expected - std::min(into.expected, into.applied);
}

namespace {

// The whole number behind a key of a line that the recorder wrote; those keys come before any text of a peer.
std::uint64_t number_in(std::string_view line, std::string_view key) {
  const auto at = line.find(key);
  return at == std::string_view::npos ? 0 : std::strtoull(line.data() + at + key.size(), nullptr, 10);
}

struct seen_commit {
  std::uint64_t shard;
  std::uint64_t version;
  chunk_id chunk;
};

using on_commit = std::function<void(const seen_commit&)>;
using on_restart = std::function<void(const std::vector<std::uint64_t>& versions)>;

bool is_list_of_numbers(const nlohmann::json& what) {
  return what.is_array() &&
         std::all_of(what.begin(), what.end(), [](const auto& one) { return one.is_number_unsigned(); });
}

// @return whether the log begins with its header, as one does that was kept from the beginning
bool read_lines(const std::string& path, const on_commit& commit, const on_restart& restart) {
  std::ifstream file{path, std::ios::binary};
  std::string line;
  if (!file || !std::getline(file, line) || line.find("\"log\":\"dk-commits\"") == std::string::npos)
    return false;
  while (std::getline(file, line)) {
    if (line.rfind("{\"t\":", 0) != 0) {
      const auto object = nlohmann::json::parse(line, nullptr, false);
      if (!object.is_object() || !object.contains("restart") ||
          !is_list_of_numbers(object.value("versions", nlohmann::json{})))
        return false;
      restart(object.at("versions").get<std::vector<std::uint64_t>>());
    } else if (line.find("\"verdict\":\"applied\"") != std::string::npos) {
      commit({number_in(line, "\"shard\":"),
              number_in(line, "\"version\":"),
              {static_cast<std::uint32_t>(number_in(line, "\"epoch\":")),
               static_cast<std::uint32_t>(number_in(line, "\"chunk\":"))}});
    }
  }
  if (file.bad())
    throw failure{errc::resources, "cannot read " + path + ": " + std::strerror(errno)};
  return true;
}

// Per session, the versions that the next one goes on from; of the last session, none. A line of a session is in the
// center when no later session begins before it.
class live_versions {
public:
  explicit live_versions(std::size_t servers) : servers_(servers) {}

  void add(const std::vector<std::uint64_t>& versions) {
    kept_.push_back(versions);
    kept_.back().resize(servers_);
  }

  void done() {
    kept_.emplace_back(servers_, std::numeric_limits<std::uint64_t>::max());
    for (auto i = kept_.size() - 1; i-- > 0;)
      for (std::size_t shard = 0; shard < servers_; ++shard)
        kept_[i][shard] = std::min(kept_[i][shard], kept_[i + 1][shard]);
  }

  bool has(std::size_t session, std::uint64_t shard, std::uint64_t version) const {
    return version <= kept_[session][shard];
  }

private:
  std::size_t servers_;
  std::vector<std::vector<std::uint64_t>> kept_;
};

} // namespace

std::optional<std::vector<rows_seen>> rows_in_log(const std::string& path, const chunk_grid& grid,
                                                  std::size_t servers) {
  live_versions live{servers};
  std::vector<std::uint64_t> newest(servers);
  bool is_whole = true; // no session goes on from what the log has not
  const auto follow = [&](const seen_commit& one) {
    if (one.shard < servers)
      newest[one.shard] = std::max(newest[one.shard], one.version);
  };
  const auto begin = [&](const std::vector<std::uint64_t>& versions) {
    for (std::size_t i = 0; i < std::min(servers, versions.size()); ++i)
      is_whole = is_whole && versions[i] <= newest[i];
    live.add(versions);
  };
  if (!read_lines(path, follow, begin) || !is_whole)
    return std::nullopt;
  live.done();
  std::vector<rows_seen> seen(servers);
  std::vector<chunk_set> once(servers);
  std::size_t session = 0;
  const auto count = [&](const seen_commit& one) {
    if (one.shard >= servers || !grid.contains(one.chunk) || !live.has(session, one.shard, one.version))
      return;
    const auto rows = grid.range(one.chunk).size();
    seen[one.shard].all += rows;
    seen[one.shard].once += once[one.shard].add(grid.number(one.chunk)) ? rows : 0;
  };
  read_lines(path, count, [&](const auto&) { ++session; });
  return seen;
}

} // namespace dk
