// dk_driver plot: what it reads from a run's folder, and the picture that comes out.

#include "apps/driver/chart.hpp"
#include "apps/driver/gnuplot.hpp"
#include "apps/driver/series.hpp"
#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>

using namespace dk;
using namespace dk::test;
namespace fs = std::filesystem;

namespace {

std::string line(double t, int chunk, int rows, double accuracy, double loss, int staleness) {
  return fmt::format(R"({{"t":{},"worker":0,"epoch":0,"chunk":{},"rows":{},"batches":1,"loss":{},"accuracy":{},)"
                     R"("seconds":0.1,"waiting":0,"staleness":{}}})"
                     "\n",
                     t, chunk, rows, loss, accuracy, staleness);
}

// Three chunks: after 1, 2 and 4 seconds.
const std::string three_chunks = line(1, 0, 10, 0.25, 2, 0) + line(2, 1, 30, 0.5, 1, 2) + line(4, 2, 20, 0.75, 0.5, 1);

// A folder with runs as a test writes them.
struct runs {
  temporary_folder folder;

  std::string path(const std::string& name) const { return folder.path(name); }

  std::string add(const std::string& name, const std::string& history, const std::string& algorithm = "adag") const {
    fs::create_directories(path(name));
    folder.write(name + "/config.resolved.toml", "[trainer]\nalgorithm = \"" + algorithm + "\"\n");
    folder.write(name + "/history.jsonl", history);
    return path(name);
  }
  outcome plot(std::vector<std::string> arguments, const std::map<std::string, std::string>& variables = {}) const {
    arguments.insert(arguments.begin(), {DK_DRIVER, "plot"});
    return run(arguments, {variables, path("")});
  }
};

run_series read(const std::string& path, std::vector<std::string>* notes = nullptr) {
  return read_series(open_run_folder(path), [=](const std::string& text) {
    if (notes != nullptr)
      notes->push_back(text);
  });
}

bool no_gnuplot() {
  try {
    run_gnuplot("print 1; set print '-'; print 1\n");
    return false;
  } catch (const failure& why) {
    WARN("skipped: " << why.what());
    return true;
  }
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

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

TEST_CASE("measurements on held-out rows stand where their rows were trained", "[apps][plot]") {
  const runs all;
  const auto path = all.add("run", three_chunks);
  CHECK(read(path).measured.empty());
  all.folder.write(
      "run/validation.jsonl",
      R"({"t":2.5,"epoch":1,"trained":40,"versions":[2],"rows":10,"loss":1.5,"accuracy":0.3,"seconds":0.1,)"
      R"("best":true})"
      "\n"
      R"({"t":9,"epoch":1.5,"trained":60,"versions":[3],"rows":10,"loss":null,"accuracy":0.5,"seconds":0.1,)"
      R"("best":false,"last":true})"
      "\n");
  const auto measured = read(path).measured;
  REQUIRE(measured.size() == 2);
  CHECK(measured[0].seconds == 2);
  CHECK(measured[0].commits == 2);
  CHECK(measured[0].rows == 40);
  CHECK(measured[0].loss == Approx(1.5));
  CHECK(measured[0].accuracy == Approx(0.3));
  CHECK(measured[1].seconds == 4);
  CHECK(std::isnan(measured[1].loss));
  const auto script = chart_script({read(path)}, quantities(), axes().front(), picture_kind::svg);
  CHECK(has(script, "$measured0 << END\n2 0.3 1.5\n4 0.5 NaN\nEND\n"));
  CHECK(has(script, "'the center on held-out rows'"));
  if (!no_gnuplot())
    CHECK(has(run_gnuplot(script), "<svg"));
}

TEST_CASE("a moving mean is weighted by rows", "[apps][plot]") {
  const std::vector<chunk_line> lines{{1, 10, 0.25, 2, 0}, {2, 30, 0.5, 1, 2}, {4, 20, 0.75, 0.5, 1}};
  const auto points = smooth(lines, 2);
  REQUIRE(points.size() == 3);
  CHECK(points[0].accuracy == 0.25); // of the one chunk that there is
  CHECK(points[0].loss == 2);
  CHECK(points[1].accuracy == Approx(0.4375)); // (10 * 0.25 + 30 * 0.5) / 40
  CHECK(points[1].loss == Approx(1.25));       // (10 * 2 + 30 * 1) / 40
  CHECK(points[1].staleness == Approx(1.5));   // (30 * 2) / 40
  CHECK(points[2].accuracy == Approx(0.6));    // (30 * 0.5 + 20 * 0.75) / 50
  CHECK(points[2].loss == Approx(0.8));        // (30 * 1 + 20 * 0.5) / 50
  CHECK(points[2].staleness == Approx(1.6));   // (30 * 2 + 20 * 1) / 50
  CHECK(points[2].seconds == 4);
  CHECK(points[2].commits == 3);
  CHECK(points[2].rows == 60);
  CHECK(points[2].rows_per_second == Approx(15)); // 60 rows in 4 seconds: ten chunks or all that there are
}

TEST_CASE("speed is that of the last ten chunks", "[apps][plot]") {
  std::vector<chunk_line> lines;
  for (int i = 1; i <= 12; ++i) // a chunk of 6 rows every two seconds, then every second
    lines.push_back({i <= 4 ? 2.0 * i : 4.0 + i, 6, 0.5, 1, 0});
  const auto points = smooth(lines, 1);
  CHECK(points[3].rows_per_second == Approx(3));
  CHECK(points[11].rows_per_second == Approx(5)); // 60 rows from second 4 to second 16
  CHECK(std::isnan(smooth({{0, 5, 0.5, 1, 0}}, 1)[0].rows_per_second));
}

TEST_CASE("a long run is thinned to its last chunk", "[apps][plot]") {
  std::vector<chunk_line> lines;
  for (int i = 1; i <= 25; ++i)
    lines.push_back({1.0 * i, 1, 0.5, 1, 0});
  const auto points = smooth(lines, 1, 10);
  REQUIRE(points.size() == 9); // every third
  CHECK(points.front().commits == 1);
  CHECK(points.back().commits == 25);
  CHECK(points.back().rows == 25);
}

TEST_CASE("a run's folder is read into a series", "[apps][plot]") {
  const runs all;
  const auto path = all.add("first", three_chunks);
  all.folder.write("first/result.json", R"({"rows":{"applied":60},"test":{"accuracy":0.875,"loss":0.25,"rows":8}})");
  std::vector<std::string> notes;
  const auto run = read(path + '/', &notes);
  CHECK(notes.empty());
  CHECK(run.name == "first");
  CHECK(run.algorithm == "adag");
  CHECK(run.window == 1);
  REQUIRE(run.points.size() == 3);
  CHECK(run.points[1].accuracy == 0.5);
  REQUIRE(run.test);
  CHECK(run.test->accuracy == 0.875);
  CHECK_FALSE(run.validation);
}

TEST_CASE("the moving mean is over a hundredth of the run", "[apps][plot]") {
  const runs all;
  std::string history;
  for (int i = 0; i < 300; ++i)
    history += line(i, i, 10, 0.5, i % 3, 0);
  const auto run = read(all.add("long", history));
  CHECK(run.window == 3);
  CHECK(run.points.at(100).loss == Approx(1)); // (0 + 1 + 2) / 3
}

TEST_CASE("a resumed run's starts follow each other", "[apps][plot]") {
  const runs all;
  const auto run = read(all.add("resumed", three_chunks + line(0.5, 3, 10, 1, 1, 0) + line(2, 4, 10, 1, 1, 0)));
  REQUIRE(run.points.size() == 5);
  CHECK(run.points[2].seconds == 4);
  CHECK(run.points[3].seconds == 4.5);
  CHECK(run.points[4].seconds == 6);
}

TEST_CASE("a torn line is left out, and told", "[apps][plot]") {
  const runs all;
  std::vector<std::string> notes;
  const auto run = read(all.add("killed", three_chunks + R"({"t":5,"worker":0,"ep)"), &notes);
  CHECK(run.points.size() == 3);
  REQUIRE(notes.size() == 1);
  CHECK(has(notes[0], "killed/history.jsonl:4: not a whole line"));
  read(all.add("twice", "{\n" + three_chunks + "{"), &notes);
  REQUIRE(notes.size() == 2);
  CHECK(has(notes[1], "twice/history.jsonl:1: not a whole line"));
  CHECK(has(notes[1], "and 1 more"));
}

TEST_CASE("a result of an earlier start is not drawn at the end", "[apps][plot]") {
  const runs all;
  const auto path = all.add("run", three_chunks);
  std::vector<std::string> notes;
  all.folder.write("run/result.json", R"({"rows":{"applied":40},"test":{"accuracy":0.5,"loss":1,"rows":8}})");
  CHECK_FALSE(read(path, &notes).test);
  all.folder.write("run/result.json", "{]");
  CHECK_FALSE(read(path, &notes).test);
  all.folder.write("run/result.json", R"({"rows":[]})");
  CHECK_FALSE(read(path, &notes).test);
  REQUIRE(notes.size() == 3);
  CHECK(has(notes[0], "of an earlier start"));
  CHECK(has(notes[1], "damaged"));
  CHECK(has(notes[2], "damaged"));
}

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
  const runs all;
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
  const runs all;
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
  const runs all;
  all.add("alone", three_chunks, "single");
  const auto got = all.plot({"alone"});
  CHECK(got.status == 0);
  CHECK(has(got.err, "alone: its staleness is left out: `single` keeps no center"));
  CHECK_FALSE(has(content_of(all.path("alone/plot.svg")), "staleness"));
  expect_failure(all.plot({"alone", "--against", "commits"}), 2, "E_USAGE", {"alone", "against commits", "`single`"});
  expect_failure(all.plot({"alone", "--what", "staleness"}), 2, "E_USAGE",
                 {"--what staleness", "nothing to draw", "`single`", "choose another"});
  all.add("old", R"({"worker":0,"epoch":0,"chunk":0,"rows":9,"batches":1,"loss":1,"accuracy":0.5,"staleness":0})");
  expect_failure(all.plot({"old"}), 2, "E_USAGE", {"old", "against time", "`t`", "--against"});
  CHECK(has(all.plot({"old", "--against", "rows"}).err, "rows_per_second is left out"));
  all.add("sudden", line(0, 0, 10, 0.5, 1, 0));
  const auto sudden = all.plot({"sudden"});
  CHECK(sudden.status == 0);
  CHECK(has(sudden.err, "sudden: its rows_per_second is left out: its history holds no number"));
}

TEST_CASE("plot refuses what it cannot read or write", "[apps][plot]") {
  const runs all;
  all.add("run", three_chunks);
  expect_failure(all.plot({}), 2, "E_USAGE", {"runs", "--help"});
  expect_failure(all.plot({"none"}), 4, "E_CKPT", {"none", "no such folder"});
  expect_failure(all.plot({"run", "--out", "x.pdf"}), 2, "E_USAGE", {"x.pdf", "\".pdf\"", ".svg or a .png"});
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
  const runs all;
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
