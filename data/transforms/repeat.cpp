// repeat: all rows, `times` times, one after the other. Training rows only: it does nothing to test data or where the
// model predicts.

#include "data/rows.hpp"
#include "data/transforms/transform.hpp"

namespace dk::data {

namespace {

void apply_repeat(const spec& given, const nlohmann::json&, table& to) {
  const auto times = given.keys.at("times").get<std::size_t>();
  std::vector<std::size_t> rows;
  rows.reserve(times * to.rows());
  for (std::size_t i = 0; i < times; ++i)
    for (std::size_t row = 0; row < to.rows(); ++row)
      rows.push_back(row);
  to = picked(to, rows);
}

void check_repeat(const spec& given) {
  constexpr std::size_t most = 1'000'000;
  if (const auto times = given.keys.at("times").get<std::size_t>(); times > most)
    throw key_failure{"transform `repeat`: `times` is " + std::to_string(times) +
                          ", expected at most 1,000,000; raise `epochs` instead",
                      "times"};
}

} // namespace

extern const transform_kind repeat_transform;
const transform_kind repeat_transform{"repeat",         {{"times", key_kind::whole, true, at_least(1)}},
                                      column_use::none, nullptr,
                                      apply_repeat,     nullptr,
                                      check_repeat,     true};

} // namespace dk::data
