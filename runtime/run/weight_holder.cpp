#include "runtime/run/weight_holder.hpp"

#include "actors/worker/row_reader.hpp"
#include "runtime/enlist/row_source.hpp"
#include "runtime/run/lone_models.hpp"
#include "runtime/run/shared_center.hpp"

#include <caf/all.hpp>

namespace dk {

block weight_holder::start_weights() const {
  std::vector<block> pieces;
  if (run_.resume() != nullptr)
    for (const auto& shard : run_.resume()->shards)
      pieces.push_back(shard.weights);
  else
    for (std::size_t i = 0; i < models(); ++i)
      pieces.push_back(run_.split.free_of(first_weights(i)));
  return block::joined(pieces);
}

worker_terms weight_holder::terms_of(std::uint32_t worker, const ledger_actor& ledger, std::size_t model) const {
  worker_terms terms;
  terms.worker = worker;
  terms.session = run_.session();
  terms.label_width = static_cast<std::uint32_t>(run_.rows.label_width);
  terms.ledger = ledger;
  terms.shards = shards_;
  terms.frozen = frozen_of(model);
  return terms;
}

row_reader_actor weight_holder::reader_of(const job& which, const data::dataset& rows, data::sampling sampling) const {
  return rows.stored ? run_.system.spawn(row_reader, row_reader_setup{rows, which.seed, which.data.shuffle, sampling})
                     : row_reader_actor{};
}

std::shared_ptr<const rows_recipe> weight_holder::recipe() const {
  const auto& which = run_.which;
  if (which.cluster.nodes.empty() || which.data.where != "nodes")
    return nullptr;
  return std::make_shared<const rows_recipe>(recipe_of(which, run_.rows.rows, run_.options.pipeline));
}

void weight_holder::take_frozen() {
  frozen_.resize(models());
  for (std::size_t i = 0; run_.split.num_frozen() > 0 && i < frozen_.size(); ++i)
    frozen_[i] = run_.split.frozen_of(first_weights(i));
}

std::unique_ptr<weight_holder> make_weight_holder(const run_context& run) {
  if (run.rule.has_server())
    return std::make_unique<shared_center>(run);
  return std::make_unique<lone_models>(run);
}

} // namespace dk
