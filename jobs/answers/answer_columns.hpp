#pragma once

#include "data/table.hpp"
#include "jobs/models/label_of_run.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace dk {

struct answer_options {
  bool raw = false;           ///< numbers as the model puts them out, classes by their numbers
  bool probabilities = false; ///< `proba_CLASS` for each class in place of `output`
  std::string prefix;         ///< goes before all names, with a _; empty: nothing does
};

/// Makes columns of what a model puts out. Of one output: `prediction`, the class, or the numbers, in the label's own
/// units and, where there are several, `prediction_NAME` for each; and, of a class, `output`, the numbers that it is
/// of. Of several outputs NAME_prediction and NAME for each, NAME being that of its layer.
class answer_columns {
public:
  answer_columns(const known_model& model, answer_options options);

  /// @param outputs of all outputs, side by side in each row. @throws failure (data): probabilities are asked for, and
  /// the outputs are none
  data::table made_of(const block& outputs, std::size_t rows) const;

  /// All numbers as the model puts them out, or in the label's units, and nothing else: as an array has them.
  data::table as_array(const block& outputs, std::size_t rows) const;

  /// Whether they are one array: of one output.
  bool are_one() const { return outputs_.size() == 1; }

private:
  block in_units(const block& outputs, std::size_t rows) const;
  void put_choice(const output_meaning& of, const block& numbers, data::table& to) const;
  void put_each(const output_meaning& of, const block& numbers, data::table& to) const;
  void put_numbers(const output_meaning& of, const block& numbers, data::table& to) const;
  void put_probabilities(const output_meaning& of, const block& numbers, data::table& to) const;
  std::string called(const output_meaning& of, const std::string& what) const;

  answer_options options_;
  std::vector<output_meaning> outputs_;
  std::vector<data::column_step> way_;
  std::size_t width_ = 0; // of all outputs
};

} // namespace dk
