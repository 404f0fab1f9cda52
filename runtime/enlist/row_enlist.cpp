#include "runtime/enlist/row_enlist.hpp"

#include "runtime/config/job.hpp"
#include "runtime/config/model_of.hpp"

namespace dk {

namespace {

constexpr auto task_name = "the driver's task";

job job_of(const row_model& model) {
  job which;
  which.name = model.architecture.name;
  which.model.input = model.architecture.input;
  which.model.layers = model.architecture.layers;
  which.model.inputs = model.architecture.inputs;
  which.model.outputs = model.architecture.outputs;
  if (model.measured) { // or else the default does, which nobody asks for
    which.trainer.loss = model.loss;
    which.trainer.metrics = model.metrics;
  }
  return which;
}

} // namespace

row_enlistment enlistment_of(const row_worker_setup& setup) {
  row_enlistment terms;
  terms.pipeline = data::to_text(setup.fitted);
  terms.training = setup.training;
  if (!setup.model)
    return terms;
  terms.job = to_toml(job_of(*setup.model));
  terms.weights = setup.model->weights;
  terms.models = static_cast<std::uint32_t>(setup.model->models);
  terms.measured = setup.model->measured;
  terms.weighted = setup.model->weighted;
  return terms;
}

row_worker_setup row_setup_from(const row_enlistment& terms) {
  row_worker_setup setup;
  setup.fitted = data::parse_pipeline(terms.pipeline, task_name);
  setup.training = terms.training;
  if (terms.job.empty())
    return setup;
  const auto which = parse_job(terms.job, task_name, "/");
  setup.model = row_model{architecture_of(which), terms.weights,         terms.models,  terms.measured,
                          which.trainer.loss,     which.trainer.metrics, terms.weighted};
  return setup;
}

} // namespace dk
