#include "jobs/sweep/sweep_picture.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "jobs/plots/chart.hpp"
#include "jobs/plots/gnuplot.hpp"
#include "jobs/sweep/mean_curve.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace dk {

namespace {

using sweep_notes = std::function<void(const std::string&)>;

constexpr std::size_t most_curves = 35; // as many as colours and dashes tell apart

template <class Named>
const Named& named(const std::vector<Named>& all, std::string_view name) {
  return *std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
}

// The curves of the finished runs, by their point.
std::map<std::size_t, std::vector<run_series>> read_curves(const sweep_plan& plan, const sweep_folder& folder,
                                                           bool simulates, const sweep_notes& note) {
  std::map<std::size_t, std::vector<run_series>> by_point;
  for (const auto& one : plan.runs)
    if (progress_of(folder.run(one), simulates) == sweep_progress::finished) {
      auto run = read_series(folder.run(one), note);
      if (const auto why = why_unknown(run, named(quantities(), "loss")); why.empty())
        by_point[one.point].push_back(std::move(run));
      else
        note(run.name + ": is not in the picture: " + why);
    }
  return by_point;
}

std::string curve_name(const sweep_plan& plan, std::size_t point, std::size_t runs) {
  const auto& label = plan.points[point];
  if (runs == 1)
    return label.empty() ? plan.base.name : label;
  return (label.empty() ? "" : label + ", ") + "mean of " + counted(runs, "run");
}

} // namespace

std::string draw_sweep(const sweep_plan& plan, const sweep_folder& folder, bool simulates, const sweep_notes& note) {
  std::vector<run_series> curves;
  for (const auto& [point, runs] : read_curves(plan, folder, simulates, note)) {
    curves.push_back(mean_curve(runs));
    curves.back().name = curve_name(plan, point, runs.size());
  }
  if (curves.empty())
    return "";
  if (curves.size() > most_curves) {
    note("the picture has " + std::to_string(most_curves) + " of " + std::to_string(curves.size()) +
         " points: those with the lowest training loss at the end");
    std::stable_sort(curves.begin(), curves.end(), [](const run_series& a, const run_series& b) {
      return a.points.back().loss < b.points.back().loss;
    });
    curves.resize(most_curves);
  }
  write_text(folder.picture(), run_gnuplot(chart_script(curves, {named(quantities(), "loss")}, named(axes(), "rows"),
                                                        picture_kind::svg)));
  return folder.picture();
}

} // namespace dk
