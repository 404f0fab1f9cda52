#include "apps/driver/prepare.hpp"

#include "apps/driver/inputs.hpp"
#include "apps/driver/nodes_option.hpp"
#include "apps/driver/output.hpp"
#include "apps/driver/streamed_inputs.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/shards_writer.hpp"

#include <fmt/format.h>
#include <optional>

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

void say(const char* key, const std::string& folder, const data::shards::writer& written) {
  print(fmt::format("{} = {{ format = \"shards\", path = \"{}\" }}   # {} rows: {}\n", key, folder,
                    with_commas(written.rows()), join(written.names())));
}

} // namespace

int prepare_command(const prepare_options& options) {
  set_up_log(verbosity::normal);
  auto settings = options.settings;
  if (!options.nodes.empty())
    settings.push_back(nodes_setting(options.nodes));
  const auto which = load_job(options.config, settings);
  if (!which.data.train)
    throw failure{errc::config, options.config + ": has no training data; give `train` in [data]"};
  const auto train_folder = options.out + "/train";
  const auto test_folder = options.out + "/test";
  data::shards::writer train{train_folder, options.pack};
  std::optional<data::shards::writer> test;
  if (which.data.test)
    test.emplace(test_folder, options.pack);
  streamed_inputs inputs{which, transforms_on(which.cluster, which.data) ? which.cluster : cluster_config{}};
  const auto fitted = write_training(which, inputs, train);
  if (test)
    inputs.each_of(*which.data.test, fitted, [&](const data::table& some) { test->add(some); });
  train.done(fitted); // not before the test rows are written, so that both are there or neither
  say("train", train_folder, train);
  if (test) {
    test->done(fitted);
    say("test", test_folder, *test);
  }
  return 0;
}

} // namespace dk
