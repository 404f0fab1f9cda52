#include "apps/driver/predict.hpp"

#include "apps/driver/answer_columns.hpp"
#include "apps/driver/answer_writer.hpp"
#include "apps/driver/asked_rows.hpp"
#include "apps/driver/nodes_option.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "data/formats/write.hpp"
#include "data/rows.hpp"
#include "runtime/rows/row_results.hpp"

#include <filesystem>

namespace dk {

namespace {

void check_options(const predict_options& options) {
  if (!options.out.empty() && options.out != "-") {
    data::check_writable(options.out);
    if (std::error_code ignored; std::filesystem::equivalent(options.out, options.data, ignored))
      throw failure{errc::usage, "--out " + options.out + " is the data that is read; name another file"};
  }
  if (!options.as.empty() && options.as != "csv" && options.as != "jsonl")
    throw failure{errc::usage, "--as " + options.as + " is not known; expected csv or jsonl"};
  if (options.raw && options.proba)
    throw failure{errc::usage, "--raw and --proba cannot be combined; --raw has the probabilities as `output`"};
}

block cut_rows(const block& outputs, std::size_t all_rows, std::size_t first, std::size_t rows) {
  const auto wide = outputs.size() / all_rows;
  return outputs.slice(first * wide, rows * wide);
}

// The answers to some rows go out with what stands beside each.
void write_answers(const worked_rows& some, asked_rows& asked, const answer_columns& answers, answer_writer& to) {
  const auto rows = some.given.rows();
  const auto outputs = data::as_floats(some.result.rows.at("output"));
  std::size_t first = 0;
  for (auto& beside : asked.beside(rows)) {
    const auto count = beside.rows();
    const auto own = cut_rows(outputs, rows, first, count);
    first += count;
    if (to.are_bare(beside) && answers.are_one())
      to.add(data::table{count}, answers.as_array(own, count));
    else
      to.add(std::move(beside), answers.made_of(own, count));
  }
}

} // namespace

int predict_command(const predict_options& options) {
  set_up_log(verbosity::normal);
  check_options(options);
  const auto cluster = cluster_of(options.nodes);
  const auto model = load_trained_model(options.model, options.weights);
  const answer_columns answers{model, {options.raw, options.proba, options.prefix}};
  const auto input = open_to_answer(model, options.data);
  const bool json = options.as == "jsonl" || (options.as.empty() && input.what.source.name == "json_lines");
  answer_writer to{{options.out, json, options.columns}};
  const auto crew = make_row_crew(cluster, [](const std::string& text) { log()->warn("{}", text); });
  row_results results{*crew,
                      {input.what.transforms, false, row_model_of(model)},
                      *input.rows,
                      options.data == "-" ? row_flow::as_it_comes : row_flow::whole_parts};
  while (const auto some = results.next())
    write_answers(*some, *input.rows, answers, to);
  to.done(options.data);
  return 0;
}

} // namespace dk
