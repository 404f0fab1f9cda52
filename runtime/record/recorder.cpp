#include "runtime/record/recorder.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/record/commit_format.hpp"
#include "runtime/record/validation_format.hpp"

#include <caf/all.hpp>
#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dk {

namespace {

log_file log_at(const std::string& path) {
  return path.empty() ? log_file{} : log_file{path};
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
  if (r.bytes > 0)
    line += fmt::format(",\"bytes\":{}", r.bytes);
  line += lengths_of(r.lengths);
  if (r.rate != 1)
    line += fmt::format(R"(,"rate":{})", double{r.rate});
  if (!r.reason.empty())
    line += ",\"reason\":" + nlohmann::json(r.reason).dump();
  return line + "}\n";
}

std::string to_json(const chunk_report& r, double since_start, std::uint32_t session) {
  const auto rows = static_cast<double>(r.rows);
  const auto accuracy = nn::loss_sums{r.loss_sum, r.correct, r.rows, r.decisions}.accuracy();
  const auto line = fmt::format(
      R"({{"t":{:.6f},"worker":{},"epoch":{},"chunk":{},"rows":{},"batches":{},"loss":{},"accuracy":{},"seconds":{:.6f},"waiting":{:.6f},"staleness":{})",
      since_start, r.worker, r.chunk.epoch, r.chunk.index, r.rows, r.batches, r.loss_sum / rows,
      accuracy ? fmt::format("{}", *accuracy) : "null", double{r.computing_seconds}, double{r.waiting_seconds},
      r.staleness);
  return line + (session > 0 ? fmt::format(",\"session\":{}}}\n", session) : "}\n");
}

// Counts what goes into a shard, apart from the shard.
void witness(recorder_state& my, const commit_record& record) {
  if (record.kind != verdict_kind::applied || record.shard >= my.folded.size())
    return;
  auto& seen = my.statistics.seen[record.shard];
  seen.all += record.rows.size();
  if (my.folded[record.shard].add(my.grid.number(record.chunk)))
    seen.once += record.rows.size();
}

double seconds_since_start(recorder_actor::stateful_pointer<recorder_state> self) {
  return std::chrono::duration<double>(self->clock().now() - self->state.started).count();
}

} // namespace

recorder_actor::behavior_type recorder(recorder_actor::stateful_pointer<recorder_state> self,
                                       const recorder_setup& setup) {
  auto& my = self->state;
  end_on_exception(self);
  my.started = self->clock().now();
  my.statistics = setup.so_far;
  my.grid = setup.grid;
  my.folded = setup.folded;
  my.statistics.seen.clear();
  for (const auto& chunks : my.folded)
    my.statistics.seen.push_back({chunks.rows(my.grid), chunks.rows(my.grid)});
  my.history = log_at(setup.history);
  my.commits = log_at(setup.commits);
  my.validation = log_at(setup.validation);
  my.tensorboard = tensorboard_log{setup.tensorboard};
  if (!setup.header.empty())
    my.commits.write(setup.header + "\n");
  return {
      [=](const commit_record& record) {
        self->state.statistics.add(record);
        witness(self->state, record);
        self->state.commits.write(to_json(record));
        self->state.tensorboard.add(record);
      },
      [=](const chunk_report& report) {
        const auto since = seconds_since_start(self);
        self->state.statistics.add(report);
        self->state.history.write(to_json(report, since, setup.session));
        self->state.tensorboard.add(report, since);
      },
      [=](const validation_report& report) {
        const auto since = seconds_since_start(self);
        self->state.statistics.add(report);
        self->state.validation.write(validation_line(report, since, setup.session));
        self->state.tensorboard.add(report, since);
        if (setup.listener)
          caf::anon_send(setup.listener, report);
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
        self->state.tensorboard.flush();
        return self->state.statistics;
      },
      [=](finish_atom) {
        self->state.tensorboard.finish(seconds_since_start(self));
        return true;
      },
      [=](caf::flush_atom) {
        self->state.commits.sync();
        self->state.history.sync();
        self->state.validation.sync();
        self->state.tensorboard.sync();
        return true;
      },
  };
}

} // namespace dk
