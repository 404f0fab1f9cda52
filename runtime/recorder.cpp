#include "runtime/recorder.hpp"

#include "actors/errors.hpp"
#include "runtime/commit_format.hpp"
#include "runtime/validation_format.hpp"

#include <caf/all.hpp>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dk {

namespace {

// A run that was killed may have left half a line; what comes next would be glued to it.
void cut_torn_line(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return;
  std::uintmax_t whole = 0;
  std::uintmax_t size = 0;
  for (std::string line; std::getline(file, line);) {
    size += line.size() + (file.eof() ? 0 : 1);
    if (!file.eof())
      whole = size;
  }
  if (whole != size)
    std::filesystem::resize_file(path, whole);
}

std::ofstream open_for_append(const std::string& path) {
  std::ofstream file;
  if (path.empty())
    return file;
  cut_torn_line(path);
  file.open(path, std::ios::app);
  if (!file)
    throw failure{errc::resources, "cannot write " + path + ": " + std::strerror(errno)};
  return file;
}

// The fields of a commit that was measured.
std::string lengths_of(const commit_lengths& measured) {
  if (!measured.measured)
    return "";
  const auto norm = std::sqrt(double{measured.update});
  auto fields = fmt::format(R"(,"norm":{})", norm);
  if (measured.knows_base)
    fields += fmt::format(R"(,"distance":{})", std::sqrt(double{measured.distance}));
  if (norm > 0 && measured.movement > 0)
    fields += fmt::format(R"(,"cosine":{})", measured.along / (norm * std::sqrt(double{measured.movement})));
  return fields;
}

std::string to_json(const commit_record& r) {
  auto line = fmt::format(
      R"({{"t":{:.6f},"shard":{},"worker":{},"epoch":{},"chunk":{},"rows":[{},{}],"base":{},"version":{},"staleness":{},"verdict":"{}","scale":{})",
      double{r.seconds}, r.shard, r.worker, r.chunk.epoch, r.chunk.index, r.rows.first, r.rows.last, r.base, r.version,
      r.staleness, name_of(r.kind), double{r.scale});
  if (r.after > 0)
    line += fmt::format(",\"after\":{}", r.after);
  line += lengths_of(r.lengths);
  if (r.rate != 1)
    line += fmt::format(R"(,"rate":{})", double{r.rate});
  if (!r.reason.empty())
    line += ",\"reason\":" + nlohmann::json(r.reason).dump();
  return line + "}\n";
}

std::string to_json(const chunk_report& r, double since_start) {
  const auto rows = static_cast<double>(r.rows);
  const auto accuracy = nn::metrics{r.loss_sum, r.correct, r.rows, r.decisions}.accuracy();
  return fmt::format(
      R"({{"t":{:.6f},"worker":{},"epoch":{},"chunk":{},"rows":{},"batches":{},"loss":{},"accuracy":{},"seconds":{:.6f},"waiting":{:.6f},"staleness":{}}})"
      "\n",
      since_start, r.worker, r.chunk.epoch, r.chunk.index, r.rows, r.batches, r.loss_sum / rows,
      accuracy ? fmt::format("{}", *accuracy) : "null", double{r.computing_seconds}, double{r.waiting_seconds},
      r.staleness);
}

void write(std::ofstream& file, const std::string& line) {
  if (!file.is_open())
    return;
  file << line;
  if (!file)
    throw failure{errc::resources, std::string{"cannot write the run's log: "} + std::strerror(errno)};
}

} // namespace

recorder_actor::behavior_type recorder(recorder_actor::stateful_pointer<recorder_state> self,
                                       const recorder_setup& setup) {
  auto& my = self->state;
  end_on_exception(self);
  my.started = self->clock().now();
  my.statistics = setup.so_far;
  my.history = open_for_append(setup.history);
  my.commits = open_for_append(setup.commits);
  my.validation = open_for_append(setup.validation);
  if (!setup.header.empty())
    write(my.commits, setup.header + "\n");
  return {
      [=](const commit_record& record) {
        self->state.statistics.add(record);
        write(self->state.commits, to_json(record));
      },
      [=](const chunk_report& report) {
        const std::chrono::duration<double> since = self->clock().now() - self->state.started;
        self->state.statistics.add(report);
        write(self->state.history, to_json(report, since.count()));
      },
      [=](const validation_report& report) {
        const std::chrono::duration<double> since = self->clock().now() - self->state.started;
        self->state.statistics.add(report);
        write(self->state.validation, validation_line(report, since.count()));
      },
      [=](const run_event& event) {
        self->state.statistics.add(event);
        if (setup.listener)
          caf::anon_send(setup.listener, event);
      },
      [=](tally_atom) {
        self->state.commits.flush();
        self->state.history.flush();
        self->state.validation.flush();
        return self->state.statistics;
      },
  };
}

} // namespace dk
