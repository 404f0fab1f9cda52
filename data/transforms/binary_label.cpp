// binary_label: 1 where the column holds `positive`, a text or a number, and 0 elsewhere.

#include "common/error.hpp"
#include "data/transforms/mapping.hpp"

#include <algorithm>

namespace dk::data {

namespace {

block marked(const column& from, const nlohmann::json& positive) {
  if (const auto* words = texts_in(from)) {
    const auto wanted = positive.is_string() ? positive.get<std::string>() : shortest(positive.get<double>());
    block_writer writer{words->size()};
    for (std::size_t row = 0; row < words->size(); ++row)
      writer.data()[row] = (*words)[row] == wanted ? 1.0F : 0.0F;
    return std::move(writer).done();
  }
  if (positive.is_string())
    throw failure{errc::data, column_text(from) + "holds numbers, and `positive` of binary_label is the text \"" +
                                  positive.get<std::string>() + "\"; give a number"};
  const auto wanted = as_held(from, positive.get<double>());
  return mapped(from, [wanted](double x, std::size_t) { return x == wanted ? 1.0 : 0.0; });
}

void apply_binary_label(const spec& given, const nlohmann::json&, table& to) {
  for (const auto& [source, target] : transform_columns(given)) {
    const auto& from = to.at(source);
    require_single(from, "binary_label");
    put_like(to, from, target, marked(from, given.keys.at("positive")));
  }
}

bool binary_label_takes_text(const spec& given) {
  return given.keys.at("positive").is_string();
}

} // namespace

extern const transform_kind binary_label_transform;
const transform_kind binary_label_transform{"binary_label",
                                            {{"positive", key_kind::value, true}},
                                            column_use::each,
                                            nullptr,
                                            apply_binary_label,
                                            nullptr,
                                            nullptr,
                                            false,
                                            false,
                                            binary_label_takes_text};

} // namespace dk::data
