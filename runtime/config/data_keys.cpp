#include "common/text.hpp"
#include "data/needed_columns.hpp"
#include "runtime/config/config_parts.hpp"
#include "runtime/config/config_sections.hpp"

namespace dk {

namespace {

using nlohmann::json;

constexpr std::uint64_t least_memory = std::uint64_t{1} << 20U;

std::optional<spec> source_at(const key_reading& at) {
  return read_source(at.in.tree(), at.path(), at.folder);
}

json source_value(const std::optional<spec>& source) {
  if (!source)
    return nullptr;
  auto value = source->keys;
  value["format"] = source->name;
  return value;
}

std::vector<spec> transforms_at(const key_reading& at) {
  std::vector<spec> transforms;
  for (const auto& path : at.list())
    transforms.push_back(read_transform(at.in.tree(), path, at.folder));
  return transforms;
}

json transforms_value(const std::vector<spec>& transforms) {
  auto values = json::array();
  for (const auto& transform : transforms)
    values.push_back({{transform.name, transform.keys}});
  return values;
}

std::string memory_at(const key_reading& at) {
  auto size = at.value().get<std::string>();
  if (bytes_in(size) < least_memory)
    at.refuse();
  return size;
}

// The sources read what the transforms ask for; how rows are held out is said once.
void finish_data(const section& in, job& to) {
  auto& data = to.data;
  placed(in.tree(), in.path("transforms"), [&] {
    for (auto* source : {&data.train, &data.validate, &data.test})
      if (*source)
        *source = data::with_needed_columns(**source, data.transforms);
    data.transforms = data::with_needed_columns(data.transforms);
  });
  if (data.validate && data.validation > 0)
    in.refuse_both("validate", "`validate`, a source, or `validation`, a part of the training rows");
  if (data.stratify && !(data.validation > 0))
    in.refuse_without("stratify", "`validation` above 0: the part that is held out by class");
}

} // namespace

config_section data_section() {
  const auto key = [](auto member, key_rule rule, std::string text) {
    return plain_key(&job::data, member, std::move(rule), std::move(text));
  };
  const auto source = [](auto member, const char* name, std::string text) {
    const auto rule = rule_of(name, key_kind::part, "a source");
    return with_keys(shown_unless_empty(made_key(&job::data, member, rule, std::move(text), source_at, source_value)));
  };
  return {
      "data",
      {source(&data_config::train, "train", "the rows to learn"),
       source(&data_config::validate, "validate", "held-out rows from a source of their own"),
       source(&data_config::test, "test", "rows that the model is measured on after the training"),
       shown_by_line(
           made_key(&job::data, &data_config::transforms, rule_of("transforms", key_kind::list, "a list of transforms"),
                    "applied to `train`, `validate` and `test`, in this order", transforms_at, transforms_value)),
       key(&data_config::shuffle, flag_rule("shuffle"), "a new order of the rows in each epoch, from `seed`"),
       key(&data_config::prefetch, whole_rule("prefetch", from_to(1, 1'000'000)),
           "batches that a data loader sends to its worker in advance"),
       read_key(&job::data, &data_config::memory,
                text_rule("memory", R"(a size of 1MiB or more, as in "512MiB" or "4GiB")"),
                "how much memory the rows of `train`, and those of `test`, may take", memory_at),
       key(&data_config::precache, word_rule("precache", {"auto", "memory", "disk"}),
           "where the transformed rows are kept during the training"),
       read_key(&job::data, &data_config::cache_folder, text_rule("cache_folder", "the path of a folder, in quotes"),
                "for rows on disk", path_at),
       key(&data_config::where, word_rule("where", {"auto", "driver", "nodes"}), "how workers on nodes get their rows"),
       key(&data_config::validation, number_rule("validation", {0, 1}),
           "the part of the training rows that is held out and never trained"),
       key(&data_config::stratify, flag_rule("stratify"), "hold out the same part of each class")},
      finish_data};
}

} // namespace dk
