// dk_driver trace: a run as a browser's trace viewer shows it.

#include "tests/jobs/plot_fixture.hpp"
#include "tests/jobs/read_trace.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

using namespace dk;
using namespace dk::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string commit_line(double t, int shard, int worker, int version) {
  return fmt::format(R"({{"t":{},"shard":{},"worker":{},"epoch":0,"chunk":0,"rows":[0,10],"base":0,"version":{},)"
                     R"("staleness":0,"verdict":"applied","scale":1}})"
                     "\n",
                     t, shard, worker, version);
}

const std::string header_line = R"({"log":"dk-commits","version":1})"
                                "\n";

struct traced_runs : written_runs {
  outcome trace(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {DK_DRIVER, "trace"});
    return run(arguments, {{}, path("")});
  }
  read_trace traced(const std::string& name) const {
    const auto got = trace({name, "--out", "-"});
    INFO(got.err);
    REQUIRE(got.status == 0);
    read_trace trace{got.out};
    check_order(trace);
    return trace;
  }
  std::string refusal(const std::vector<std::string>& arguments, int status) const {
    const auto got = trace(arguments);
    CHECK(got.status == status);
    CHECK(got.out.empty());
    REQUIRE_FALSE(lines_of(got.err).empty());
    return lines_of(got.err).back();
  }
};

} // namespace

TEST_CASE("a trace has a lane for each worker and shard, and an event for each line", "[apps][trace]") {
  const toy_job job;
  REQUIRE(job.train({"-q", "--out", "run", "--set", "data.validation=0.1", "--set", "trainer.servers=2"}).status == 0);
  const auto got = run({DK_DRIVER, "trace", "run"}, {{}, job.path("")});
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(got.out == "run/trace.json\n");
  CHECK(got.err.empty());
  const read_trace trace{content_of(job.path("run/trace.json"))};
  check_order(trace);
  CHECK(trace.whole.at("otherData").at("algorithm") == "adag");
  std::vector<std::string> names;
  for (const auto& name : trace.names)
    if (name.at("args").contains("name"))
      names.push_back(name.at("args").at("name"));
  CHECK(names == std::vector<std::string>{"workers", "worker 0", "worker 1", "parameter server", "shard 0", "shard 1",
                                          "validation", "measurements"});
  CHECK(trace.events.size() == count_lines(job.path("run/history.jsonl")) + count_lines(job.path("run/commits.jsonl")) -
                                   1 + count_lines(job.path("run/validation.jsonl")));
  for (const auto& event : trace.events) {
    const auto& arguments = event.at("args");
    const auto process = event.at("pid").get<int>();
    CHECK(event.at("ph") == (process == 2 ? "i" : "X"));
    for (const auto* key : {"loss", "rows", "epoch"})
      CHECK((process == 2 || arguments.contains(key)));
    if (process == 2)
      CHECK(event.at("name") == arguments.at("verdict"));
    if (process != 3)
      CHECK(arguments.contains("staleness"));
  }
}

TEST_CASE("a chunk ends where its line says, and waiting is the gap in front of it", "[apps][trace]") {
  const traced_runs all;
  all.add("run", three_chunks); // of 0.1 s each, that end after 1, 2 and 4 s
  const auto chunks = all.traced("run").events;
  REQUIRE(chunks.size() == 3);
  CHECK(chunks[1].at("name") == "e0/c1");
  CHECK(chunks[1].at("ts") == 1'900'000);
  CHECK(chunks[1].at("dur") == 100'000);
  CHECK(chunks[1].at("args") == json::parse(R"({"epoch":0,"chunk":1,"rows":30,"batches":1,"loss":1,"accuracy":0.5,
                                                "seconds":0.1,"waiting":0,"staleness":2})"));
  all.folder.write("run/history.jsonl", history_line(1, 0, 10, 1, 1, 0) + history_line(1.05, 1, 10, 1, 1, 0));
  const auto overlapped = all.traced("run").events; // as with `overlap`, when the second began before the first ended
  CHECK(overlapped[1].at("ts") == 1'000'000);
  CHECK(overlapped[1].at("dur") == 50'000);
  CHECK(overlapped[1].at("args").at("seconds") == 0.1);
}

TEST_CASE("the sessions of a resumed run follow each other in a trace", "[apps][trace]") {
  const traced_runs all;
  const auto later = [](std::string line, int session) {
    return line.replace(line.rfind('}'), 1, ",\"session\":" + std::to_string(session) + '}');
  };
  const auto first = history_line(2, 0, 10, 1, 1, 0);
  const auto commits = header_line + commit_line(1.5, 0, 0, 1) + R"({"restart":1,"versions":[1]})" + '\n' +
                       R"({"restart":2,"versions":[1]})" + '\n' + commit_line(3, 0, 0, 2);
  // the session between was killed before its first chunk; the clock of the last one alone would not tell
  all.add("told", first + later(history_line(3.5, 1, 10, 1, 1, 0), 2));
  all.folder.write("told/commits.jsonl", commits);
  const auto told = all.traced("told");
  CHECK(told.of(1)[1].at("ts") == 5'400'000);
  CHECK(told.of(2)[1].at("ts") == 5'000'000);
  CHECK(told.events.size() == 6); // two chunks, two commits, and where later sessions begin
  CHECK(told.events[0].at("name") == "session 1");
  CHECK(told.events[0].at("s") == "g");
  CHECK(told.events[1].at("ts") == 2'000'000);
  all.add("older", first + history_line(0.5, 1, 10, 1, 1, 0)); // by a dk that did not tell it
  CHECK(all.traced("older").of(1)[1].at("ts") == 2'400'000);
}

TEST_CASE("a resumed run names its sessions, and is traced as one", "[apps][trace]") {
  const toy_job job;
  const auto resume = [&](const std::string& epochs) {
    return run({DK_DRIVER, "--resume", "run", "-q", "--set", "trainer.epochs=" + epochs}, {{}, job.path("")});
  };
  REQUIRE(job.train({"-q", "--out", "run", "--set", "trainer.epochs=1", "--set", "data.validation=0.1"}).status == 0);
  REQUIRE(resume("2").status == 0);
  REQUIRE(resume("3").status == 0);
  for (const std::string file : {"run/history.jsonl", "run/validation.jsonl"}) {
    const auto lines = lines_of(content_of(job.path(file)));
    CHECK_FALSE(json::parse(lines.front()).contains("session"));
    CHECK(json::parse(lines.back()).at("session") == 2);
  }
  const auto table = lines_of(content_of(job.path("run/history.csv")));
  CHECK(table.front() == "t,worker,epoch,chunk,rows,batches,loss,accuracy,seconds,waiting,staleness");
  CHECK(std::count(table.back().begin(), table.back().end(), ',') == 10);
  REQUIRE(run({DK_DRIVER, "trace", "run"}, {{}, job.path("")}).status == 0);
  const read_trace trace{content_of(job.path("run/trace.json"))};
  check_order(trace);
  CHECK(trace.of(1).size() == 33);
  CHECK(trace.of(2).size() == 33);
  CHECK(trace.of(3).size() == count_lines(job.path("run/validation.jsonl")));
  CHECK(trace.events[0].at("name") == "session 1");
  CHECK(trace.events[1].at("name") == "session 2");
}

TEST_CASE("a trace of a run that trains has what is there, without half a line", "[apps][trace]") {
  const traced_runs all;
  all.add("run", three_chunks + R"({"t":5,"worker":0,"ep)");
  all.folder.write("run/commits.jsonl", header_line + commit_line(0.9, 0, 0, 1) + R"({"t":1,"sh)");
  const auto got = all.trace({"run"});
  CHECK(got.status == 0);
  CHECK(lines_of(got.err) == std::vector<std::string>{"run/history.jsonl:4: incomplete line; left out",
                                                      "run/commits.jsonl:3: incomplete line; left out"});
  CHECK(read_trace{content_of(all.path("run/trace.json"))}.events.size() == 4);
}

TEST_CASE("a trace says what a run did not record", "[apps][trace]") {
  const traced_runs all;
  all.add("alone", three_chunks, "single");
  CHECK(all.trace({"alone"}).err.empty()); // it has no parameter server
  all.add("silent", three_chunks);
  const auto got = all.trace({"silent"});
  CHECK(got.status == 0);
  CHECK(got.err == "silent/commits.jsonl: no such file (trainer.record = false); the parameter server is left out\n");
  all.folder.write("silent/validation.jsonl", R"({"versions":[3],"loss":1,"accuracy":null,"rows":8})"
                                              "\n"); // of a replay, at its end
  CHECK(all.traced("silent").of(3).at(0).at("ts") == 4'000'000);
}

TEST_CASE("trace refuses what cannot be shown, and says why", "[apps][trace]") {
  const traced_runs all;
  CHECK(has(all.refusal({}, 2), "E_USAGE RUN is missing"));
  CHECK(has(all.refusal({"none"}, 4), "E_CKPT none: no such folder"));
  all.add("run", "");
  CHECK(has(all.refusal({"run"}, 4), "run/history.jsonl holds no chunk; trace the run when it has trained some"));
  fs::remove(all.path("run/history.jsonl"));
  CHECK(has(all.refusal({"run"}, 4), "run/history.jsonl: no such file"));
  all.add("run", three_chunks);
  CHECK(has(all.refusal({"run", "--out", "x.html"}, 2), "--out x.html: name a .json, or - for stdout"));
  all.folder.write("run/result.json", "{}");
  CHECK(has(all.refusal({"run", "--out", "run/result.json"}, 2), "is a file of the run; choose another --out"));
  CHECK(has(all.refusal({"run", "--out", "none/x.json"}, 10), "E_RESOURCES cannot write none/x.json: No such file"));
  const auto damaged = [&](const std::string& file, const std::string& text) {
    all.folder.write("run/" + file, text);
    const auto said = all.refusal({"run"}, 4);
    fs::remove(all.path("run/" + file));
    CHECK_FALSE(fs::exists(all.path("run/trace.json")));
    return said;
  };
  CHECK(has(damaged("commits.jsonl", "{}\n"), "run/commits.jsonl:1: is no header of a dk-commits log"));
  CHECK(has(damaged("commits.jsonl", R"({"log":"dk-commits","version":2})"), ":1: is of format 2"));
  CHECK(has(damaged("commits.jsonl", header_line + "{\"t\":1\n" + commit_line(1, 0, 0, 1)),
            ":2: is not an object of JSON; the file is damaged"));
  CHECK(has(damaged("commits.jsonl", header_line + "{\"t\":-1,\"shard\":0}\n"), ":2: `t` is -1, not a number"));
  CHECK(has(damaged("commits.jsonl", header_line + "{\"t\":1,\"shard\":1.5}\n"), ":2: `shard` is 1.5, not a whole"));
  CHECK(has(damaged("validation.jsonl", "{\"t\":1}\n"), "validation.jsonl:1: `seconds` is missing"));
  CHECK(has(damaged("history.jsonl", three_chunks + "{\"t\":5,\"worker\":\"x\"}\n"), "history.jsonl:4: `worker` is"));
  CHECK(has(damaged("history.jsonl", R"({"worker":0,"epoch":0,"chunk":0,"seconds":1})"), ":1: `t` is missing"));
}

TEST_CASE("a trace of a long run takes little memory", "[apps][trace]") {
#ifdef DK_SANITIZED
  constexpr int commits_in_run = 10'000; // it would take minutes
#else
  constexpr int commits_in_run = 200'000;
#endif
  const traced_runs all;
  all.add("run", three_chunks);
  {
    std::ofstream commits{all.path("run/commits.jsonl")};
    commits << header_line;
    for (int i = 0; i < commits_in_run; ++i)
      commits << commit_line(i * 1e-3, 0, 0, i + 1);
  }
  const auto got = all.trace({"run", "--out", "long.json"});
  REQUIRE(got.status == 0);
  struct rusage used {};
  getrusage(RUSAGE_CHILDREN, &used);
#ifndef DK_SANITIZED
  CHECK(used.ru_maxrss < 100 * 1024); // kB, of the largest child
#endif
  CHECK(count_lines(all.path("long.json")) == commits_in_run + 3 + 8 + 2); // events, names, and the object around them
}
