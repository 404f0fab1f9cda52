// dense: a column of texts that are sparse vectors becomes f32 cells of `size` numbers. In pairs PLACE:NUMBER the first
// place is `first`, 0 or 1. A column of numbers that is `size` wide is dense already.

#include "common/error.hpp"
#include "data/transforms/sparse.hpp"
#include "data/transforms/transform.hpp"

namespace dk::data {

namespace {

block unfolded(const column& from, const texts& words, std::size_t first, std::size_t wide) {
  if (words.size() != 0 && wide > (std::size_t{1} << 40U) / words.size())
    throw failure{errc::resources, column_text(from) + "would take " + std::to_string(words.size()) + " x " +
                                       std::to_string(wide) + " numbers when dense; lower `size` of `dense`"};
  block_writer all{words.size() * wide};
  for (std::size_t row = 0; row < words.size(); ++row)
    if (const std::string why = read_sparse(words[row], first, all.data() + row * wide, wide); !why.empty())
      throw failure{errc::data,
                    place(from, row) + " holds \"" + std::string{words[row].substr(0, 40)} + "\", which " + why};
  return std::move(all).done();
}

void apply_dense(const spec& given, const nlohmann::json&, table& to) {
  const auto wide = given.keys.at("size").get<std::size_t>();
  const auto first = static_cast<std::size_t>(number_key(given, "first", 0));
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    const auto* words = texts_in(from);
    if (words == nullptr && width(from) != wide)
      throw failure{errc::data, column_text(from) + "has " + std::to_string(width(from)) +
                                    " numbers per row, expected `size` = " + std::to_string(wide) +
                                    " of them, or sparse vectors as text; correct `size`"};
    to.put({target,
            {wide},
            words == nullptr ? as_floats(from) : unfolded(from, *words, first, wide),
            from.origin,
            {},
            from.numbers});
  }
}

void check_dense(const spec& given) {
  const auto first = number_key(given, "first", 0);
  if (first != 0 && first != 1)
    throw key_failure{"transform `dense`: `first` is " + shortest(first) + ", expected 0 or 1", "first"};
}

bool dense_takes_text(const spec&) {
  return true;
}

} // namespace

extern const transform_kind dense_transform;
const transform_kind dense_transform{"dense",
                                     {{"size", key_kind::whole, true, at_least(1)}, {"first", key_kind::number}},
                                     column_use::each,
                                     nullptr,
                                     apply_dense,
                                     nullptr,
                                     check_dense,
                                     false,
                                     false,
                                     dense_takes_text};

} // namespace dk::data
