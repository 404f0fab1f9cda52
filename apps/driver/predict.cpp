#include "apps/driver/predict.hpp"

#include "apps/driver/inputs.hpp"
#include "apps/driver/known_model.hpp"
#include "apps/driver/nodes_option.hpp"
#include "apps/driver/predict_source.hpp"
#include "apps/driver/scores.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "data/formats/write.hpp"
#include "nn/network.hpp"
#include "runtime/row_results.hpp"

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

/// What the numbers that a model puts out are called.
struct answer_names {
  std::vector<std::pair<std::string, std::size_t>> outputs; // and how many numbers each has
  std::vector<std::string> classes;                         // of a single output; empty: numbers
};

answer_names names_for(const known_model& model) {
  const nn::network shape{model.file.architecture};
  answer_names names;
  for (std::size_t i = 0; i < shape.output_sizes().size(); ++i)
    names.outputs.emplace_back(shape.output_name(i), shape.output_sizes()[i]);
  if (names.outputs.size() == 1)
    names.classes = class_names(model);
  return names;
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
template <class Floats>
block cut(const Floats& rows, std::size_t all, std::size_t first, std::size_t wide) {
  block_writer piece{rows.size() / all * wide};
  auto* to = piece.data();
  for (std::size_t at = first; at < rows.size(); at += all)
    to = std::copy_n(rows.data() + at, wide, to);
  return std::move(piece).done();
}

// What the model puts out and nothing else, as an array of numbers has it where nothing stands beside the answers.
data::table bare_outputs(const block& outputs, std::size_t rows) {
  data::table bare{rows};
  bare.put({"output", {outputs.size() / rows}, outputs, {}, {}});
  return bare;
}

// `prediction`, and the numbers that it is of as `output`; of several outputs NAME_prediction and NAME for each.
void put_predictions(const answer_names& names, const block& outputs, data::table& to) {
  const auto all = outputs.size() / to.rows();
  const bool one = names.outputs.size() == 1;
  std::size_t first = 0;
  for (const auto& [name, size] : names.outputs) {
    auto numbers = cut(outputs, all, first, size);
    to.put(prediction_of(one ? "prediction" : name + "_prediction", numbers, size, names.classes));
    if (size > 1)
      to.put({one ? "output" : name, {size}, std::move(numbers), {}, {}});
    first += size;
  }
}

// What goes beside the prediction: columns that had names in the data, and no pixels.
data::table named_columns(const data::table& input) {
  data::table named{input.rows()};
  for (const auto& c : input.columns()) {
    const auto wide = width(c);
    if (c.name != "features")
      named.put(c);
    else if (c.fields.size() == wide)
      for (std::size_t i = 0; i < wide; ++i)
        named.put({c.fields[i], {}, cut(data::as_floats(c), wide, i, 1), c.origin, {}});
  }
  return named;
}

/// Where the answers go.
class answers {
public:
  answers(const predict_options& options, bool as_json) : as_json_(as_json) {
    if (!options.out.empty() && options.out != "-")
      file_.emplace(options.out);
  }

  void add(const data::table& rows) {
    if (file_) {
      file_->add(rows);
    } else {
      if (as_json_)
        data::write_json_lines(rows, std::cout);
      else
        data::write_csv(rows, std::cout, !any_);
      std::cout.flush(); // somebody may wait for them
      if (!std::cout)
        throw failure{errc::resources, "cannot write to stdout"};
    }
    any_ = true;
  }

  void done(const std::string& data) {
    if (!any_)
      throw failure{errc::data, (data == "-" ? "stdin" : data) + ": has no rows; give data to work on"};
    if (file_)
      file_->done();
  }

private:
  bool as_json_;
  bool any_ = false;
  std::optional<data::table_writer> file_;
};

} // namespace

int predict_command(const predict_options& options) {
  set_up_log(verbosity::normal);
  if (!options.out.empty() && options.out != "-")
    data::check_writable(options.out);
  if (!options.as.empty() && options.as != "csv" && options.as != "jsonl")
    throw failure{errc::usage, "--as " + options.as + " is not known; accepted: csv, jsonl"};
  const auto cluster = cluster_of(options.nodes);
  const auto model = load_trained_model(options.model, options.weights);
  const auto input = open_for_prediction(options.data, model.train);
  const auto transforms = for_every_row(still_to_apply(model.fitted, input.source));
  answers to{options, options.as == "jsonl" || (options.as.empty() && input.source.name == "json_lines")};
  const auto names = names_for(model);
  const bool as_array = data::is_array(options.out);
  const auto crew = make_row_crew(cluster, [](const std::string& text) { log()->warn("{}", text); });
  row_results results{*crew,
                      {transforms, false, row_model_of(model)},
                      *input.rows,
                      options.data == "-" ? row_flow::as_it_comes : row_flow::whole_parts};
  while (auto some = results.next()) {
    auto answered = named_columns(some->given);
    const auto outputs = data::as_floats(some->result.rows.at("output"));
    if (as_array && answered.columns().empty() && names.outputs.size() == 1)
      answered = bare_outputs(outputs, answered.rows());
    else
      put_predictions(names, outputs, answered);
    to.add(answered);
  }
  to.done(options.data);
  return 0;
}

} // namespace dk
