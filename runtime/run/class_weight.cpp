#include "runtime/run/class_weight.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "nn/catalog.hpp"
#include "nn/model/network.hpp"
#include "runtime/config/model_of.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace dk {

namespace {

[[noreturn]] void refuse_weights(const std::string& why) {
  throw failure{errc::config, "trainer.class_weight " + why};
}

constexpr auto instead = "; leave it out, or give each row a weight: `weight` in the source";

// How many classes a loss tells apart in an output of so many numbers; 0: none.
std::size_t classes_of(const nn::loss_kind& loss, std::size_t outputs) {
  const bool decides = loss.range == label_range::side || !loss.exclusive;
  if (decides)
    return outputs == 1 ? 2 : 0;
  const bool chooses = loss.range == label_range::class_number || loss.range == label_range::distribution ||
                       loss.range == label_range::one_hot;
  return chooses ? outputs : 0;
}

} // namespace

void class_weights::begin(std::size_t label_width) {
  const auto sizes = nn::network{architecture_of(which_)}.output_sizes();
  if (sizes.size() > 1)
    refuse_weights("is for a model of one output, this one has " + std::to_string(sizes.size()) + instead);
  const auto& loss = nn::find_loss(which_.trainer.loss.loss_of(0).name);
  classes_ = classes_of(loss, sizes.front());
  if (classes_ == 0 && !loss.exclusive)
    refuse_weights("is for rows of one class each, but " + std::string{loss.name} + " lets each of " +
                   std::to_string(sizes.front()) + " outputs decide for itself" + instead);
  if (classes_ == 0)
    refuse_weights("is for classes, but the labels of " + std::string{loss.name} + " are none" + instead);
  label_width_ = label_width;
  counts_.assign(classes_, 0);
  const auto& given = which_.trainer.class_weight;
  if (given.is_array())
    weights_ = listed();
  else if (given.is_object())
    weights_ = by_name();
  if (!weights_.empty() && std::all_of(weights_.begin(), weights_.end(), [](double x) { return x == 0; }))
    refuse_weights("is 0 for all " + std::to_string(classes_) +
                   " classes, so that nothing would be trained; give one of them a number above 0");
}

std::vector<double> class_weights::listed() const {
  auto all = which_.trainer.class_weight.get<std::vector<double>>();
  if (all.size() != classes_)
    refuse_weights("lists " + std::to_string(all.size()) + " numbers, but there are " + std::to_string(classes_) +
                   " classes; give one for each, or a table as in { 1 = 20 }, where the others count 1");
  return all;
}

std::vector<double> class_weights::by_name() const {
  std::vector<double> all(classes_, 1.0);
  std::vector<std::string> given_by(classes_);
  for (const auto& [name, weight] : which_.trainer.class_weight.items()) {
    const auto at = class_named(name);
    if (!given_by[at].empty())
      refuse_weights("has two weights for one class, `" + given_by[at] + "` and `" + name + "`; give one");
    given_by[at] = name;
    all[at] = weight.get<double>();
  }
  return all;
}

// A name comes before a number.
std::size_t class_weights::class_named(const std::string& name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found != names_.end() && static_cast<std::size_t>(found - names_.begin()) < classes_)
    return static_cast<std::size_t>(found - names_.begin());
  std::size_t number = 0;
  const auto [end, why] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (why == std::errc{} && end == name.data() + name.size() && number < classes_)
    return number;
  const auto numbers = "0 to " + std::to_string(classes_ - 1);
  constexpr std::size_t most_shown = 20;
  refuse_weights("names `" + name + "`, which is no class" + did_you_mean(name, names_) + "; the classes are " +
                 (names_.empty() || names_.size() > most_shown ? numbers : join(names_) + " (" + numbers + ')'));
}

// n / (k * count), as scikit-learn has it: classes without rows are not counted.
std::vector<double> class_weights::balanced() const {
  const auto rows = static_cast<double>(std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}));
  const auto present =
      static_cast<double>(classes_) - static_cast<double>(std::count(counts_.begin(), counts_.end(), std::uint64_t{0}));
  std::vector<double> all;
  for (const auto count : counts_)
    all.push_back(count == 0 ? 1.0 : rows / (present * static_cast<double>(count)));
  return all;
}

// classes_ where the label is none. Of several numbers the largest says it.
std::size_t class_weights::class_of(const float* label) const {
  if (label_width_ > 1)
    return nn::largest(label, label_width_);
  const bool is_class = *label >= 0 && *label < static_cast<float>(classes_) && std::floor(*label) == *label;
  return is_class ? static_cast<std::size_t>(*label) : classes_;
}

void class_weights::see(const data::dataset& rows) {
  if (counts_.empty())
    begin(rows.label_width);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const auto* const label = rows.labels.data() + row * label_width_;
    const auto at = class_of(label);
    if (at == classes_)
      throw failure{errc::data, (rows.origin.empty() ? "" : rows.origin + ": ") + "row " +
                                    std::to_string(rows.numbers[row]) + " (the first is 0) has the label " +
                                    data::shortest(*label) + ", but trainer.class_weight needs class numbers, 0 to " +
                                    std::to_string(classes_ - 1) + "; correct it, or leave class_weight out"};
    ++counts_[at];
  }
}

float class_weights::factor(const float* label) {
  if (weights_.empty())
    weights_ = balanced();
  return static_cast<float>(weights_[class_of(label)]);
}

void class_weights::apply(data::dataset& to) {
  block_writer weights{to.rows};
  for (std::size_t row = 0; row < to.rows; ++row)
    weights.data()[row] = (to.weighted ? to.weights[row] : 1.0F) * factor(to.labels.data() + row * to.label_width);
  to.weights = std::move(weights).done();
  to.weighted = true;
}

} // namespace dk
