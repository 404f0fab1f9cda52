#pragma once

#include "data/dataset.hpp"
#include "data/pipeline.hpp"
#include "runtime/config/job.hpp"
#include "runtime/enlist/messages.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dk {

/// Reads the training rows of a job, and applies what its transforms were fitted to. @throws failure
using row_source = std::function<data::dataset(const job&, const data::pipeline&)>;

/// How another host reads these training rows. @param rows how many there are
/// @param pipeline what they have been through, as data::to_text has it
/// @throws failure (config) where the job has no source for them
rows_recipe recipe_of(const job& which, std::uint64_t rows, const std::string& pipeline);

/// Reads the rows, and puts them in the cache where they are those that were wanted. @throws failure
rows_made made_by(const rows_recipe& recipe, const row_source& read);

/// The files of the source of a recipe, as they are on this host. @throws failure (data, resources)
std::vector<source_file> files_of(const rows_recipe& recipe);

/// How the files of two hosts differ, for a person: "/data/train.csv has 1,024 bytes there and 2,048 here".
std::string difference(const std::vector<source_file>& there, const std::vector<source_file>& here);

} // namespace dk
