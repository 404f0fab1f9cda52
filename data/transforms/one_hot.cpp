// one_hot: a column of class numbers c, one per row, becomes f32 rows of `classes` numbers: 1 at place c, 0 elsewhere.

#include "common/error.hpp"
#include "data/transforms/transform.hpp"

#include <algorithm>

namespace dk::data {

namespace {

std::size_t classes_of(const spec& given) {
  return given.keys.at("classes").get<std::size_t>();
}

block hot(const column& from, std::size_t classes) {
  return visit_values(from, [&](const auto* x, std::size_t rows) {
    block_writer writer{rows * classes};
    auto* const y = writer.data();
    std::fill(y, y + rows * classes, 0.0F);
    for (std::size_t row = 0; row < rows; ++row) {
      const auto value = static_cast<double>(x[row]);
      const bool inside = value >= 0 && value < static_cast<double>(classes); // false for NaN too
      const auto which = inside ? static_cast<std::size_t>(value) : 0;
      if (!inside || static_cast<double>(which) != value)
        throw failure{errc::data, place(from, row) + " holds " + shortest(value) +
                                      ", expected a whole number from 0 to " + std::to_string(classes - 1) +
                                      "; correct it or raise `classes`"};
      y[row * classes + which] = 1.0F;
    }
    return std::move(writer).done();
  });
}

void apply_one_hot(const spec& given, const nlohmann::json&, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    require_single(from, "one_hot");
    to.put({target, {classes_of(given)}, hot(from, classes_of(given)), from.origin, {}, from.numbers});
  }
}

void invert_one_hot(const spec& given, const nlohmann::json&, table& to) {
  const auto classes = classes_of(given);
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(target);
    if (width(from) != classes)
      throw failure{errc::data, column_text(from) + "has " + std::to_string(width(from)) +
                                    " numbers per row, one_hot made " + std::to_string(classes) + "; name that column"};
    const auto hot = as_floats(from);
    std::vector<std::int32_t> which;
    for (const auto* row = hot.begin(); row != hot.end(); row += classes)
      which.push_back(static_cast<std::int32_t>(std::max_element(row, row + classes) - row));
    to.put({source, {}, std::move(which), from.origin, {}, from.numbers});
  }
}

} // namespace

extern const transform_kind one_hot_transform;
const transform_kind one_hot_transform{"one_hot",        {{"classes", key_kind::whole, true, at_least(1)}},
                                       column_use::each, nullptr,
                                       apply_one_hot,    invert_one_hot};

} // namespace dk::data
