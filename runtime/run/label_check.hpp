#pragma once

#include "data/label_check.hpp"
#include "runtime/config/job.hpp"

#include <optional>

namespace dk {

/// Looks whether the labels of a job's rows are what its losses can take. Rows may come some at a time.
class row_check {
public:
  /// Borrows the job.
  explicit row_check(const job& which) : which_(which) {}

  /// @throws failure (data) that names the row and the value; (config, shape) where model and labels do not fit
  void see(const data::dataset& rows);

private:
  const job& which_;
  std::optional<data::label_checker> checker_; // when the width of the labels is known
};

} // namespace dk
