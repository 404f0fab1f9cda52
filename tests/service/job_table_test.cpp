// What the job server keeps of jobs.

#include "service/store/job_table.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

using namespace dk::service;
using namespace dk::test;
using dk::errc;
using outcome = receipt::outcome;

namespace {

struct state_folder {
  explicit state_folder(user_limits limits = {}) : jobs(file, limits) {}

  temporary_folder folder;
  database file{folder.path("jobs.sqlite")};
  job_table jobs;
};

submission of(const std::string& user, std::int64_t priority = 0) {
  submission what;
  what.user = user;
  what.name = "mnist";
  what.priority = priority;
  what.config = "[trainer]\n";
  what.settings = "[]";
  what.files = "{}";
  what.time = 1000;
  return what;
}

submission with_key(const std::string& key, const std::string& fingerprint, moment time) {
  auto what = of("anna");
  what.key = key;
  what.fingerprint = fingerprint;
  what.time = time;
  return what;
}

job_step step(std::int64_t id, job_state from, job_state to, moment time = 2000) {
  job_step what;
  what.id = id;
  what.from = from;
  what.to = to;
  what.time = time;
  what.is_new_attempt = to == job_state::starting;
  return what;
}

void start(job_table& jobs, std::int64_t id) {
  REQUIRE(jobs.take(step(id, job_state::queued, job_state::starting)));
  REQUIRE(jobs.take(step(id, job_state::starting, job_state::running)));
}

} // namespace

TEST_CASE("a job is kept as it was handed in", "[service][store]") {
  state_folder it;
  auto what = of("anna", 3);
  what.config = std::string{"a\0b\n", 4};
  what.settings = R"(["trainer.workers=2"])";
  what.files = R"({"x.csv":"00"})";
  const auto got = it.jobs.submit(what);
  CHECK(got.what == outcome::accepted);
  CHECK(got.job == 1);
  const auto job = it.jobs.find(1);
  REQUIRE(job);
  CHECK(job->user == "anna");
  CHECK(job->name == "mnist");
  CHECK(job->priority == 3);
  CHECK(job->state == job_state::queued);
  CHECK(job->submitted == 1000);
  CHECK_FALSE(job->started);
  CHECK(job->config == what.config);
  CHECK(job->settings == what.settings);
  CHECK(job->files == what.files);
  CHECK_FALSE(it.jobs.find(2));
}

TEST_CASE("what was committed is there after a new start", "[service][store]") {
  const temporary_folder folder;
  {
    const database file{folder.path("jobs.sqlite")};
    job_table jobs{file, {}};
    file.begin();
    jobs.submit(of("anna"));
    file.commit();
    file.begin();
    jobs.submit(of("anna"));
  } // the second one never was
  const database file{folder.path("jobs.sqlite")};
  job_table jobs{file, {}};
  CHECK(jobs.count(job_state::queued) == 1);
  CHECK(jobs.list({}).size() == 1);
}

TEST_CASE("the file of a state folder is its owner's alone", "[service][store]") {
  const state_folder it;
  struct stat got {};
  REQUIRE(stat(it.folder.path("jobs.sqlite").c_str(), &got) == 0);
  CHECK((got.st_mode & 0777U) == 0600U);
}

TEST_CASE("a file that is no database is refused by name", "[service][store]") {
  const temporary_folder folder;
  const auto path = folder.write("jobs.sqlite", std::string(4096, 'x'));
  CHECK(failure_of(errc::resources, [&] { database{path}; }).find(path) == 0);
  CHECK(failure_of(errc::resources, [&] { database{folder.path("none/jobs.sqlite")}; }).find("none/jobs.sqlite") !=
        std::string::npos);
}

TEST_CASE("the same key is the same job for a day", "[service][store]") {
  state_folder it;
  CHECK(it.jobs.submit(with_key("k", "f", 1000)).what == outcome::accepted);
  const auto again = it.jobs.submit(with_key("k", "f", 2000));
  CHECK(again.what == outcome::known);
  CHECK(again.job == 1);
  CHECK(it.jobs.submit(with_key("k", "other", 2000)).what == outcome::conflicting);
  CHECK(it.jobs.submit(with_key("k2", "f", 2000)).job == 2);
  auto of_another = with_key("k", "f", 2000);
  of_another.user = "bert";
  CHECK(it.jobs.submit(of_another).job == 3);
  CHECK(it.jobs.submit(with_key("k", "f", 1000 + 24LL * 3600 * 1000)).job == 4);
}

TEST_CASE("a user has only so many unfinished jobs", "[service][store]") {
  state_folder it{{2, 10}};
  it.jobs.submit(of("anna"));
  it.jobs.submit(of("anna"));
  CHECK(it.jobs.submit(of("anna")).what == outcome::too_many);
  CHECK(it.jobs.submit(of("bert")).what == outcome::accepted);
  start(it.jobs, 1);
  CHECK(it.jobs.submit(of("anna")).what == outcome::too_many);
  CHECK(it.jobs.take(step(1, job_state::running, job_state::finished)));
  CHECK(it.jobs.submit(of("anna")).what == outcome::accepted);
}

TEST_CASE("the next job has the highest priority, then it is the oldest", "[service][store]") {
  state_folder it{{100, 1}};
  CHECK_FALSE(it.jobs.next(1000));
  it.jobs.submit(of("anna"));
  it.jobs.submit(of("anna", 5));
  it.jobs.submit(of("bert", 5));
  it.jobs.submit(of("bert", -1));
  CHECK(it.jobs.next(1000)->id == 2);
  start(it.jobs, 2); // anna has one under way, and may not have two
  CHECK(it.jobs.next(1000)->id == 3);
  start(it.jobs, 3);
  CHECK_FALSE(it.jobs.next(1000));
  CHECK(it.jobs.take(step(2, job_state::running, job_state::finished)));
  CHECK(it.jobs.next(1000)->id == 1);
}

TEST_CASE("a job that failed waits before its next attempt", "[service][store]") {
  state_folder it;
  it.jobs.submit(of("anna"));
  start(it.jobs, 1);
  auto back = step(1, job_state::running, job_state::queued);
  back.not_before = 5000;
  back.has_failed = true;
  back.cause = "E_NODES a node is lost";
  back.exit_status = 8;
  CHECK(it.jobs.take(back));
  CHECK_FALSE(it.jobs.next(4999));
  CHECK(it.jobs.next_attempt(4999) == 5000);
  const auto job = it.jobs.next(5000);
  REQUIRE(job);
  CHECK(job->failures == 1);
  CHECK(job->attempt == 1);
  CHECK(job->cause == "E_NODES a node is lost");
  CHECK(job->exit_status == 8);
  CHECK_FALSE(it.jobs.next_attempt(5000));
}

TEST_CASE("a step is taken from the state that it is meant for, or not at all", "[service][store]") {
  state_folder it;
  it.jobs.submit(of("anna"));
  CHECK_FALSE(it.jobs.take(step(1, job_state::running, job_state::finished)));
  CHECK_FALSE(it.jobs.take(step(7, job_state::queued, job_state::starting)));
  CHECK(it.jobs.take(step(1, job_state::queued, job_state::cancelled, 3000)));
  CHECK_FALSE(it.jobs.take(step(1, job_state::queued, job_state::starting)));
  CHECK(it.jobs.find(1)->ended == 3000);
  failure_of(errc::internal, [&] { it.jobs.take(step(1, job_state::cancelled, job_state::running)); });
}

TEST_CASE("a job that is resumed begins to count its failures anew", "[service][store]") {
  state_folder it;
  it.jobs.submit(of("anna"));
  start(it.jobs, 1);
  auto back = step(1, job_state::running, job_state::queued);
  back.has_failed = true;
  CHECK(it.jobs.take(back));
  start(it.jobs, 1);
  CHECK(it.jobs.take(step(1, job_state::running, job_state::failed)));
  CHECK(it.jobs.find(1)->failures == 1);
  CHECK(it.jobs.take(step(1, job_state::failed, job_state::queued)));
  const auto job = it.jobs.find(1);
  CHECK(job->failures == 0);
  CHECK(job->attempt == 2);
  CHECK_FALSE(job->ended);
}

TEST_CASE("jobs are listed from the newest on, by user and state", "[service][store]") {
  state_folder it;
  for (const auto* user : {"anna", "bert", "anna", "anna"})
    it.jobs.submit(of(user));
  CHECK(it.jobs.take(step(3, job_state::queued, job_state::cancelled)));
  const auto ids = [&](const job_query& wanted) {
    std::vector<std::int64_t> all;
    for (const auto& one : it.jobs.list(wanted))
      all.push_back(one.id);
    return all;
  };
  using numbers = std::vector<std::int64_t>;
  CHECK(ids({}) == numbers{4, 3, 2, 1});
  CHECK(ids({"anna", {}, 0, 100}) == numbers{4, 3, 1});
  CHECK(ids({"anna", job_state::queued, 0, 100}) == numbers{4, 1});
  CHECK(ids({"", {}, 3, 1}) == numbers{2});
  CHECK(ids({"nobody", {}, 0, 100}).empty());
}

TEST_CASE("only a job that has ended can be removed, and its number is not used again", "[service][store]") {
  state_folder it;
  it.jobs.submit(of("anna"));
  CHECK_FALSE(it.jobs.remove(1));
  CHECK(it.jobs.take(step(1, job_state::queued, job_state::cancelled)));
  CHECK(it.jobs.remove(1));
  CHECK_FALSE(it.jobs.remove(1));
  CHECK(it.jobs.submit(of("anna")).job == 2);
}

TEST_CASE("counts are right again after a transaction that was rolled back", "[service][store]") {
  state_folder it{{1, 1}};
  it.file.begin();
  CHECK(it.jobs.submit(of("anna")).what == outcome::accepted);
  it.file.roll_back();
  it.jobs.count_again();
  CHECK(it.jobs.count(job_state::queued) == 0);
  CHECK(it.jobs.submit(of("anna")).what == outcome::accepted);
}

TEST_CASE("every state has a word, and no other word is one", "[service][store]") {
  for (int i = 0; i < 8; ++i) {
    const auto state = static_cast<job_state>(i);
    CHECK(job_state_of(word_of(state)) == state);
    CHECK_FALSE(may_follow(state, state));
    CHECK((state == job_state::queued || !may_follow(job_state::finished, state)));
  }
  CHECK(failure_of(errc::usage, [] { job_state_of("dead"); }) ==
        "\"dead\" is no state of a job; there are queued, starting, running, stopping, finished, failed, cancelled, "
        "lost");
}
