#include "jobs/sweep/mean_curve.hpp"

#include <algorithm>

namespace dk {

namespace {

constexpr std::size_t points_of_mean = 300;

// Linear between two points of the curve.
double value_at(const std::vector<curve_point>& points, double rows, double curve_point::*value) {
  const auto after = std::lower_bound(points.begin(), points.end(), rows,
                                      [](const curve_point& point, double at) { return point.rows < at; });
  if (after == points.end())
    return points.back().*value;
  if (after == points.begin() || after->rows == rows)
    return (*after).*value;
  const auto before = std::prev(after);
  const auto part = (rows - before->rows) / (after->rows - before->rows);
  return (1 - part) * (*before).*value + part * (*after).*value;
}

std::optional<end_metrics> mean_end(const std::vector<run_series>& runs, std::optional<end_metrics> run_series::*end) {
  end_metrics mean;
  for (const auto& run : runs) {
    if (!(run.*end))
      return std::nullopt;
    mean.accuracy += (run.*end)->accuracy / static_cast<double>(runs.size());
    mean.loss += (run.*end)->loss / static_cast<double>(runs.size());
  }
  return mean;
}

} // namespace

run_series mean_curve(const std::vector<run_series>& runs) {
  auto made = runs.front();
  if (runs.size() == 1)
    return made;
  double from = 0;
  auto to = made.points.back().rows;
  auto count = points_of_mean;
  for (const auto& run : runs) {
    from = std::max(from, run.points.front().rows);
    to = std::min(to, run.points.back().rows);
    count = std::min(count, run.points.size());
  }
  made.points.clear();
  made.measured.clear();
  for (std::size_t i = 0; i < count; ++i) {
    curve_point point;
    point.rows = count == 1 ? to : from + (to - from) * static_cast<double>(i) / static_cast<double>(count - 1);
    for (const auto value : {&curve_point::loss, &curve_point::accuracy})
      for (const auto& run : runs)
        point.*value += value_at(run.points, point.rows, value) / static_cast<double>(runs.size());
    made.points.push_back(point);
  }
  made.test = mean_end(runs, &run_series::test);
  made.validation = mean_end(runs, &run_series::validation);
  return made;
}

} // namespace dk
