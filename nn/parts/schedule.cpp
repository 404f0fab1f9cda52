#include "nn/parts/schedule.hpp"

#include "common/error.hpp"
#include "nn/keys.hpp"

#include <algorithm>
#include <cmath>

namespace dk::nn {

namespace {

constexpr double pi = 3.14159265358979323846;

struct schedule_kind {
  std::string_view name;
  std::string_view keras_class;
  std::vector<key_rule> keys;
  schedule (*make)(const spec& from);
};

double number(const spec& of, const char* key, double otherwise = 0) {
  return value_or(of, key, otherwise);
}

const key_rule initial{"initial_learning_rate", key_kind::number, true, at_least(0)};
const key_rule steps{"decay_steps", key_kind::whole, true, at_least(1)};

// initial * rate^(step / steps), in whole periods where `staircase`
schedule exponential(const spec& from) {
  const auto start = number(from, "initial_learning_rate");
  return {start, [=, rate = number(from, "decay_rate"), period = number(from, "decay_steps"),
                  stairs = value_or(from, "staircase", false)](std::uint64_t step) {
            const auto passed = static_cast<double>(step) / period;
            return start * std::pow(rate, stairs ? std::floor(passed) : passed);
          }};
}

// initial / (1 + rate step / steps)
schedule inverse_time(const spec& from) {
  const auto start = number(from, "initial_learning_rate");
  return {start, [=, rate = number(from, "decay_rate"), period = number(from, "decay_steps"),
                  stairs = value_or(from, "staircase", false)](std::uint64_t step) {
            const auto passed = static_cast<double>(step) / period;
            return start / (1 + rate * (stairs ? std::floor(passed) : passed));
          }};
}

// values[i] up to and including the step boundaries[i], the last value beyond
schedule piecewise(const spec& from) {
  const auto boundaries = from.keys.at("boundaries").get<std::vector<double>>();
  const auto values = from.keys.at("values").get<std::vector<double>>();
  if (values.size() != boundaries.size() + 1)
    throw key_failure{from.name + ": " + std::to_string(boundaries.size()) + " boundaries need " +
                          std::to_string(boundaries.size() + 1) + " values, not " + std::to_string(values.size()),
                      "values"};
  if (!std::is_sorted(boundaries.begin(), boundaries.end()))
    throw key_failure{from.name + ": the boundaries must not fall", "boundaries"};
  return {values.front(), [=](std::uint64_t step) {
            const auto at = std::lower_bound(boundaries.begin(), boundaries.end(), static_cast<double>(step));
            return values[static_cast<std::size_t>(at - boundaries.begin())];
          }};
}

// (initial - end) (1 - step / steps)^power + end; `cycle` stretches the steps to the next multiple of them
schedule polynomial(const spec& from) {
  const auto start = number(from, "initial_learning_rate");
  return {start, [=, end = number(from, "end_learning_rate", 0.0001), power = number(from, "power", 1),
                  period = number(from, "decay_steps"), cycle = value_or(from, "cycle", false)](std::uint64_t step) {
            const auto now = static_cast<double>(step);
            const auto whole = cycle ? period * std::max(1.0, std::ceil(now / period)) : period;
            const auto part = std::min(now, whole) / whole;
            return (start - end) * std::pow(1 - part, power) + end;
          }};
}

// Loshchilov and Hutter 2016: initial ((1 - alpha) (1 + cos(pi step / steps)) / 2 + alpha), after a linear warm-up
schedule cosine_decay(const spec& from) {
  const auto start = number(from, "initial_learning_rate");
  const auto warm_up = from.keys.contains("warmup_target") ? number(from, "warmup_steps") : 0.0;
  const auto peak = from.keys.contains("warmup_target") ? number(from, "warmup_target") : start;
  return {peak, [=, alpha = number(from, "alpha"), period = number(from, "decay_steps")](std::uint64_t step) {
            const auto now = static_cast<double>(step);
            if (now < warm_up)
              return start + (peak - start) * now / warm_up;
            const auto part = std::min(now - warm_up, period) / period;
            return peak * ((1 - alpha) * 0.5 * (1 + std::cos(pi * part)) + alpha);
          }};
}

// The same from the start again, each period t_mul times as long and m_mul times as high as the last
schedule restarts(const spec& from) {
  const auto start = number(from, "initial_learning_rate");
  return {start, [=, first = number(from, "first_decay_steps"), longer = number(from, "t_mul", 2),
                  higher = number(from, "m_mul", 1), alpha = number(from, "alpha")](std::uint64_t step) {
            auto part = static_cast<double>(step) / first;
            double number = 0;
            if (longer == 1) {
              number = std::floor(part);
              part -= number;
            } else {
              number = std::floor(std::log(1 - part * (1 - longer)) / std::log(longer));
              part = (part - (1 - std::pow(longer, number)) / (1 - longer)) / std::pow(longer, number);
            }
            return start * ((1 - alpha) * 0.5 * std::pow(higher, number) * (1 + std::cos(pi * part)) + alpha);
          }};
}

const std::vector<schedule_kind>& schedule_kinds() {
  static const std::vector<schedule_kind> all{
      {"exponential_decay",
       "ExponentialDecay",
       {initial, steps, {"decay_rate", key_kind::number, true, at_least(0)}, {"staircase", key_kind::flag}},
       exponential},
      {"inverse_time_decay",
       "InverseTimeDecay",
       {initial, steps, {"decay_rate", key_kind::number, true, at_least(0)}, {"staircase", key_kind::flag}},
       inverse_time},
      {"piecewise_constant_decay",
       "PiecewiseConstantDecay",
       {{"boundaries", key_kind::numbers, true, at_least(0)}, {"values", key_kind::numbers, true, at_least(0)}},
       piecewise},
      {"polynomial_decay",
       "PolynomialDecay",
       {initial,
        steps,
        {"end_learning_rate", key_kind::number, false, at_least(0)},
        {"power", key_kind::number, false, at_least(0)},
        {"cycle", key_kind::flag}},
       polynomial},
      {"cosine_decay",
       "CosineDecay",
       {initial,
        steps,
        {"alpha", key_kind::number, false, at_least(0)},
        {"warmup_target", key_kind::number, false, at_least(0)},
        {"warmup_steps", key_kind::whole, false, at_least(0)}},
       cosine_decay},
      {"cosine_decay_restarts",
       "CosineDecayRestarts",
       {initial,
        {"first_decay_steps", key_kind::whole, true, at_least(1)},
        {"t_mul", key_kind::number, false, at_least(1)},
        {"m_mul", key_kind::number, false, at_least(0)},
        {"alpha", key_kind::number, false, at_least(0)}},
       restarts},
  };
  return all;
}

const schedule_kind& find_schedule(const spec& wanted) {
  for (const auto& kind : schedule_kinds())
    if (kind.name == wanted.name)
      return kind;
  refuse_name("schedule", wanted.name, schedule_names());
}

} // namespace

std::vector<std::string> schedule_names() {
  std::vector<std::string> names;
  for (const auto& kind : schedule_kinds())
    names.emplace_back(kind.name);
  return names;
}

schedule make_schedule(const nlohmann::json& learning_rate) {
  if (learning_rate.is_number()) {
    if (const auto rate = learning_rate.get<double>(); rate >= 0)
      return {rate, {}};
    throw failure{errc::config, "found " + learning_rate.dump() + ", expected a number of at least 0"};
  }
  if (!learning_rate.is_object())
    throw failure{errc::config, "found " + shown(learning_rate) +
                                    ", expected a number, or a table as in { name = \"exponential_decay\", ... }"};
  const auto wanted = part_of(learning_rate);
  const auto& kind = find_schedule(wanted);
  check_keys(wanted, kind.keys);
  auto made = kind.make(wanted);
  if (!(made.nominal > 0))
    throw failure{errc::config, wanted.name + ": the learning rate must not start at 0, but where a warm-up follows"};
  return made;
}

nlohmann::json keras_schedule(const nlohmann::json& learning_rate) {
  if (!learning_rate.is_object())
    return learning_rate;
  const auto part = part_of(learning_rate);
  return {{"class_name", find_schedule(part).keras_class}, {"config", part.keys}};
}

} // namespace dk::nn
