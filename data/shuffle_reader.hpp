#pragma once

#include "data/dataset.hpp"
#include "data/shuffle.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace dk::data {

/// Reads stored rows in the order of their epochs, a buffer ahead: the buffer that is trained is in memory, and while
/// its rows are asked for, the next one is read, at the same pace. What is asked for late, of a buffer that has passed,
/// comes from the disk. One thread at a time.
class shuffle_reader {
public:
  /// Requires rows.stored.
  shuffle_reader(dataset rows, std::uint64_t seed, bool shuffle, sampling which);

  /// Copies the rows at places [first, first + count) of an epoch's order, as gather does.
  /// Requires first + count <= the dataset's rows. @throws failure (resources) where the disk fails
  void gather(std::uint64_t epoch, std::uint64_t first, std::size_t count, float* features, float* labels,
              float* weights = nullptr);

private:
  /// A buffer of an epoch, of which the first rows have been read.
  struct buffer {
    std::uint64_t epoch = 0;
    std::uint64_t index = 0;
    std::shared_ptr<const row_order> order;
    std::vector<float> lines;
    std::uint64_t rows = 0;
    std::uint64_t read = 0;

    bool is(std::uint64_t of_epoch, std::uint64_t number) const {
      return order && epoch == of_epoch && index == number;
    }
    bool is_before(std::uint64_t of_epoch, std::uint64_t number) const {
      return !order || epoch < of_epoch || (epoch == of_epoch && index < number);
    }
  };

  std::shared_ptr<const row_order> order_of(std::uint64_t epoch) const;
  void begin(buffer& which, std::shared_ptr<const row_order> order, std::uint64_t epoch, std::uint64_t index) const;
  void begin_next();
  void read_to(buffer& which, std::uint64_t row) const;
  void move_to(const std::shared_ptr<const row_order>& order, std::uint64_t epoch, std::uint64_t index);
  void copy(const std::shared_ptr<const row_order>& order, std::uint64_t epoch, const row_order::spot& from,
            float* features, float* labels, float* weights);
  std::size_t width() const { // numbers of a row
    return rows_.feature_width + rows_.label_width + (rows_.weighted ? 1 : 0);
  }
  const float* line_of(const buffer& in, std::uint64_t inside) const { return in.lines.data() + inside * width(); }

  dataset rows_;
  std::uint64_t seed_;
  bool shuffle_;
  sampling sampling_;
  std::uint64_t last_epoch_ = 0;
  std::shared_ptr<const row_order> last_order_; // of that epoch
  buffer now_;
  buffer next_;
  std::uint64_t taken_ = 0; // rows of `now_` that were asked for
};

} // namespace dk::data
