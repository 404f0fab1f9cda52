#include "nn/parts/regularizer.hpp"

#include "common/error.hpp"
#include "common/simd.hpp"
#include "nn/keys.hpp"

#include <cmath>

namespace dk::nn {

namespace {

constexpr double usual = 0.01; // Keras's

const key_rule l1{"l1", key_kind::number, false, at_least(0)};
const key_rule l2{"l2", key_kind::number, false, at_least(0)};

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

// By Keras's names of all generations: ours, or "".
std::string our_name(const std::string& name) {
  for (const char* known : {"L1", "l1"})
    if (name == known)
      return "l1";
  for (const char* known : {"L2", "l2"})
    if (name == known)
      return "l2";
  for (const char* known : {"L1L2", "l1_l2", "WeightRegularizer", "L1L2Regularizer"})
    if (name == known)
      return "l1_l2";
  return "";
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
  const auto given = from.is_object() ? from.value("class_name", from.value("name", nlohmann::json{})) : from;
  const auto name = given.is_string() ? our_name(given.get<std::string>()) : std::string{};
  if (name.empty())
    throw failure{errc::model, "the regularizer " + given.dump() + " is not supported"};
  if (from.is_string())
    return name;
  const bool has_config = from.contains("config") && from["config"].is_object();
  nlohmann::json value{{"name", name}};
  for (const auto& [key, factor] : (has_config ? from["config"] : from).items()) {
    if (factor.is_null() || (!has_config && (key == "name" || key == "class_name" || key == "config")))
      continue;
    if ((key != "l1" && key != "l2") || !factor.is_number())
      throw failure{errc::model,
                    "the regularizer " + given.dump() + " with " + key + " = " + factor.dump() + " is not supported"};
    value[key] = factor;
  }
  const bool both = name == "l1_l2"; // whose factors are 0 unless it says others; those of the others are 0.01
  return both && value.size() == 1 ? nlohmann::json{} : both || value.size() > 1 ? value : value["name"];
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
