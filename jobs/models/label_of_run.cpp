#include "jobs/models/label_of_run.hpp"

#include "data/formats/pick.hpp"
#include "data/transforms/catalog.hpp"
#include "nn/catalog.hpp"
#include "nn/model/network.hpp"

#include <algorithm>
#include <numeric>

namespace dk {

namespace {

// The columns that make a row of labels, where the run's source lists several.
std::vector<std::string> listed_labels(const known_model& model) {
  if (!model.train)
    return {};
  const auto given = model.train->keys.find("label");
  return given != model.train->keys.end() && given->is_array() ? given->get<std::vector<std::string>>()
                                                               : std::vector<std::string>{};
}

// What class numbers stand for, where a transform has made them of something else.
std::vector<std::string> class_names(const std::vector<data::column_step>& way, std::size_t classes) {
  for (const auto& [what, from, to] : way) {
    if (what.transform.name == "string_index")
      return data::fitted_words(what.transform, what.fitted, from, "words");
    if (what.transform.name == "binary_label" && classes == 2) {
      const auto& positive = what.transform.keys.at("positive");
      const auto said = positive.is_string() ? positive.get<std::string>() : data::shortest(positive.get<double>());
      return {"not " + said, said};
    }
    if (what.transform.name != "one_hot" && what.transform.name != "rename")
      return {};
  }
  return {};
}

// What changes numbers in their units only, or not at all where nothing is wrong with them.
// A file may name losses that nobody knows here.
nn::objective known_loss(const nn::objective& loss, std::size_t outputs) {
  const auto all = nn::loss_names();
  const bool known = (loss.losses.size() == 1 || loss.losses.size() == outputs) &&
                     std::all_of(loss.losses.begin(), loss.losses.end(), [&](const auto& one) {
                       return std::find(all.begin(), all.end(), one.name) != all.end();
                     });
  return known ? loss : nn::objective{};
}

bool leaves_units(const std::string& transform) {
  return transform == "clip" || transform == "impute";
}

bool is_of_classes(const std::string& transform) {
  return transform == "string_index" || transform == "one_hot";
}

} // namespace

std::vector<data::column_step> label_way(const known_model& model) {
  return data::way_of(model.fitted, "label");
}

std::vector<output_meaning> outputs_of(const known_model& model) {
  const nn::network shape{model.file.architecture};
  const auto kinds =
      nn::answer_kinds(model.file.architecture, known_loss(model.file.loss, shape.output_sizes().size()));
  const auto way = label_way(model);
  const auto listed = listed_labels(model);
  std::vector<output_meaning> all;
  const auto& sizes = shape.output_sizes();
  const bool label_by_number = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}) == listed.size();
  std::size_t first = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const bool is_class = kinds[i] == nn::answer_kind::choice && !label_by_number;
    const auto wide = is_class ? 1 : sizes[i];
    output_meaning one{shape.output_name(i), sizes[i], kinds[i], {}, {}, first, wide};
    const auto classes = one.kind == nn::answer_kind::choice ? one.size : 2;
    if (first + wide <= listed.size() && !is_class)
      one.labels.assign(listed.begin() + static_cast<std::ptrdiff_t>(first),
                        listed.begin() + static_cast<std::ptrdiff_t>(first + wide));
    if (one.kind == nn::answer_kind::choice && one.labels.size() == one.size)
      one.classes = one.labels;
    else if (sizes.size() == 1 && (one.kind == nn::answer_kind::choice || one.size == 1))
      one.classes = class_names(way, classes);
    first += wide;
    all.push_back(std::move(one));
  }
  return all;
}

block in_label_units(const std::vector<data::column_step>& way, const block& labels, std::size_t wide) {
  data::table rows;
  std::string name = "label";
  std::vector<std::size_t> shape;
  if (wide > 1)
    shape.push_back(wide);
  rows.put({name, shape, labels, {}, {}});
  for (const auto& [what, from, to] : way) {
    const auto& kind = data::find_transform(what.transform.name);
    if (is_of_classes(what.transform.name) || (kind.invert == nullptr && !leaves_units(what.transform.name)))
      break;
    if (kind.invert != nullptr) {
      kind.invert(what.transform, what.fitted, rows);
    } else if (from != to) { // only the name is another
      auto same = rows.at(to);
      same.name = from;
      rows.put(std::move(same));
    }
    name = from;
  }
  return data::as_floats(rows.at(name));
}

} // namespace dk
