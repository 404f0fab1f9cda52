#include "jobs/plots/chart.hpp"

#include "jobs/plots/gnuplot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <string_view>

namespace dk {

namespace {

// Okabe and Ito's colours, which the colour-blind can tell apart; without yellow, which is faint on white. Beyond them
// come dashes.
constexpr std::array<const char*, 7> colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                             "#000000", "#56B4E9", "#E69F00"};
constexpr std::size_t dash_types = 5; // gnuplot's
constexpr std::size_t few_points = 20;
constexpr double room_for_marks = 1.02; // at the right end of the axis

constexpr const char* no_time = "its history.jsonl, written by an older dk, has no `t`";

// Pixels.
constexpr int panel_width = 560;
constexpr int lone_panel_width = 800;
constexpr int panel_height = 330;
constexpr int left = 78;
constexpr int right = 22;
constexpr int top = 42;
constexpr int bottom = 62;
constexpr int legend_line = 22;
constexpr int legend_margin = 12;

std::string no_commits(const run_series& run) {
  return '`' + run.algorithm + "` keeps no center, so there are no commits";
}

struct axis_unit {
  double size;
  std::string label;
};

// The largest unit of which there are ten at least.
axis_unit unit_for(const axis& against, double most) {
  const std::string name = against.name;
  const auto units = name == "time"
                         ? std::vector<axis_unit>{{1, "time (s)"}, {60, "time (min)"}, {3600, "time (h)"}}
                         : std::vector<axis_unit>{{1, name}, {1e3, name + " (thousands)"}, {1e6, name + " (millions)"}};
  const auto found =
      std::find_if(units.rbegin(), units.rend(), [&](const axis_unit& unit) { return most >= 10 * unit.size; });
  return found == units.rend() ? units.front() : *found;
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.7g}", value) : "NaN";
}

// One block of lines per run: the axis, then every quantity.
std::string data_blocks(const std::vector<run_series>& runs, const axis& against, double unit) {
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    text += fmt::format("$run{} << END\n", i);
    for (const auto& point : runs[i].points) {
      text += number(point.*against.value / unit);
      for (const auto& each : quantities())
        text += ' ' + number(point.*each.value);
      text += '\n';
    }
    text += "END\n";
    if (runs[i].measured.empty())
      continue;
    text += fmt::format("$measured{} << END\n", i);
    for (const auto& point : runs[i].measured)
      text +=
          fmt::format("{} {} {}\n", number(point.*against.value / unit), number(point.accuracy), number(point.loss));
    text += "END\n";
  }
  return text;
}

std::string line_style(std::size_t run) {
  return fmt::format("lw 2 lc rgb '{}' dt {}", colours[run % colours.size()], 1 + run / colours.size() % dash_types);
}

// A dot, or a ring that fits around it: the two are often at the same place.
std::string mark_style(const char* colour, bool is_test) {
  return fmt::format("pt {} lw 1.5 lc rgb '{}'", is_test ? "7 ps 0.9" : "6 ps 1.7", colour);
}

// Measurements on held-out rows, from one to the next.
std::string measured_style(const char* colour) {
  return fmt::format("lw 1 dt 3 pt 6 ps 0.8 lc rgb '{}'", colour);
}

std::size_t column_of(const quantity& what) {
  const auto& all = quantities();
  const auto same = [&](const quantity& one) { return one.value == what.value; };
  return 2 + static_cast<std::size_t>(std::find_if(all.begin(), all.end(), same) - all.begin());
}

std::string curves(const std::vector<run_series>& runs, const quantity& what, const axis& against, double unit) {
  std::vector<std::string> parts;
  std::vector<std::string> marks; // above every line
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!why_unknown(runs[i], what).empty())
      continue;
    const auto* const how = runs[i].points.size() <= few_points ? "linespoints pt 7 ps 0.4" : "lines";
    parts.push_back(fmt::format("$run{} using 1:{} with {} {} notitle", i, column_of(what), how, line_style(i)));
    const auto mark = [&](const std::optional<end_metrics>& found, bool is_test) {
      if (found && what.at_end != nullptr)
        marks.push_back(fmt::format("'+' using ({}):({}) every ::::0 with points {} notitle",
                                    number(runs[i].points.back().*against.value / unit), number((*found).*what.at_end),
                                    mark_style(colours[i % colours.size()], is_test)));
    };
    if (!runs[i].measured.empty() && what.at_end != nullptr)
      marks.push_back(fmt::format("$measured{} using 1:{} with linespoints {} notitle", i,
                                  what.value == &curve_point::accuracy ? 2 : 3,
                                  measured_style(colours[i % colours.size()])));
    mark(runs[i].test, true);
    mark(runs[i].validation, false);
  }
  parts.insert(parts.end(), marks.begin(), marks.end());
  return fmt::format("plot {}\n", fmt::join(parts, ", \\\n     "));
}

std::vector<std::string> legend_entries(const std::vector<run_series>& runs, const std::vector<quantity>& what) {
  std::vector<std::string> entries;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto how =
        runs[i].window == 1 ? std::string{"every chunk"} : fmt::format("means of {} chunks", runs[i].window);
    entries.push_back(fmt::format("NaN with lines {} title {}", line_style(i),
                                  gnuplot_quoted(fmt::format("{} ({}, {})", runs[i].name, runs[i].algorithm, how))));
  }
  const bool has_ends =
      std::any_of(what.begin(), what.end(), [](const quantity& each) { return each.at_end != nullptr; });
  const auto any = [&](std::optional<end_metrics> run_series::*end) {
    return has_ends && std::any_of(runs.begin(), runs.end(), [&](const run_series& run) { return run.*end; });
  };
  if (has_ends && std::any_of(runs.begin(), runs.end(), [](const run_series& run) { return !run.measured.empty(); }))
    entries.push_back(
        fmt::format("NaN with linespoints {} title 'the center on held-out rows'", measured_style("#606060")));
  if (any(&run_series::test))
    entries.push_back(
        fmt::format("NaN with points {} title 'the finished model on test data'", mark_style("#606060", true)));
  if (any(&run_series::validation))
    entries.push_back(
        fmt::format("NaN with points {} title 'the finished model on held-out rows'", mark_style("#606060", false)));
  return entries;
}

// A plot's place on the canvas, from pixels counted from the top left.
std::string place(int from_x, int to_x, int from_y, int to_y, int width, int height) {
  const auto x = [&](int pixel) { return static_cast<double>(pixel) / width; };
  const auto y = [&](int pixel) { return 1 - static_cast<double>(pixel) / height; };
  return fmt::format("set lmargin at screen {:.5f}; set rmargin at screen {:.5f}; "
                     "set tmargin at screen {:.5f}; set bmargin at screen {:.5f}\n",
                     x(from_x), x(to_x), y(from_y), y(to_y));
}

} // namespace

const std::vector<quantity>& quantities() {
  static const std::vector<quantity> all{
      {"accuracy", "training accuracy", &curve_point::accuracy, &end_metrics::accuracy},
      {"loss", "training loss", &curve_point::loss, &end_metrics::loss},
      {"staleness", "staleness (commits)", &curve_point::staleness, nullptr},
      {"rows_per_second", "speed (rows/s)", &curve_point::rows_per_second, nullptr},
  };
  return all;
}

const std::vector<axis>& axes() {
  static const std::vector<axis> all{
      {"time", &curve_point::seconds}, {"commits", &curve_point::commits}, {"rows", &curve_point::rows}};
  return all;
}

std::string why_unknown(const run_series& run, const quantity& what) {
  const std::string_view name = what.name;
  if (name == "staleness" && !run.has_commits)
    return no_commits(run);
  if (name == "rows_per_second" && !run.has_time)
    return no_time;
  const bool any = std::any_of(run.points.begin(), run.points.end(),
                               [&](const curve_point& point) { return std::isfinite(point.*what.value); });
  return any ? "" : "its history holds no number to draw";
}

std::string why_unknown(const run_series& run, const axis& against) {
  const std::string_view name = against.name;
  if (name == "commits" && !run.has_commits)
    return no_commits(run);
  return name == "time" && !run.has_time ? no_time : "";
}

std::string chart_script(const std::vector<run_series>& runs, const std::vector<quantity>& what, const axis& against,
                         picture_kind kind) {
  double most = 0;
  for (const auto& run : runs)
    most = std::max(most, run.points.back().*against.value);
  const auto unit = unit_for(against, most);
  const auto legend = legend_entries(runs, what);
  const int columns = what.size() == 1 ? 1 : 2;
  const int legend_top = panel_height * ((static_cast<int>(what.size()) + columns - 1) / columns);
  const int panel = columns == 1 ? lone_panel_width : panel_width;
  const int width = panel * columns;
  const int height = legend_top + legend_line * static_cast<int>(legend.size()) + 2 * legend_margin;

  auto script = fmt::format(
      "set encoding utf8\nset terminal {} noenhanced font 'DejaVu Sans,{}' size {},{} background rgb 'white'\n",
      kind == picture_kind::svg ? "svg" : "pngcairo", kind == picture_kind::svg ? 12 : 10, width, height);
  script += data_blocks(runs, against, unit.size);
  script += "set multiplot\nset border 3 lc rgb '#606060'\nset tics nomirror out\nset grid lt 1 lc rgb '#dcdcdc' lw 1 "
            "dt solid\n"
            "set samples 2\nset key off\n";
  script += fmt::format("set xrange [0:{}]\nset xlabel '{}' offset 0,0.3\n",
                        number(most > 0 ? room_for_marks * most / unit.size : 1), unit.label);
  for (int i = 0; i < static_cast<int>(what.size()); ++i) {
    const auto& each = what[static_cast<std::size_t>(i)];
    const int x = panel * (i % columns);
    const int y = panel_height * (i / columns);
    script += place(x + left, x + panel - right, y + top, y + panel_height - bottom, width, height);
    script += fmt::format("set title '{}'\nset yrange [{}:*]\n", each.title,
                          each.value == &curve_point::accuracy ? "*" : "*<0");
    script += curves(runs, each, against, unit.size);
  }
  script += "unset border; unset tics; unset grid; unset title; unset xlabel; set xrange [0:1]; set yrange [0:1]\n";
  script += place(left, width - right, legend_top + legend_margin, height - legend_margin, width, height);
  script += "set key on left top Left reverse vertical maxcols 1 samplen 3 spacing 1.2 width 0\n";
  return script + fmt::format("plot {}\nunset multiplot\n", fmt::join(legend, ", \\\n     "));
}

} // namespace dk
