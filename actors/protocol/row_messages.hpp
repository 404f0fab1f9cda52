#pragma once

// Work on the rows of tables, which any process can do that knows a pipeline and a model: who has the rows sends parts
// of them to row_workers, as many as there are cores or worker processes, and puts the results in order.
//
//   who has the rows ── row_part ──▶ row_worker   ◀── row_result, in the order in which a worker was sent its parts

#include "actors/protocol/protocol.hpp"
#include "data/table.hpp"
#include "nn/metric_set.hpp"

#include <caf/fwd.hpp>
#include <caf/meta/type_name.hpp>
#include <cstdint>
#include <string>

namespace dk {

/// Some rows of a table that is worked on in parts.
struct row_part {
  std::uint64_t number = 0; ///< which part, counted from 0
  std::uint64_t first = 0;  ///< its first row, in the whole table
  data::table rows;
};

/// What became of a part.
struct row_result {
  std::uint64_t number = 0;
  data::table rows; ///< without a model: as the pipeline leaves them; with one: `output`, and, when measured, `label`
  nn::loss_sums found; ///< when measured
  nn::metric_counts counts;
  std::uint8_t code = 0; ///< an errc where it failed, and why
  std::string why;
};

/// Applies a pipeline to rows, and lets a model answer them or measures it on them.
using row_worker_actor = caf::typed_actor<caf::replies_to<row_part>::with<row_result>>;

} // namespace dk

CAF_BEGIN_TYPE_ID_BLOCK(dk_rows, caf::id_block::dk::end)

CAF_ADD_TYPE_ID(dk_rows, (dk::row_part))
CAF_ADD_TYPE_ID(dk_rows, (dk::row_result))
CAF_ADD_TYPE_ID(dk_rows, (dk::row_worker_actor))

CAF_END_TYPE_ID_BLOCK(dk_rows)

namespace dk::data {

caf::error inspect(caf::serializer& f, table& x);

/// Refuses counts that the bytes at hand cannot hold, before anything is allocated, and columns that do not fit
/// together.
caf::error inspect(caf::deserializer& f, table& x);

std::string to_string(const table& x);

} // namespace dk::data

namespace dk::nn {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, loss_sums& x) {
  exact loss{x.loss_sum};
  if constexpr (Inspector::writes_state) {
    auto result = f(loss, x.correct, x.rows, x.decisions);
    x.loss_sum = loss;
    return result;
  } else {
    return f(loss, x.correct, x.rows, x.decisions);
  }
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, metric_counts& x) {
  return f(caf::meta::type_name("metric_counts"), x.losses, x.counters);
}

} // namespace dk::nn

namespace dk {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_part& x) {
  return f(caf::meta::type_name("row_part"), x.number, x.first, x.rows);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_result& x) {
  return f(caf::meta::type_name("row_result"), x.number, x.rows, x.found, x.counts, x.code, x.why);
}

} // namespace dk
