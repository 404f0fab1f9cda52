// Nothing is promised before it is on the disk, and what is promised together is written together.

#include "service/store/store.hpp"

#include "tests/actors/actor_fixture.hpp"
#include "tests/support.hpp"

using namespace dk::service;
using namespace dk::test;
using dk::errc;

namespace {

struct store_of_test : actor_fixture {
  temporary_folder folder;
  std::string path = folder.path("jobs.sqlite");
  store_actor it = spawn(store, path, user_limits{});
  database other{path};

  // What would be there if the server were killed now.
  std::int64_t on_disk() const {
    auto asked = other.prepare("SELECT count(*) FROM jobs");
    asked.step();
    return asked.number(0);
  }
  void submit(const std::string& key = "") const {
    submission what;
    what.user = "anna";
    what.config = "[trainer]";
    what.key = key;
    me.send(it, what);
  }
  std::string error() const { return dk::to_failure(me.take<caf::error>()).what(); }
};

job_step from_queued(std::int64_t id, job_state to) {
  job_step what;
  what.id = id;
  what.to = to;
  return what;
}

} // namespace

TEST_CASE_METHOD(store_of_test, "what comes together is written together, and answered then", "[service][store]") {
  me.clear();
  for (int i = 0; i < 3; ++i)
    submit();
  for (int i = 0; i < 3; ++i)
    REQUIRE(step());
  CHECK(me.empty());
  CHECK(on_disk() == 0);
  REQUIRE(step()); // the flush
  CHECK(on_disk() == 3);
  run();
  for (int i = 1; i <= 3; ++i)
    CHECK(me.take<receipt>().job == i);
  CHECK(me.empty());
}

TEST_CASE_METHOD(store_of_test, "what fails takes nothing with it that was promised before", "[service][store]") {
  me.clear();
  submit();
  run();
  CHECK(me.take<receipt>().job == 1);
  other.run("DROP TABLE submit_keys");
  submit();
  submit("key"); // cannot be kept
  submit();
  run();
  CHECK(on_disk() == 2);
  CHECK(error().find("no such table: submit_keys") != std::string::npos);
  CHECK(error().find(path) == 0);
  CHECK(me.take<receipt>().job == 2);
  CHECK(me.empty());
}

TEST_CASE_METHOD(store_of_test, "a step gives the job as it is then, or none", "[service][store]") {
  me.clear();
  submit();
  me.send(it, from_queued(1, job_state::starting));
  me.send(it, from_queued(1, job_state::cancelled));
  run();
  me.take<receipt>();
  const auto started = me.take<job_found>().job;
  REQUIRE(started);
  CHECK(started->state == job_state::starting);
  CHECK_FALSE(me.take<job_found>().job); // it was no longer queued
}

TEST_CASE_METHOD(store_of_test, "jobs are found, listed and removed", "[service][store]") {
  me.clear();
  submit();
  submit();
  me.send(it, from_queued(2, job_state::cancelled));
  run();
  me.clear();
  me.send(it, job_wanted{7});
  run();
  CHECK_FALSE(me.take<job_found>().job);
  me.send(it, next_job_wanted{1});
  run();
  CHECK(me.take<job_found>().job->id == 1);
  me.send(it, job_query{});
  run();
  CHECK(me.take<jobs_found>().jobs.size() == 2);
  me.send(it, job_removal{1}); // has not ended
  me.send(it, job_removal{2});
  run();
  CHECK_FALSE(me.take<job_found>().job);
  CHECK(me.take<job_found>().job->id == 2);
  CHECK(on_disk() == 1);
  me.send(it, jobs_under_way_wanted{});
  run();
  CHECK(me.take<jobs_found>().jobs.empty());
}

TEST_CASE_METHOD(store_of_test, "a step that no job may take costs its sender an error", "[service][store]") {
  me.clear();
  submit();
  run();
  me.clear();
  me.send(it, from_queued(1, job_state::finished));
  run();
  CHECK(error() == "a job went from queued to finished");
  submit();
  run();
  CHECK(me.take<receipt>().job == 2);
}
