#include "nn/regularizer.hpp"

#include "common/error.hpp"
#include "common/simd.hpp"
#include "nn/keys.hpp"

#include <cmath>

namespace dk::nn {

namespace {

constexpr double usual = 0.01; // Keras's

const key_rule l1{"l1", value_kind::number, false, 0};
const key_rule l2{"l2", value_kind::number, false, 0};

const std::vector<key_rule>& keys_of(const spec& wanted) {
  static const std::vector<key_rule> one{l1};
  static const std::vector<key_rule> two{l2};
  static const std::vector<key_rule> both{l1, l2};
  if (wanted.name == "l1")
    return one;
  if (wanted.name == "l2")
    return two;
  if (wanted.name == "l1_l2")
    return both;
  refuse_name("regularizer", wanted.name, regularizer_names());
}

// {"class_name": "L2"}, {"l2": ...} and what the older generations wrote.
bool is_known_class(const std::string& name) {
  for (const char* known : {"L1", "L2", "L1L2", "l1", "l2", "l1_l2", "WeightRegularizer"})
    if (name == known)
      return true;
  return false;
}

} // namespace

std::vector<std::string> regularizer_names() {
  return {"l1", "l2", "l1_l2"};
}

void check_regularizer(const nlohmann::json& value) {
  const auto wanted = part_of(value);
  check_keys(wanted, keys_of(wanted));
}

penalty penalty_of(const nlohmann::json& value) {
  if (value.is_null())
    return {};
  const auto wanted = part_of(value);
  penalty made;
  for (const auto& key : keys_of(wanted))
    (key.name == "l1" ? made.l1 : made.l2) =
        value_or(wanted, std::string{key.name}.c_str(), wanted.keys.empty() ? usual : 0.0);
  return made;
}

nlohmann::json keras_regularizer(const nlohmann::json& value) {
  if (value.is_null())
    return nullptr;
  const auto name = part_of(value).name;
  const auto [first, second] = penalty_of(value);
  if (name == "l1")
    return {{"class_name", "L1"}, {"config", {{"l1", first}}}};
  if (name == "l2")
    return {{"class_name", "L2"}, {"config", {{"l2", second}}}};
  return {{"class_name", "L1L2"}, {"config", {{"l1", first}, {"l2", second}}}};
}

nlohmann::json read_keras_regularizer(const nlohmann::json& from) {
  if (from.is_null())
    return nullptr;
  if (from.is_string() && is_known_class(from.get<std::string>()))
    return from;
  const auto name = from.is_object() ? from.value("class_name", from.value("name", nlohmann::json{})) : from;
  if (!name.is_string() || !is_known_class(name.get<std::string>()))
    throw failure{errc::model, "the regularizer " + name.dump() + " is not supported"};
  const auto& config = from.contains("config") ? from["config"] : from;
  nlohmann::json value{{"name", "l1_l2"}};
  for (const char* key : {"l1", "l2"})
    if (config.is_object() && config.contains(key) && config[key].is_number())
      value[key] = config[key];
  return value.size() == 1 ? nlohmann::json{} : value;
}

DK_CLONES double cost_of(const penalty& of, const float* weights, std::size_t count) {
  constexpr std::size_t lanes = 8;
  double sizes[lanes] = {};
  double squares[lanes] = {};
  for (std::size_t i = 0; i < count; i += lanes)
    for (std::size_t lane = 0; lane < lanes && i + lane < count; ++lane) {
      const auto w = static_cast<double>(weights[i + lane]);
      sizes[lane] += std::abs(w);
      squares[lane] += w * w;
    }
  double cost = 0;
  for (std::size_t lane = 0; lane < lanes; ++lane)
    cost += of.l1 * sizes[lane] + of.l2 * squares[lane];
  return cost;
}

DK_CLONES void add_gradient(const penalty& of, const float* __restrict weights, std::size_t count,
                            float* __restrict gradient) {
  const auto slope = static_cast<float>(of.l1);
  const auto twice = static_cast<float>(2 * of.l2);
  for (std::size_t i = 0; i < count; ++i) {
    const float w = weights[i];
    const float sign = w > 0.0F ? slope : w < 0.0F ? -slope : 0.0F;
    gradient[i] += sign + twice * w;
  }
}

} // namespace dk::nn
