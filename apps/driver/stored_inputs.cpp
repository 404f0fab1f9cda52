#include "apps/driver/stored_inputs.hpp"

#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/rows.hpp"
#include "data/store.hpp"
#include "runtime/members.hpp"

#include <algorithm>
#include <iterator>
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

std::vector<bool> held_out_of(const job& which) {
  if (!(which.data.validation > 0))
    return {};
  std::size_t rows = 0;
  const auto all = data::open(*which.data.train);
  while (const auto some = all->next())
    rows += some->rows();
  return data::held_rows(rows, which.data.validation, which.seed, which.data.train->name);
}

} // namespace

bool goes_to_disk(const data_config& data) {
  if (data.precache != "auto")
    return data.precache == "disk";
  constexpr std::size_t growth = 64; // at most, from a byte on disk, which may be packed, to those in memory
  const auto memory = bytes_in(data.memory);
  if (data::bytes_of(*data.train) <= memory / growth)
    return false;
  const auto rows = data::open(*data.train);
  const auto some = rows->next();
  return some && rows->progress() > 0 &&
         static_cast<double>(bytes_as_floats(*some)) / rows->progress() > static_cast<double>(memory);
}

job_data read_to_disk(const job& which) {
  job_data all;
  const auto& source = *which.data.train;
  const auto is_held = held_out_of(which);
  const auto open = [&](bool held) -> data::table_stream_ptr {
    return std::make_unique<side>(data::open(source), is_held, held);
  };
  const auto fitted = data::fit(which.data.transforms, [&] { return open(false); });
  all.train = data::store(
      *open(false), [&](data::table& some) { data::apply_to_training(fitted, some); },
      {which.data.cache_folder, bytes_in(which.data.memory) / models_of(which)}); // each has an order of its own
  if (const auto some = data::open(source)->next())
    all.source = data::with_listed_features(source, *some);
  all.fitted = data::prepared_by(source);
  all.fitted.insert(all.fitted.end(), fitted.begin(), fitted.end());
  if (!is_held.empty()) {
    std::vector<data::table> parts;
    data::over_tables(*open(true), [&](data::table& some, std::uint64_t) {
      data::apply(fitted, some);
      parts.push_back(std::move(some));
    });
    all.validation = data::make_dataset(data::joined(parts));
  }
  return all;
}

} // namespace dk
