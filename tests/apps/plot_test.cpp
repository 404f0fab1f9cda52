// dk_driver plot: the picture that comes out.

#include "tests/jobs/plot_fixture.hpp"

using namespace dk;
using namespace dk::test;
namespace fs = std::filesystem;

namespace {

void expect_failure(const outcome& got, int status, const std::string& code, const std::vector<std::string>& parts) {
  INFO(got.err);
  CHECK(got.status == status);
  CHECK(got.out.empty());
  REQUIRE_FALSE(lines_of(got.err).empty());
  const auto last = lines_of(got.err).back();
  CHECK(last.find(code + ' ') == 0);
  for (const auto& part : parts) {
    INFO("expected in it: " << part);
    CHECK(has(last, part));
  }
}

} // namespace

TEST_CASE("gnuplot reads back a quoted text", "[apps][plot]") {
  CHECK(gnuplot_quoted("it's") == "'it''s'");
  CHECK(gnuplot_quoted("a\nb\x01") == "'a?b?'");
  CHECK(gnuplot_quoted("gr\xc3\xbc\xc3\x9f"
                       "e") == "'gr\xc3\xbc\xc3\x9f"
                               "e'");
  CHECK(gnuplot_quoted("\xff") == "'\xef\xbf\xbd'");
}

TEST_CASE("plot draws four panels into the run's folder", "[apps][plot]") {
  if (no_gnuplot())
    return;
  const written_runs all;
  all.add("first", three_chunks);
  all.folder.write("first/result.json", R"({"rows":{"applied":60},"test":{"accuracy":0.875,"loss":0.25,"rows":8}})");
  const auto got = all.plot({"first/"});
  INFO(got.err);
  REQUIRE(got.status == 0);
  CHECK(got.out == "first/plot.svg\n");
  CHECK(got.err.empty());
  const auto svg = content_of(all.path("first/plot.svg"));
  CHECK(svg.find("<?xml") == 0);
  for (const auto* text : {"training accuracy", "training loss", "staleness (commits)", "speed (rows/s)", "time (s)",
                           "first (adag, every chunk)", "the finished model on test data"})
    CHECK(has(svg, text));
  CHECK(has(svg, "0, 114, 178")); // the first colour
}

TEST_CASE("plot tells several runs apart, and knows PNG", "[apps][plot]") {
  if (no_gnuplot())
    return;
  const written_runs all;
  all.add("it's `id` & <one>", three_chunks);
  all.add("two", three_chunks, "dynsgd");
  const auto both =
      all.plot({"it's `id` & <one>", "two", "--out", "a \"picture\".svg", "--what", "loss", "--against", "rows"});
  INFO(both.err);
  REQUIRE(both.status == 0);
  CHECK(both.out == "a \"picture\".svg\n");
  const auto svg = content_of(all.path("a \"picture\".svg"));
  CHECK(has(svg, "it's `id` &amp; &lt;one> (adag"));
  CHECK(has(svg, "two (dynsgd"));
  CHECK(has(svg, "0, 114, 178"));
  CHECK(has(svg, "213,  94,   0"));
  CHECK_FALSE(has(svg, "accuracy"));
  REQUIRE(all.plot({"two", "--out", "two.png", "--against", "commits"}).status == 0);
  CHECK(content_of(all.path("two.png")).compare(0, 8, "\x89PNG\r\n\x1a\n") == 0);
}

TEST_CASE("plot says what it cannot draw of a run", "[apps][plot]") {
  if (no_gnuplot())
    return;
  const written_runs all;
  for (const std::string rule : {"single", "ensemble"}) {
    all.add(rule, three_chunks, rule);
    const auto got = all.plot({rule});
    CHECK(got.status == 0);
    CHECK(has(got.err, rule + ": its staleness is left out: `" + rule + "` keeps no center"));
    CHECK_FALSE(has(content_of(all.path(rule + "/plot.svg")), "staleness"));
    expect_failure(all.plot({rule, "--against", "commits"}), 2, "E_USAGE", {rule, "against commits", '`' + rule + '`'});
    expect_failure(all.plot({rule, "--what", "staleness"}), 2, "E_USAGE",
                   {"--what staleness", "nothing to draw", '`' + rule + '`', "choose another"});
  }
  all.add("old", R"({"worker":0,"epoch":0,"chunk":0,"rows":9,"batches":1,"loss":1,"accuracy":0.5,"staleness":0})");
  expect_failure(all.plot({"old"}), 2, "E_USAGE", {"old", "against time", "`t`", "--against"});
  CHECK(has(all.plot({"old", "--against", "rows"}).err, "rows_per_second is left out"));
  all.add("sudden", history_line(0, 0, 10, 0.5, 1, 0));
  const auto sudden = all.plot({"sudden"});
  CHECK(sudden.status == 0);
  CHECK(has(sudden.err, "sudden: its rows_per_second is left out: its history holds no number"));
}

TEST_CASE("plot refuses what it cannot read or write", "[apps][plot]") {
  const written_runs all;
  all.add("run", three_chunks);
  expect_failure(all.plot({}), 2, "E_USAGE", {"RUNS is missing", "dk_driver plot --help"});
  expect_failure(all.plot({"none"}), 4, "E_CKPT", {"none", "no such folder"});
  expect_failure(all.plot({"run", "--out", "x.pdf"}), 2, "E_USAGE", {"x.pdf", "\".pdf\"", ".svg or .png"});
  expect_failure(all.plot({"run", "--out", "x"}), 2, "E_USAGE", {"no extension"});
  expect_failure(all.plot({"run", "--what", "los"}), 2, "E_USAGE", {"--what", "\"los\"", "did you mean \"loss\"?"});
  expect_failure(all.plot({"run", "--against", "epochs"}), 2, "E_USAGE", {"--against", "time, commits, rows"});
  all.add("empty", "");
  expect_failure(all.plot({"empty"}), 4, "E_CKPT", {"empty/history.jsonl", "no chunk"});
  fs::remove(all.path("empty/history.jsonl"));
  expect_failure(all.plot({"empty"}), 4, "E_CKPT", {"empty/history.jsonl", "No such file"});
  for (const auto* bad : {R"({"t":1,"rows":"x","loss":1,"accuracy":1,"staleness":0,"epoch":0,"chunk":0})",
                          R"({"t":1,"rows":0,"loss":1,"accuracy":1,"staleness":0,"epoch":0,"chunk":0})",
                          R"({"t":1,"loss":1,"accuracy":1,"staleness":0,"epoch":0,"chunk":0})"}) {
    all.add("bad", three_chunks + bad + '\n');
    expect_failure(all.plot({"bad"}), 4, "E_CKPT", {"bad/history.jsonl:4", "`rows`", "damaged"});
  }
}

TEST_CASE("plot shows why no picture came", "[apps][plot]") {
  const written_runs all;
  all.add("run", three_chunks);
  fs::create_directory(all.path("bin"));
  expect_failure(all.plot({"run"}, {{"PATH", all.path("bin")}}), 10, "E_RESOURCES",
                 {"gnuplot is not installed", "gnuplot-nox"});
  all.folder.write("bin/gnuplot", "#!/bin/sh\necho 'line 3:' >&2\necho ' no such  terminal' >&2\nexit 1\n");
  fs::permissions(all.path("bin/gnuplot"), fs::perms::owner_all);
  expect_failure(all.plot({"run"}, {{"PATH", all.path("bin")}}), 10, "E_RESOURCES",
                 {"exit status 1", "line 3: no such terminal"});
  CHECK_FALSE(fs::exists(all.path("run/plot.svg")));
  if (no_gnuplot())
    return;
  expect_failure(all.plot({"run", "--out", "none/x.svg"}), 10, "E_RESOURCES", {"none/x.svg", "No such file", "--out"});
}
