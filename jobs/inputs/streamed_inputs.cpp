#include "jobs/inputs/streamed_inputs.hpp"

#include "common/error.hpp"
#include "common/log.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/read_ahead.hpp"
#include "data/rows.hpp"
#include "data/store.hpp"
#include "data/stratify.hpp"
#include "runtime/config/job_rules.hpp"
#include "runtime/run/label_check.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace dk {

namespace {

// Numbers as f32, whatever they will be made of.
std::size_t bytes_as_floats(const data::table& rows) {
  std::size_t numbers = 0;
  for (const auto& c : rows.columns())
    numbers += data::texts_in(c) == nullptr ? data::size(c) : 0;
  return numbers * sizeof(float);
}

/// One side of the rows of a source: those that are held out, or the others.
class side final : public data::table_stream {
public:
  side(data::table_stream_ptr all, const std::vector<bool>& is_held, bool held)
      : all_(std::move(all)), is_held_(is_held), held_(held) {}

  std::optional<data::table> next() override {
    auto some = all_->next();
    if (!some || is_held_.empty())
      return some;
    std::vector<std::size_t> mine;
    for (std::size_t row = 0; row < some->rows(); ++row)
      if (is_held_[first_ + row] == held_)
        mine.push_back(row);
    first_ += some->rows();
    return data::picked(*some, mine);
  }

  double progress() const override { return all_->progress(); }

private:
  data::table_stream_ptr all_;
  const std::vector<bool>& is_held_;
  bool held_;
  std::size_t first_ = 0;
};

std::vector<bool> held_out_of(const job& which, const data::table_source& open) {
  if (!(which.data.validation > 0))
    return {};
  const auto all = open();
  if (which.data.stratify) {
    data::stratified_rows by_class{which.data.transforms};
    while (const auto some = all->next())
      by_class.see(*some);
    return by_class.held(which.data.validation, which.seed);
  }
  std::size_t rows = 0;
  while (const auto some = all->next())
    rows += some->rows();
  return data::held_rows(rows, which.data.validation, which.seed, which.data.train->name);
}

data::store_options options_of(const job& which) {
  return {which.data.cache_folder, bytes_in(which.data.memory) / models_of(which)}; // each has an order of its own
}

// What rows have been through that were prepared before they were transformed.
data::pipeline after_preparation(const spec& source, const data::pipeline& fitted) {
  auto all = data::prepared_by(source);
  all.insert(all.end(), fitted.begin(), fitted.end());
  return all;
}

} // namespace

bool goes_to_disk(const data_config& data, const spec& source) {
  if (data.precache != "auto")
    return data.precache == "disk";
  constexpr std::size_t growth = 64; // at most, from a byte on disk, which may be packed, to those in memory
  const auto memory = bytes_in(data.memory);
  if (const auto bytes = data::bytes_of(source); bytes > 0 && bytes <= memory / growth)
    return false;
  const auto rows = data::glance(source);
  const auto some = rows->next();
  return some && rows->progress() > 0 &&
         static_cast<double>(bytes_as_floats(*some)) / rows->progress() > static_cast<double>(memory);
}

bool transforms_on(const cluster_config& where, const data_config& data) {
  return !where.nodes.empty() && !data.transforms.empty() && data::applies_to_parts(data.transforms);
}

streamed_inputs::streamed_inputs(const job& which, const cluster_config& where)
    : which_(which), crew_(where, [](const std::string& text) { log()->warn("{}", text); }) {}

job_data streamed_inputs::training(const data::pipeline* already) {
  job_data all;
  const auto& source = *which_.data.train;
  const auto rows = data::rows_of(source);
  const auto is_held = held_out_of(which_, rows);
  const auto open = [&](bool held) { return data::read_ahead(std::make_unique<side>(rows(), is_held, held)); };
  const auto training = [&](const data::pipeline& so_far) { return crew_.applied_to_training(open(false), so_far); };
  const auto held_out = [&](const data::pipeline& so_far) { return crew_.applied(open(true), so_far); };
  const auto fitted = already != nullptr
                          ? still_to_apply(*already, source)
                          : data::fit(which_.data.transforms, training,
                                      is_held.empty() ? data::fitted_source{} : data::fitted_source{held_out});
  all.fitted = after_preparation(source, fitted);
  class_weights by_class{which_, data::label_words(all.fitted)};
  all.train = kept(source, training(fitted), &by_class);
  if (!is_held.empty())
    all.validation = kept(source, held_out(fitted));
  if (const auto some = rows()->next())
    all.source = data::with_listed_features(source, *some);
  return all;
}

data::dataset streamed_inputs::other(const spec& source, const data::pipeline& fitted) {
  return kept(source, crew_.applied(data::read_ahead(data::open(source)), still_to_apply(fitted, source)));
}

data::pipeline streamed_inputs::each_of_training(const std::function<void(const data::table&)>& use) {
  const auto& source = *which_.data.train;
  const auto rows = data::rows_of(source);
  const auto open = [&] { return data::read_ahead(rows()); };
  const auto training = [&](const data::pipeline& so_far) { return crew_.applied_to_training(open(), so_far); };
  const auto fitted = data::fit(which_.data.transforms, training);
  const auto all = training(fitted);
  while (const auto some = all->next())
    use(*some);
  return after_preparation(source, fitted);
}

void streamed_inputs::each_of(const spec& source, const data::pipeline& fitted,
                              const std::function<void(const data::table&)>& use) {
  const auto all = crew_.applied(data::read_ahead(data::open(source)), still_to_apply(fitted, source));
  while (const auto some = all->next())
    use(*some);
}

// Training rows are those for which class weights are given.
data::dataset streamed_inputs::kept(const spec& source, data::table_stream_ptr rows, class_weights* by_class) {
  row_check check{which_};
  const bool weighs = by_class != nullptr && by_class->is_on();
  const auto see = [&](const data::dataset& some) {
    check.see(some);
    if (weighs)
      by_class->see(some);
  };
  if (goes_to_disk(which_.data, source)) {
    auto options = options_of(which_);
    options.weights = data::weights_of(source);
    data::store_work work{see, {}};
    if (weighs)
      work.factor = [&](const float* label) { return by_class->factor(label); };
    return data::store(*rows, options, work);
  }
  std::vector<data::table> parts;
  while (auto some = rows->next())
    parts.push_back(std::move(*some));
  if (parts.empty())
    throw failure{errc::data, source.name + ": has no rows; give data to work on"};
  auto made = data::make_dataset(data::joined(parts), data::label_use::required, data::weights_of(source));
  see(made);
  if (weighs)
    by_class->apply(made);
  return made;
}

} // namespace dk
