#include "jobs/comparison/compared_runs.hpp"

#include "common/error.hpp"
#include "jobs/runs/results.hpp"
#include "runtime/config/job.hpp"
#include "runtime/record/run_folder.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

namespace dk {

namespace {

using nlohmann::json;
using key_values = std::map<std::string, std::string>;

struct figure {
  const char* name;
  const char* place; ///< in result.json, where last_epoch is the last of its epochs
};

const std::vector<figure>& all_figures() {
  static const std::vector<figure> all{{"test accuracy", "/test/accuracy"},
                                       {"test loss", "/test/loss"},
                                       {"held-out accuracy", "/validation/accuracy"},
                                       {"held-out loss", "/validation/loss"},
                                       {"best accuracy", "/best/accuracy"},
                                       {"best loss", "/best/loss"},
                                       {"training accuracy", "/last_epoch/accuracy"},
                                       {"training loss", "/last_epoch/loss"},
                                       {"rows/s", "/samples_per_second"},
                                       {"staleness", "/staleness/mean"},
                                       {"seconds", "/training_seconds"},
                                       {"rows", "/rows/applied"},
                                       {"workers lost", "/workers_lost"}};
  return all;
}

struct one_run {
  std::string folder;
  key_values keys;
  std::map<std::string, double> figures;
  bool is_finished = false;
};

one_run read_run(const std::string& path) {
  const auto folder = open_run_folder(path);
  one_run made{path, values_by_key(reload_job(folder.config())), {}, false};
  auto result = read_result(folder);
  made.is_finished = !result.empty();
  if (const auto epochs = result.find("epochs"); epochs != result.end() && epochs->is_array() && !epochs->empty())
    result["last_epoch"] = json{epochs->back()}.front();
  for (const auto& [name, place] : all_figures()) {
    const json::json_pointer at{place};
    if (result.contains(at) && result.at(at).is_number())
      made.figures[name] = result.at(at).get<double>();
  }
  return made;
}

// The keys that not all runs have with the same value.
std::set<std::string> keys_that_differ(const std::vector<one_run>& all) {
  std::set<std::string> keys;
  for (const auto& run : all)
    for (const auto& [key, value] : run.keys)
      for (const auto& other : all)
        if (const auto found = other.keys.find(key); found == other.keys.end() || found->second != value)
          keys.insert(key);
  return keys;
}

key_values only(const std::set<std::string>& keys, const key_values& of) {
  key_values some;
  for (const auto& key : keys)
    if (const auto found = of.find(key); found != of.end())
      some.insert(*found);
  return some;
}

spread spread_of(const std::vector<double>& values) {
  spread made{values.size(), 0, std::nullopt};
  for (const auto value : values)
    made.mean += value / static_cast<double>(values.size());
  if (values.size() < 2)
    return made;
  double squares = 0;
  for (const auto value : values)
    squares += (value - made.mean) * (value - made.mean);
  made.deviation = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return made;
}

compared_run summary_of(const std::vector<const one_run*>& some, const key_values& keys) {
  compared_run made;
  made.keys = keys;
  std::map<std::string, std::vector<double>> values;
  for (const auto* run : some) {
    made.folders.push_back(run->folder);
    made.unfinished += run->is_finished ? 0 : 1;
    for (const auto& [name, value] : run->figures)
      values[name].push_back(value);
  }
  for (const auto& [name, numbers] : values)
    made.figures[name] = spread_of(numbers);
  return made;
}

void check_folders(const std::vector<std::string>& folders) {
  std::map<std::string, std::string> seen;
  for (const auto& path : folders) {
    std::error_code ignored;
    const auto real = std::filesystem::weakly_canonical(path, ignored).string();
    if (const auto [earlier, is_new] = seen.emplace(real, path); !is_new)
      throw failure{errc::usage, path + " is the same folder as " + earlier->second + "; name each run once"};
  }
}

// The folder of a sweep stands for those of its runs.
std::vector<std::string> runs_in(const std::vector<std::string>& folders) {
  namespace fs = std::filesystem;
  std::vector<std::string> all;
  std::error_code ignored;
  for (const auto& path : folders) {
    if (!fs::exists(path + "/sweep.json", ignored)) {
      all.push_back(path);
      continue;
    }
    std::vector<std::string> own;
    for (const auto& entry : fs::directory_iterator{path})
      if (fs::exists(run_folder{entry.path().string()}.config(), ignored))
        own.push_back(entry.path().string());
    if (own.empty())
      throw failure{errc::checkpoint, path + " is a sweep without a run; wait until it has begun one"};
    std::sort(own.begin(), own.end());
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

} // namespace

std::vector<std::string> figure_names() {
  std::vector<std::string> names;
  for (const auto& one : all_figures())
    names.emplace_back(one.name);
  return names;
}

comparison compare_runs(const std::vector<std::string>& given, bool each_alone) {
  const auto folders = runs_in(given);
  check_folders(folders);
  std::vector<one_run> all;
  for (const auto& path : folders)
    all.push_back(read_run(path));
  auto keys = keys_that_differ(all);
  const auto follows = [](const one_run& run) {
    const auto simulated = run.keys.find("laboratory.seed");
    return simulated == run.keys.end() || simulated->second == run.keys.at("seed");
  };
  if (std::all_of(all.begin(), all.end(), follows))
    keys.erase("laboratory.seed");
  if (!each_alone)
    keys.erase("seed");
  comparison made;
  made.keys = {keys.begin(), keys.end()};
  std::vector<std::pair<key_values, std::vector<const one_run*>>> groups;
  for (const auto& run : all) {
    const auto own = only(keys, run.keys);
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.first == own; });
    if (each_alone || same == groups.end())
      groups.push_back({own, {&run}});
    else
      same->second.push_back(&run);
  }
  for (const auto& [own, some] : groups)
    made.runs.push_back(summary_of(some, own));
  for (const auto& name : figure_names())
    if (std::any_of(made.runs.begin(), made.runs.end(), [&](const auto& run) { return run.figures.count(name) > 0; }))
      made.figures.push_back(name);
  return made;
}

json to_json(const comparison& of) {
  auto runs = json::array();
  for (const auto& run : of.runs) {
    json figures = json::object();
    for (const auto& [name, value] : run.figures)
      figures[name] = {
          {"runs", value.runs}, {"mean", value.mean}, {"deviation", value.deviation ? json(*value.deviation) : json()}};
    runs.push_back(
        {{"folders", run.folders}, {"keys", run.keys}, {"figures", figures}, {"unfinished", run.unfinished}});
  }
  return {{"keys", of.keys}, {"figures", of.figures}, {"runs", runs}};
}

} // namespace dk
