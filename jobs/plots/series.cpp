#include "jobs/plots/series.hpp"

#include "common/error.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/record/validation_format.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace dk {

namespace {

using nlohmann::json;
using notes = std::function<void(const std::string&)>;

constexpr double unknown_value = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t least_for_speed = 10; // chunks
constexpr std::size_t windows_in_a_run = 100;

struct history {
  std::vector<chunk_line> lines;
  double distinct_rows = 0; // chunks that were done again after a crash count once
};

// A key of a line, a finite number of at least `least`.
double number_in(const json& line, const char* key, double least, const std::string& place) {
  const auto found = line.find(key);
  const bool is_number = found != line.end() && found->is_number();
  const auto value = is_number ? found->get<double>() : unknown_value;
  if (std::isfinite(value) && value >= least)
    return value;
  throw failure{errc::checkpoint, place + ": `" + key + "` is " +
                                      (found == line.end() ? "missing" : found->dump().substr(0, 40)) +
                                      ", not a number of at least " + json(least).dump() +
                                      "; the file is damaged: remove the line, or plot another run"};
}

// Accuracy is null where outputs are numbers.
bool is_null(const json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_null();
}

chunk_line parse_line(const json& line, const std::string& place) {
  chunk_line made;
  made.seconds = line.contains("t") ? number_in(line, "t", 0, place) : unknown_value;
  made.rows = number_in(line, "rows", 1, place);
  made.accuracy = is_null(line, "accuracy") ? unknown_value : number_in(line, "accuracy", 0, place);
  made.loss = number_in(line, "loss", std::numeric_limits<double>::lowest(), place);
  made.staleness = number_in(line, "staleness", 0, place);
  return made;
}

history read_history(const std::string& path, const notes& note) {
  std::ifstream in{path};
  if (!in)
    throw failure{errc::checkpoint, path + ": " + std::strerror(errno) + "; name the folder of a run that has trained"};
  history all;
  std::set<std::pair<double, double>> seen;
  double earlier_sessions = 0; // seconds
  double last = 0;
  std::size_t number = 0;
  std::vector<std::string> torn;
  for (std::string text; std::getline(in, text);) {
    const auto place = path + ':' + std::to_string(++number);
    const auto line = json::parse(text, nullptr, false);
    if (!line.is_object()) {
      torn.push_back(place);
      continue;
    }
    auto chunk = parse_line(line, place);
    if (chunk.seconds < last) // a resumed run's clock begins anew
      earlier_sessions += last;
    last = std::isnan(chunk.seconds) ? last : chunk.seconds;
    chunk.seconds += earlier_sessions;
    if (seen.emplace(number_in(line, "epoch", 0, place), number_in(line, "chunk", 0, place)).second)
      all.distinct_rows += chunk.rows;
    all.lines.push_back(chunk);
  }
  if (!torn.empty())
    note(torn.front() + ": incomplete line (the run was killed); left out" +
         (torn.size() == 1 ? "" : ", and " + std::to_string(torn.size() - 1) + " more like it"));
  if (all.lines.empty())
    throw failure{errc::checkpoint, path + " holds no chunk; plot the run when it has trained some"};
  return all;
}

std::optional<end_metrics> metrics_in(const json& result, const char* key) {
  const auto found = result.find(key);
  if (found == result.end() || !found->is_object())
    return std::nullopt;
  const auto accuracy = found->find("accuracy");
  const auto loss = found->find("loss");
  if (accuracy == found->end() || loss == found->end() || !loss->is_number())
    return std::nullopt;
  return end_metrics{accuracy->is_number() ? accuracy->get<double>() : unknown_value, loss->get<double>()};
}

// A run that was resumed and then killed has an older result than history: that is not of the curve's end.
void add_result(run_series& run, const run_folder& folder, double history_rows, const notes& note) {
  std::ifstream in{folder.result()};
  if (!in)
    return; // it runs, or was killed
  const auto result = json::parse(in, nullptr, false);
  const auto applied = json::json_pointer{"/rows/applied"};
  if (!result.is_object() || !result.contains(applied) || !result.at(applied).is_number())
    return note(folder.result() + ": damaged; its test results are left out");
  if (result.at(applied).get<double>() < history_rows)
    return note(folder.result() + ": from an earlier session of the run; its test results are left out");
  run.test = metrics_in(result, "test");
  run.validation = metrics_in(result, "validation");
}

// A measurement stands where the history has trained the rows that its center had.
std::vector<curve_point> measured_points(const std::string& path, const std::vector<chunk_line>& lines) {
  std::vector<curve_point> points;
  std::size_t at = 0;
  double rows = lines.front().rows;
  for (const auto& one : read_validation(path)) {
    const auto trained = static_cast<double>(one.trained);
    for (; at + 1 < lines.size() && rows < trained; rows += lines[at].rows)
      ++at;
    curve_point point{lines[at].seconds, static_cast<double>(at + 1), rows};
    point.accuracy = metrics_of(one).accuracy().value_or(unknown_value);
    point.loss = one.loss_sum / static_cast<double>(one.rows);
    points.push_back(point);
  }
  return points;
}

std::string name_of(const std::string& folder) {
  const auto path = std::filesystem::absolute(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

} // namespace

std::vector<curve_point> smooth(const std::vector<chunk_line>& lines, std::size_t window, std::size_t most) {
  const auto step = std::max<std::size_t>(1, (lines.size() + most - 1) / most);
  const auto speed_window = std::max(window, least_for_speed);
  std::vector<curve_point> points;
  double rows_so_far = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    rows_so_far += lines[i].rows;
    if ((lines.size() - 1 - i) % step != 0)
      continue;
    curve_point point{lines[i].seconds, static_cast<double>(i + 1), rows_so_far};
    double weight = 0;
    for (auto k = i + 1 - std::min(window, i + 1); k <= i; ++k) {
      weight += lines[k].rows;
      point.accuracy += lines[k].rows * lines[k].accuracy;
      point.loss += lines[k].rows * lines[k].loss;
      point.staleness += lines[k].rows * lines[k].staleness;
    }
    point.accuracy /= weight;
    point.loss /= weight;
    point.staleness /= weight;
    const auto first = i + 1 - std::min(speed_window, i + 1);
    double rows = 0;
    for (auto k = first; k <= i; ++k)
      rows += lines[k].rows;
    const auto seconds = lines[i].seconds - (first == 0 ? 0 : lines[first - 1].seconds);
    point.rows_per_second = seconds > 0 ? rows / seconds : unknown_value;
    points.push_back(point);
  }
  return points;
}

run_series read_series(const run_folder& folder, const notes& note) {
  const auto which = load_job(folder.config(), {}, [](const std::string&) { return std::nullopt; });
  const auto history = read_history(folder.history(), note);
  run_series run;
  run.name = name_of(folder.path);
  run.algorithm = which.trainer.algorithm.name();
  run.has_commits = has_center(which);
  run.has_time = std::none_of(history.lines.begin(), history.lines.end(),
                              [](const chunk_line& line) { return std::isnan(line.seconds); });
  run.window = std::max<std::size_t>(1, history.lines.size() / windows_in_a_run);
  run.points = smooth(history.lines, run.window);
  run.measured = measured_points(folder.validation(), history.lines);
  add_result(run, folder, history.distinct_rows, note);
  return run;
}

} // namespace dk
