// filter: keeps the rows whose cell in `column` meets all that is given: `equals` or `differs` (a number or a text),
// `above`, `at_least`, `below`, `at_most`. A missing number (NaN) meets none but `differs`.

#include "common/error.hpp"
#include "data/rows.hpp"
#include "data/transforms/mapping.hpp"

#include <algorithm>

namespace dk::data {

namespace {

using nlohmann::json;

bool meets(double x, const std::string& key, double bound) {
  if (key == "equals")
    return x == bound;
  if (key == "differs")
    return x != bound;
  if (key == "above")
    return x > bound;
  if (key == "at_least")
    return x >= bound;
  if (key == "below")
    return x < bound;
  return x <= bound;
}

[[noreturn]] void wrong_kind(const column& from, const std::string& key, const json& bound) {
  throw failure{errc::data, column_text(from) + "holds " + (texts_in(from) ? "text" : "numbers") + ", and `" + key +
                                "` of filter is " + bound.dump(-1, ' ', false, json::error_handler_t::replace) +
                                "; compare with what it holds"};
}

// Takes out of `kept` what does not meet one key.
void narrow(std::vector<bool>& kept, const column& from, const std::string& key, const json& bound) {
  if (const auto* words = texts_in(from)) {
    if (!bound.is_string())
      wrong_kind(from, key, bound);
    const auto& wanted = bound.get_ref<const std::string&>();
    for (std::size_t row = 0; row < words->size(); ++row)
      kept[row] = kept[row] && ((*words)[row] == wanted) == (key == "equals");
    return;
  }
  if (!bound.is_number())
    wrong_kind(from, key, bound);
  const auto number = as_held(from, bound.get<double>());
  visit_values(from, [&](const auto* x, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row)
      kept[row] = kept[row] && meets(static_cast<double>(x[row]), key, number);
  });
}

void apply_filter(const spec& given, const json&, table& to) {
  const auto& from = to.at(source_columns(given).front());
  require_single(from, "filter");
  std::vector<bool> kept(to.rows(), true);
  for (const auto& [key, bound] : given.keys.items())
    if (key != "column")
      narrow(kept, from, key, bound);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < kept.size(); ++row)
    if (kept[row])
      rows.push_back(row);
  if (rows.size() != to.rows())
    to = picked(to, rows);
}

void check_filter(const spec& given) {
  if (given.keys.size() < 2)
    throw key_failure{"transform `filter`: needs one at least of: equals, differs, above, at_least, below, at_most",
                      ""};
}

bool filter_takes_text(const spec& given) {
  return std::any_of(given.keys.begin(), given.keys.end(),
                     [&](const json& value) { return value.is_string() && &value != &given.keys.at("column"); });
}

} // namespace

extern const transform_kind filter_transform;
const transform_kind filter_transform{"filter",
                                      {{"equals", key_kind::value},
                                       {"differs", key_kind::value},
                                       {"above", key_kind::number},
                                       {"at_least", key_kind::number},
                                       {"below", key_kind::number},
                                       {"at_most", key_kind::number}},
                                      column_use::one,
                                      nullptr,
                                      apply_filter,
                                      nullptr,
                                      check_filter,
                                      false,
                                      false,
                                      filter_takes_text};

} // namespace dk::data
