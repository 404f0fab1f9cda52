#include "jobs/models/fitted_pipeline.hpp"

#include "common/error.hpp"
#include "data/transforms/catalog.hpp"

#include <fstream>
#include <iterator>

namespace dk {

std::optional<data::pipeline> fitted_pipeline(const run_folder& folder, const job& which) {
  if (std::ifstream file{folder.pipeline(), std::ios::binary})
    return data::parse_pipeline(std::string{std::istreambuf_iterator<char>{file}, {}}, folder.pipeline());
  for (const auto& transform : which.data.transforms)
    if (data::find_transform(transform.name).learn != nullptr)
      throw failure{errc::checkpoint, folder.pipeline() + ": is missing, and `" + transform.name +
                                          "` was fitted to the rows of then; put the file back, or start a new run"};
  return std::nullopt;
}

} // namespace dk
