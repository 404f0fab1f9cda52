#include "apps/driver/report.hpp"

#include "algorithms/catalog.hpp"
#include "common/text.hpp"
#include "nn/weight_split.hpp"
#include "runtime/config/model_of.hpp"
#include "runtime/run/preflight.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace dk {

namespace {

double rows_per_second(const run_result& result) {
  return result.training_seconds > 0 ? static_cast<double>(result.numbers.rows) / result.training_seconds : 0;
}

nlohmann::json to_json(const rows_ledger& rows) {
  return {{"expected", rows.expected}, {"applied", rows.applied},    {"lost", rows.lost},
          {"doubled", rows.doubled},   {"redone", rows.redone},      {"duplicates", rows.duplicates},
          {"fenced", rows.fenced},     {"balanced", rows.balanced()}};
}

nlohmann::json to_json(const nn::metrics& metrics) {
  return {{"accuracy", or_null(metrics.accuracy())}, {"loss", metrics.loss()}, {"rows", metrics.rows}};
}

nlohmann::json to_json(std::uint32_t id, const worker_statistics& worker) {
  nlohmann::json json{{"worker", id},
                      {"chunks", worker.chunks},
                      {"rows", worker.rows},
                      {"computing_seconds", worker.computing_seconds},
                      {"waiting_seconds", worker.waiting_seconds}};
  const auto& commits = worker.commits;
  if (commits.commits() == 0)
    return json;
  json["staleness"] = {{"mean", commits.mean_staleness()}, {"max", commits.max_staleness()}};
  json["scale"] = commits.mean_scale();
  json["measured"] = commits.measured();
  json["distance"] = or_null(commits.distance());
  json["update_norm"] = or_null(commits.update_norm());
  json["cosine"] = or_null(commits.cosine());
  return json;
}

nlohmann::json to_json(std::uint32_t number, const epoch_statistics& epoch) {
  auto json = to_json(epoch.all);
  json["epoch"] = number;
  json["workers"] = nlohmann::json::array();
  for (const auto& [id, metrics] : epoch.workers) {
    auto part = to_json(metrics);
    part["worker"] = id;
    json["workers"].push_back(std::move(part));
  }
  return json;
}

std::string cell(const std::optional<double>& value) {
  return value ? fmt::format("{:.3g}", *value) : "-";
}

// A line per worker: what it did, and how its commits lay to the center.
std::string worker_table(const std::map<std::uint32_t, worker_statistics>& workers) {
  constexpr std::size_t most = 32;
  auto text = fmt::format("{:>6} {:>9} {:>11} {:>9} {:>8} {:>9} {:>5} {:>8} {:>6} {:>8} {:>7}\n", "worker", "chunks",
                          "rows", "computing", "waiting", "staleness", "most", "distance", "scale", "update", "cosine");
  std::size_t shown = 0;
  for (const auto& [id, worker] : workers) {
    if (shown++ == most)
      return text + fmt::format("  ... and {} more, in result.json\n", workers.size() - most);
    const auto& commits = worker.commits;
    text +=
        fmt::format("{:>6} {:>9} {:>11} {:>7.2f} s {:>6.2f} s {:>9.2f} {:>5} {:>8} {:>6.3g} {:>8} {:>7}\n", id,
                    with_commas(worker.chunks), with_commas(worker.rows), worker.computing_seconds,
                    worker.waiting_seconds, commits.mean_staleness(), commits.max_staleness(), cell(commits.distance()),
                    commits.mean_scale(), cell(commits.update_norm()), cell(commits.cosine()));
  }
  return text;
}

// What there is of each kind; nothing of a dry run, which may have no model.
std::optional<nn::weight_split> weights_of(const job& which) {
  if (which.model.layers.empty())
    return std::nullopt;
  return nn::weight_split{architecture_of(which)};
}

// Of all weights those that a commit carries; a model that is trained alone exchanges none.
std::size_t exchanged(const job& which, const nn::weight_split& weights) {
  return find_algorithm(which.trainer.algorithm.name)->has_server() ? weights.num_free() : 0;
}

std::string frozen_text(const job& which) {
  const auto weights = weights_of(which);
  if (!weights || weights->num_frozen() == 0)
    return "";
  const auto travel = exchanged(which, *weights);
  return fmt::format("{} of {} weights are frozen{}\n", with_commas(weights->num_frozen()),
                     with_commas(weights->num_all()),
                     travel == 0 ? ""
                                 : fmt::format("; a commit carries {}, {} bytes", with_commas(travel),
                                               with_commas(travel * sizeof(float))));
}

nlohmann::json to_json(const validation_report& best) {
  auto json = to_json(metrics_of(best));
  json["epoch"] = double{best.epoch};
  json["trained"] = best.trained;
  json["versions"] = best.versions;
  return json;
}

// Ten bars at most: single steps while they are few, then ranges.
std::string histogram(const std::map<std::uint64_t, std::uint64_t>& counts) {
  if (counts.empty())
    return "";
  constexpr std::uint64_t bars = 10;
  const auto width = counts.rbegin()->first / bars + 1;
  std::map<std::uint64_t, std::uint64_t> grouped;
  std::uint64_t most = 1;
  for (const auto& [staleness, commits] : counts)
    most = std::max(most, grouped[staleness / width] += commits);
  std::string text;
  for (const auto& [group, commits] : grouped) {
    const auto label =
        width == 1 ? std::to_string(group) : fmt::format("{}-{}", group * width, (group + 1) * width - 1);
    text += fmt::format("  {:>9}  {:<30} {}\n", label, std::string((commits * 30 + most - 1) / most, '#'),
                        with_commas(commits));
  }
  return text;
}

} // namespace

nlohmann::json or_null(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

nlohmann::json to_json(const run_report& report) {
  const auto& result = report.result;
  nlohmann::json staleness = nlohmann::json::object();
  for (const auto& [steps, commits] : result.numbers.staleness)
    staleness[std::to_string(steps)] = commits;
  nlohmann::json workers = nlohmann::json::array();
  for (const auto& [id, worker] : result.numbers.workers)
    workers.push_back(to_json(id, worker));
  nlohmann::json epochs = nlohmann::json::array();
  for (const auto& [number, epoch] : result.numbers.epochs)
    epochs.push_back(to_json(number, epoch));
  nlohmann::json json{{"name", report.which.name},
                      {"algorithm", report.which.trainer.algorithm.name},
                      {"training_seconds", result.training_seconds},
                      {"rows", to_json(result.rows)},
                      {"samples_per_second", rows_per_second(result)},
                      {"updates", result.numbers.updates},
                      {"versions", result.versions},
                      {"staleness", {{"mean", result.numbers.mean_staleness()}, {"histogram", staleness}}},
                      {"workers", workers},
                      {"epochs", epochs},
                      {"workers_lost", result.numbers.losses},
                      {"stopped", result.stopped},
                      {"folder", report.folder}};
  if (const auto weights = weights_of(report.which))
    json["weights"] = {{"all", weights->num_all()},
                       {"frozen", weights->num_frozen()},
                       {"exchanged", exchanged(report.which, *weights)}};
  if (!report.replay_of.empty())
    json["replay_of"] = report.replay_of;
  if (report.test) {
    json["accuracy"] = or_null(report.test->accuracy());
    json["loss"] = report.test->loss();
    json["test"] = to_json(*report.test);
  }
  if (report.validation)
    json["validation"] = to_json(*report.validation);
  if (result.best)
    json["best"] = to_json(*result.best);
  return json;
}

std::string plan_text(const job& which, std::size_t rows, const std::string& where) {
  const auto grid = grid_of(which, rows);
  const auto& trainer = which.trainer;
  return fmt::format("{} rows, {} epochs of {} chunks ({} batches of {}); {} with {} worker{} {}\n", with_commas(rows),
                     trainer.epochs, with_commas(grid.chunks_per_epoch()), trainer.communication_window,
                     trainer.batch_size, trainer.algorithm.name, trainer.workers, trainer.workers == 1 ? "" : "s",
                     where);
}

nlohmann::json to_json(const evaluation& found) {
  auto json = to_json(static_cast<const nn::metrics&>(found));
  for (const auto& [name, value] : found.others)
    json[name] = value;
  return json;
}

std::string measured_text(const nn::metrics& found) {
  const auto loss = fmt::format("loss {:.4f}", found.loss());
  return found.accuracy() ? fmt::format("accuracy {:.4f}, ", *found.accuracy()) + loss : loss;
}

std::string to_text(const evaluation& found) {
  auto text = measured_text(found);
  for (const auto& [name, value] : found.others)
    text += fmt::format(", {} {:.4f}", name, value);
  return text;
}

std::string to_text(const run_report& report) {
  const auto& result = report.result;
  std::string text;
  if (report.test)
    text += fmt::format("test {} on {} rows\n", to_text(*report.test), with_commas(report.test->rows));
  if (report.validation)
    text += fmt::format("validation {} on {} held-out rows\n", to_text(*report.validation),
                        with_commas(report.validation->rows));
  if (result.best)
    text += fmt::format("best center: of epoch {:.2f}, in {}\n", double{result.best->epoch},
                        report.which.trainer.keep == "best" ? "model.h5" : "best.h5");
  text += fmt::format("trained {:.2f} s, {} rows/s, {} updates{}\n", result.training_seconds,
                      with_commas(static_cast<unsigned long long>(rows_per_second(result))),
                      with_commas(result.numbers.updates), result.stopped ? ", stopped before the end" : "");
  text += frozen_text(report.which);
  if (result.messages > 0)
    text += fmt::format(
        "simulated in {:.2f} s of real time, {} messages, {} a second\n", result.real_seconds,
        with_commas(result.messages),
        with_commas(static_cast<unsigned long long>(static_cast<double>(result.messages) / result.real_seconds)));
  if (!result.numbers.staleness.empty())
    text += fmt::format("staleness, mean {:.2f}:\n{}", result.numbers.mean_staleness(),
                        histogram(result.numbers.staleness)) +
            worker_table(result.numbers.workers);
  text += to_string(result.rows) + "\n";
  if (!report.folder.empty())
    text += "results in " + report.folder + "\n";
  return text;
}

} // namespace dk
