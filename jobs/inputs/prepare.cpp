#include "jobs/inputs/prepare.hpp"

#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/prepared/prepared_writer.hpp"
#include "jobs/inputs/inputs.hpp"
#include "jobs/inputs/streamed_inputs.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace dk {

namespace {

// The training rows, at once where they fit in memory and stay here, which reads them once; or else as they come.
// @return all that they have been through
data::pipeline write_training(const job& which, streamed_inputs& inputs, data::prepared::writer& to) {
  const auto& source = *which.data.train;
  if (!transforms_on(which.cluster, which.data) && !goes_to_disk(which.data, source)) {
    auto rows = data::read(source);
    auto fitted = fit_rows(source, which.data.transforms, rows);
    to.add(rows);
    return fitted;
  }
  return inputs.each_of_training([&](const data::table& some) { to.add(some); });
}

/// One source of a job, and the prepared folder that is made of it.
struct source_and_writer {
  std::string key;
  spec source;
  std::string folder;
  std::unique_ptr<data::prepared::writer> to;
};

std::vector<source_and_writer> begun(const job& which, const std::string& out, bool pack) {
  std::vector<source_and_writer> all;
  const auto begin = [&](const std::string& key, const std::optional<spec>& source) {
    const auto folder = out + '/' + key;
    if (source)
      all.push_back({key, *source, folder, std::make_unique<data::prepared::writer>(folder, pack)});
  };
  begin("train", which.data.train);
  begin("validate", which.data.validate);
  begin("test", which.data.test);
  return all;
}

} // namespace

std::vector<prepared_source> prepare(const job& given, const std::string& out, bool pack) {
  if (out.empty())
    throw request_failure{errc::usage, "no folder is named for the prepared data; give " + request_member("out")};
  const auto which = checked(given);
  if (!which.data.train)
    throw failure{errc::config, "job " + which.name + ": has no training data; give `train` in [data]"};
  const auto all = begun(which, std::filesystem::absolute(out).lexically_normal().string(), pack);
  streamed_inputs inputs{which, transforms_on(which.cluster, which.data) ? which.cluster : cluster_config{}};
  const auto fitted = write_training(which, inputs, *all.front().to);
  for (auto one = all.begin() + 1; one != all.end(); ++one)
    inputs.each_of(one->source, fitted, [&](const data::table& some) { one->to->add(some); });
  for (const auto& one : all) // not before all rows are written, so that all are there or none
    one.to->done(fitted);
  std::vector<prepared_source> made;
  for (const auto& one : all)
    made.push_back({one.key, one.folder, one.to->rows(), one.to->names(),
                    data::weights_of(one.source) == data::weight_use::required});
  return made;
}

} // namespace dk
