#include "runtime/run/lone_model.hpp"

#include "algorithms/catalog.hpp"
#include "runtime/config/job_rules.hpp"

namespace dk {

job job_of_model(const job& which, std::size_t index) {
  auto one = which;
  one.seed += index;
  return one;
}

std::vector<lone_model> lone_models_of(const job& which, const data::dataset& rows) {
  const auto& rule = *which.trainer.algorithm;
  std::vector<lone_model> all;
  if (rule.has_server())
    return all;
  const auto share = rule.share ? rule.share(which.trainer.algorithm.keys) : data_share::full;
  const auto models = models_of(which);
  for (std::size_t i = 0; i < models; ++i) {
    lone_model one{job_of_model(which, i), rows, data::sampling::every_row, {}};
    if (share == data_share::partition)
      one.rows = data::part_of(rows, i, models);
    if (share == data_share::bootstrap)
      one.sampling = data::sampling::bootstrap;
    one.grid = grid_of(which, one.rows.rows);
    all.push_back(std::move(one));
  }
  return all;
}

} // namespace dk
