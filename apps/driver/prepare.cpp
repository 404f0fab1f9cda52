#include "apps/driver/prepare.hpp"

#include "apps/driver/inputs.hpp"
#include "apps/driver/nodes_option.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/streamed_inputs.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/shards/shards_writer.hpp"

#include <fmt/format.h>
#include <memory>
#include <optional>
#include <vector>

namespace dk {

namespace {

// The training rows, at once where they fit in memory and stay here, which reads them once; or else as they come.
// @return all that they have been through
data::pipeline write_training(const job& which, streamed_inputs& inputs, data::shards::writer& to) {
  const auto& source = *which.data.train;
  if (!transforms_on(which.cluster, which.data) && !goes_to_disk(which.data, source)) {
    auto rows = data::read(source);
    auto fitted = fit_rows(source, which.data.transforms, rows);
    to.add(rows);
    return fitted;
  }
  return inputs.each_of_training([&](const data::table& some) { to.add(some); });
}

/// One source of a job, and the shards that are made of it.
struct prepared_source {
  std::string key;
  spec source;
  std::string folder;
  std::unique_ptr<data::shards::writer> to;
};

void say(const prepared_source& made) {
  const bool weighted = data::weights_of(made.source) == data::weight_use::required;
  print(fmt::format("{} = {{ format = \"shards\", path = \"{}\"{} }}   # {} rows: {}\n", made.key, made.folder,
                    weighted ? fmt::format(", weight = \"{}\"", data::weight_column) : "", with_commas(made.to->rows()),
                    join(made.to->names())));
}

} // namespace

int prepare_command(const prepare_options& options) {
  set_up_log(verbosity::normal);
  auto settings = options.settings;
  if (!options.nodes.empty())
    settings.push_back(nodes_setting(options.nodes));
  warn_of_variables();
  const auto which = load_job(options.config, settings);
  if (!which.data.train)
    throw failure{errc::config, options.config + ": has no training data; give `train` in [data]"};
  std::vector<prepared_source> all;
  const auto prepare = [&](const std::string& key, const std::optional<spec>& source) {
    const auto folder = options.out + '/' + key;
    if (source)
      all.push_back({key, *source, folder, std::make_unique<data::shards::writer>(folder, options.pack)});
  };
  prepare("train", which.data.train);
  prepare("validate", which.data.validate);
  prepare("test", which.data.test);
  streamed_inputs inputs{which, transforms_on(which.cluster, which.data) ? which.cluster : cluster_config{}};
  const auto fitted = write_training(which, inputs, *all.front().to);
  for (auto one = all.begin() + 1; one != all.end(); ++one)
    inputs.each_of(one->source, fitted, [&](const data::table& some) { one->to->add(some); });
  for (auto& one : all) // not before all rows are written, so that all are there or none
    one.to->done(fitted);
  for (const auto& one : all)
    say(one);
  return 0;
}

} // namespace dk
