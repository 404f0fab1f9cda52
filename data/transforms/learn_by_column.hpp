#pragma once

#include "data/transforms/transform.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace dk::data {

/// Learns of each source column by itself: `Seen` gathers what there is to know.
template <class Seen>
class column_learning final : public learning {
public:
  using see_column = std::function<void(const column& from, Seen& of)>;
  using say_learned = std::function<nlohmann::json(const Seen& of, const std::string& place)>;

  column_learning(const spec& given, see_column see, say_learned say)
      : names_(source_columns(given)), see_(std::move(see)), say_(std::move(say)) {}

  void see(const table& training) override {
    for (const auto& name : names_) {
      const auto& from = training.at(name);
      see_(from, seen_[name]);
      places_[name] = column_text(from);
    }
  }

  nlohmann::json learned() const override {
    auto all = nlohmann::json::object();
    for (const auto& [name, seen] : seen_)
      all[name] = say_(seen, places_.at(name));
    return all;
  }

private:
  std::vector<std::string> names_;
  see_column see_;
  say_learned say_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, std::string> places_; // for errors
};

/// @param see gathers what a column holds in some of the rows
/// @param say gives what was learned, of a place that begins its errors
template <class Seen, class See, class Say>
std::unique_ptr<learning> learn_by_column(const spec& given, See see, Say say) {
  return std::make_unique<column_learning<Seen>>(given, std::move(see), std::move(say));
}

} // namespace dk::data
