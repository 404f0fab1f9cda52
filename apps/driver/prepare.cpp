#include "apps/driver/prepare.hpp"

#include "apps/driver/inputs.hpp"
#include "apps/driver/stored_inputs.hpp"
#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/shards_writer.hpp"
#include "data/read_ahead.hpp"
#include "data/store.hpp"

#include <fmt/format.h>
#include <functional>
#include <optional>

namespace dk {

namespace {

void add_all(data::table_stream& rows, const data::pipeline& fitted,
             const std::function<void(const data::pipeline&, data::table&)>& transform, data::shards::writer& to) {
  data::over_tables(rows, [&](data::table& some, std::uint64_t) {
    transform(fitted, some);
    to.add(some);
  });
}

// The training rows, written as they come, or at once where they fit in memory, which reads them once.
// @return all that they have been through
data::pipeline write_training(const data_config& from, data::shards::writer& to) {
  const auto& source = *from.train;
  if (!goes_to_disk(from, source)) {
    auto rows = data::read(source);
    auto fitted = fit_rows(source, from.transforms, rows);
    to.add(rows);
    return fitted;
  }
  const auto rows = data::rows_of(source);
  const auto open = [&] { return data::read_ahead(rows()); };
  const auto fitted = data::fit(from.transforms, open);
  add_all(*open(), fitted, data::apply_to_training, to);
  auto all = data::prepared_by(source);
  all.insert(all.end(), fitted.begin(), fitted.end());
  return all;
}

void say(const char* key, const std::string& folder, const data::shards::writer& written) {
  fmt::print("{} = {{ format = \"shards\", path = \"{}\" }}   # {} rows: {}\n", key, folder,
             with_commas(written.rows()), join(written.names()));
}

} // namespace

int prepare_command(const prepare_options& options) {
  set_up_log(verbosity::normal);
  const auto which = load_job(options.config, options.settings);
  if (!which.data.train)
    throw failure{errc::config, options.config + ": has no training data; give `train` in [data]"};
  const auto train_folder = options.out + "/train";
  const auto test_folder = options.out + "/test";
  data::shards::writer train{train_folder, options.pack};
  std::optional<data::shards::writer> test;
  if (which.data.test)
    test.emplace(test_folder, options.pack);
  const auto fitted = write_training(which.data, train);
  if (test)
    add_all(*data::read_ahead(data::open(*which.data.test)), still_to_apply(fitted, *which.data.test), data::apply,
            *test);
  train.done(fitted); // not before the test rows are written, so that both are there or neither
  say("train", train_folder, train);
  if (test) {
    test->done(fitted);
    say("test", test_folder, *test);
  }
  return 0;
}

} // namespace dk
