// Names that were given up are read for a release, with a warning that says the new one.
#include "common/log.hpp"
#include "runtime/config/config_sections.hpp"
#include "runtime/config/job.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <sstream>

using namespace dk;
using namespace dk::test;

namespace {

// What the log says while `work` is done.
template <class Work>
std::string logged(Work work) {
  std::ostringstream text;
  const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  sink->set_pattern("%l: %v");
  const auto shared = dk::log();
  shared->sinks().push_back(sink);
  work();
  shared->sinks().pop_back();
  return text.str();
}

} // namespace

TEST_CASE("every key that had another name is read under it", "[config]") {
  int renamed = 0;
  for (const auto* part : outer_sections())
    for (const auto& key : part->keys) {
      if (key.former.empty())
        continue;
      ++renamed;
      INFO(key.former);
      const auto usual = key.value(job{}).dump();
      const auto line = key.former + " = " + usual + '\n';
      const auto head = part->name.empty() ? "" : '[' + part->name + "]\n";
      job read;
      CHECK(logged([&] { read = parse_job(head + line, "f.cfg", "/"); }) ==
            "warning: f.cfg:2:1: `" + key.former + "` in [" + part->name + "] is called `" + key.rule.name +
                "` now; rename it\n");
      CHECK(read == parse_job("", "f.cfg", "/"));
      CHECK(failure_of(errc::config, [&] { parse_job(head + line + key.rule.name + " = " + usual, "f.cfg", "/"); })
                .find("give `" + key.rule.name + "` or its former name `" + key.former + "`, not both") !=
            std::string::npos);
    }
  CHECK(renamed == 1);
}

TEST_CASE("the former name of a key has its place, its range and its variable", "[config]") {
  const temporary_folder folder;
  const auto path = folder.write("f.cfg", "[laboratory]\nloss = 2\n");
  CHECK(failure_in(folder, errc::config, [&] {
          load_job(path);
        }).find("f.cfg:2:8: `drop_rate` in [laboratory] is 2, expected") == 0);
  const auto quiet = folder.write("g.cfg", "");
  const auto variable = [](const std::string& name) -> std::optional<std::string> {
    return name == "DK_LABORATORY_LOSS" ? std::optional<std::string>{"0.25"} : std::nullopt;
  };
  CHECK(load_job(quiet, {}, variable).laboratory.drop_rate == 0.25);
  CHECK(load_job(quiet, {"laboratory.loss=0.5"}).laboratory.drop_rate == 0.5);
}

TEST_CASE("a config that is read again warns of no former name again", "[config]") {
  const temporary_folder folder;
  const auto path =
      folder.write("f.cfg", "[laboratory]\nloss = 0.5\n[data]\ntrain = { format = \"shards\", path = \"a\" }\n");
  job first;
  job again;
  CHECK(!logged([&] { first = load_job(path); }).empty());
  CHECK(logged([&] { again = reload_job(path); }).empty());
  CHECK(first == again);
}

TEST_CASE("the format that prepare writes had another name", "[config]") {
  job read;
  CHECK(logged([&] { read = parse_job("[data]\ntrain = { format = \"shards\", path = \"mine\" }\n", "f.cfg", "/"); }) ==
        "warning: f.cfg:2:20: the format \"shards\" is called \"prepared\" now; rename it\n");
  REQUIRE(read.data.train);
  CHECK(logged([&] {
          read = parse_job("[data]\ntransforms = [ { union = { with = { format = \"shards\", path = \"b\" } } } ]\n"
                           "train = { format = \"csv\", path = \"mine\" }\n",
                           "f.cfg", "/");
        }).find("the format \"shards\" is called \"prepared\" now") != std::string::npos);
  REQUIRE(read.data.transforms.size() == 1);
  CHECK(read.data.transforms[0].keys.at("with").at("format") == "prepared");
  read = parse_job("[data]\ntrain = { format = \"prepared\", path = \"mine\" }\n", "f.cfg", "/");
  CHECK(*read.data.train == spec{"prepared", {{"path", "/mine"}}});
}
