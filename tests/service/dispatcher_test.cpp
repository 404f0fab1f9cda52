// Which jobs are started, when, and what becomes of them: with the real store, and a world that the test makes.

#include "service/queue/dispatcher.hpp"

#include "tests/actors/actor_fixture.hpp"
#include "tests/support.hpp"

#include <algorithm>

using namespace dk::service;
using namespace dk::test;
using std::chrono::milliseconds;
using attempt_is = attempt_status::kind;

namespace {

struct made_up_world {
  moment now = 1'000'000;
  std::map<std::int64_t, attempt_status> attempts; ///< by job: of its newest attempt
  std::vector<std::int64_t> begun;
  std::vector<std::int64_t> stopped;
  std::map<std::int64_t, std::string> causes;
  std::map<std::int64_t, std::int64_t> cores; ///< by job; 1 where there is none
  bool can_begin = true;

  job_world face() {
    job_world world;
    world.now = [this] { return now; };
    world.begin = [this](const job_record& job) {
      if (!can_begin)
        throw dk::failure{dk::errc::resources, "the disk is full"};
      begun.push_back(job.id);
      attempts[job.id] = {};
    };
    world.look = [this](const job_record& job) { return attempts[job.id]; };
    world.give_up = [this](const job_record& job) {
      if (attempts[job.id].what != attempt_is::unclaimed)
        return false;
      attempts[job.id].what = attempt_is::vanished;
      return true;
    };
    world.stop = [this](const job_record& job, pid_t) { stopped.push_back(job.id); };
    world.cause = [this](const job_record& job) { return causes[job.id]; };
    world.cores = [this](const job_record& job) { return cores.count(job.id) == 0 ? 1 : cores.at(job.id); };
    return world;
  }
  void attend(std::int64_t job) { attempts[job] = {attempt_is::attended, 4711, {}}; }
  void end(std::int64_t job, int status, int by_signal = 0) {
    attempts[job] = {attempt_is::ended, 0, {status, by_signal, now}};
  }
  bool has_begun(std::int64_t job, int times = 1) const { return std::count(begun.begin(), begun.end(), job) == times; }
};

struct dispatch : actor_fixture {
  temporary_folder folder;
  made_up_world world;
  store_actor kept = spawn(store, folder.path("jobs.sqlite"), user_limits{});
  dispatcher_actor it;

  void start(std::int64_t cores = 2) {
    dispatcher_setup setup;
    setup.store = kept;
    setup.world = world.face();
    setup.cores = cores;
    it = spawn(dispatcher, setup);
    run();
  }
  std::int64_t submit(std::int64_t priority = 0) {
    submission what;
    what.user = "anna";
    what.config = "[trainer]";
    what.priority = priority;
    what.time = world.now;
    me.clear();
    me.send(kept, what);
    run();
    const auto id = me.take<receipt>().job;
    if (it) {
      me.send(it, wake_atom::value);
      run();
    }
    return id;
  }
  // So many looks, 200 ms apart.
  void look(int times = 1) {
    for (int i = 0; i < times; ++i) {
      world.now += 200;
      pass(milliseconds{200});
    }
  }
  job_record job(std::int64_t id) {
    me.clear();
    me.send(kept, job_wanted{id});
    run();
    return me.take<job_found>().job.value();
  }
  std::string state(std::int64_t id) { return word_of(job(id).state); }
  template <class Request>
  std::optional<job_record> ask(const Request& what) {
    me.clear();
    me.send(it, what);
    run();
    return me.take<job_found>().job;
  }
};

} // namespace

TEST_CASE_METHOD(dispatch, "a job is started, followed and finished", "[service][queue]") {
  start();
  const auto id = submit();
  CHECK(world.has_begun(id));
  CHECK(state(id) == "starting");
  world.attend(id);
  look();
  CHECK(state(id) == "running");
  world.end(id, 0);
  look();
  const auto done = job(id);
  CHECK(done.state == job_state::finished);
  CHECK(done.exit_status == 0);
  CHECK(done.attempt == 1);
  CHECK(done.ended == world.now);
  look(10);
  CHECK(world.has_begun(id));
}

TEST_CASE_METHOD(dispatch, "jobs wait for cores, in their order", "[service][queue]") {
  start(2);
  for (int i = 0; i < 3; ++i)
    submit();
  submit(5);
  CHECK(world.begun == std::vector<std::int64_t>{1, 2});
  world.end(1, 0);
  look();
  CHECK(world.begun == std::vector<std::int64_t>{1, 2, 4}); // the one that is more urgent
  world.end(2, 0);
  look();
  CHECK(world.begun == std::vector<std::int64_t>{1, 2, 4, 3});
}

TEST_CASE_METHOD(dispatch, "a job that is larger than the host runs alone, and is not overtaken", "[service][queue]") {
  world.cores[2] = 8;
  start(2);
  for (int i = 0; i < 3; ++i)
    submit();
  CHECK(world.begun == std::vector<std::int64_t>{1});
  world.end(1, 0);
  look();
  CHECK(world.begun == std::vector<std::int64_t>{1, 2});
  world.end(2, 0);
  look();
  CHECK(world.begun == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE_METHOD(dispatch, "what another attempt would meet again fails at once", "[service][queue]") {
  start();
  const auto status = GENERATE(2, 3, 4, 7, 9);
  const auto id = submit();
  world.attend(id);
  look();
  world.causes[id] = "E_DATA x.csv:7: no number";
  world.end(id, status);
  look(20);
  const auto failed = job(id);
  CHECK(failed.state == job_state::failed);
  CHECK(failed.cause == "E_DATA x.csv:7: no number");
  CHECK(failed.exit_status == status);
  CHECK(world.has_begun(id));
}

TEST_CASE_METHOD(dispatch, "another failure is tried again, later each time, three times", "[service][queue]") {
  start();
  const auto id = submit();
  int attempt = 1;
  for (const auto wait : {1000, 4000, 16000}) {
    world.attend(id);
    look();
    world.causes[id] = "E_NODES a node is lost";
    world.end(id, 8);
    look();
    CHECK(state(id) == "queued");
    CHECK(job(id).cause == "E_NODES a node is lost");
    look(wait / 200 - 1);
    CHECK(world.has_begun(id, attempt));
    look();
    CHECK(world.has_begun(id, ++attempt));
  }
  world.end(id, 0, 9);
  look();
  CHECK(job(id).state == job_state::failed);
  CHECK(job(id).exit_status == 137);
  look(1000);
  CHECK(world.has_begun(id, 4));
}

TEST_CASE_METHOD(dispatch, "a process that vanishes is tried again, then the job is lost", "[service][queue]") {
  start();
  const auto id = submit();
  for (int i = 0; i < 4; ++i) {
    world.attend(id);
    look();
    world.attempts[id] = {attempt_is::vanished, 0, {}};
    look(100);
  }
  CHECK(state(id) == "lost");
  CHECK(job(id).cause == "its process vanished without a word");
}

TEST_CASE_METHOD(dispatch, "a job that waits is cancelled at once", "[service][queue]") {
  start(1);
  submit();
  const auto id = submit();
  const auto got = ask(job_cancel{id, "cancelled by anna"});
  REQUIRE(got);
  CHECK(got->state == job_state::cancelled);
  CHECK(got->cause == "cancelled by anna");
  world.end(1, 0);
  look(10);
  CHECK_FALSE(world.has_begun(id, 1));
  CHECK_FALSE(ask(job_cancel{id, "again"}));
  CHECK_FALSE(ask(job_cancel{77, "none"}));
}

TEST_CASE_METHOD(dispatch, "a job that trains is stopped, then it is cancelled", "[service][queue]") {
  start();
  const auto id = submit();
  world.attend(id);
  look();
  CHECK(ask(job_cancel{id, "cancelled by anna"})->state == job_state::stopping);
  CHECK_FALSE(world.stopped.empty());
  world.end(id, 143);
  look();
  CHECK(state(id) == "cancelled");
  CHECK(job(id).cause == "cancelled by anna");
}

TEST_CASE_METHOD(dispatch, "a job is cancelled before anybody attends to it", "[service][queue]") {
  start();
  const auto id = submit();
  CHECK(ask(job_cancel{id, "cancelled by anna"})->state == job_state::stopping);
  look();
  CHECK(state(id) == "cancelled");
  CHECK(world.attempts[id].what == attempt_is::vanished); // given up: nobody can begin it any more
}

TEST_CASE_METHOD(dispatch, "a run that ended well before it could be stopped is finished", "[service][queue]") {
  start();
  const auto id = submit();
  world.attend(id);
  look();
  world.end(id, 0);
  ask(job_cancel{id, "cancelled by anna"});
  look();
  CHECK(state(id) == "finished");
}

TEST_CASE_METHOD(dispatch, "a job that ended without success can be resumed", "[service][queue]") {
  start();
  const auto id = submit();
  world.attend(id);
  look();
  CHECK_FALSE(ask(job_resume{id}));
  world.end(id, 9);
  look();
  CHECK(state(id) == "failed");
  CHECK(ask(job_resume{id})->state == job_state::queued);
  CHECK(world.has_begun(id, 2));
  world.end(id, 0);
  look();
  CHECK(state(id) == "finished");
  CHECK(job(id).attempt == 2);
  CHECK_FALSE(ask(job_resume{id}));
}

TEST_CASE_METHOD(dispatch, "an attempt that nobody takes is begun anew", "[service][queue]") {
  start();
  const auto id = submit();
  look(149);
  CHECK(world.has_begun(id, 1));
  look(2);
  CHECK(world.has_begun(id, 2));
  CHECK(job(id).failures == 0);
}

TEST_CASE_METHOD(dispatch, "a job that cannot be started says why", "[service][queue]") {
  start();
  world.can_begin = false;
  const auto id = submit();
  CHECK(job(id).cause == "its process vanished without a word");
  CHECK(state(id) == "queued");
  world.can_begin = true;
  look(6);
  CHECK(world.has_begun(id));
}

TEST_CASE_METHOD(dispatch, "a new server finds what was under way", "[service][queue]") {
  start(8);
  for (int i = 0; i < 5; ++i)
    submit();
  for (const auto id : {1, 2, 3})
    world.attend(id);
  look();
  ask(job_cancel{3, "cancelled by anna"});
  // The server is killed. Job 1 goes on, job 2 ends meanwhile, job 3 was to stop, nobody had begun 4, and 5 has just
  // begun.
  caf::anon_send_exit(it, caf::exit_reason::kill);
  run();
  world.end(2, 0);
  world.attend(5);
  world.stopped.clear();
  start(8);
  look();
  CHECK(state(1) == "running");
  CHECK(state(2) == "finished");
  CHECK(world.stopped == std::vector<std::int64_t>(world.stopped.size(), 3));
  CHECK_FALSE(world.stopped.empty());
  CHECK(world.has_begun(4, 2));
  CHECK(state(5) == "running");
  CHECK(job(4).attempt == 2);
  CHECK(job(4).failures == 0);
  for (const auto id : {1, 2, 3, 5})
    CHECK(world.has_begun(id, 1));
}
