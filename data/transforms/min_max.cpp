#include "data/transforms/min_max.hpp"

#include "data/keys.hpp"
#include "data/transforms/catalog.hpp"

namespace dk::data::min_max {

namespace {

bool names_columns(const nlohmann::json& to) {
  return to.is_string() || (to.is_array() && !to.empty() && to.front().is_string());
}

block scaled(const column& from, double low, double high, double to_low, double to_high) {
  const auto factor = (to_high - to_low) / (high - low);
  return visit_values(from, [&](const auto* x, std::size_t count) {
    block_writer writer{count};
    auto* const y = writer.data();
    for (std::size_t i = 0; i < count; ++i) // in double, so that `high` lands on `to_high` exactly
      y[i] = static_cast<float>(to_low + (static_cast<double>(x[i]) - low) * factor);
    return std::move(writer).done();
  });
}

} // namespace

void check(const spec& transform) {
  const auto to = transform.keys.find("to");
  const bool named = to != transform.keys.end() && names_columns(*to);
  check_keys(transform, "transform",
             {{"column", key_kind::text},
              {"columns", key_kind::texts},
              {"from", key_kind::range, true},
              {"to", named ? key_kind::names : key_kind::range}});
}

void apply(const spec& transform, table& to) {
  const auto& from = transform.keys.at("from");
  double to_low = 0;
  double to_high = 1;
  if (const auto range = transform.keys.find("to"); range != transform.keys.end() && !names_columns(*range)) {
    to_low = (*range)[0].get<double>();
    to_high = (*range)[1].get<double>();
  }
  for (const auto& [source, target] : transform_columns(transform)) {
    const auto& old = to.at(source);
    to.put({target, old.shape, scaled(old, from[0].get<double>(), from[1].get<double>(), to_low, to_high), old.origin,
            old.fields});
  }
}

} // namespace dk::data::min_max
