// What a picture is drawn from: a run's folder as a series of points.

#include "jobs/plots/series.hpp"

#include "jobs/plots/chart.hpp"
#include "tests/jobs/plot_fixture.hpp"

#include <algorithm>
#include <cmath>

using namespace dk;
using namespace dk::test;

namespace {

run_series read(const std::string& path, std::vector<std::string>* notes = nullptr) {
  return read_series(open_run_folder(path), [=](const std::string& text) {
    if (notes != nullptr)
      notes->push_back(text);
  });
}

} // namespace

TEST_CASE("measurements on held-out rows stand where their rows were trained", "[apps][plot]") {
  const written_runs all;
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
  const written_runs all;
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
  const written_runs all;
  std::string history;
  for (int i = 0; i < 300; ++i)
    history += history_line(i, i, 10, 0.5, i % 3, 0);
  const auto run = read(all.add("long", history));
  CHECK(run.window == 3);
  CHECK(run.points.at(100).loss == Approx(1)); // (0 + 1 + 2) / 3
}

TEST_CASE("a resumed run's starts follow each other", "[apps][plot]") {
  const written_runs all;
  const auto run =
      read(all.add("resumed", three_chunks + history_line(0.5, 3, 10, 1, 1, 0) + history_line(2, 4, 10, 1, 1, 0)));
  REQUIRE(run.points.size() == 5);
  CHECK(run.points[2].seconds == 4);
  CHECK(run.points[3].seconds == 4.5);
  CHECK(run.points[4].seconds == 6);
}

TEST_CASE("a torn line is left out, and told", "[apps][plot]") {
  const written_runs all;
  std::vector<std::string> notes;
  const auto run = read(all.add("killed", three_chunks + R"({"t":5,"worker":0,"ep)"), &notes);
  CHECK(run.points.size() == 3);
  REQUIRE(notes.size() == 1);
  CHECK(has(notes[0], "killed/history.jsonl:4: incomplete line"));
  read(all.add("twice", "{\n" + three_chunks + "{"), &notes);
  REQUIRE(notes.size() == 2);
  CHECK(has(notes[1], "twice/history.jsonl:1: incomplete line"));
  CHECK(has(notes[1], "and 1 more"));
}

TEST_CASE("a result of an earlier start is not drawn at the end", "[apps][plot]") {
  const written_runs all;
  const auto path = all.add("run", three_chunks);
  std::vector<std::string> notes;
  all.folder.write("run/result.json", R"({"rows":{"applied":40},"test":{"accuracy":0.5,"loss":1,"rows":8}})");
  CHECK_FALSE(read(path, &notes).test);
  all.folder.write("run/result.json", "{]");
  CHECK_FALSE(read(path, &notes).test);
  all.folder.write("run/result.json", R"({"rows":[]})");
  CHECK_FALSE(read(path, &notes).test);
  REQUIRE(notes.size() == 3);
  CHECK(has(notes[0], "from an earlier session"));
  CHECK(has(notes[1], "damaged"));
  CHECK(has(notes[2], "damaged"));
}

TEST_CASE("an axis is in the largest unit of which there are ten", "[apps][plot]") {
  const auto script = [](const char* against, double end) {
    run_series run;
    run.name = "r";
    run.points = {{end / 2, end / 2, end / 2}, {end, end, end}};
    const auto axis =
        std::find_if(axes().begin(), axes().end(), [&](const auto& one) { return one.name == std::string{against}; });
    return chart_script({run}, {quantities().front()}, *axis, picture_kind::svg);
  };
  CHECK(has(script("time", 599), "set xlabel 'time (s)'"));
  CHECK(has(script("time", 599), "\n599 "));
  CHECK(has(script("time", 600), "set xlabel 'time (min)'"));
  CHECK(has(script("time", 600), "\n10 "));
  CHECK(has(script("time", 35'999), "set xlabel 'time (min)'"));
  CHECK(has(script("time", 36'000), "set xlabel 'time (h)'"));
  CHECK(has(script("rows", 9'999), "set xlabel 'rows'"));
  CHECK(has(script("rows", 10'000), "set xlabel 'rows (thousands)'"));
  CHECK(has(script("commits", 1e7), "set xlabel 'commits (millions)'"));
}
