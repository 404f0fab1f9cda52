#include "runtime/rows/evaluation.hpp"

#include "common/mapped_file.hpp"
#include "common/parallel.hpp"
#include "nn/compute_scope.hpp"
#include "nn/ensemble.hpp"

#include <algorithm>
#include <functional>
#include <optional>

namespace dk {

namespace {

// Rows that one thread takes at a time. Threads part at multiples of a pass in the model, so that passes, and with them
// the bits, are the same on any number of them.
constexpr std::size_t part_rows = 4 * nn::ensemble::rows_at_once;

// Calls work(models, part, first row, rows) for each part, where each thread has models of its own.
void over_parts(const trained_models& of, const nn::objective& loss, std::size_t label_width, std::size_t rows,
                const std::function<void(nn::ensemble&, std::size_t, std::size_t, std::size_t)>& work) {
  const auto parts = (rows + part_rows - 1) / part_rows;
  const auto threads = std::min(cores(), parts);
  in_parallel(threads, [&](std::size_t thread) {
    const nn::compute_scope computing;
    nn::ensemble models{of.architecture, loss, label_width, of.weights, of.count};
    for (auto part = thread; part < parts; part += threads)
      work(models, part, part * part_rows, std::min(part_rows, rows - part * part_rows));
  });
}

} // namespace

evaluation evaluate(const trained_models& of, const nn::objective& loss, const std::vector<spec>& metrics,
                    const data::dataset& rows) {
  struct found {
    nn::metrics sums;
    nn::measurements others;
  };
  std::vector<std::optional<found>> parts((rows.rows + part_rows - 1) / part_rows);
  over_parts(of, loss, rows.label_width, rows.rows,
             [&](nn::ensemble& models, std::size_t part, std::size_t first, std::size_t count) {
               auto others = models.first().measurements_of(metrics);
               const data::row_view some{rows, first, count};
               const auto sums =
                   models.evaluate(some.features(), some.labels(), count, &others, nullptr, some.weights());
               check_mapped_files();
               parts[part].emplace(found{sums, std::move(others)});
             });
  for (std::size_t i = 1; i < parts.size(); ++i) {
    parts[0]->sums += parts[i]->sums;
    parts[0]->others.add(parts[i]->others.counts());
  }
  const auto values = parts.at(0)->others.values();
  return {parts[0]->sums, {values.begin(), values.end()}};
}

} // namespace dk
