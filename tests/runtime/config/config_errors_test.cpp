#include "runtime/config/job.hpp"

#include "common/text.hpp"
#include "data/formats/catalog.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>

using dk::errc;

namespace {

std::string error(const std::string& text) {
  return dk::test::failure_of(errc::config, [&] { dk::parse_job(text, "f.cfg", "/base"); });
}

bool starts(const std::string& text, const std::string& with) {
  INFO(text);
  CHECK(text.substr(0, with.size()) == with);
  return text.compare(0, with.size(), with) == 0;
}

} // namespace

TEST_CASE("an unknown key is named with its position and its nearest neighbour", "[runtime][config]") {
  CHECK(error("[trainer]\n  epoch = 2\n") == "f.cfg:2:3: unknown key `epoch` in [trainer] (did you mean \"epochs\"?)");
  CHECK(error("sed = 1") == "f.cfg:1:1: unknown key `sed` (did you mean \"seed\"?)");
  CHECK(error("[train]\n").find("f.cfg:1:2: unknown key `train` (did you mean \"trainer\"?)") == 0);
  CHECK(starts(error("[cluster]\nzzzzzzzz = 1"),
               "f.cfg:2:1: unknown key `zzzzzzzz` in [cluster]; its keys are: nodes, "));
  CHECK(error("[trainer]\nstop = { los = 1 }") ==
        "f.cfg:2:10: unknown key `los` in [trainer.stop] (did you mean \"loss\"?)");
  CHECK(starts(error("[data]\ntrain = { format = \"csv\", path = \"x\", lable = \"y\" }"),
               "f.cfg:2:39: source `csv`: unknown key `lable` (did you mean \"label\"?)"));
  CHECK(starts(error("[data]\ntransforms = [ { one_hot = { column = \"x\", clases = 2 } } ]"),
               "f.cfg:2:44: transform `one_hot`: unknown key `clases` (did you mean \"classes\"?)"));
}

TEST_CASE("keys of another algorithm are unknown", "[runtime][config]") {
  CHECK(starts(error("[trainer]\nalgorithm = \"adag\"\nrho = 5.0"), "f.cfg:3:1: unknown key `rho` in [trainer]"));
  CHECK(starts(error("[trainer]\novrelap = true"), "f.cfg:2:1: unknown key `ovrelap` in [trainer]"));
}

TEST_CASE("a bound belongs to a policy that has one", "[runtime][config]") {
  CHECK(
      starts(error("[trainer]\npolicy = \"wiat\""), "f.cfg:2:10: `policy` in [trainer] is \"wiat\", expected one of"));
  CHECK(starts(error("[trainer]\npolicy = \"scale\"\nmax_staleness = 3"),
               "f.cfg:3:17: `max_staleness` = 3 in [trainer] needs policy = \"wait\" or \"reject\""));
  CHECK(error("[trainer]\npolicy = \"wait\"\nmax_staleness = 0") == "no failure");
}

TEST_CASE("a compression is a form, or the part of the numbers that travels", "[runtime][config][compression]") {
  const std::string wanted = ", expected one of: none, fp16, bf16, int8; or a table, as in { top_k = 0.01 }";
  CHECK(error("[trainer]\ncompress = \"fp61\"") ==
        "f.cfg:2:12: `compress` in [trainer] is \"fp61\"" + wanted + " (did you mean \"fp16\"?)");
  CHECK(starts(error("[trainer]\ncompress = 8"), "f.cfg:2:12: `compress` in [trainer] is 8" + wanted));
  CHECK(error("[trainer]\ncompress = \"top_k\"") == "f.cfg:2:12: `compress` in [trainer] is \"top_k\"" + wanted);
  for (const std::string part : {"0", "1.5", "-1", "nan"})
    CHECK(starts(error("[trainer]\ncompress = { top_k = " + part + " }"), "f.cfg:2:"));
  CHECK(starts(error("[trainer]\ncompress = { topk = 0.1 }"),
               "f.cfg:2:14: unknown key `topk` in [trainer.compress] (did you mean \"top_k\"?)"));
  CHECK(error("[trainer]\ncompress = { name = \"int8\", top_k = 0.1 }").find(wanted) != std::string::npos);
  CHECK(error("[trainer]\ncompress = {}").find("top_k") != std::string::npos);
  CHECK(starts(error("[trainer]\nalgorithm = \"single\"\ncompress = \"int8\""),
               "f.cfg:3:12: `compress` = \"int8\" in [trainer] needs a parameter server, and `single` has none"));
  CHECK(error("[trainer]\nalgorithm = \"single\"\ncompress = \"none\"") == "no failure");
  for (const std::string value : {"\"none\"", "\"fp16\"", "\"bf16\"", "\"int8\"", "{ top_k = 0.01 }"}) {
    const auto once = dk::to_toml(dk::parse_job("[trainer]\ncompress = " + value, "f.cfg", "/"));
    CHECK(once.find("compress = ") != std::string::npos);
    CHECK(dk::to_toml(dk::parse_job(once, "again", "/")) == once);
  }
}

TEST_CASE("what decides by held-out rows needs some", "[runtime][config]") {
  const std::string needs = " in [trainer] needs held-out rows: set data.validation";
  CHECK(starts(error("[trainer]\nkeep = \"best\""), "f.cfg:2:8: `keep` = \"best\"" + needs));
  CHECK(starts(error("[trainer]\nscheme = \"emperor\""), "f.cfg:2:10: `scheme` = \"emperor\"" + needs));
  CHECK(starts(error("[trainer]\nstop = { patience = 3 }"),
               "f.cfg:2:21: `patience` = 3 in [trainer.stop] needs held-out rows"));
  const std::string held_out = "[data]\nvalidation = 0.1\n[trainer]\n";
  CHECK(error(held_out + "stop = { patience = 3 }\nscheme = \"emperor\"\n") == "no failure");
  CHECK(starts(error(held_out + "scheme = \"emperor\"\nvalidation_every = 0"),
               "f.cfg:4:10: `scheme` = \"emperor\" in [trainer] needs validation_every above 0"));
  CHECK(error(held_out + "keep = \"best\"\nvalidation_every = 0") == "no failure");
  CHECK(starts(
      error(held_out + "algorithm = \"ensemble\"\nkeep = \"best\""),
      "f.cfg:5:8: `keep` = \"best\" in [trainer] needs an algorithm with one shared model; `ensemble` trains several"));
}

TEST_CASE("wrong values around validation", "[runtime][config]") {
  CHECK(
      starts(error("[trainer]\nvalidation_every = -1"), "f.cfg:2:20: `validation_every` in [trainer] is -1, expected"));
  CHECK(starts(error("[trainer]\nmonitor = \"los\""), "f.cfg:2:11: `monitor` in [trainer] is \"los\", expected one"));
  CHECK(starts(error("[trainer]\nscheme = \"empreor\""), "f.cfg:2:10: `scheme` in [trainer] is \"empreor\", expected"));
  CHECK(starts(error("[trainer]\nscheme = { divide_by = 1 }"), "f.cfg:2:24: `divide_by` in [trainer.scheme] is 1"));
  CHECK(
      starts(error("[trainer]\nscheme = { treshold = 1 }"), "f.cfg:2:12: unknown key `treshold` in [trainer.scheme]"));
  CHECK(starts(error("[trainer]\nstop = { patience = -1 }"), "f.cfg:2:21: `patience` in [trainer.stop] is -1"));
  CHECK(starts(error("[trainer]\nstop = { min_delta = 1 }"),
               "f.cfg:2:22: `min_delta` = 1 in [trainer.stop] needs `patience`"));
}

TEST_CASE("a wrong type says what was found and what was expected", "[runtime][config]") {
  CHECK(error("name = 7") == "f.cfg:1:8: `name` is 7, expected a text in quotes");
  CHECK(starts(error("seed = \"one\""), "f.cfg:1:8: `seed` is \"one\", expected a whole number from 0 to "));
  CHECK(starts(error("[trainer]\nworkers = 1.5"), "f.cfg:2:11: `workers` in [trainer] is 1.5, expected a whole"));
  CHECK(error("[data]\nshuffle = 1") == "f.cfg:2:11: `shuffle` in [data] is 1, expected true or false");
  CHECK(starts(error("[trainer]\nmetrics = \"accuracy\""),
               "f.cfg:2:11: `metrics` in [trainer] is \"accuracy\", expected"));
  CHECK(starts(error("[data]\ntransforms = 1"), "f.cfg:2:14: `transforms` in [data] is 1, expected a list"));
  CHECK(starts(error("trainer = 1"), "f.cfg:1:11: `trainer` is 1, expected a table"));
  CHECK(starts(error("[trainer]\nalgorithm = \"aeasgd\"\nrho = \"x\""),
               "f.cfg:3:7: `rho` in [trainer] is \"x\", expected"));
  CHECK(starts(error("[trainer]\noptimizer = 3"), "f.cfg:2:13: `optimizer` in [trainer] is 3, expected a name"));
  CHECK(starts(error("[data]\ntrain = \"x.csv\""), "f.cfg:2:9: found \"x.csv\", expected a table with a `format` of: " +
                                                       dk::join(dk::data::source_formats())));
}

TEST_CASE("a number out of range says which are in it", "[runtime][config]") {
  for (const std::string key : {"workers", "epochs", "batch_size", "communication_window", "servers"})
    for (const std::string value : {"0", "-1", "1000000001"}) {
      const auto text = error("[trainer]\n" + key + " = " + value);
      starts(text, "f.cfg:2:" + std::to_string(key.size() + 4) + ": `" + key + "` in [trainer] is " + value +
                       ", expected a whole number from 1 to ");
    }
  CHECK(error("seed = -1") == "f.cfg:1:8: `seed` is -1, expected a whole number from 0 to 9,223,372,036,854,775,807");
  CHECK(error("[trainer]\nservers = 65") ==
        "f.cfg:2:11: `servers` in [trainer] is 65, expected a whole number from 1 to 64");
  CHECK(error("[data]\nvalidation = 1.0") ==
        "f.cfg:2:14: `validation` in [data] is 1.0, expected a number of at least 0 and below 1");
  CHECK(starts(error("[data]\nprefetch = 0"), "f.cfg:2:12: `prefetch` in [data] is 0"));
  CHECK(starts(error("[model]\ninput = [784, 0]"), "f.cfg:2:9: `input` in [model] is [784,0], expected a list, each"));
  CHECK(starts(error("[trainer]\nstop = { accuracy = 1.5 }"), "f.cfg:2:21: `accuracy` in [trainer.stop] is 1.5"));
  CHECK(starts(error("[cluster]\nheartbeat = 0"), "f.cfg:2:13: `heartbeat` in [cluster] is 0, expected a number of"));
  for (const std::string bad : {"h:0", "h:65536", "h"})
    CHECK(starts(error("[cluster]\nnodes = [\"a:1\", \"" + bad + "\"]"),
                 "f.cfg:2:17: \"" + bad + "\" is not an address; expected HOST:PORT"));
}

TEST_CASE("an unknown name suggests a known one", "[runtime][config]") {
  CHECK(starts(error("[trainer]\nalgorithm = \"dynsdg\""), "f.cfg:2:13: `algorithm` in [trainer] is \"dynsdg\""));
  CHECK(error("[trainer]\nalgorithm = \"dynsdg\"").find("did you mean \"dynsgd\"?") != std::string::npos);
  CHECK(error("[trainer]\nassignment = \"statik\"") ==
        "f.cfg:2:14: `assignment` in [trainer] is \"statik\", expected one "
        "of: dynamic, static (did you mean \"static\"?)");
  CHECK(starts(error("[trainer]\noptimizer = \"adamm\""), "f.cfg:2:13: "));
  CHECK(error("[trainer]\noptimizer = \"adamm\"").find("did you mean \"adam\"?") != std::string::npos);
  CHECK(error("[trainer]\nloss = \"categorical_crossentropi\"").find("did you mean") != std::string::npos);
  CHECK(starts(error("[trainer]\nloss = \"msee\""), "f.cfg:2:8: unknown loss \"msee\" (did you mean \"mse\"?)"));
  CHECK(error("[trainer]\nmetrics = [\"acuracy\"]").find("did you mean \"accuracy\"?") != std::string::npos);
  CHECK(error("[trainer]\nmetrics = [\"auc\", \"auc\"]").find("metric \"auc\" is named twice; name it once") !=
        std::string::npos);
  CHECK(starts(error("[data]\ntrain = { format = \"cvs\" }"),
               "f.cfg:2:9: unknown data format `cvs` (did you mean \"csv\"?)"));
}

TEST_CASE("a layer or transform that is none is named with its position", "[runtime][config]") {
  const auto none = error("[model]\nlayers = [\n  { dens = 10 },\n]");
  CHECK(starts(none, "f.cfg:3:3: layer {\"dens\":10} names none of: "));
  CHECK(none.find("did you mean \"dense\"?") != std::string::npos);
  CHECK(starts(error("[model]\nlayers = [ { dense = 10, dropout = 0.5 } ]"),
               "f.cfg:2:12: layer {\"dense\":10,\"dropout\":0.5} names more than one of: "));
  CHECK(starts(error("[model]\nlayers = [ { dense = 10, units = 10 } ]"), "f.cfg:2:34: `units` is given twice"));
  CHECK(starts(error("[model]\nlayers = [ { dense = 10, activatoin = \"relu\" } ]"), "f.cfg:2:26: "));
  CHECK(starts(error("[model]\nlayers = [ { flatten = 3 } ]"), "f.cfg:2:24: `flatten` is 3, expected true"));
  CHECK(starts(error("[data]\ntransforms = [ { a = {}, b = {} } ]"),
               "f.cfg:2:16: found {\"a\":{},\"b\":{}}, expected a"));
  CHECK(starts(error("[data]\ntransforms = [ { onehot = {} } ]"),
               "f.cfg:2:27: unknown transform `onehot` (did you mean"));
  CHECK(starts(error("[model]\nkeras = \"a\"\ninput = [1]"),
               "f.cfg:2:9: in [model] give `keras`, or `input` with `layers`, not both"));
}

TEST_CASE("text that is not TOML, or not ours, is refused where it stands", "[runtime][config]") {
  CHECK(starts(error("[trainer\nworkers = 1"), "f.cfg:1:9: not valid TOML: "));
  CHECK(starts(error("seed = 1\nseed = 2"), "f.cfg:2:"));
  CHECK(starts(error("name = \"\xff\""), "f.cfg:1:"));
  CHECK(error("seed = 2020-01-01") == "f.cfg:1:8: dates and times are not accepted, put quotes around a text");
  CHECK(error("[data]\nvalidation = inf") == "f.cfg:2:14: inf and nan are not accepted, give a finite number");
  CHECK(starts(error("name = \"a/b\""), "f.cfg:1:8: `name` is \"a/b\", expected a text that can be part of"));
}
