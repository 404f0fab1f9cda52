#include "data/store.hpp"

#include "common/error.hpp"
#include "data/nameless_file.hpp"

#include <algorithm>

namespace dk::data {

namespace {

void require_alike(const dataset& all, const dataset& some) {
  if (all.feature_shape != some.feature_shape || all.label_width != some.label_width)
    throw failure{errc::data, some.origin + ": its rows have " + std::to_string(some.feature_width) + " features and " +
                                  std::to_string(some.label_width) + " labels, earlier rows have " +
                                  std::to_string(all.feature_width) + " and " + std::to_string(all.label_width) +
                                  "; give files that belong together"};
}

} // namespace

shuffle_buffers buffers_for(std::size_t numbers_per_row, std::uint64_t memory) {
  constexpr std::uint64_t block_bytes = std::uint64_t{256} << 10U;
  const auto row_bytes = std::uint64_t{numbers_per_row} * sizeof(float);
  const auto rows = std::max<std::uint64_t>(block_bytes / row_bytes, 1);
  return {rows, std::max<std::uint64_t>(memory / 8 / (rows * row_bytes), 1)};
}

dataset store(table_stream& rows, const store_options& options, const store_work& work) {
  const bool weighted = work.factor || options.weights == weight_use::required;
  dataset all;
  std::shared_ptr<row_file> file;
  while (const auto some = rows.next()) {
    if (some->rows() == 0)
      continue;
    const auto part = make_dataset(*some, label_use::required, options.weights);
    if (!file) {
      file = std::make_shared<row_file>(scratch_folder(options.folder), part.feature_width, part.label_width, weighted);
      all = part;
      all.features = {};
      all.labels = {};
      all.weights = {};
      all.weighted = weighted;
      all.numbers = {};
    }
    require_alike(all, part);
    if (work.see)
      work.see(part);
    file->append(part.features.data(), part.labels.data(), part.rows, part.weighted ? part.weights.data() : nullptr);
  }
  if (!file)
    throw failure{errc::data, "the data has no rows; give data to work on"};
  if (work.factor)
    file->multiply_weights(work.factor);
  all.rows = file->rows();
  all.buffers = buffers_for(all.feature_width + all.label_width + (weighted ? 1 : 0), options.memory);
  all.stored = std::move(file);
  return all;
}

} // namespace dk::data
