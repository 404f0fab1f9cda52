#include "data/transforms/catalog.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"

#include <array>

// Every transform; each is defined at the end of its own file.
#define DK_TRANSFORMS(X)                                                                                               \
  X(assemble)                                                                                                          \
  X(binary_label)                                                                                                      \
  X(clip)                                                                                                              \
  X(dense)                                                                                                             \
  X(drop)                                                                                                              \
  X(filter)                                                                                                            \
  X(impute)                                                                                                            \
  X(label_index)                                                                                                       \
  X(log)                                                                                                               \
  X(min_max)                                                                                                           \
  X(normalize)                                                                                                         \
  X(one_hot)                                                                                                           \
  X(rename)                                                                                                            \
  X(repeat)                                                                                                            \
  X(reshape)                                                                                                           \
  X(select)                                                                                                            \
  X(standard)                                                                                                          \
  X(string_index)                                                                                                      \
  X(union)

namespace dk::data {

#define DK_DECLARE(name) extern const transform_kind name##_transform;
DK_TRANSFORMS(DK_DECLARE)
#undef DK_DECLARE

namespace {

#define DK_ADDRESS(name) &name##_transform,
constexpr std::array transforms{DK_TRANSFORMS(DK_ADDRESS)};
#undef DK_ADDRESS

// The keys that name columns, around the transform's own.
std::vector<key_rule> rules_of(const transform_kind& kind) {
  std::vector<key_rule> rules;
  if (kind.columns == column_use::each || kind.columns == column_use::listed || kind.columns == column_use::one)
    rules.push_back({"column", key_kind::text, kind.columns == column_use::one});
  if (kind.columns == column_use::each || kind.columns == column_use::listed || kind.columns == column_use::into_one)
    rules.push_back({"columns", key_kind::texts, kind.columns == column_use::into_one});
  bool has_to = false;
  for (const auto& rule : kind.keys) {
    rules.push_back(rule);
    has_to = has_to || rule.name == "to";
  }
  if (kind.columns == column_use::into_one)
    rules.push_back({"to", key_kind::text, true});
  else if (kind.columns == column_use::each && !has_to)
    rules.push_back({"to", key_kind::names});
  return rules;
}

} // namespace

const transform_kind& find_transform(const std::string& name) {
  for (const auto* kind : transforms)
    if (name == kind->name)
      return *kind;
  const auto names = transform_names();
  throw failure{errc::config,
                "unknown transform `" + name + '`' + did_you_mean(name, names) + "; known are: " + join(names)};
}

void check_transform(const spec& given) {
  const auto& kind = find_transform(given.name);
  check_keys(given, "transform", rules_of(kind));
  const bool either = kind.columns == column_use::each || kind.columns == column_use::listed;
  if (either && given.keys.contains("column") == given.keys.contains("columns"))
    throw key_failure{"transform `" + given.name + "`: needs either `column` or `columns`",
                      given.keys.contains("columns") ? "columns" : ""};
  if (kind.columns == column_use::each)
    transform_columns(given);
  if (kind.check != nullptr)
    kind.check(given);
}

std::vector<std::string> transform_names() {
  std::vector<std::string> names;
  for (const auto* kind : transforms)
    names.emplace_back(kind->name);
  return names;
}

std::vector<spec> sources_of(const spec& transform) {
  std::vector<spec> all;
  for (const auto& rule : find_transform(transform.name).keys)
    if (rule.kind == key_kind::source && transform.keys.contains(rule.name)) {
      const auto& source = transform.keys.at(rule.name);
      all.push_back({source.at("format").get<std::string>(), source});
    }
  return all;
}

spec anchored_transform(spec given, const std::string& folder) {
  for (const auto& rule : find_transform(given.name).keys)
    if (rule.kind == key_kind::source && given.keys.contains(rule.name)) {
      auto& source = given.keys.at(rule.name);
      const auto placed = anchored({source.at("format").get<std::string>(), source}, folder);
      source = placed.keys;
    }
  return given;
}

} // namespace dk::data
