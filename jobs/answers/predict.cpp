#include "jobs/answers/predict.hpp"

#include "common/error.hpp"
#include "common/log.hpp"
#include "common/request_failure.hpp"
#include "data/formats/write.hpp"
#include "data/rows.hpp"
#include "jobs/answers/answer_columns.hpp"
#include "jobs/answers/answer_writer.hpp"
#include "jobs/answers/asked_rows.hpp"
#include "jobs/models/run_of_file.hpp"
#include "runtime/rows/row_results.hpp"

#include <filesystem>
#include <optional>

namespace dk {

namespace {

void check_options(const predict_request& request) {
  if ((request.out.empty() || request.out == "-") && !request.print)
    throw failure{errc::usage, "nobody takes the predictions; name a file with `out`, or give `print`"};
  if (!request.out.empty() && request.out != "-") {
    data::check_writable(request.out);
    if (std::error_code ignored; std::filesystem::equivalent(request.out, request.data, ignored))
      throw request_failure{errc::usage,
                            request_member("out") + " " + request.out + " is the data that is read; name another file"};
  }
  if (!request.as.empty() && request.as != "csv" && request.as != "jsonl")
    throw request_failure{errc::usage,
                          request_member("as") + " " + request.as + " is not known; expected csv or jsonl"};
  if (request.raw && request.proba)
    throw request_failure{errc::usage, request_member("raw") + " and " + request_member("proba") +
                                           " cannot be combined; " + request_member("raw") +
                                           " has the probabilities as `output`"};
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

void predict(const predict_request& request) {
  check_options(request);
  const auto model = load_trained_model(request.model, request.weights);
  const answer_columns answers{model, {request.raw, request.proba, request.prefix}};
  const auto input = open_to_answer(model, request.data);
  const bool json = request.as == "jsonl" || (request.as.empty() && input.what.source.name == "json_lines");
  answer_writer to{{request.out, json, request.columns, request.print}};
  const auto crew = make_row_crew(request.where, [](const std::string& text) { log()->warn("{}", text); });
  row_results results{*crew,
                      {input.what.transforms, false, row_model_of(model)},
                      *input.rows,
                      request.data == "-" ? row_flow::as_it_comes : row_flow::whole_parts};
  warn_of_transforms(model, input.what.source);
  const auto next = [&] {
    std::optional<worked_rows> some;
    advise_run(model, [&] { some = results.next(); });
    return some;
  };
  while (const auto some = next())
    write_answers(*some, *input.rows, answers, to);
  to.done(request.data);
}

} // namespace dk
