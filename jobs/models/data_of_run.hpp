#pragma once

#include "common/spec.hpp"
#include "jobs/models/known_model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace dk {

/// Data that a model is asked about: where it is, and what of the run's transforms is still to be done to it.
struct data_for_model {
  spec source;
  data::pipeline transforms;
};

/// The columns that data has, by their names.
struct seen_columns {
  std::vector<std::string> all;
  std::vector<std::string> numbers; ///< those that may be features where nobody says which are
  std::vector<std::string> arrays;  ///< of these, those with several numbers in a cell
};

/// What `evaluate --data` and `predict --data` mean by a path: it is read as the run's own source is, with its keys
/// where the format is the same, and its columns by their names in any format. A TOML source means what it says.
/// @param wanted what is asked for: `features`, and `label` where rows are to be measured. Else no label is looked for
/// @throws failure (config, data)
data_for_model data_for(const known_model& model, const std::string& data, const std::vector<std::string>& wanted);

/// The same for data of a format that begins with this text, as from a pipe.
data_for_model data_for(const known_model& model, spec bare, const seen_columns& seen,
                        const std::vector<std::string>& wanted);

/// The run's own test data, to be measured.
data_for_model data_for(const known_model& model, const spec& test);

/// The columns of a header, or of the first object, which a text begins with. The source says how its run was read.
seen_columns columns_in(std::string_view start, const std::string& origin, const spec& source);

/// A source with all columns that it has; of a format with groups, with those in groups that the source or `besides`
/// names.
spec with_every_column(spec source, std::vector<std::string> besides = {});

/// A source with those keys of the run's that say how its text is read, where it is of the same format.
spec read_like(spec source, const known_model& model);

} // namespace dk
