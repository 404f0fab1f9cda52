// dk_driver replay from outside: a run's center again, and its schedule under another algorithm.

#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace dk::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// A run in the folder "run".
struct recorded_toy : toy_job {
  recorded_toy() : toy_job(600, "epochs = 3\nservers = 2\n") {
    const auto got = train({"--out", "run", "-q", "--set", "data.validation=0.1"});
    INFO(got.err);
    REQUIRE(got.status == 0);
  }

  outcome replay(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{DK_DRIVER, "replay", "run"};
    all.insert(all.end(), more.begin(), more.end());
    return run(all, {{}, path("")});
  }

  // Replaces `from` by `to` in a file of the run's folder. @return what it was
  std::string change(const std::string& file, const std::string& from, const std::string& to) const {
    const auto whole = content_of(path("run/" + file));
    auto text = whole;
    const auto at = text.rfind(from);
    REQUIRE(at != std::string::npos);
    folder.write("run/" + file, text.replace(at, from.size(), to));
    return whole;
  }

  // What a replay says of a run's folder in which a file has `from` replaced by `to`.
  std::string refusal(const std::string& file, const std::string& from, const std::string& to, int status) const {
    const auto whole = change(file, from, to);
    const auto got = replay({"-q"});
    folder.write("run/" + file, whole);
    CHECK(got.status == status);
    CHECK(got.out.empty());
    CHECK(lines_of(got.err).size() == 1);
    return got.err;
  }
};

} // namespace

TEST_CASE("replay rebuilds the center of a run, bit for bit", "[apps][replay]") {
  const recorded_toy job;
  const auto got = job.replay();
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(lines_of(got.out).at(0) == "the center of 42 weights is that of run/model.h5, bit for bit");
  CHECK(rows_balance(got.out));
  CHECK_FALSE(fs::exists(job.path("runs")));

  const auto kept = job.replay({"--out", "again", "-q", "--json"});
  REQUIRE(kept.status == 0);
  CHECK(kept.err.empty());
  const auto result = json::parse(kept.out);
  CHECK(result.at("center").at("equal") == true);
  CHECK(result.at("folder") == "again");
  CHECK(result.at("original").at("accuracy") == result.at("replay").at("accuracy"));
  CHECK(result.at("original").at("mean_staleness") == result.at("replay").at("mean_staleness"));
  CHECK(content_of(job.path("again/config.resolved.toml")) == content_of(job.path("run/config.resolved.toml")));
  CHECK(json::parse(content_of(job.path("again/result.json"))).at("replay_of") == "run");
}

TEST_CASE("replay follows a run's schedule under another algorithm", "[apps][replay]") {
  const recorded_toy job;
  const auto got = job.replay({"--algorithm", "dynsgd"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  const auto lines = lines_of(got.out);
  REQUIRE(lines.size() == 9);
  CHECK(lines[1] == "algorithm                 adag        dynsgd");
  CHECK(lines[2] == "policy                  accept         scale");
  CHECK(lines[3].find("accuracy ") == 0);
  CHECK(lines[4].find("loss ") == 0);
  CHECK(lines[6] == "updates                     33            33");
  const auto where = line_with(got.out, "results in ").substr(11);
  CHECK(where.find("runs/") == 0);
  CHECK(where.find("-points-replay") != std::string::npos);
  const auto result = json::parse(content_of(job.path(where + "/result.json")));
  CHECK(result.at("algorithm") == "dynsgd");
  CHECK(result.at("rows").at("applied") == 1620);
  const auto again = run({DK_DRIVER, "replay", where, "-q"}, {{}, job.path("")}); // a replay is a run itself
  CHECK(again.out.find("bit for bit") != std::string::npos);
  CHECK(run({DK_DRIVER, "evaluate", "--model", where}, {{}, job.path("")}).status == 0);
}

TEST_CASE("replay follows a run's schedule under another policy", "[apps][replay]") {
  const recorded_toy job;
  const auto got = job.replay({"--policy", "scale", "--out", "scaled", "-q", "--json"});
  REQUIRE(got.status == 0);
  const auto result = json::parse(got.out);
  CHECK(result.at("original").at("policy") == "accept");
  CHECK(result.at("replay").at("policy") == "scale");
  CHECK(result.at("replay").at("algorithm") == "adag");
  CHECK_FALSE(result.contains("center"));
  CHECK(job.replay({"--policy", "wait"}).err.find("E_USAGE the policy \"wait\" changes the schedule") == 0);
  CHECK(job.replay({"--policy", "wate"}).err.find("E_USAGE --policy wate is not known (did you mean \"wait\"?)") == 0);
}

TEST_CASE("replay says how far a center is from the one it should be", "[apps][replay]") {
  const recorded_toy job;
  fs::copy_file(job.path("run/initial.h5"), job.path("run/model.h5"), fs::copy_options::overwrite_existing);
  const auto got = job.replay();
  CHECK(got.status == 0);
  CHECK(lines_of(got.out).at(0).find("the center of 42 weights is not that of run/model.h5: ") == 0);
  CHECK(lines_of(got.out).at(1).find("both were computed by dk ") == 0);
  CHECK(json::parse(job.replay({"--json"}).out).at("center").at("equal") == false);
  job.change("commits.jsonl", R"("arithmetic":"dk )", R"("arithmetic":"another dk )");
  CHECK(lines_of(job.replay().out).at(1).find("the run was computed by another dk ") == 0);
  fs::remove(job.path("run/model.h5"));
  fs::remove(job.path("run/result.json"));
  CHECK(lines_of(job.replay().out).at(0) ==
        "run has no model.h5 to compare the rebuilt center with: the run ended early; its log goes to versions 33, 33");
}

TEST_CASE("a run that cannot be replayed is refused in one line", "[apps][replay]") {
  const recorded_toy job;
  const std::string log = "commits.jsonl";
  CHECK(job.refusal(log, "}\n", "}", 4) ==
        "E_CKPT run/commits.jsonl:67: is torn: the log ends in the middle of this line\n");
  CHECK(job.refusal(log, R"("verdict")", R"("word")", 4) == "E_CKPT run/commits.jsonl:67: has no \"verdict\"\n");
  CHECK(job.refusal(log, R"("seed":1)", R"("seed":2)", 4) ==
        "E_CKPT run/commits.jsonl:1: \"seed\" is not 1, as in the run's config.resolved.toml\n");
  CHECK(job.refusal(log, R"("servers":2)", R"("servers":4294967295)", 4).find("commits.jsonl:1: \"servers\"") !=
        std::string::npos);
  auto lines = lines_of(content_of(job.path("run/commits.jsonl")));
  CHECK(job.refusal(log, lines.back() + "\n", "", 4).find("commits.jsonl:67: is missing: the log ends at versions [") !=
        std::string::npos);
  CHECK(job.refusal("config.resolved.toml", "points.csv", "lost.csv", 3).find("E_DATA ") == 0);
  CHECK(job.replay({"--algorithm", "dynsdg"})
            .err.find("E_USAGE --algorithm dynsdg is not known (did you mean "
                      "\"dynsgd\"?); expected one of: single, ") == 0);
  CHECK(job.replay({"--algorithm", "single"}).err.find("E_USAGE single makes no commits") == 0);
  CHECK(job.replay({"--out", "run"}).err.find("E_USAGE run holds a run already") == 0);
  job.folder.write("points.csv", points_csv(601));
  const auto other = job.replay({"-q"});
  CHECK(other.status == 3);
  CHECK(other.err.find("E_DATA run/commits.jsonl:1: the run had 540 rows, ") == 0);

  CHECK(job.train({"--out", "silent", "-q", "--set", "trainer.record=false"}).status == 0);
  const auto silent = run({DK_DRIVER, "replay", "silent"}, {{}, job.path("")});
  CHECK(silent.status == 4);
  CHECK(silent.err == "E_CKPT silent/commits.jsonl: cannot be read; a run leaves it only with record = true, and "
                      "`single` never does\n");
}

TEST_CASE("a resumed run is replayed", "[apps][replay]") {
  const recorded_toy job;
  REQUIRE(job.train({"--out", "late", "-q", "--set", "trainer.stop.rows=500"}).status == 0);
  REQUIRE(run({DK_DRIVER, "--resume", "late", "-q", "--set", "trainer.stop.rows=100000"}, {{}, job.path("")}).status ==
          0);
  const auto got = run({DK_DRIVER, "replay", "late"}, {{}, job.path("")});
  INFO(got.err);
  CHECK(got.status == 0);
  CHECK(lines_of(got.out).at(0) == "the center of 42 weights is that of late/model.h5, bit for bit");
}
