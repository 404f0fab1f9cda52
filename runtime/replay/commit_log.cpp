#include "runtime/replay/commit_log.hpp"

#include "algorithms/catalog.hpp"
#include "common/error.hpp"
#include "runtime/record/commit_format.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <set>

namespace dk {

namespace {

constexpr std::uint64_t most_servers = 1U << 16U; // each costs memory before its first line
constexpr auto most_32 = std::numeric_limits<std::uint32_t>::max();
constexpr auto most_64 = std::numeric_limits<std::uint64_t>::max() / 4; // sums of some such numbers do not wrap

// One line as a JSON object whose fields are checked when they are read.
class fields {
public:
  fields(std::string_view text, const std::string& origin, std::size_t line)
      : origin_(origin), line_(line), object_(nlohmann::json::parse(text, nullptr, false)) {
    if (!object_.is_object())
      fail("is not an object of JSON; the log is damaged");
  }

  [[noreturn]] void fail(const std::string& text) const { fail_at(origin_, line_, text); }

  bool has(const char* key) const { return object_.contains(key); }
  const nlohmann::json& object() const { return object_; }

  std::uint64_t whole(const nlohmann::json& value, const std::string& key, std::uint64_t least,
                      std::uint64_t most) const {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least || value.get<std::uint64_t>() > most)
      fail("\"" + key + "\" is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return value.get<std::uint64_t>();
  }

  std::uint64_t whole(const char* key, std::uint64_t least, std::uint64_t most) const {
    return whole(at(key), key, least, most);
  }

  std::uint32_t small(const char* key, std::uint64_t least = 0, std::uint64_t most = most_32) const {
    return static_cast<std::uint32_t>(whole(key, least, most));
  }

  double number(const char* key) const {
    const auto& value = at(key);
    if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0)
      fail("\"" + std::string{key} + "\" is not a number from 0");
    return value.get<double>();
  }

  std::string text(const char* key) const {
    const auto& value = at(key);
    if (!value.is_string())
      fail("\"" + std::string{key} + "\" is not a text");
    return value.get<std::string>();
  }

  const nlohmann::json& array(const char* key, std::size_t size) const {
    const auto& value = at(key);
    if (!value.is_array() || value.size() != size)
      fail("\"" + std::string{key} + "\" is not a list of " + std::to_string(size));
    return value;
  }

  row_range rows(const char* key) const {
    const auto& value = at(key);
    if (!value.is_array() || value.size() != 2)
      fail("\"" + std::string{key} + "\" is not [first, last)");
    return {whole(value[0], key, 0, most_64), whole(value[1], key, 0, most_64)};
  }

private:
  const nlohmann::json& at(const char* key) const {
    const auto found = object_.find(key);
    if (found == object_.end())
      fail("has no \"" + std::string{key} + "\"");
    return *found;
  }

  const std::string& origin_;
  std::size_t line_;
  nlohmann::json object_;
};

commit_log read_header(const fields& line, const std::string& origin) {
  if (!line.has("log") || line.text("log") != "dk-commits")
    line.fail("is no header of a dk-commits log; name the folder of a run that recorded its commits");
  if (const auto version = line.whole("version", 0, most_64); version != 1)
    line.fail("is of format " + std::to_string(version) + ", this dk reads format 1; use the dk that wrote it");
  commit_log log;
  log.origin = origin;
  log.header = line.object();
  const auto batch = line.whole("batch_size", 1, most_32);
  const auto window = line.whole("communication_window", 1, most_64 / batch);
  log.grid = {line.whole("rows", 1, most_64), batch * window, line.small("epochs", 1)};
  log.epochs = log.grid.epochs;
  if (log.grid.chunks_per_epoch() > most_32)
    line.fail("has more chunks than a run can have");
  log.workers = line.small("workers", 1);
  log.servers = line.small("servers", 1, most_servers);
  const auto* rule = line.has("algorithm") ? find_algorithm(line.text("algorithm")) : nullptr;
  log.rounds = rule != nullptr && barrier_of(*rule) != barrier::none;
  return log;
}

// Where a shard stands after the lines so far.
struct shard_progress {
  std::uint64_t version = 0;
  std::uint64_t round = 0;         // the version that the round of the newest line began with
  std::vector<std::uint64_t> made; // numbers of chunks: which made version i + 1
  std::set<std::uint64_t> folded;  // numbers of chunks
};

commit_record read_commit(const fields& line, const commit_log& log) {
  commit_record r;
  r.seconds = line.number("t");
  r.shard = line.small("shard", 0, log.servers - 1);
  r.worker = line.small("worker", 0, log.workers - 1);
  r.chunk = {line.small("epoch", 0, log.grid.epochs - 1), line.small("chunk", 0, log.grid.chunks_per_epoch() - 1)};
  r.rows = line.rows("rows");
  if (const auto due = log.grid.range(r.chunk); !(r.rows == due))
    line.fail("the rows of " + to_string(r.chunk) + " are [" + std::to_string(due.first) + "," +
              std::to_string(due.last) + ")");
  r.base = line.whole("base", 0, most_64);
  r.version = line.whole("version", 0, most_64);
  r.staleness = line.whole("staleness", 0, most_64);
  r.scale = line.number("scale");
  const auto verdict = find_verdict(line.text("verdict"));
  if (!verdict)
    line.fail("\"verdict\" is not one of applied, duplicate, fenced, rejected");
  r.kind = *verdict;
  if (line.has("after"))
    r.after = line.small("after");
  if (line.has("bytes"))
    r.bytes = line.whole("bytes", 0, most_64);
  if (line.has("rate"))
    r.rate = line.number("rate");
  if (line.has("reason"))
    r.reason = line.text("reason");
  return r;
}

// Holds a line against those before it, as parameter_server would have judged the commit.
void follow(const fields& line, const commit_log& log, const commit_record& r, shard_progress& shard) {
  const auto where = "shard " + std::to_string(r.shard);
  const bool applied = r.kind == verdict_kind::applied;
  if (r.version != shard.version + (applied ? 1 : 0))
    line.fail("takes " + where + " from version " + std::to_string(shard.version) + " to " + std::to_string(r.version) +
              "; a line before it is missing");
  if (r.base > shard.version)
    line.fail("base " + std::to_string(r.base) + " is newer than version " + std::to_string(shard.version) + " of " +
              where);
  const bool in_round = log.rounds && applied;
  if (in_round && r.base != shard.round && r.base != shard.version)
    line.fail("base " + std::to_string(r.base) + " is not that of a round of " + where);
  const auto staleness = in_round ? 0 : shard.version - r.base;
  const bool counted = applied || r.kind == verdict_kind::duplicate;
  if (r.staleness != staleness && (counted || r.staleness != 0))
    line.fail("the staleness from base " + std::to_string(r.base) + " is " + std::to_string(staleness));
  const auto number = log.grid.number(r.chunk);
  const bool is_in = shard.folded.count(number) != 0;
  if (is_in && (applied || r.kind == verdict_kind::rejected))
    line.fail(std::string{name_of(r.kind)} + ", but " + where + " had folded " + to_string(r.chunk) + " in before");
  if (!is_in && r.kind == verdict_kind::duplicate && !log.rounds) // or it is in the round that is under way
    line.fail("duplicate, but " + where + " had not folded " + to_string(r.chunk) + " in before");
  if (applied) {
    shard.folded.insert(number);
    shard.made.push_back(number);
  }
  if (in_round)
    shard.round = r.base;
  shard.version = r.version;
}

// A shard goes on from a version that it had before: what it folded in later was lost.
void roll_back(shard_progress& shard, std::uint64_t version) {
  for (; shard.made.size() > version; shard.made.pop_back())
    shard.folded.erase(shard.made.back());
  shard.version = shard.round = version;
}

restart read_restart(const fields& line, commit_log& log, std::map<std::uint32_t, shard_progress>& shards) {
  restart read;
  if (line.has("epochs")) // the run goes on to another number of them
    log.epochs = line.small("epochs", 1);
  log.grid.epochs = std::max(log.grid.epochs, log.epochs);
  read.session = line.small("restart", 1);
  read.commits = log.commits.size();
  read.keeps_worker = line.has("keeps_worker");
  if (read.keeps_worker && log.workers != 1)
    line.fail("keeps its worker, but the run has " + std::to_string(log.workers));
  const auto& versions = line.array("versions", log.servers);
  for (std::uint32_t i = 0; i < log.servers; ++i) {
    auto& shard = shards[i];
    roll_back(shard, line.whole(versions[i], "versions", 0, shard.version));
    read.shards.push_back({shard.version, shard.folded});
  }
  return read;
}

} // namespace

void fail_at(const std::string& origin, std::size_t line, const std::string& text) {
  throw failure{errc::checkpoint, origin + ":" + std::to_string(line) + ": " + text};
}

commit_log parse_commit_log(std::string_view text, const std::string& origin) {
  commit_log log;
  std::map<std::uint32_t, shard_progress> shards;
  std::size_t number = 0;
  for (std::size_t from = 0; from < text.size(); ++number) {
    const auto end = text.find('\n', from);
    if (end == std::string_view::npos)
      fail_at(origin, number + 1, "is torn: the log ends in the middle of this line");
    const fields line{text.substr(from, end - from), origin, number + 1};
    from = end + 1;
    if (number == 0) {
      log = read_header(line, origin);
      continue;
    }
    if (line.has("restart")) {
      log.restarts.push_back(read_restart(line, log, shards));
      continue;
    }
    logged_commit read{number + 1, read_commit(line, log)};
    follow(line, log, read.what, shards[read.what.shard]);
    log.commits.push_back(std::move(read));
  }
  if (number == 0)
    fail_at(origin, 1, "is missing: the log is empty");
  for (std::uint32_t i = 0; i < log.servers; ++i)
    log.versions.push_back(shards[i].version);
  return log;
}

commit_log read_commit_log(const std::string& path, bool grows) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    throw failure{errc::checkpoint,
                  path + ": cannot be read; a run leaves it only with record = true, and `single` never does"};
  std::string text{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  if (grows)
    text.resize(text.rfind('\n') + 1);
  return parse_commit_log(text, path);
}

} // namespace dk
