#pragma once

#include "data/table_stream.hpp"
#include "jobs/models/data_of_run.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace dk {

/// The rows that a model is to answer, and beside them what goes out with the answers: all columns of the data as they
/// are there, but no pixels.
class asked_rows final : public data::table_stream {
public:
  /// @param all with the fields as they are written, or, where the format holds numbers, with all columns
  /// @param source what the model asks for; label_names are those of the run
  asked_rows(data::table_stream_ptr all, spec source, std::vector<std::string> label_names);

  std::optional<data::table> next() override;
  double progress() const override { return all_->progress(); }

  /// What stands beside the next rows, in pieces of the same columns. Requires that these rows have been given.
  std::vector<data::table> beside(std::size_t rows);

private:
  data::table kept_of(const data::table& rows) const;
  data::table asked_of(data::table rows) const;

  data::table_stream_ptr all_;
  spec source_;
  std::vector<std::string> labels_;
  std::deque<data::table> beside_;
  std::size_t used_ = 0; // rows of the first of them
};

/// What `predict --data` names: a path, a TOML source, or "-" for CSV or JSON lines from stdin, which are taken as they
/// come.
struct data_to_answer {
  data_for_model what;
  std::unique_ptr<asked_rows> rows;
};

/// @throws failure (data, config), also while rows are read
data_to_answer open_to_answer(const known_model& model, const std::string& data);

} // namespace dk
