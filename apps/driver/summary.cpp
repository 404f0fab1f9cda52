#include "apps/driver/summary.hpp"

#include "apps/driver/data_summary.hpp"
#include "apps/driver/known_model.hpp"
#include "apps/driver/output.hpp"
#include "common/log.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/shards/shards.hpp"
#include "nn/model_file.hpp"
#include "nn/summary.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace dk {

int summary_command(const std::string& what) {
  set_up_log(verbosity::normal);
  std::error_code ignored;
  const bool is_run = std::filesystem::is_directory(what, ignored) && !data::shards::is_folder(what);
  if (is_run || nn::is_model_file(what))
    print(nn::summary(load_known_model(what).file.architecture));
  else
    print(data_summary(data::read(with_all_columns(parse_source(what)))));
  return 0;
}

} // namespace dk
