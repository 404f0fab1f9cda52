#include "nn/parts/initializer.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "nn/keys.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

/// What an initializer gets: its own keys, and the array to fill.
struct filling {
  const spec& keys;
  const shape& extents;
  random_stream& random;
  float* to;

  std::size_t size() const { return size_of(extents); }
  double number(const char* key, double otherwise) const { return value_or(keys, key, otherwise); }
};

struct initializer_kind {
  std::string_view name;
  std::string_view keras_class;
  std::vector<key_rule> keys;
  void (*fill)(const filling& f);
};

void fill_constant(const filling& f, double value) {
  std::fill_n(f.to, f.size(), static_cast<float>(value));
}

void fill_uniform(const filling& f, double low, double high) {
  std::generate_n(f.to, f.size(), [&] { return static_cast<float>(f.random.uniform(low, high)); });
}

void fill_normal(const filling& f, double mean, double deviation) {
  std::generate_n(f.to, f.size(), [&] { return static_cast<float>(mean + deviation * f.random.normal()); });
}

// What lies further away than two deviations is drawn again.
void fill_truncated(const filling& f, double mean, double deviation) {
  std::generate_n(f.to, f.size(), [&] {
    auto drawn = f.random.normal();
    while (std::abs(drawn) > 2)
      drawn = f.random.normal();
    return static_cast<float>(mean + deviation * drawn);
  });
}

// How many numbers go into an output of the array, and how many outputs a number goes into: for a kernel of an image
// counted over its patch.
std::pair<double, double> fans(const shape& extents) {
  if (extents.size() < 2) {
    const auto size = static_cast<double>(size_of(extents));
    return {size, size};
  }
  const auto in = extents[extents.size() - 2];
  const auto out = extents.back();
  const auto patch = static_cast<double>(size_of(extents) / (in * out));
  return {patch * static_cast<double>(in), patch * static_cast<double>(out)};
}

// Numbers of variance scale / n, with n after `mode`. Keras widens a truncated normal so that it has this variance.
void fill_scaled(const filling& f, double scale, std::string_view mode, std::string_view distribution) {
  const auto [in, out] = fans(f.extents);
  const auto n = mode == "fan_in" ? in : mode == "fan_out" ? out : (in + out) / 2;
  const auto variance = scale / std::max(1.0, n);
  if (distribution == "uniform")
    return fill_uniform(f, -std::sqrt(3 * variance), std::sqrt(3 * variance));
  if (distribution == "untruncated_normal")
    return fill_normal(f, 0, std::sqrt(variance));
  fill_truncated(f, 0, std::sqrt(variance) / 0.87962566103423978);
}

void need_matrix(const filling& f, bool exactly) {
  if (f.extents.size() == 2 || (!exactly && f.extents.size() > 2))
    return;
  throw failure{errc::config, f.keys.name + " is for arrays of " + (exactly ? "two axes" : "two axes or more") +
                                  ", but this one has " + std::to_string(f.extents.size())};
}

// Saxe 2014: the orthogonal factor of a random matrix, so that rows or columns, whichever are fewer, are orthonormal.
void fill_orthogonal(const filling& f) {
  need_matrix(f, false);
  using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic>;
  const auto cols = static_cast<Eigen::Index>(f.extents.back());
  const auto rows = static_cast<Eigen::Index>(f.size()) / cols;
  matrix drawn{std::max(rows, cols), std::min(rows, cols)};
  std::generate_n(drawn.data(), drawn.size(), [&] { return f.random.normal(); });
  const Eigen::HouseholderQR<matrix> factors{drawn};
  matrix q = factors.householderQ() * matrix::Identity(drawn.rows(), drawn.cols());
  for (Eigen::Index i = 0; i < q.cols(); ++i)
    if (factors.matrixQR()(i, i) < 0) // makes the factor unique, and the draw uniform
      q.col(i) = -q.col(i);
  const auto gain = f.number("gain", 1);
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < cols; ++j)
      f.to[i * cols + j] = static_cast<float>(gain * (rows < cols ? q(j, i) : q(i, j)));
}

void fill_identity(const filling& f) {
  need_matrix(f, true);
  fill_constant(f, 0);
  for (std::size_t i = 0; i < std::min(f.extents[0], f.extents[1]); ++i)
    f.to[i * f.extents[1] + i] = static_cast<float>(f.number("gain", 1));
}

std::vector<std::string> modes() {
  return {"fan_in", "fan_out", "fan_avg"};
}

std::vector<std::string> distributions() {
  return {"truncated_normal", "untruncated_normal", "uniform", "normal"}; // the last is Keras's old word for the first
}

const key_rule seed{"seed", key_kind::whole, false, at_least(0)};

key_rule number(const char* name) {
  return {name, key_kind::number};
}

const std::vector<initializer_kind>& initializer_kinds() {
  static const std::vector<initializer_kind> all{
      {"zeros", "Zeros", {}, [](const filling& f) { fill_constant(f, 0); }},
      {"ones", "Ones", {}, [](const filling& f) { fill_constant(f, 1); }},
      {"constant", "Constant", {number("value")}, [](const filling& f) { fill_constant(f, f.number("value", 0)); }},
      {"random_uniform",
       "RandomUniform",
       {number("minval"), number("maxval"), seed},
       [](const filling& f) { fill_uniform(f, f.number("minval", -0.05), f.number("maxval", 0.05)); }},
      {"uniform_weights", // dist-keras's
       "RandomUniform",
       {number("minval"), number("maxval"), seed},
       [](const filling& f) { fill_uniform(f, f.number("minval", -0.5), f.number("maxval", 0.5)); }},
      {"random_normal",
       "RandomNormal",
       {number("mean"), number("stddev"), seed},
       [](const filling& f) { fill_normal(f, f.number("mean", 0), f.number("stddev", 0.05)); }},
      {"truncated_normal",
       "TruncatedNormal",
       {number("mean"), number("stddev"), seed},
       [](const filling& f) { fill_truncated(f, f.number("mean", 0), f.number("stddev", 0.05)); }},
      {"variance_scaling",
       "VarianceScaling",
       {{"scale", key_kind::number, false, at_least(0)},
        {"mode", key_kind::word, false, {}, modes()},
        {"distribution", key_kind::word, false, {}, distributions()},
        seed},
       [](const filling& f) {
         fill_scaled(f, f.number("scale", 1), value_or<std::string>(f.keys, "mode", "fan_in"),
                     value_or<std::string>(f.keys, "distribution", "truncated_normal"));
       }},
      {"glorot_uniform", "GlorotUniform", {seed}, [](const filling& f) { fill_scaled(f, 1, "fan_avg", "uniform"); }},
      {"glorot_normal", "GlorotNormal", {seed}, [](const filling& f) { fill_scaled(f, 1, "fan_avg", "normal"); }},
      {"he_uniform", "HeUniform", {seed}, [](const filling& f) { fill_scaled(f, 2, "fan_in", "uniform"); }},
      {"he_normal", "HeNormal", {seed}, [](const filling& f) { fill_scaled(f, 2, "fan_in", "normal"); }},
      {"lecun_uniform", "LecunUniform", {seed}, [](const filling& f) { fill_scaled(f, 1, "fan_in", "uniform"); }},
      {"lecun_normal", "LecunNormal", {seed}, [](const filling& f) { fill_scaled(f, 1, "fan_in", "normal"); }},
      {"orthogonal", "Orthogonal", {number("gain"), seed}, fill_orthogonal},
      {"identity", "Identity", {number("gain")}, fill_identity},
  };
  return all;
}

const initializer_kind& find_initializer(const spec& wanted) {
  for (const auto& kind : initializer_kinds())
    if (kind.name == wanted.name)
      return kind;
  refuse_name("initializer", wanted.name, initializer_names());
}

} // namespace

std::vector<std::string> initializer_names() {
  std::vector<std::string> names;
  for (const auto& kind : initializer_kinds())
    names.emplace_back(kind.name);
  return names;
}

void check_initializer(const nlohmann::json& value) {
  const auto wanted = part_of(value);
  check_keys(wanted, find_initializer(wanted).keys);
}

void initialize(const nlohmann::json& value, const shape& extents, random_stream& random, float* to) {
  const auto wanted = part_of(value);
  const auto& kind = find_initializer(wanted);
  if (!wanted.keys.contains("seed"))
    return kind.fill({wanted, extents, random, to});
  random_stream own{wanted.keys["seed"].get<std::uint64_t>()};
  kind.fill({wanted, extents, own, to});
}

nlohmann::json keras_initializer(const nlohmann::json& value) {
  const auto wanted = part_of(value);
  const auto& kind = find_initializer(wanted);
  auto config = wanted.keys;
  if (wanted.name == "uniform_weights") { // Keras's class has other defaults
    config["minval"] = value_or(wanted, "minval", -0.5);
    config["maxval"] = value_or(wanted, "maxval", 0.5);
  }
  for (const auto& key : kind.keys)
    if (key.name == "seed" && !config.contains("seed"))
      config["seed"] = nullptr;
  return {{"class_name", kind.keras_class}, {"config", config}};
}

namespace {

// What else Keras calls them.
std::string_view usual_name(std::string_view name) {
  if (name == "zero" || name == "one")
    return name == "zero" ? "zeros" : "ones";
  return name == "normal" ? "random_normal" : name == "uniform" ? "random_uniform" : name;
}

void take_key(const initializer_kind& kind, const std::string& key, const nlohmann::json& given, nlohmann::json& to) {
  const auto is_it = [&](const key_rule& rule) { return rule.name == key; };
  const bool known = std::any_of(kind.keys.begin(), kind.keys.end(), is_it);
  if (known && (given.is_number() || given.is_string()))
    to[key] = given;
  else if (!given.is_null() && !(key == "dtype" && given == "float32"))
    throw failure{errc::model, "the initializer " + std::string{kind.keras_class} + " with " + key + " = " +
                                   given.dump() + " is not supported"};
}

} // namespace

nlohmann::json read_keras_initializer(const nlohmann::json& from) {
  if (from.is_null())
    return nullptr;
  const auto name = from.is_object() && from.contains("class_name") ? from["class_name"] : from;
  const auto wanted = name.is_string() ? std::string{usual_name(name.get<std::string>())} : std::string{};
  const auto called = [&](const initializer_kind& kind) { return kind.name == wanted || kind.keras_class == wanted; };
  const auto found = std::find_if(initializer_kinds().begin(), initializer_kinds().end(), called);
  if (found == initializer_kinds().end())
    throw failure{errc::model,
                  "the initializer " + name.dump() + " is not supported; there are " + join(initializer_names())};
  nlohmann::json value{{"name", found->name}};
  if (from.is_object() && from.contains("config") && from["config"].is_object())
    for (const auto& [key, given] : from["config"].items())
      take_key(*found, key, given, value);
  return value.size() == 1 ? value["name"] : value;
}

} // namespace dk::nn
