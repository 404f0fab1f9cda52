#pragma once

#include "common/random.hpp"
#include "runtime/config/job.hpp"

#include <cstdint>
#include <vector>

namespace dk {

/// How many times slower than the mean each worker is: the config's factors, times straggler_factor for those that are
/// drawn as stragglers.
std::vector<double> slowness_of(const laboratory_config& world, std::size_t workers);

struct pace_setup {
  laboratory_config world;
  double factor = 1;          ///< this worker's
  std::uint64_t seed = 1;     ///< of this worker's times
  std::size_t batch_size = 1; ///< of a whole batch
};

/// Draws how long a worker computes.
class pace {
public:
  explicit pace(const pace_setup& setup);

  /// Of a batch of so many rows: a short one takes its part of the time.
  double batch_seconds(std::uint64_t rows);

  /// Of so many rows, batch by batch.
  double chunk_seconds(std::uint64_t rows);

private:
  enum class spread : std::uint8_t { constant, normal, log_normal };

  double draw();

  spread spread_ = spread::constant;
  double row_seconds_;
  double deviation_;
  std::uint64_t batch_size_;
  random_stream random_;
};

} // namespace dk
