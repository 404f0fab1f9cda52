#include "data/pipeline.hpp"

#include "common/error.hpp"
#include "data/dataset.hpp"
#include "data/needed.hpp"
#include "data/transforms/catalog.hpp"

#include <algorithm>
#include <set>

namespace dk::data {

namespace {

using nlohmann::json;

constexpr int pipeline_version = 1;

std::vector<std::string> names_in(const json& value) {
  if (value.is_string())
    return {value.get<std::string>()};
  if (value.is_array() && !value.empty() && value.front().is_string())
    return value.get<std::vector<std::string>>();
  return {};
}

/// The columns that a table without labels has not: `label`, and what is made of it or for it.
class absent_columns {
public:
  explicit absent_columns(const table& of) : of_(of) {}

  /// Whether the transform cannot be applied for want of them; then what it writes is absent too.
  bool leave_out(const spec& transform) {
    const auto sources = source_columns(transform);
    const auto written = names_in(transform.keys.value("to", json{}));
    const bool makes_label = std::find(written.begin(), written.end(), "label") != written.end();
    const bool out = std::any_of(sources.begin(), sources.end(), [&](const auto& name) {
      return is_absent(name) || (makes_label && of_.find(name) == nullptr);
    });
    if (out)
      names_.insert(written.begin(), written.end());
    return out;
  }

  /// The transform without them among `columns`, where others are left.
  spec without(spec transform) const {
    const auto kind = find_transform(transform.name).columns;
    if ((kind != column_use::listed && kind != column_use::each) || !transform.keys.contains("columns"))
      return transform;
    const auto names = names_in(transform.keys.at("columns"));
    const auto to = names_in(transform.keys.value("to", json{}));
    json kept = json::array();
    json kept_to = json::array();
    for (std::size_t i = 0; i < names.size(); ++i)
      if (!is_absent(names[i])) {
        kept.push_back(names[i]);
        if (i < to.size())
          kept_to.push_back(to[i]);
      }
    if (kept.empty() || kept.size() == names.size())
      return transform;
    transform.keys["columns"] = kept;
    if (!to.empty())
      transform.keys["to"] = kept_to;
    return transform;
  }

private:
  bool is_absent(const std::string& name) const { return of_.find(name) == nullptr && names_.count(name) != 0; }

  const table& of_;
  std::set<std::string> names_{"label", std::string{weight_column}};
};

} // namespace

pipeline fit(const std::vector<spec>& transforms, table& training, table* held_out) {
  pipeline all;
  for (const auto& transform : transforms) {
    check_transform(transform);
    const auto& kind = find_transform(transform.name);
    const auto learning = kind.learn == nullptr ? nullptr : kind.learn(transform);
    if (learning)
      learning->see(training);
    if (learning && kind.learns_values && held_out != nullptr)
      learning->see(*held_out);
    all.push_back({transform, learning ? learning->learned() : json::object()});
    kind.apply(transform, all.back().fitted, training);
    if (held_out != nullptr && !kind.training_only)
      kind.apply(transform, all.back().fitted, *held_out);
  }
  return all;
}

pipeline fit(const std::vector<spec>& transforms, const fitted_source& training, const fitted_source& held_out) {
  pipeline all;
  const auto show = [&](const fitted_source& open, learning& to) {
    for (const auto rows = open(all); const auto some = rows->next();)
      to.see(*some);
  };
  for (const auto& transform : transforms) {
    check_transform(transform);
    const auto& kind = find_transform(transform.name);
    if (kind.needs_all)
      throw failure{errc::config, "transform `" + transform.name +
                                      "` needs all rows in memory; raise `data.memory` to more than they take"};
    const auto learning = kind.learn == nullptr ? nullptr : kind.learn(transform);
    if (learning)
      show(training, *learning);
    if (learning && kind.learns_values && held_out)
      show(held_out, *learning);
    all.push_back({transform, learning ? learning->learned() : json::object()});
  }
  return all;
}

bool applies_to_parts(const std::vector<spec>& transforms) {
  return std::none_of(transforms.begin(), transforms.end(),
                      [](const spec& one) { return find_transform(one.name).needs_all; });
}

void apply_to_training(const pipeline& all, table& training) {
  for (const auto& [transform, fitted] : all)
    find_transform(transform.name).apply(transform, fitted, training);
}

void apply(const pipeline& all, table& to) {
  absent_columns absent{to};
  for (const auto& [transform, fitted] : all) {
    const auto& kind = find_transform(transform.name);
    if (kind.training_only)
      continue;
    const auto part = absent.without(transform);
    if (!absent.leave_out(part))
      kind.apply(part, fitted, to);
  }
}

void invert(const pipeline& all, const std::string& column, table& to) {
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    const auto& kind = find_transform(one->transform.name);
    const auto names = source_columns(one->transform);
    if (kind.invert != nullptr && std::find(names.begin(), names.end(), column) != names.end())
      kind.invert(one->transform, one->fitted, to);
  }
}

std::vector<std::string> label_words(const pipeline& all) {
  for (const auto& [what, from, to] : way_of(all, "label")) {
    const auto& name = what.transform.name;
    if (name == "string_index")
      return fitted_words(what.transform, what.fitted, from, "words");
    if (name != "rename" && name != "one_hot" && name != "label_index")
      break; // other numbers than those of the classes
  }
  return {};
}

std::string to_text(const pipeline& all) {
  auto transforms = json::array();
  for (const auto& [transform, fitted] : all)
    transforms.push_back({{"name", transform.name}, {"keys", transform.keys}, {"fitted", fitted}});
  return json{{"pipeline", "dk"}, {"version", pipeline_version}, {"transforms", transforms}}.dump(
             2, ' ', false, json::error_handler_t::replace) +
         '\n';
}

pipeline parse_pipeline(std::string_view text, const std::string& origin) {
  const auto fail = [&](const std::string& why) -> failure {
    return {errc::checkpoint, origin + ": " + why + "; name the run that made it, or train again"};
  };
  const auto read = json::parse(text, nullptr, false);
  if (!read.is_object() || read.value("pipeline", json{}) != "dk" || !read.contains("transforms") ||
      !read.at("transforms").is_array())
    throw fail("is no pipeline of a run, or is damaged");
  if (read.value("version", json{}) != pipeline_version)
    throw fail("is of another version of dk");
  pipeline all;
  for (const auto& one : read.at("transforms")) {
    if (!one.is_object() || !one.contains("name") || !one.at("name").is_string() || !one.contains("keys") ||
        !one.at("keys").is_object() || !one.contains("fitted") || !one.at("fitted").is_object())
      throw fail("transform " + std::to_string(all.size()) + " is damaged");
    all.push_back({{one.at("name").get<std::string>(), one.at("keys")}, one.at("fitted")});
    try {
      check_transform(all.back().transform);
    } catch (const failure& why) {
      throw fail(why.what());
    }
  }
  return all;
}

} // namespace dk::data
