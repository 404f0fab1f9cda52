#include "jobs/sweep/sweep_folder.hpp"

#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "common/text.hpp"
#include "jobs/runs/results.hpp"
#include "runtime/record/run_lock.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace dk {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int sweep_format = 1;

json to_json(const sweep_request& request, const sweep_plan& plan) {
  auto grid = json::array();
  for (const auto& axis : plan.grid)
    grid.push_back({{"key", axis.key}, {"values", axis.values}});
  return {{"sweep", sweep_format},          {"config", request.config}, {"settings", request.settings},
          {"simulated", request.simulates}, {"seeds", plan.seeds},      {"grid", grid},
          {"job", to_toml(plan.base)}};
}

json read_plan(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  return json::parse(text);
}

std::string grid_text(const json& grid) {
  std::vector<std::string> axes;
  for (const auto& axis : grid)
    axes.push_back(to_text(grid_axis{axis.at("key"), axis.at("values")}));
  return axes.empty() ? "none" : join(axes, " ");
}

// The keys of two configs, as to_toml wrote them, that differ.
std::string job_difference(const std::string& earlier, const job& now) {
  try {
    const auto keys = differing_keys(parse_job(earlier, "sweep.json", "/"), now);
    return keys.empty() ? "" : "its config differs in " + join(keys);
  } catch (const failure&) { // of another build
    return "its config was another";
  }
}

// What differs; empty: nothing.
std::string plan_difference(const json& earlier, const json& now, const job& base) {
  if (earlier.at("sweep") != now.at("sweep"))
    return "it was written by another version of dk";
  if (earlier.at("grid") != now.at("grid"))
    return "its " + request_member("grid") + " is " + grid_text(earlier.at("grid"));
  if (earlier.at("simulated") != now.at("simulated"))
    return earlier.at("simulated") == true ? "its runs are simulated" : "its runs are not simulated";
  if (const auto job = earlier.at("job").get<std::string>(); job != now.at("job"))
    if (auto why = job_difference(job, base); !why.empty())
      return why;
  if (earlier.at("seeds") != now.at("seeds"))
    return "its seeds are " + earlier.at("seeds").dump();
  return "";
}

std::string difference_from_earlier(const std::string& path, const json& now, const job& base) {
  try {
    return plan_difference(read_plan(path), now, base);
  } catch (const json::exception&) {
    throw request_failure{errc::checkpoint,
                          path + ": is damaged; remove its folder, or choose another " + request_member("out")};
  }
}

// Before anything is made or written there.
void check_place(const sweep_folder& folder) {
  std::error_code ignored;
  if (fs::exists(folder.plan(), ignored) || !fs::exists(fs::symlink_status(folder.path, ignored)))
    return;
  if (!fs::is_directory(folder.path, ignored))
    throw request_failure{errc::usage, folder.path + " is no folder; choose another " + request_member("out")};
  for (const auto& entry : fs::directory_iterator{folder.path})
    if (entry.path().filename() != "run.lock")
      throw request_failure{errc::usage,
                            folder.path + " is not empty and holds no sweep; choose another " + request_member("out")};
}

void make_place(const std::string& path) {
  std::error_code why;
  fs::create_directories(path, why);
  if (why)
    throw request_failure{errc::resources, "cannot make the sweep's folder " + path + ": " + why.message() +
                                               "; choose another " + request_member("out")};
}

} // namespace

sweep_folder open_sweep(const std::string& wanted, const sweep_request& request, const sweep_plan& plan) {
  sweep_folder folder{wanted, nullptr};
  if (wanted.empty())
    folder.path = make_dated_folder(plan.base.name + "-sweep");
  check_place(folder);
  make_place(folder.path);
  folder.owner = std::make_shared<run_lock>(folder.path);
  const auto now = to_json(request, plan);
  if (!fs::exists(folder.plan())) {
    write_text(folder.plan(), now.dump(2) + '\n');
    return folder;
  }
  if (const auto why = difference_from_earlier(folder.plan(), now, plan.base); !why.empty())
    throw request_failure{errc::usage, folder.path + " holds another sweep: " + why + "; choose another " +
                                           request_member("out") + ", or ask for the same again"};
  return folder;
}

sweep_progress progress_of(const run_folder& folder, bool simulates) {
  std::error_code ignored;
  if (!fs::exists(folder.path, ignored))
    return sweep_progress::open;
  const auto result = read_result(folder);
  if (!result.empty() && result.value("stopped_by", "") != "request")
    return sweep_progress::finished;
  if (!simulates && has_checkpoint(folder))
    return sweep_progress::begun;
  return simulates ? sweep_progress::partial : sweep_progress::open;
}

void discard_partial(run_folder folder) {
  if (!fs::exists(folder.config()))
    return;
  own(folder);
  for (const auto& entry : fs::directory_iterator{folder.path})
    if (entry.path().filename() != "run.lock")
      fs::remove_all(entry.path());
}

} // namespace dk
