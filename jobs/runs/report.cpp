#include "jobs/runs/report.hpp"

#include "common/or_null.hpp"
#include "nn/model/weight_split.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/config/model_of.hpp"

namespace dk {

namespace {

nlohmann::json to_json(const rows_ledger& rows) {
  return {{"expected", rows.expected}, {"applied", rows.applied},    {"lost", rows.lost},
          {"doubled", rows.doubled},   {"redone", rows.redone},      {"duplicates", rows.duplicates},
          {"fenced", rows.fenced},     {"balanced", rows.balanced()}};
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
  json["sent_bytes"] = worker.sent_bytes;
  json["received_bytes"] = worker.received_bytes;
  json["bytes_per_exchange"] = {{"sent", worker.sent_per_exchange()}, {"received", worker.received_per_exchange()}};
  json["staleness"] = {{"mean", commits.mean_staleness()}, {"max", commits.max_staleness()}};
  json["scale"] = commits.mean_scale();
  json["measured"] = commits.measured();
  json["distance"] = or_null(commits.distance());
  json["update_norm"] = or_null(commits.update_norm());
  json["cosine"] = or_null(commits.cosine());
  return json;
}

nlohmann::json to_json(std::uint32_t number, const epoch_statistics& epoch) {
  auto json = dk::to_json(epoch.all);
  json["epoch"] = number;
  json["workers"] = nlohmann::json::array();
  for (const auto& [id, metrics] : epoch.workers) {
    auto part = dk::to_json(metrics);
    part["worker"] = id;
    json["workers"].push_back(std::move(part));
  }
  return json;
}

nlohmann::json to_json(const validation_report& best) {
  auto json = dk::to_json(metrics_of(best));
  json["epoch"] = double{best.epoch};
  json["trained"] = best.trained;
  json["versions"] = best.versions;
  return json;
}

} // namespace

double rows_per_second(const run_result& result) {
  return result.training_seconds > 0 ? static_cast<double>(result.numbers.rows) / result.training_seconds : 0;
}

std::optional<nn::weight_split> weights_of(const job& which) {
  if (which.model.layers.empty())
    return std::nullopt;
  return nn::weight_split{architecture_of(which)};
}

std::size_t exchanged_weights(const job& which, const nn::weight_split& weights) {
  return has_center(which) ? weights.num_free() : 0;
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
                      {"algorithm", report.which.trainer.algorithm.name()},
                      {"training_seconds", result.training_seconds},
                      {"rows", to_json(result.rows)},
                      {"samples_per_second", rows_per_second(result)},
                      {"updates", result.numbers.updates},
                      {"versions", result.versions},
                      {"staleness", {{"mean", result.numbers.mean_staleness()}, {"histogram", staleness}}},
                      {"workers", workers},
                      {"epochs", epochs},
                      {"workers_lost", result.numbers.workers_lost},
                      {"stopped", result.stopped},
                      {"folder", report.folder}};
  if (const auto weights = weights_of(report.which))
    json["weights"] = {{"all", weights->num_all()},
                       {"frozen", weights->num_frozen()},
                       {"exchanged", exchanged_weights(report.which, *weights)}};
  if (result.stopped)
    json["stopped_by"] = report.was_asked_to_stop ? "request" : "rule";
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

} // namespace dk
