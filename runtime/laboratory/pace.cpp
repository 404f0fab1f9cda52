#include "runtime/laboratory/pace.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dk {

namespace {

constexpr double shortest = 0.01; // of the mean, where a normal distribution would go below

} // namespace

std::vector<double> slowness_of(const laboratory_config& world, std::size_t workers) {
  auto slowness = world.factors;
  slowness.resize(workers, 1);
  std::vector<std::size_t> left(workers);
  std::iota(left.begin(), left.end(), std::size_t{0});
  random_stream random{derive_seed(world.seed, purpose::stragglers)};
  const auto slow = static_cast<std::size_t>(std::lround(world.stragglers * static_cast<double>(workers)));
  for (std::size_t i = 0; i < slow; ++i) {
    std::swap(left[i], left[i + random.below(workers - i)]);
    slowness[left[i]] *= world.straggler_factor;
  }
  return slowness;
}

pace::pace(const pace_setup& setup)
    : row_seconds_(setup.factor * (setup.world.rows_per_second > 0
                                       ? 1 / setup.world.rows_per_second
                                       : setup.world.batch_seconds / static_cast<double>(setup.batch_size))),
      deviation_(setup.world.deviation), batch_size_(setup.batch_size), random_(setup.seed) {
  if (setup.world.computing == "normal")
    spread_ = spread::normal;
  if (setup.world.computing == "log_normal")
    spread_ = spread::log_normal;
}

// Around a mean of 1.
double pace::draw() {
  if (spread_ == spread::constant)
    return 1;
  if (spread_ == spread::normal)
    return std::max(shortest, 1 + deviation_ * random_.normal());
  const auto variance = std::log1p(deviation_ * deviation_);
  return std::exp(std::sqrt(variance) * random_.normal() - variance / 2);
}

double pace::batch_seconds(std::uint64_t rows) {
  return row_seconds_ * static_cast<double>(rows) * draw();
}

double pace::chunk_seconds(std::uint64_t rows) {
  double sum = 0;
  for (; rows > batch_size_; rows -= batch_size_)
    sum += batch_seconds(batch_size_);
  return sum + batch_seconds(rows);
}

} // namespace dk
