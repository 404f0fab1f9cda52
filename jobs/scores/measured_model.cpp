#include "jobs/scores/measured_model.hpp"

#include "common/error.hpp"
#include "data/formats/catalog.hpp"
#include "nn/keys.hpp"

#include <algorithm>

namespace dk {

namespace {

// What a model that names no loss is measured with.
const char* loss_for(nn::answer_kind answers) {
  return answers == nn::answer_kind::choice ? "categorical_crossentropy"
         : answers == nn::answer_kind::each ? "binary_crossentropy"
                                            : "mean_squared_error";
}

void check_loss_of(const known_model& model, const nn::objective& loss) {
  try {
    nn::check_objective(loss);
  } catch (const failure& why) {
    throw failure{errc::model, model.path + ": the loss that it was trained with is not supported: " + why.what()};
  }
}

// The area under the curve wants probabilities: of a choice the scores have it.
void measure_logits(std::vector<spec>& metrics, nn::answer_kind answers) {
  const auto found = std::find_if(metrics.begin(), metrics.end(), [](const spec& one) { return one == spec{"auc"}; });
  if (found == metrics.end())
    return;
  if (answers == nn::answer_kind::choice)
    metrics.erase(found);
  else
    found->keys["from_logits"] = true;
}

} // namespace

bool has_metric(const std::vector<spec>& metrics, const char* name) {
  return std::any_of(metrics.begin(), metrics.end(), [&](const spec& one) { return one.name == name; });
}

bool is_from_logits(const nn::objective& loss) {
  return nn::value_or(loss.loss_of(0), "from_logits", false);
}

// Of logits that decide each by itself, Keras counts decisions from logits of 0.5 on: no scores say that.
score_kind score_kind_of(const std::vector<output_meaning>& outputs, const nn::objective& loss) {
  if (outputs.size() > 1)
    return score_kind::none;
  const auto& of = outputs.front();
  if (of.kind == nn::answer_kind::numbers)
    return score_kind::numbers;
  if (of.kind == nn::answer_kind::choice && of.size > 1)
    return score_kind::classes;
  if (is_from_logits(loss))
    return score_kind::none;
  return of.size == 1 ? score_kind::classes : score_kind::labels;
}

row_model measured_model(const known_model& model, const std::vector<output_meaning>& outputs, const spec& source) {
  auto all = row_model_of(model);
  all.measured = true;
  all.loss = model.file.loss;
  if (all.loss.empty())
    for (const auto& one : outputs)
      all.loss.losses.push_back({std::string{loss_for(one.kind)}});
  all.metrics = model.metrics;
  all.weighted = data::weights_of(source) == data::weight_use::required;
  if (outputs.size() == 1 && outputs.front().kind != nn::answer_kind::numbers)
    for (const auto* name : {"precision", "recall", "f1", "auc"})
      if (!has_metric(all.metrics, name))
        all.metrics.push_back({name});
  if (is_from_logits(all.loss) && outputs.size() == 1)
    measure_logits(all.metrics, outputs.front().kind);
  check_loss_of(model, all.loss);
  return all;
}

} // namespace dk
