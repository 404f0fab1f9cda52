#include "algorithms/chosen_algorithm.hpp"

#include "algorithms/catalog.hpp"
#include "common/error.hpp"
#include "common/text.hpp"

namespace dk {

chosen_algorithm::chosen_algorithm(std::string_view name, const nlohmann::json& own_keys)
    : rule_(find_algorithm(name)) {
  if (rule_ == nullptr) {
    const auto known = algorithm_names();
    throw failure{errc::config, "unknown algorithm \"" + std::string{name} + '"' +
                                    did_you_mean(std::string{name}, known) + "; expected one of: " + join(known)};
  }
  keys = rule_->defaults;
  keys.update(own_keys);
}

const std::string& chosen_algorithm::name() const {
  return rule_->name;
}

} // namespace dk
