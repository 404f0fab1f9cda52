// An attempt at a job is begun once, by whomever, and how it ended is known to whoever asks later.

#include "service/attend/attempt.hpp"
#include "tests/process.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace dk::service;
using namespace dk::test;
using dk::errc;
using kind = attempt_status::kind;

namespace {

attendance shell(const temporary_folder& folder, const std::string& script, std::int64_t number = 1) {
  attendance to;
  to.folder = to.workplace = folder.path("");
  to.number = number;
  to.command = {"/bin/sh", "-c", script};
  return to;
}

// A process that attends. It is killed with the test.
class attendant {
public:
  explicit attendant(const attendance& to) : pid_(fork()) {
    if (pid_ != 0)
      return;
    try {
      _exit(attend(to) ? 0 : 3);
    } catch (const dk::failure&) {
      _exit(4);
    }
  }
  ~attendant() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  attendant(const attendant&) = delete;
  attendant& operator=(const attendant&) = delete;

  pid_t pid() const { return pid_; }
  int wait() {
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

private:
  pid_t pid_;
};

bool becomes(const temporary_folder& folder, std::int64_t number, kind what) {
  return eventually(seconds{20}, [&] { return status_of_attempt(folder.path(""), number).what == what; });
}

bool has_written(const temporary_folder& folder, const std::string& text) {
  return eventually(seconds{20}, [&] { return content_of(folder.path("output.txt")).find(text) != std::string::npos; });
}

} // namespace

TEST_CASE("how a process ended is known afterwards", "[service][attend]") {
  const temporary_folder folder;
  CHECK(status_of_attempt(folder.path(""), 1).what == kind::unclaimed);
  CHECK(attendant{shell(folder, "echo out; echo err >&2; pwd; exit 9")}.wait() == 0);
  const auto got = status_of_attempt(folder.path(""), 1);
  CHECK(got.what == kind::ended);
  CHECK(got.end.status == 9);
  CHECK(got.end.by_signal == 0);
  CHECK(got.end.at > 1'700'000'000'000);
  CHECK(lines_of(content_of(folder.path("output.txt"))).size() == 3);
  CHECK(attendant{shell(folder, "kill -KILL $$", 2)}.wait() == 0);
  CHECK(status_of_attempt(folder.path(""), 2).end.by_signal == SIGKILL);
  CHECK(content_of(folder.path("output.txt")).find("out\nerr\n") == 0); // the second attempt adds to it
}

TEST_CASE("an attempt is begun once, whoever tries", "[service][attend]") {
  const temporary_folder folder;
  attendant first{shell(folder, "echo begun; exec sleep 100")};
  REQUIRE(has_written(folder, "begun"));
  const auto got = status_of_attempt(folder.path(""), 1);
  CHECK(got.what == kind::attended);
  CHECK(got.attendant == first.pid());
  CHECK(attendant{shell(folder, "echo again")}.wait() == 3);
  CHECK_FALSE(give_up_attempt(folder.path(""), 1));
  kill(first.pid(), SIGTERM);
  CHECK(first.wait() == 0);
  CHECK(attendant{shell(folder, "echo again")}.wait() == 3);
  CHECK(content_of(folder.path("output.txt")) == "begun\n");
}

TEST_CASE("of many who begin an attempt at once one does", "[service][attend]") {
  const temporary_folder folder;
  std::vector<std::unique_ptr<attendant>> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(std::make_unique<attendant>(shell(folder, "echo begun")));
  int begun = 0;
  for (const auto& one : all)
    begun += one->wait() == 0 ? 1 : 0;
  CHECK(begun == 1);
  CHECK(content_of(folder.path("output.txt")) == "begun\n");
}

TEST_CASE("an attempt that was given up is not begun", "[service][attend]") {
  const temporary_folder folder;
  CHECK(give_up_attempt(folder.path(""), 1));
  CHECK(status_of_attempt(folder.path(""), 1).what == kind::vanished);
  CHECK(attendant{shell(folder, "echo begun")}.wait() == 3);
  CHECK(content_of(folder.path("output.txt")).empty());
}

TEST_CASE("a process is asked to stop, then killed", "[service][attend]") {
  const temporary_folder folder;
  attendant polite{shell(folder, "trap 'echo stopped; exit 143' TERM; echo begun; while :; do sleep 0.01; done")};
  REQUIRE(has_written(folder, "begun"));
  kill(polite.pid(), SIGTERM);
  CHECK(polite.wait() == 0);
  CHECK(status_of_attempt(folder.path(""), 1).end.status == 143);
  auto impatient = shell(folder, "trap '' TERM; echo deaf; while :; do sleep 0.01; done", 2);
  impatient.grace = std::chrono::milliseconds{100};
  attendant deaf{impatient};
  REQUIRE(has_written(folder, "deaf"));
  kill(deaf.pid(), SIGTERM);
  CHECK(deaf.wait() == 0);
  CHECK(status_of_attempt(folder.path(""), 2).end.by_signal == SIGKILL);
}

TEST_CASE("without its attendant a process is asked to stop", "[service][attend]") {
  const temporary_folder folder;
  attendant killed{shell(folder, "trap 'echo stopped; exit 143' TERM; echo begun; while :; do sleep 0.01; done")};
  REQUIRE(has_written(folder, "begun"));
  kill(killed.pid(), SIGKILL);
  CHECK(has_written(folder, "stopped"));
  CHECK(becomes(folder, 1, kind::vanished));
}

TEST_CASE("a program that cannot be started is an end like others", "[service][attend]") {
  const temporary_folder folder;
  auto to = shell(folder, "");
  to.command = {"/none/dk_driver"};
  CHECK(attendant{to}.wait() == 0);
  CHECK(status_of_attempt(folder.path(""), 1).end.status == exit_status(errc::resources));
  CHECK(content_of(folder.path("output.txt")).find("E_RESOURCES /none/dk_driver cannot be started in") == 0);
}

TEST_CASE("a folder that is not there, or damaged, is told", "[service][attend]") {
  const temporary_folder folder;
  CHECK(attendant{shell(folder, "echo", 1)}.wait() == 0);
  for (const auto* text : {"", "{", "[]", "{\"status\":\"0\",\"signal\":0,\"at\":0}"}) {
    folder.write("exit-1.json", text);
    CHECK(failure_of(errc::resources, [&] { status_of_attempt(folder.path(""), 1); }).find("exit-1.json: is damaged") !=
          std::string::npos);
  }
  failure_of(errc::resources, [&] { give_up_attempt(folder.path("none"), 1); });
}
