// reshape: the numbers of each cell in another shape, in the same order (row-major).
// Undone, a cell is a vector again, or a single number.

#include "common/error.hpp"
#include "data/transforms/transform.hpp"

namespace dk::data {

namespace {

void apply_reshape(const spec& given, const nlohmann::json&, table& to) {
  const auto shape = given.keys.at("shape").get<std::vector<std::size_t>>();
  for (const auto& [source, target] : transform_columns(given)) {
    auto from = to.at(source);
    column wanted{target, shape, {}, {}, {}};
    if (texts_in(from) != nullptr)
      refuse_text(from);
    if (width(from) != width(wanted))
      throw failure{errc::data, column_text(from) + "has " + std::to_string(width(from)) +
                                    " numbers per row, `shape` " + given.keys.at("shape").dump() + " has " +
                                    std::to_string(width(wanted)) + "; give a shape of as many"};
    to.put({target, shape, std::move(from.values), from.origin, from.fields, from.numbers});
  }
}

void invert_reshape(const spec& given, const nlohmann::json&, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    auto from = to.at(target);
    const auto wide = width(from);
    to.put({source, wide == 1 ? std::vector<std::size_t>{} : std::vector<std::size_t>{wide}, std::move(from.values),
            from.origin, from.fields, from.numbers});
  }
}

// The product of the sizes has to be a number of this machine: a row has no more.
void check_reshape(const spec& given) {
  std::size_t product = 1;
  for (const auto& size : given.keys.at("shape"))
    if (__builtin_mul_overflow(product, size.get<std::size_t>(), &product))
      throw key_failure{"transform `reshape`: `shape` is " + given.keys.at("shape").dump() +
                            ", which is more than any row has; correct it",
                        "shape"};
}

} // namespace

extern const transform_kind reshape_transform;
const transform_kind reshape_transform{"reshape",        {{"shape", key_kind::shape, true, at_least(1)}},
                                       column_use::each, nullptr,
                                       apply_reshape,    invert_reshape,
                                       check_reshape};

} // namespace dk::data
