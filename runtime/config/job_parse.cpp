#include "runtime/config/job_parse.hpp"

#include "algorithms/catalog.hpp"
#include "common/error.hpp"
#include "common/text.hpp"
#include "data/needed_columns.hpp"
#include "runtime/config/config_parts.hpp"
#include "runtime/config/laboratory_keys.hpp"
#include "runtime/config/section.hpp"
#include "runtime/config/trainer_keys.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

namespace dk {

namespace {

constexpr std::uint64_t least_memory = std::uint64_t{1} << 20U;

bool is_seconds(double x) {
  return x >= 0.001 && x <= 1e6;
}
std::string anchored_path(const std::string& path, const std::string& folder) {
  return path.empty() ? path : (std::filesystem::path{folder} / path).lexically_normal().string();
}

void read_data(const section& in, data_config& data, const std::string& folder) {
  if (in.find("train") != nullptr)
    data.train = read_source(in.tree(), in.path("train"), folder);
  if (in.find("validate") != nullptr)
    data.validate = read_source(in.tree(), in.path("validate"), folder);
  if (in.find("test") != nullptr)
    data.test = read_source(in.tree(), in.path("test"), folder);
  for (const auto& path : in.list("transforms"))
    data.transforms.push_back(read_transform(in.tree(), path, folder));
  placed(in.tree(), in.path("transforms"), [&] {
    for (auto* source : {&data.train, &data.validate, &data.test})
      if (*source)
        *source = data::with_needed_columns(**source, data.transforms);
    data.transforms = data::with_needed_columns(data.transforms);
  });
  in.flag("shuffle", data.shuffle);
  in.whole("prefetch", data.prefetch, 1, 1'000'000);
  in.text("memory", data.memory);
  if (bytes_in(data.memory) < least_memory)
    in.refuse("memory", R"(a size of 1MiB or more, as in "512MiB" or "4GiB")");
  in.word("precache", data.precache, {"auto", "memory", "disk"});
  in.text("cache_folder", data.cache_folder);
  data.cache_folder = anchored_path(data.cache_folder, folder);
  in.number("validation", data.validation, is_part, "a number of at least 0 and below 1");
  if (data.validate && data.validation > 0)
    in.refuse_both("validate", "`validate`, a source, or `validation`, a part of the training rows");
  in.flag("stratify", data.stratify);
  if (data.stratify && !(data.validation > 0))
    in.refuse_without("stratify", "`validation` above 0: the part that is held out by class");
}

// The pieces of a sample that a model of several inputs reads; the sample is all of them, end to end.
void read_inputs(const section& in, model_config& model) {
  std::size_t numbers = 0;
  for (const auto& path : in.list("inputs")) {
    const section one{in.tree(), path};
    one.only({"name", "shape"});
    nn::model_input input;
    one.text("name", input.name);
    one.wholes("shape", input.extents, 1, many);
    if (input.name.empty() || input.extents.empty())
      throw failure{errc::config, in.tree().where(path) + ": an input needs a name and a shape, as in " +
                                      R"({ name = "image", shape = [28, 28, 1] })"};
    placed(in.tree(), path, [&] { numbers += nn::checked_size(input.extents); });
    model.inputs.push_back(std::move(input));
  }
  if (model.inputs.empty())
    return;
  if (!model.input.empty())
    in.refuse_both("inputs", "`input` or `inputs`");
  model.input = {numbers};
}

// Of all layers, or the names of those that are: which there are, nobody knows before a model file is read.
void read_trainable(const section& in, model_config& model) {
  const auto* found = in.find("trainable");
  if (found == nullptr)
    return;
  const auto is_text = [](const nlohmann::json& one) { return one.is_string(); };
  if (!found->is_boolean() && !(found->is_array() && std::all_of(found->begin(), found->end(), is_text)))
    in.refuse("trainable", R"(true, false or a list of names of layers, as in ["dense_2"])");
  model.trainable = *found;
}

void read_model(const section& in, model_config& model, const std::string& folder) {
  in.wholes("input", model.input, 1, many);
  for (const auto& path : in.list("layers"))
    model.layers.push_back(read_layer(in.tree(), path));
  read_inputs(in, model);
  in.texts("outputs", model.outputs);
  read_trainable(in, model);
  in.text("keras", model.keras);
  if (!model.keras.empty() && (!model.layers.empty() || !model.input.empty() || !model.outputs.empty()))
    in.refuse_both("keras", "`keras`, or `input` with `layers`");
  in.text("weights", model.weights);
  if (!model.weights.empty() && model.keras.empty())
    in.refuse_without("weights", "`keras`: the file with the layers of these weights");
  model.keras = anchored_path(model.keras, folder);
  model.weights = anchored_path(model.weights, folder);
}

// What the config does not say of the training, a model file may.
void leave_to_file(const section& trainer, const trainer_config& config, model_config& model) {
  if (model.keras.empty())
    return;
  const bool has_own = static_cast<bool>(find_algorithm(config.algorithm.name)->own_optimizer);
  for (const std::string key : {"optimizer", "loss", "metrics"})
    if (trainer.find(key) == nullptr && !(has_own && key == "optimizer"))
      model.left.push_back(key);
}

void read_cluster(const section& in, cluster_config& cluster) {
  std::vector<std::string> nodes;
  in.texts("nodes", nodes);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    placed(in.tree(), join_path(in.path("nodes"), std::to_string(i)),
           [&] { cluster.nodes.push_back(parse_endpoint(nodes[i])); });
  const std::string expected = "a number of seconds from 0.001 to 1,000,000";
  in.number("request_timeout", cluster.request_timeout, is_seconds, expected);
  in.number("heartbeat", cluster.heartbeat, is_seconds, expected);
  in.number("connection_timeout", cluster.connection_timeout, is_seconds, expected);
}

} // namespace

const std::vector<std::pair<std::string, std::vector<std::string>>>& known_keys() {
  static const std::vector<std::pair<std::string, std::vector<std::string>>> keys{
      {"", {"name", "seed"}},
      {"data",
       {"train", "validate", "test", "transforms", "shuffle", "prefetch", "memory", "precache", "cache_folder",
        "validation", "stratify"}},
      {"model", {"input", "inputs", "layers", "outputs", "trainable", "keras", "weights"}},
      {"trainer", {"algorithm", "workers",      "threads",      "epochs",        "batch_size", "communication_window",
                   "servers",   "assignment",   "policy",       "max_staleness", "overlap",    "optimizer",
                   "loss",      "loss_weights", "class_weight", "metrics",       "stop",       "validation_every",
                   "monitor",   "keep",         "scheme",       "record"}},
      {"cluster", {"nodes", "request_timeout", "heartbeat", "connection_timeout"}},
      {"laboratory", laboratory_keys()},
  };
  return keys;
}

nlohmann::json algorithm_keys(const config_tree& tree) {
  auto name = trainer_config{}.algorithm.name;
  if (const auto* given = value_at(tree, "trainer/algorithm"); given != nullptr && given->is_string())
    name = *given;
  const auto* info = find_algorithm(name);
  return info == nullptr ? nlohmann::json::object() : info->defaults;
}

job read_job(const config_tree& tree, const std::string& base_folder) {
  job read;
  const section root{tree, ""};
  auto root_keys = known_keys().front().second;
  for (const auto& [name, unused] : known_keys())
    if (!name.empty())
      root_keys.push_back(name);
  root.only(root_keys);
  for (const auto& [name, keys] : known_keys()) {
    auto known = keys;
    if (name == "trainer") {
      const auto own = algorithm_keys(tree);
      for (const auto& [key, unused] : own.items())
        known.push_back(key);
    }
    if (!name.empty())
      section{tree, name}.only(known);
  }
  root.text("name", read.name);
  if (read.name.empty() || read.name.find('/') != std::string::npos)
    root.refuse("name", "a text that can be part of a folder's name");
  root.whole("seed", read.seed, 0, std::numeric_limits<std::int64_t>::max());
  read_data({tree, "data"}, read.data, base_folder);
  read_model({tree, "model"}, read.model, base_folder);
  read_trainer({tree, "trainer"}, read.trainer);
  leave_to_file({tree, "trainer"}, read.trainer, read.model);
  check_validation({tree, "trainer"}, read);
  read_cluster({tree, "cluster"}, read.cluster);
  read.laboratory.seed = read.seed;
  read_laboratory({tree, "laboratory"}, read.trainer.workers, read.laboratory);
  return read;
}

} // namespace dk
