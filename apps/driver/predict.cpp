#include "apps/driver/predict.hpp"

#include "apps/driver/inputs.hpp"
#include "apps/driver/known_model.hpp"
#include "apps/driver/predict_source.hpp"
#include "apps/driver/scores.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "data/formats/write.hpp"
#include "nn/network.hpp"

#include <algorithm>
#include <iostream>

namespace dk {

namespace {

// The pipeline for rows of which each shall have its answer: none is filtered out.
data::pipeline for_every_row(data::pipeline all) {
  all.erase(std::remove_if(all.begin(), all.end(), [](const auto& one) { return one.transform.name == "filter"; }),
            all.end());
  return all;
}

// A column of predictions: a class, by its name where the run had texts for classes, or the only number of the output.
data::column prediction_of(const std::string& name, const block& outputs, std::size_t wide,
                           const std::vector<std::string>& names) {
  if (wide == 1)
    return {name, {}, outputs, {}, {}};
  const auto said = said_classes({outputs.begin(), outputs.end()}, wide);
  if (names.empty())
    return {name, {}, std::vector<std::int32_t>(said.begin(), said.end()), {}, {}};
  data::texts words;
  for (const auto which : said)
    words.push_back(which < names.size() ? names[which] : std::to_string(which));
  return {name, {}, std::move(words), {}, {}};
}

// Columns [first, first + wide) of rows that are `all` wide.
block cut(const std::vector<float>& outputs, std::size_t all, std::size_t first, std::size_t wide) {
  block_writer piece{outputs.size() / all * wide};
  auto* to = piece.data();
  for (std::size_t at = first; at < outputs.size(); at += all)
    to = std::copy_n(outputs.data() + at, wide, to);
  return std::move(piece).done();
}

// `prediction`, and the numbers that it is of as `output`; of several outputs NAME_prediction and NAME for each.
void put_predictions(const known_model& model, const data::dataset& rows, data::table& to) {
  const nn::network shape{model.file.architecture};
  const auto& sizes = shape.output_sizes();
  const auto outputs = outputs_of(model, rows);
  const auto all = outputs.size() / rows.rows;
  const bool one = sizes.size() == 1;
  const auto names = one ? class_names(model) : std::vector<std::string>{};
  std::size_t first = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto name = shape.output_name(i);
    auto numbers = cut(outputs, all, first, sizes[i]);
    to.put(prediction_of(one ? "prediction" : name + "_prediction", numbers, sizes[i], names));
    if (sizes[i] > 1)
      to.put({one ? "output" : name, {sizes[i]}, std::move(numbers), {}, {}});
    first += sizes[i];
  }
}

// What goes beside the prediction: columns that had names in the data, and no pixels.
data::table named_columns(const data::table& input) {
  data::table named;
  for (const auto& c : input.columns()) {
    if (c.name != "features") {
      named.put(c);
      continue;
    }
    if (c.fields.size() == width(c))
      named.put(c);
  }
  return named;
}

data::table predicted(const known_model& model, const spec& source, data::table input) {
  auto rows = data::table{input};
  if (rows.find("label") != nullptr) { // what the label says must not matter here
    data::table bare;
    for (auto& c : std::move(rows).release())
      if (c.name != "label")
        bare.put(std::move(c));
    rows = std::move(bare);
  }
  data::apply(for_every_row(still_to_apply(model.fitted, source)), rows);
  auto all = named_columns(input);
  put_predictions(model, data::make_dataset(rows, data::label_use::optional), all);
  return all;
}

} // namespace

int predict_command(const predict_options& options) {
  set_up_log(verbosity::normal);
  const bool to_stdout = options.out.empty() || options.out == "-";
  if (!to_stdout)
    data::check_writable(options.out);
  if (!options.as.empty() && options.as != "csv" && options.as != "jsonl")
    throw failure{errc::usage, "--as " + options.as + " is not known; accepted: csv, jsonl"};
  const auto model = load_trained_model(options.model, options.weights);
  auto input = read_for_prediction(options.data, model.train);
  const auto all = predicted(model, input.source, std::move(input.rows));
  if (!to_stdout) {
    data::write(all, options.out);
    return 0;
  }
  const bool as_json = options.as == "jsonl" || (options.as.empty() && input.source.name == "json_lines");
  (as_json ? data::write_json_lines : data::write_csv)(all, std::cout);
  std::cout.flush();
  if (!std::cout)
    throw failure{errc::resources, "cannot write to stdout"};
  return 0;
}

} // namespace dk
