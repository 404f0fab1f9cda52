// log: y = ln(x + add); `add` is 0 unless given, 1 where there are zeros.

#include "common/error.hpp"
#include "data/transforms/mapping.hpp"

namespace dk::data {

namespace {

void check_positive(const column& from, double add) {
  visit_values(from, [&](const auto* x, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      if (const auto value = static_cast<double>(x[i]); value + add <= 0)
        throw failure{errc::data, place(from, i) + " holds " + shortest(value) + ", and `add` is " + shortest(add) +
                                      ": the sum has no logarithm; raise `add`"};
  });
}

void apply_log(const spec& given, const nlohmann::json&, table& to) {
  const auto add = number_key(given, "add", 0);
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    check_positive(from, add);
    put_like(to, from, target, mapped(from, [add](double x, std::size_t) { return std::log(x + add); }));
  }
}

void invert_log(const spec& given, const nlohmann::json&, table& to) {
  const auto add = number_key(given, "add", 0);
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(target);
    put_like(to, from, source, mapped(from, [add](double y, std::size_t) { return std::exp(y) - add; }));
  }
}

} // namespace

extern const transform_kind log_transform;
const transform_kind log_transform{"log",     {{"add", key_kind::number}}, column_use::each, nullptr, apply_log,
                                   invert_log};

} // namespace dk::data
