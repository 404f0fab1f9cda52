// What dk makes of the files of Keras, for judge.py:  keras_judged FOLDER
// Reads FOLDER/jobs.json and does all jobs in one process; writes FOLDER/results.json and, for each job, files of
// float32 beside it. Nothing is compared here.
// keras_judged --catalog says what dk has, and how Keras calls it.

#include "common/error.hpp"
#include "nn/catalog.hpp"
#include "nn/files/model_file.hpp"
#include "nn/model/compute_scope.hpp"
#include "nn/model/model.hpp"
#include "nn/model/stack.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

namespace {

using namespace dk::nn;
using nlohmann::json;

std::vector<float> read_floats(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  std::vector<float> numbers(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), numbers.size() * sizeof(float), reinterpret_cast<char*>(numbers.data()));
  return numbers;
}

void write_floats(const std::string& path, const std::vector<float>& numbers) {
  std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(numbers.data()),
                                              static_cast<std::streamsize>(numbers.size() * sizeof(float)));
}

/// One job: a model file and what is to be done with it.
class judged {
public:
  judged(std::string folder, const json& job)
      : folder_(std::move(folder)), job_(job), id_(job.at("id").get<std::string>()) {}

  json run() {
    attempt("load", [&] { load(); });
    if (!errors_.empty())
      return {{"errors", errors_}};
    if (job_.value("predict", false))
      attempt("predict", [&] { predict(); });
    if (job_.value("write", false))
      write();
    if (job_.contains("evaluate"))
      attempt("evaluate", [&] { evaluate(); });
    if (job_.contains("train"))
      attempt("train", [&] { train(); });
    if (job_.value("initialize", false))
      attempt("initialize", [&] { initialize(); });
    found_["errors"] = errors_;
    return found_;
  }

private:
  void attempt(const std::string& what, const std::function<void()>& act) {
    try {
      act();
    } catch (const dk::failure& why) {
      errors_[what] = why.what();
    }
  }

  std::string path(const std::string& ending) const { return folder_ + "/" + id_ + ending; }

  void load() {
    const auto weights = job_.value("weights", std::string{});
    loaded_ = load_model(folder_ + "/" + job_.at("model").get<std::string>(),
                         weights.empty() ? weights : folder_ + "/" + weights);
    // Which layer has how many of the weights, for judge.py to put them in its own order.
    model m{loaded_.architecture, "mean_squared_error", outputs_of(loaded_.architecture)};
    for (std::size_t i = 0; i < m.num_layers(); ++i)
      found_["layers"].push_back(json::array({m.layer_at(i).name(), weights_of(m.layer_at(i))}));
  }

  static std::size_t outputs_of(const architecture& of) {
    const auto layers = make_layers(of);
    std::size_t sum = of.outputs.empty() ? size_of(layers.back()->output()) : 0;
    for (const auto& name : of.outputs)
      for (const auto& layer : layers)
        sum += layer->name() == name ? size_of(layer->output()) : 0;
    return sum;
  }

  model fresh(const objective& loss, std::size_t label_width) const {
    model m{loaded_.architecture, loss, label_width};
    m.set_all_weights(dk::block::copy_of(loaded_.weights.data(), loaded_.weights.size()));
    return m;
  }

  void predict() {
    auto m = fresh("mean_squared_error", outputs_of(loaded_.architecture));
    const auto x = read_floats(path(".x.f32"));
    std::vector<float> y(x.size() / m.input_size() * m.output_size());
    m.predict(x.data(), x.size() / m.input_size(), y.data());
    write_floats(path(".y.f32"), y);
  }

  void write() {
    const bool trainable = job_.value("compiled", false);
    const auto optimizer = trainable ? loaded_.optimizer : dk::spec{};
    const auto* weights = loaded_.weights.data();
    attempt("write_h5", [&] { save_model(path(".dk.h5"), loaded_.architecture, loaded_.loss, optimizer, weights); });
    attempt("write_keras",
            [&] { save_archive(path(".dk.keras"), loaded_.architecture, loaded_.loss, optimizer, weights); });
    attempt("write_json", [&] { save_description(path(".dk.json"), loaded_.architecture); });
  }

  void evaluate() {
    const auto& wanted = job_["evaluate"];
    auto m = fresh(loaded_.loss, wanted.at("label_width").get<std::size_t>());
    const auto x = read_floats(path(".ex.f32"));
    const auto labels = read_floats(path(".ey.f32"));
    auto others = m.metric_set_of(loaded_.metrics);
    const auto found = m.evaluate(x.data(), labels.data(), x.size() / m.input_size(), &others);
    found_["loss"] = found.loss();
    found_["metrics"] = json::object();
    if (const auto accuracy = found.accuracy())
      found_["metrics"]["accuracy"] = *accuracy;
    for (const auto& [name, value] : others.values())
      found_["metrics"][name] = value;
    for (const auto& metric : loaded_.metrics)
      found_["read_metrics"].push_back({{"name", metric.name}, {"keys", metric.keys}});
  }

  // All weights before the first step and after each.
  void train() {
    const auto& wanted = job_["train"];
    auto m = fresh(loaded_.loss, wanted.at("label_width").get<std::size_t>());
    const auto with = make_optimizer(loaded_.optimizer, m.num_weights());
    const auto rows = wanted.at("batch").get<std::size_t>();
    const auto x = read_floats(path(".tx.f32"));
    const auto labels = read_floats(path(".ty.f32"));
    const auto weights = wanted.value("weighted", false) ? read_floats(path(".tw.f32")) : std::vector<float>{};
    std::vector<float> course;
    const auto keep = [&] {
      const auto now = m.all_weights();
      course.insert(course.end(), now.data(), now.data() + now.size());
    };
    keep();
    for (std::size_t step = 0; step < wanted.at("steps").get<std::size_t>(); ++step) {
      m.train_on_batch({x.data() + step * rows * m.input_size(), labels.data() + step * rows * m.label_width(), rows,
                        weights.empty() ? nullptr : weights.data() + step * rows},
                       *with);
      keep();
    }
    write_floats(path(".w.f32"), course);
  }

  void initialize() {
    auto m = fresh("mean_squared_error", outputs_of(loaded_.architecture));
    m.initialize(7);
    const auto all = m.all_weights();
    write_floats(path(".i.f32"), {all.data(), all.data() + all.size()});
  }

  std::string folder_;
  const json& job_;
  std::string id_;
  loaded_model loaded_;
  json errors_ = json::object();
  json found_ = json::object();
};

// Of each kind of things [{"name": dk's, "keras": [Keras's]}]: classes of layers and optimizers, functions otherwise.
json catalog() {
  auto all = json::object();
  for (const auto& name : layer_names())
    all["layer"].push_back({{"name", name}, {"keras", {find_layer(name).keras_class}}});
  for (const auto& name : optimizer_names())
    all["optimizer"].push_back({{"name", name}, {"keras", {find_optimizer(name).keras_class}}});
  const auto add = [&](const char* kind, const std::string& name, const std::vector<std::string_view>& others) {
    json names{name};
    for (const auto other : others)
      names.push_back(other);
    all[kind].push_back({{"name", name}, {"keras", names}});
  };
  for (const auto& name : loss_names())
    add("loss", name, find_loss(name).keras_names);
  for (const auto& name : metric_names())
    add("metric", name, find_metric(name).keras_names);
  return all;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: keras_judged FOLDER | --catalog\n";
    return 2;
  }
  const std::string folder = argv[1];
  if (folder == "--catalog") {
    std::cout << catalog() << '\n';
    return 0;
  }
  const compute_scope scope;
  std::ifstream in{folder + "/jobs.json"};
  auto results = json::object();
  for (const auto& job : json::parse(in))
    results[job.at("id").get<std::string>()] = judged{folder, job}.run();
  std::ofstream{folder + "/results.json"} << results;
  return 0;
}
