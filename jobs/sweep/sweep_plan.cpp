#include "jobs/sweep/sweep_plan.hpp"

#include "common/content_name.hpp"
#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "common/text.hpp"
#include "jobs/comparison/compared_runs.hpp"
#include "jobs/runs/simulate_job.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace dk {

namespace {

constexpr std::size_t longest_run_name = 120; // bytes: a folder's name has at most 255

bool begins_with(const std::string& text, const std::string& start) {
  return text.compare(0, start.size(), start) == 0;
}

void check_keys(const sweep_request& request, const std::vector<grid_axis>& grid) {
  for (const auto& axis : grid) {
    if (axis.key == "seed" || axis.key == "laboratory.seed")
      throw request_failure{errc::usage, request_member("grid") + " " + to_text(axis) +
                                             ": a sweep gives each run its seed itself; choose how many with " +
                                             request_member("seeds")};
    for (const auto& setting : request.settings)
      if (begins_with(setting, axis.key + '='))
        throw request_failure{errc::usage, request_member("grid") + " " + to_text(axis) + ": --set " + setting +
                                               " gives the same key; leave one of them out"};
  }
}

void check_count(const sweep_request& request, const std::vector<grid_axis>& grid) {
  if (request.seeds == 0)
    throw request_failure{errc::usage, request_member("seeds") + " 0: expected at least 1"};
  const auto points = count_points(grid, most_sweep_runs);
  if (points > most_sweep_runs / request.seeds)
    throw request_failure{errc::usage, request_member("grid") + " and " + request_member("seeds") +
                                           " make more than 10,000 runs; give fewer values or seeds"};
}

// In the laboratory a run's two seeds are one, so that compare knows runs that differ in nothing else.
void check_seeds(const sweep_request& request, const job& base) {
  if (request.simulates && base.laboratory.seed != base.seed && base.laboratory.seed != laboratory_config{}.seed)
    throw failure{errc::config, request.config + ": laboratory.seed is " + std::to_string(base.laboratory.seed) +
                                    ", but a sweep gives each simulated run its `seed` there, too; leave it out"};
  if (base.seed > std::uint64_t{INT64_MAX} - request.seeds)
    throw failure{errc::config, request.config + ": seed is " + std::to_string(base.seed) +
                                    ", after which there are too few seeds for this sweep; give a smaller one"};
}

// Its own error, where a value of the grid is at fault.
[[noreturn]] void refuse_value(const failure& why, const std::vector<grid_axis>& grid) {
  const std::string text = why.what();
  const std::string option = "--set ";
  for (const auto& axis : grid)
    if (begins_with(text, option + axis.key + '='))
      throw failure{why.code(), "--grid " + text.substr(option.size())};
  throw why;
}

job load_run(const sweep_request& request, const std::vector<std::string>& settings,
             const std::vector<grid_axis>& grid) {
  try {
    auto which = load_job(request.config, settings);
    if (!request.simulates || simulates_data(which))
      require_complete(which, request.config);
    return which;
  } catch (const failure& why) {
    refuse_value(why, grid);
  }
}

std::string label_of(const std::vector<grid_axis>& grid, std::size_t point) {
  std::vector<std::string> keys;
  for (const auto& axis : grid)
    keys.push_back(axis.key);
  const auto values = point_of(grid, point);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < grid.size(); ++i)
    parts.push_back(short_name(keys[i], keys) + '=' + values[i]);
  return join(parts);
}

// A name that no shell has to quote.
std::string folder_name(const std::string& label, std::uint64_t seed, std::set<std::string>& taken) {
  std::string name;
  for (const auto c : label) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string{"._=+-,"}.find(c) != std::string::npos;
    if (is_plain)
      name += c;
    else if (c != ' ' && c != '"')
      name += '_';
  }
  name = name.substr(0, longest_run_name);
  const auto end = (name.empty() ? "seed=" : ",seed=") + std::to_string(seed);
  auto made = name + end;
  for (int i = 2; !taken.insert(made).second; ++i)
    made = name + '-' + std::to_string(i) + end;
  return made;
}

// The same run under two points would be counted twice.
void check_new(const job& which, const std::string& label, std::map<std::string, std::string>& known) {
  content_name name;
  const auto text = to_toml(which);
  name.add(text.data(), text.size());
  if (const auto [earlier, is_new] = known.emplace(name.name(), label); !is_new)
    throw request_failure{errc::usage, request_member("grid") + ": " + label + " is the same run as " +
                                           earlier->second + "; leave one of them out"};
}

} // namespace

sweep_plan plan_sweep(const sweep_request& request) {
  sweep_plan plan;
  plan.grid = parse_grid(request.grid);
  check_keys(request, plan.grid);
  check_count(request, plan.grid);
  plan.base = load_job(request.config, request.settings);
  check_seeds(request, plan.base);
  for (std::size_t i = 0; i < request.seeds; ++i)
    plan.seeds.push_back(plan.base.seed + i);
  std::map<std::string, std::string> known;
  std::set<std::string> taken;
  for (std::size_t point = 0; point < count_points(plan.grid, most_sweep_runs); ++point) {
    auto settings = request.settings;
    const auto values = point_of(plan.grid, point);
    for (std::size_t i = 0; i < values.size(); ++i)
      settings.push_back(plan.grid[i].key + '=' + values[i]);
    const auto label = label_of(plan.grid, point);
    check_new(load_run(request, settings, plan.grid), label, known);
    plan.points.push_back(label);
    for (const auto seed : plan.seeds) {
      const auto text = std::to_string(seed);
      auto own = settings;
      own.push_back("seed=" + text);
      if (request.simulates)
        own.push_back("laboratory.seed=" + text);
      plan.runs.push_back(
          {folder_name(label, seed, taken), (label.empty() ? "seed " : label + ", seed ") + text, point, own});
    }
  }
  return plan;
}

} // namespace dk
