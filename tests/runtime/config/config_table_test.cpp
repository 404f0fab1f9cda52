// What holds for every key of the config, whatever it is called: these walk the table.
#include "algorithms/catalog.hpp"
#include "runtime/config/config_sections.hpp"
#include "runtime/config/toml_text.hpp"
#include "runtime/config/variables.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <map>

using dk::config_key;
using dk::config_section;
using dk::errc;
using dk::key_kind;

namespace {

std::string table_error(const std::string& text) {
  return dk::test::failure_of(errc::config, [&] { dk::parse_job(text, "f.cfg", "/base"); });
}

/// A line of a config that gives a value to a key, where the key and its value begin in it, and what stands before.
struct one_key {
  std::string text;
  std::string place; ///< of the value
};

one_key with_value(const config_section& section, const std::string& key, const std::string& value,
                   const std::string& algorithm = "") {
  const auto dot = section.name.find('.');
  std::string before;
  std::string start;
  if (section.is_inner()) {
    before = '[' + section.name.substr(0, dot) + "]\n";
    start = section.name.substr(dot + 1) + " = { ";
  } else if (!section.name.empty()) {
    before = '[' + section.name + "]\n";
  }
  if (!algorithm.empty())
    before += "algorithm = \"" + algorithm + "\"\n";
  start += key + " = ";
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  return {before + start + value + (section.is_inner() ? " }\n" : "\n"),
          "f.cfg:" + std::to_string(line) + ':' + std::to_string(start.size() + 1) + ": "};
}

bool is_number(key_kind kind) {
  return kind == key_kind::whole || kind == key_kind::number;
}

bool is_number_list(key_kind kind) {
  return kind == key_kind::whole_list || kind == key_kind::number_list;
}

// Of no kind that the key takes.
std::string wrong_kind(const config_key& key) {
  return is_number(key.rule.kind) ? R"("x")" : "3";
}

// Of the right kind, but none of the values that the key takes; "" where it takes all of its kind.
std::string out_of_range(const config_section& section, const config_key& key) {
  static const std::map<std::string, std::string> special{
      {".name", R"("a/b")"},          {"data.memory", R"("1KiB")"},     {"trainer.algorithm", R"("zzz")"},
      {"trainer.scheme", R"("zzz")"}, {"trainer.class_weight", "[-1]"}, {"model.trainable", "[1]"},
  };
  if (const auto found = special.find(section.name + '.' + key.rule.name); found != special.end())
    return found->second;
  if (!key.rule.words.empty())
    return R"("zzz")";
  const auto& range = key.rule.range;
  if (range.low == -dk::no_limit)
    return "";
  const auto below = key.rule.kind == key_kind::whole || key.rule.kind == key_kind::whole_list
                         ? dk::to_toml(static_cast<std::int64_t>(range.low) - 1)
                         : dk::to_toml(range.low - 1);
  return is_number_list(key.rule.kind) ? '[' + below + ']' : below;
}

void check_refused(const config_section& section, const config_key& key, const std::string& value,
                   const std::string& algorithm = "") {
  const auto given = with_value(section, key.rule.name, value, algorithm);
  const auto text = table_error(given.text);
  INFO(given.text);
  INFO(text);
  CHECK(text.rfind(given.place, 0) == 0);
  CHECK(text.find(value) != std::string::npos);
  CHECK(text.find(", expected ") != std::string::npos);
  if (key.rule.expected != "a source") // of which any table might be one
    CHECK(text.find('`' + key.rule.name + '`') != std::string::npos);
}

} // namespace

TEST_CASE("every key refuses a value of another kind, and says what it expects", "[runtime][config]") {
  for (const auto& section : dk::config_sections())
    for (const auto& key : section.keys)
      check_refused(section, key, wrong_kind(key));
}

TEST_CASE("every key refuses a value out of its range, and says what it expects", "[runtime][config]") {
  std::size_t checked = 0;
  for (const auto& section : dk::config_sections())
    for (const auto& key : section.keys)
      if (const auto value = out_of_range(section, key); !value.empty()) {
        check_refused(section, key, value);
        ++checked;
      }
  CHECK(checked >= 50);
}

TEST_CASE("every key of an algorithm refuses a value of another kind", "[runtime][config]") {
  const auto& trainer = dk::find_section("trainer");
  for (const auto& name : dk::algorithm_names()) {
    const auto& own = dk::find_algorithm(name)->defaults;
    for (const auto& key : dk::keys_of(trainer, own))
      if (own.contains(key.rule.name))
        check_refused(trainer, key, wrong_kind(key), name);
  }
}

TEST_CASE("every key that is written slightly wrong is guessed", "[runtime][config]") {
  for (const auto* section : dk::outer_sections())
    for (const auto& key : section->keys) {
      if (key.rule.name.size() < 3)
        continue;
      const auto wrong = key.rule.name + "_";
      const auto text = table_error(with_value(*section, wrong, "1").text);
      INFO(text);
      CHECK(text.find("unknown key `" + wrong + '`') != std::string::npos);
      CHECK(text.find("(did you mean \"" + key.rule.name + "\"?)") != std::string::npos);
    }
}

TEST_CASE("every default reads back as itself", "[runtime][config]") {
  const auto defaults = dk::parse_job("", "f.cfg", "/base");
  CHECK(dk::parse_job(dk::to_toml(defaults), "again.cfg", "/base") == defaults);
  for (const auto* section : dk::outer_sections())
    for (const auto& key : section->keys)
      if (!key.is_shown || key.is_shown(defaults)) {
        const auto given = with_value(*section, key.rule.name, dk::to_toml(key.value(defaults)));
        INFO(given.text);
        CHECK(dk::parse_job(given.text, "f.cfg", "/base") == defaults);
      }
}

TEST_CASE("what is empty and yet says something is written and read back", "[runtime][config]") {
  for (const std::string text : {"[model]\ntrainable = []", "[data]\ncache_folder = \"\"", "[trainer]\nmetrics = []"}) {
    const auto given = dk::parse_job(text, "f.cfg", "/base");
    INFO(dk::to_toml(given));
    CHECK(dk::to_toml(given).find(text.substr(text.find('\n') + 1) + '\n') != std::string::npos);
    CHECK(dk::parse_job(dk::to_toml(given), "again.cfg", "/base") == given);
  }
}

TEST_CASE("a key that differs makes another job, and is named", "[runtime][config]") {
  const auto defaults = dk::parse_job("", "f.cfg", "/base");
  for (const std::string text : {"seed = 2", "data.shuffle = false", "model.input = [3]", "trainer.workers = 2",
                                 "cluster.nodes = [\"a:1\"]", "laboratory.latency = 1"}) {
    auto changed = dk::parse_job(text, "f.cfg", "/base");
    changed.laboratory.seed = defaults.laboratory.seed; // follows the seed
    INFO(text);
    CHECK_FALSE(changed == defaults);
    CHECK(dk::differing_keys(changed, defaults) == std::vector<std::string>{text.substr(0, text.find(' '))});
  }
}

TEST_CASE("every key has a variable, and those within a key have none", "[runtime][config]") {
  const auto refused = [](const std::string& name) {
    return dk::test::failure_of(errc::config, [&] { dk::check_variables({name}); });
  };
  for (const auto* section : dk::outer_sections())
    for (const auto& key : section->keys) {
      const auto variable = dk::variable_of(section->name, key.rule.name);
      INFO(variable);
      CHECK(dk::check_variables({variable}).empty());
      if (section->name.empty())
        continue;
      const auto text = refused(variable + "_OTHER_THAN_ANY");
      CHECK(text.rfind("environment " + variable + "_OTHER_THAN_ANY: no config has this key", 0) == 0);
      const auto within = section->name + '.' + key.rule.name + ".other_than_any=VALUE";
      CHECK((text.find("use --set " + within) != std::string::npos) == key.has_keys);
      CHECK((text.find("did you mean") == std::string::npos || !key.has_keys));
    }
  for (const std::string within :
       {"trainer.optimizer.learning_rate", "trainer.stop.rows", "trainer.loss.name", "data.train.path"}) {
    auto name = "DK_" + within;
    std::replace(name.begin(), name.end(), '.', '_');
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    CHECK(refused(name) == "environment " + name + ": no config has this key; unset it, or use --set " + within +
                               "=VALUE for a key within a key");
  }
  CHECK(refused("DK_TRAINER_LOSS_WEIGHT").find("did you mean \"DK_TRAINER_LOSS_WEIGHTS\"?") != std::string::npos);
}

TEST_CASE("a failure within a key has the place of what is wrong in it", "[runtime][config]") {
  const auto starts = [](const std::string& text, const std::string& with) {
    INFO(table_error(text));
    CHECK(table_error(text).rfind(with, 0) == 0);
  };
  starts("[trainer]\noptimizer = { name = \"sgd\", momentum = 2 }",
         "f.cfg:2:40: sgd: `momentum` is 2, expected a number of at least 0");
  starts("[trainer]\noptimizer = { learning_rate = { name = \"cosine_decay\", decay_step = 5 } }",
         "f.cfg:2:56: adam: learning_rate: cosine_decay: unknown key `decay_step`");
  starts("[trainer]\nloss = [ \"hinge\", { name = \"poisson\", x = 1 } ]",
         "f.cfg:2:39: poisson: unknown key `x`; there are none");
  starts("[model]\nlayers = [ { dense = 0 } ]",
         "f.cfg:2:22: dense: `units` is 0, expected a whole number of at least 1 and below 1,073,741,824");
  starts("[model]\nlayers = [ { dense = 2147483648 } ]", "f.cfg:2:22: dense: `units` is 2147483648, expected ");
  starts("[model]\nlayers = [ { dense = 2, activation = { name = \"reluu\" } } ]",
         "f.cfg:2:47: dense: activation: unknown activation \"reluu\"");
  starts("[data]\ntransforms = [ { clip = { column = \"x\", low = 2, high = 1 } } ]",
         "f.cfg:2:47: transform `clip`: `low` is 2");
  starts("[data]\ntransforms = [ { union = { with = { format = \"csv\", pth = \"x\" } } } ]",
         "f.cfg:2:53: source `csv`: unknown key `pth`");
  starts("[trainer]\nloss = [\"hinge\", \"poisson\"]\nloss_weights = [1, 2, 3]",
         "f.cfg:3:16: there are 2 losses, but 3 loss_weights");
  starts("trainer = [1]", "f.cfg:1:11: `trainer` is [1], expected a table");
}
