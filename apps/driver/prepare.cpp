#include "apps/driver/prepare.hpp"

#include "apps/driver/inputs.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/shards.hpp"

#include <fmt/format.h>

namespace dk {

namespace {

void write(const data::table& rows, const data::pipeline& fitted, const std::string& folder, bool pack) {
  data::shards::write(rows, fitted, folder, pack);
  fmt::print("{} = {{ format = \"shards\", path = \"{}\" }}   # {} rows: {}\n", folder.substr(folder.rfind('/') + 1),
             folder, with_commas(rows.rows()), join(rows.names()));
}

} // namespace

int prepare_command(const prepare_options& options) {
  set_up_log(verbosity::normal);
  const auto which = load_job(options.config, options.settings);
  if (!which.data.train)
    throw failure{errc::config, options.config + ": has no training data; give `train` in [data]"};
  auto train = data::read(*which.data.train);
  const auto fitted = fit_rows(*which.data.train, which.data.transforms, train);
  write(train, fitted, options.out + "/train", options.pack);
  if (which.data.test)
    write(read_fitted(*which.data.test, fitted), fitted, options.out + "/test", options.pack);
  return 0;
}

} // namespace dk
