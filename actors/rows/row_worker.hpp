#pragma once

#include "actors/protocol/row_messages.hpp"
#include "data/label_check.hpp"
#include "data/pipeline.hpp"
#include "nn/model/ensemble.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <optional>

namespace dk {

/// A model, or several of one architecture that answer together, and what is wanted of it.
struct row_model {
  nn::architecture architecture;
  block weights; ///< of all, one after the other
  std::size_t models = 1;
  bool measured = false; ///< its loss and metrics are wanted, too, of rows with labels
  nn::objective loss;
  std::vector<spec> metrics;
  bool weighted = false; ///< what is measured has weights, which the loss counts with
};

struct row_worker_setup {
  data::pipeline fitted;
  bool training = false; ///< these are training rows: what the pipeline has for them alone is applied, too
  std::optional<row_model> model;
};

struct row_worker_state {
  static inline const char* name = "row_worker";

  row_worker_setup setup;
  std::optional<nn::ensemble> models;
  std::size_t label_width = 0; ///< that they were made for
  std::optional<data::label_checker> labels;
};

/// Works on each part as it comes. What is wrong with rows is said in their result; the worker goes on.
row_worker_actor::behavior_type row_worker(row_worker_actor::stateful_pointer<row_worker_state> self,
                                           row_worker_setup setup);

} // namespace dk
