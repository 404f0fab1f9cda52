#include "data/transforms/one_hot.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/keys.hpp"
#include "data/transforms/catalog.hpp"

#include <algorithm>

namespace dk::data::one_hot {

namespace {

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

} // namespace

void check(const spec& transform) {
  check_keys(transform, "transform",
             {{"column", key_kind::text},
              {"columns", key_kind::texts},
              {"classes", key_kind::whole, true},
              {"to", key_kind::names}});
}

void apply(const spec& transform, table& to) {
  const auto classes = transform.keys.at("classes").get<std::size_t>();
  for (const auto& [source, target] : transform_columns(transform)) {
    const auto& old = to.at(source);
    if (width(old) != 1)
      throw failure{errc::data, (old.origin.empty() ? "" : old.origin + ": ") + "column `" + source + "` has " +
                                    std::to_string(width(old)) +
                                    " numbers per row, one_hot takes one; name the label column"};
    to.put({target, {classes}, hot(old, classes), old.origin, {}});
  }
}

} // namespace dk::data::one_hot
