#include "jobs/plots/trace_run.hpp"

#include "common/error.hpp"
#include "common/replace_file.hpp"
#include "common/request_failure.hpp"
#include "common/version.hpp"
#include "jobs/plots/run_log.hpp"
#include "jobs/plots/trace_writer.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/record/run_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <vector>

namespace dk {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using note_taker = std::function<void(const std::string&)>;

enum trace_process : std::uint32_t { worker_lanes = 1, shard_lanes = 2, measurement_lanes = 3 };

std::int64_t microseconds(double seconds) {
  return std::llround(seconds * 1e6);
}

// As errors and screens have it.
std::string name_of_chunk(const log_entry& entry) {
  return 'e' + std::to_string(entry.whole("epoch")) + "/c" + std::to_string(entry.whole("chunk"));
}

// A run's logs, and what has to be known before its first event is written.
struct traced_run {
  run_log history;
  run_log commits;
  run_log validation;
  std::set<std::uint32_t> workers;
  std::set<std::uint32_t> shards;
  bool is_measured = false;
  std::vector<std::int64_t> begins{0}; // of the sessions, which follow each other; the last one is the end of all
};

// Also checks all that is needed later, so that no half of a trace is written.
void survey(traced_run& run, const note_taker& note) {
  std::map<std::uint32_t, std::int64_t> lengths;
  const auto reach = [&](const log_entry& entry) {
    auto& length = lengths[entry.session];
    length = std::max(length, microseconds(entry.seconds("t")));
  };
  run.history.each(
      [&](const log_entry& entry) {
        reach(entry);
        run.workers.insert(entry.whole("worker"));
        name_of_chunk(entry);
        entry.seconds("seconds");
      },
      note);
  run.commits.each(
      [&](const log_entry& entry) {
        reach(entry);
        run.shards.insert(entry.whole("shard"));
      },
      note);
  run.validation.each(
      [&](const log_entry& entry) {
        run.is_measured = true;
        if (!entry.line.contains("t"))
          return;
        reach(entry);
        entry.seconds("seconds");
      },
      note);
  const auto sessions = std::max({run.history.sessions(), run.commits.sessions(), run.validation.sessions()});
  if (sessions > 1'000'000)
    throw failure{errc::checkpoint, run.history.path() + ": tells of " + std::to_string(sessions) +
                                        " sessions; the file is damaged: trace another run"};
  for (std::uint32_t i = 0; i < sessions; ++i)
    run.begins.push_back(run.begins.back() + lengths[i]);
}

// What an event shows beside its lane and its time.
json arguments_of(const json& line, const char* lane) {
  auto rest = line;
  rest.erase("t");
  rest.erase(lane);
  return rest;
}

// A span ends at `t` and took `seconds`; spans of a lane do not overlap.
class span_lane {
public:
  explicit span_lane(trace_lane lane) : lane_(lane) {}

  void add(trace_writer& to, const std::string& name, const log_entry& entry, std::int64_t session_begin,
           const json& arguments) {
    const auto end = std::max(last_, session_begin + microseconds(entry.seconds("t")));
    const auto begin = end - microseconds(entry.seconds("seconds"));
    to.add_span(lane_, name, std::max({begin, last_, session_begin}), end, arguments);
    last_ = end;
  }

private:
  trace_lane lane_;
  std::int64_t last_ = 0; // where the span before ends
};

void write_chunks(trace_writer& to, traced_run& run) {
  std::map<std::uint32_t, span_lane> lanes;
  for (const auto worker : run.workers)
    lanes.emplace(worker, span_lane{{worker_lanes, worker}});
  run.history.each(
      [&](const log_entry& entry) {
        lanes.at(entry.whole("worker"))
            .add(to, name_of_chunk(entry), entry, run.begins[entry.session], arguments_of(entry.line, "worker"));
      },
      [](const std::string&) {});
}

void write_commits(trace_writer& to, traced_run& run) {
  run.commits.each(
      [&](const log_entry& entry) {
        const auto verdict = entry.line.value("verdict", json{});
        to.add_instant({shard_lanes, entry.whole("shard")}, verdict.is_string() ? verdict.get<std::string>() : "commit",
                       run.begins[entry.session] + microseconds(entry.seconds("t")), arguments_of(entry.line, "shard"));
      },
      [](const std::string&) {});
}

// A replay measures once, at its end.
void write_measurements(trace_writer& to, traced_run& run) {
  span_lane lane{{measurement_lanes, 0}};
  run.validation.each(
      [&](const log_entry& entry) {
        const auto arguments = arguments_of(entry.line, "t");
        if (entry.line.contains("t"))
          lane.add(to, "measurement", entry, run.begins[entry.session], arguments);
        else
          to.add_instant({measurement_lanes, 0}, "measurement", run.begins.back(), arguments);
      },
      [](const std::string&) {});
}

void name_lanes(trace_writer& to, const traced_run& run) {
  to.name_process(worker_lanes, "workers");
  for (const auto worker : run.workers)
    to.name_lane({worker_lanes, worker}, "worker " + std::to_string(worker));
  if (!run.shards.empty())
    to.name_process(shard_lanes, "parameter server");
  for (const auto shard : run.shards)
    to.name_lane({shard_lanes, shard}, "shard " + std::to_string(shard));
  if (!run.is_measured)
    return;
  to.name_process(measurement_lanes, "validation");
  to.name_lane({measurement_lanes, 0}, "measurements");
}

void write_trace(traced_run& run, const json& other, const std::function<void(std::string_view)>& out) {
  trace_writer to{other, out};
  name_lanes(to, run);
  for (std::size_t i = 1; i + 1 < run.begins.size(); ++i)
    to.add_instant({worker_lanes, *run.workers.begin()}, "session " + std::to_string(i), run.begins[i], json::object(),
                   true);
  write_chunks(to, run);
  write_commits(to, run);
  write_measurements(to, run);
  to.end();
}

// Nothing that a run has left is written over.
std::string path_of_trace(const trace_request& request, const run_folder& folder) {
  if (request.out.empty())
    return folder.path + "/trace.json";
  if (fs::path{request.out}.extension() != ".json")
    throw request_failure{errc::usage, request_member("out") + " " + request.out + ": name a .json, or - for stdout"};
  std::error_code ignored;
  for (const auto& file : {folder.result(), folder.pipeline()})
    if (fs::equivalent(request.out, file, ignored))
      throw request_failure{errc::usage, request_member("out") + " " + request.out +
                                             " is a file of the run; choose another " + request_member("out")};
  return request.out;
}

void write_trace_file(traced_run& run, const json& other, const std::string& path) {
  file_draft draft{path};
  std::ofstream file{draft.name(), std::ios::binary};
  const auto check = [&] {
    if (!file)
      throw request_failure{errc::resources, "cannot write " + path + ": " + std::strerror(errno) +
                                                 "; choose another " + request_member("out")};
  };
  check();
  write_trace(run, other, [&](std::string_view text) {
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    check();
  });
  file.close();
  check();
  draft.keep();
}

} // namespace

std::string trace_run(const trace_request& request, const std::function<void(std::string_view)>& print,
                      const note_taker& given) {
  const note_taker note = given ? given : [](const std::string&) {};
  const auto folder = open_run_folder(request.run);
  const auto path = request.out == "-" ? "" : path_of_trace(request, folder);
  const auto which = load_job(folder.config(), {}, [](const std::string&) { return std::nullopt; });
  traced_run run{{folder.history(), run_log::kind::history},
                 {folder.commits(), run_log::kind::commits},
                 {folder.validation(), run_log::kind::validation},
                 {},
                 {}};
  if (!run.history.exists())
    throw failure{errc::checkpoint, folder.history() + ": no such file; name the folder of a run that has trained"};
  survey(run, note);
  if (run.workers.empty())
    throw failure{errc::checkpoint, folder.history() + " holds no chunk; trace the run when it has trained some"};
  if (has_center(which) && !run.commits.exists())
    note(folder.commits() + ": no such file (trainer.record = false); the parameter server is left out");
  const json other{{"run", folder.path}, {"algorithm", which.trainer.algorithm.name()}, {"dk", version_text}};
  if (path.empty())
    write_trace(run, other, print);
  else
    write_trace_file(run, other, path);
  return path;
}

} // namespace dk
