#include "service/store/job_table.hpp"

#include "common/error.hpp"

namespace dk::service {

namespace {

constexpr moment key_lifetime = 24LL * 60 * 60 * 1000;
constexpr std::int64_t submissions_between_cleanings = 1000;

constexpr auto tables = R"(
CREATE TABLE IF NOT EXISTS jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, name TEXT NOT NULL, priority INTEGER NOT NULL,
  state INTEGER NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,
  submitted INTEGER NOT NULL, started INTEGER, ended INTEGER, not_before INTEGER NOT NULL DEFAULT 0,
  exit_status INTEGER, cause TEXT NOT NULL DEFAULT '', config TEXT NOT NULL, settings TEXT NOT NULL,
  files TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_by_turn ON jobs (state, user, priority DESC, id);
CREATE TABLE IF NOT EXISTS submit_keys (
  user TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, job INTEGER NOT NULL, time INTEGER NOT NULL,
  PRIMARY KEY (user, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS submit_keys_by_time ON submit_keys (time);
)";

constexpr auto short_columns = "id, user, name, priority, state, attempt, failures, submitted, started, ended, "
                               "not_before, exit_status, cause";

std::int64_t number_of(job_state state) {
  return static_cast<std::int64_t>(state);
}

std::optional<std::int64_t> optional_number(const statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional{row.number(column)};
}

job_record short_record(const statement& row) {
  job_record got;
  got.id = row.number(0);
  got.user = row.text(1);
  got.name = row.text(2);
  got.priority = row.number(3);
  got.state = static_cast<job_state>(row.number(4));
  got.attempt = row.number(5);
  got.failures = row.number(6);
  got.submitted = row.number(7);
  got.started = optional_number(row, 8);
  got.ended = optional_number(row, 9);
  got.not_before = row.number(10);
  got.exit_status = optional_number(row, 11);
  got.cause = row.text(12);
  return got;
}

job_record whole_record(const statement& row) {
  auto got = short_record(row);
  got.config = row.text(13);
  got.settings = row.text(14);
  got.files = row.text(15);
  return got;
}

std::string select(const std::string& rest, bool whole = true) {
  return "SELECT " + std::string{short_columns} + (whole ? ", config, settings, files" : "") + " FROM jobs " + rest;
}

const database& with_tables(const database& in) {
  in.run(tables);
  return in;
}

bool goes_before(const job_record& a, const job_record& b) {
  return a.priority != b.priority ? a.priority > b.priority : a.id < b.id;
}

} // namespace

job_table::job_table(const database& in, user_limits limits)
    : in_(&with_tables(in)), limits_(limits),
      add_job_(in.prepare("INSERT INTO jobs (user, name, priority, state, submitted, config, settings, files) "
                          "VALUES (?, ?, ?, 0, ?, ?, ?, ?)")),
      find_key_(in.prepare("SELECT job, fingerprint FROM submit_keys WHERE user = ? AND key = ? AND time > ?")),
      add_key_(in.prepare("INSERT OR REPLACE INTO submit_keys VALUES (?, ?, ?, ?, ?)")) {
  count_again();
}

std::optional<receipt> job_table::seen_before(const submission& what) {
  if (what.key.empty())
    return std::nullopt;
  if (!find_key_.with(what.user, what.key, what.time - key_lifetime).step())
    return std::nullopt;
  const auto is_same = find_key_.text(1) == what.fingerprint;
  const receipt before{is_same ? receipt::outcome::known : receipt::outcome::conflicting, find_key_.number(0)};
  find_key_.step(); // to its end
  return before;
}

receipt job_table::submit(const submission& what) {
  if (const auto before = seen_before(what))
    return *before;
  if (count_of(what.user, job_state::queued) + running(what.user) >= limits_.unfinished)
    return {receipt::outcome::too_many, 0};
  add_job_.with(what.user, what.name, what.priority, what.time, what.config, what.settings, what.files).run();
  const auto id = in_->last_id();
  if (!what.key.empty())
    add_key_.with(what.user, what.key, what.fingerprint, id, what.time).run();
  if (++submissions_ % submissions_between_cleanings == 0)
    in_->prepare("DELETE FROM submit_keys WHERE time <= ?").with(what.time - key_lifetime).run();
  add(what.user, job_state::queued, 1);
  return {receipt::outcome::accepted, id};
}

std::optional<job_record> job_table::find(std::int64_t id) {
  auto found = in_->prepare(select("WHERE id = ?"));
  return found.with(id).step() ? std::optional{whole_record(found)} : std::nullopt;
}

std::vector<job_record> job_table::list(const job_query& wanted) {
  auto found =
      in_->prepare(select("WHERE (?1 = '' OR user = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 = 0 OR id < ?3) "
                          "ORDER BY id DESC LIMIT ?4",
                          false));
  const auto state = wanted.state ? std::optional{number_of(*wanted.state)} : std::nullopt;
  found.with(wanted.user, state, wanted.before, wanted.most);
  std::vector<job_record> all;
  while (found.step())
    all.push_back(short_record(found));
  return all;
}

std::optional<job_record> job_table::next(moment now) {
  auto found =
      in_->prepare(select("WHERE state = 0 AND user = ? AND not_before <= ? ORDER BY priority DESC, id LIMIT 1"));
  std::optional<job_record> best;
  for (const auto& one : users_) {
    const auto& user = one.first;
    if (count_of(user, job_state::queued) == 0 || running(user) >= limits_.running)
      continue;
    if (!found.with(user, now).step())
      continue;
    auto job = whole_record(found);
    if (!best || goes_before(job, *best))
      best = std::move(job);
  }
  return best;
}

std::optional<moment> job_table::next_attempt(moment now) {
  auto found = in_->prepare("SELECT min(not_before) FROM jobs WHERE state = 0 AND failures > 0 AND not_before > ?");
  return found.with(now).step() ? optional_number(found, 0) : std::nullopt;
}

bool job_table::take(const job_step& step) {
  if (!may_follow(step.from, step.to))
    throw failure{errc::internal, std::string{"a job went from "} + word_of(step.from) + " to " + word_of(step.to)};
  const auto job = find(step.id);
  if (!job || job->state != step.from)
    return false;
  const auto is_start = step.to == job_state::starting;
  const auto is_resumed = is_end(step.from);
  in_->prepare(
         "UPDATE jobs SET state = ?, attempt = attempt + ?, failures = ?, started = ?, ended = ?, not_before = ?, "
         "exit_status = ?, cause = ? WHERE id = ?")
      .with(number_of(step.to), std::int64_t{step.is_new_attempt},
            is_resumed ? std::int64_t{0} : job->failures + std::int64_t{step.has_failed},
            is_start ? std::optional{step.time} : job->started,
            is_end(step.to) ? std::optional{step.time} : std::nullopt, step.not_before, step.exit_status, step.cause,
            step.id)
      .run();
  add(job->user, step.from, -1);
  add(job->user, step.to, 1);
  return true;
}

bool job_table::remove(std::int64_t id) {
  const auto job = find(id);
  if (!job || !is_end(job->state))
    return false;
  in_->prepare("DELETE FROM jobs WHERE id = ?").with(id).run();
  add(job->user, job->state, -1);
  return true;
}

std::vector<job_record> job_table::under_way() {
  auto found = in_->prepare(select("WHERE state IN (1, 2, 3) ORDER BY id"));
  std::vector<job_record> all;
  while (found.step())
    all.push_back(whole_record(found));
  return all;
}

std::int64_t job_table::count(job_state state) const {
  std::int64_t sum = 0;
  for (const auto& one : users_)
    sum += count_of(one.first, state);
  return sum;
}

void job_table::count_again() {
  users_.clear();
  auto found = in_->prepare("SELECT user, state, count(*) FROM jobs GROUP BY user, state");
  while (found.step())
    users_[found.text(0)][static_cast<job_state>(found.number(1))] = found.number(2);
}

void job_table::add(const std::string& user, job_state state, std::int64_t by) {
  users_[user][state] += by;
}

std::int64_t job_table::count_of(const std::string& user, job_state state) const {
  const auto found = users_.find(user);
  if (found == users_.end())
    return 0;
  const auto some = found->second.find(state);
  return some == found->second.end() ? 0 : some->second;
}

std::int64_t job_table::running(const std::string& user) const {
  return count_of(user, job_state::starting) + count_of(user, job_state::running) + count_of(user, job_state::stopping);
}

} // namespace dk::service
