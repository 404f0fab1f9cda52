#include "runtime/run/label_check.hpp"

#include "runtime/config/model_of.hpp"

namespace dk {

void row_check::see(const data::dataset& rows) {
  if (!checker_)
    checker_.emplace(make_model(which_, rows.label_width).label_parts());
  checker_->see(rows);
}

} // namespace dk
