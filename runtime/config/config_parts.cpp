#include "runtime/config/config_parts.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "data/transforms/catalog.hpp"
#include "nn/catalog.hpp"
#include "runtime/config/section.hpp"

#include <algorithm>
#include <vector>

namespace dk {

namespace {

[[noreturn]] void fail(const config_tree& tree, const std::string& path, const std::string& why) {
  throw failure{errc::config, tree.where(path) + ": " + why};
}

// Of a format that may have another name now, which a person is told.
std::string current_name(const config_tree& tree, const std::string& path, const std::string& format) {
  auto now = data::current_format(format);
  if (now != format)
    tree.warn(tree.where(path) + ": the format \"" + format + "\" is called \"" + now + "\" now; rename it");
  return now;
}

// The only key of a one-key table; `what` says what it should be, with an example.
std::string only_key(const config_tree& tree, const std::string& path, const std::string& what) {
  const auto& value = *value_at(tree, path);
  if (!value.is_object() || value.size() != 1)
    fail(tree, path, "found " + shown(value) + ", expected " + what);
  return value.begin().key();
}

// A failure about the primary key of a layer is one about what gave it: `dense` of { dense = 0 }.
void check_named(const spec& layer, const std::string& primary) {
  try {
    nn::check_layer(layer);
  } catch (const key_failure& why) {
    const auto& path = why.path();
    const bool is_primary = !primary.empty() && (path == primary || path.rfind(primary + '/', 0) == 0);
    if (!is_primary)
      throw;
    throw key_failure{why.what(), layer.name + path.substr(primary.size()), why.at_fault()};
  }
}

} // namespace

spec read_source(const config_tree& tree, const std::string& path, const std::string& base_folder) {
  const auto& value = *value_at(tree, path);
  if (!value.is_object() || !value.contains("format") || !value.at("format").is_string())
    fail(tree, path,
         "found " + shown(value) + ", expected a table with a `format` of: " + join(data::source_formats()) +
             ", as in { format = \"csv\", path = \"train.csv\" }");
  spec source{current_name(tree, join_path(path, "format"), value.at("format").get<std::string>()), value};
  source.keys.erase("format");
  placed(tree, path, [&] { data::check_source(source); });
  return data::anchored(source, base_folder);
}

spec read_transform(const config_tree& tree, const std::string& path, const std::string& base_folder) {
  const auto name = only_key(tree, path, "a table of one transform, as in { one_hot = { column = \"label\", ... } }");
  const auto inner = join_path(path, name);
  const auto& keys = *value_at(tree, inner);
  spec transform{name, keys.is_object() ? keys : nlohmann::json::object()};
  if (const auto with = transform.keys.find("with");
      with != transform.keys.end() && with->is_object() && with->contains("format") && with->at("format").is_string())
    (*with)["format"] = current_name(tree, join_path(join_path(inner, "with"), "format"), with->at("format"));
  placed(tree, inner, [&] { data::check_transform(transform); });
  return data::anchored_transform(std::move(transform), base_folder);
}

spec read_layer(const config_tree& tree, const std::string& path) {
  const auto& value = *value_at(tree, path);
  const auto names = nn::layer_names();
  std::vector<std::string> found;
  std::string guess;
  if (value.is_object())
    for (const auto& [key, unused] : value.items()) {
      if (std::find(names.begin(), names.end(), key) != names.end())
        found.push_back(key);
      else if (guess.empty())
        guess = did_you_mean(key, names);
    }
  if (found.size() > 1 && found.front() == "activation") // also a key of other layers
    found.erase(found.begin());
  if (found.size() != 1)
    fail(tree, path,
         "layer " + shown(value) + " names " + (found.empty() ? "none" : "more than one") + " of: " + join(names) +
             guess);
  spec layer{found.front(), value};
  const auto own = value.at(layer.name);
  layer.keys.erase(layer.name);
  if (const auto primary = nn::primary_key(layer.name); !primary.empty()) {
    if (layer.keys.contains(primary))
      fail(tree, join_path(path, primary), "`" + primary + "` is given twice, by its name and by `" + layer.name + '`');
    layer.keys[primary] = own;
  } else if (own != true && own != nlohmann::json::object()) {
    fail(tree, join_path(path, layer.name), '`' + layer.name + "` is " + shown(own) + ", expected true");
  }
  placed(tree, path, [&] { check_named(layer, nn::primary_key(layer.name)); });
  return layer;
}

} // namespace dk
