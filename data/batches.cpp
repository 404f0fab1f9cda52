#include "data/batches.hpp"

#include "common/mapped_file.hpp"
#include "data/sealed_rows.hpp"

#include <algorithm>
#include <array>

namespace dk::data {

namespace {

// Rows that lie side by side are read together. File: row_file or sealed_rows.
template <class File>
void gather_from(const File& file, const dataset& from, const row_order& order, std::uint64_t first, std::size_t count,
                 float* features, float* labels, float* weights) {
  for (std::size_t i = 0; i < count;) {
    const auto row = order(first + i);
    std::size_t together = 1;
    while (i + together < count && order(first + i + together) == row + together)
      ++together;
    file.read(from.first + row, together, features + i * from.feature_width, labels + i * from.label_width,
              weights == nullptr ? nullptr : weights + i);
    i += together;
  }
}

} // namespace

void gather(const dataset& from, const row_order& order, std::uint64_t first, std::size_t count, float* features,
            float* labels, float* weights) {
  if (from.stored)
    return gather_from(*from.stored, from, order, first, count, features, labels, weights);
  if (from.sealed && order.is_buffered()) // so all of them are on their way before the first is waited for
    for (std::size_t i = 0; i < count; ++i)
      from.sealed->fetch(from.first + order(first + i), 1);
  if (from.sealed)
    return gather_from(*from.sealed, from, order, first, count, features, labels, weights);
  if (from.weighted && weights != nullptr)
    for (std::size_t i = 0; i < count; ++i)
      weights[i] = from.weights.data()[order(first + i)];
  const auto wide = from.feature_width;
  const auto label_wide = from.label_width;
  if (order.is_file_order()) {
    std::copy_n(from.features.data() + first * wide, count * wide, features);
    if (label_wide > 0)
      std::copy_n(from.labels.data() + first * label_wide, count * label_wide, labels);
    return check_mapped_files();
  }
  constexpr std::size_t group = 16; // rows whose memory is asked for before the first of them is copied
  std::array<std::size_t, group> rows{};
  for (std::size_t done = 0; done < count; done += group) {
    const auto now = std::min(group, count - done);
    for (std::size_t i = 0; i < now; ++i) {
      rows[i] = order(first + done + i);
      prefetch_row(from.features.data() + rows[i] * wide, wide);
      if (label_wide > 0)
        __builtin_prefetch(from.labels.data() + rows[i] * label_wide);
    }
    for (std::size_t i = 0; i < now; ++i) {
      std::copy_n(from.features.data() + rows[i] * wide, wide, features + (done + i) * wide);
      if (label_wide > 0)
        std::copy_n(from.labels.data() + rows[i] * label_wide, label_wide, labels + (done + i) * label_wide);
    }
  }
  check_mapped_files();
}

} // namespace dk::data
