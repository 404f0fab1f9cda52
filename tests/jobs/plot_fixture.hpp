#pragma once

#include "jobs/plots/gnuplot.hpp"
#include "tests/jobs.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <string>
#include <vector>

namespace dk::test {

/// A line of history.jsonl.
inline std::string history_line(double t, int chunk, int rows, double accuracy, double loss, int staleness) {
  return fmt::format(R"({{"t":{},"worker":0,"epoch":0,"chunk":{},"rows":{},"batches":1,"loss":{},"accuracy":{},)"
                     R"("seconds":0.1,"waiting":0,"staleness":{}}})"
                     "\n",
                     t, chunk, rows, loss, accuracy, staleness);
}

/// Three chunks: after 1, 2 and 4 seconds.
inline const std::string three_chunks =
    history_line(1, 0, 10, 0.25, 2, 0) + history_line(2, 1, 30, 0.5, 1, 2) + history_line(4, 2, 20, 0.75, 0.5, 1);

/// A folder with runs as a test writes them.
struct written_runs {
  temporary_folder folder;

  std::string path(const std::string& name) const { return folder.path(name); }

  std::string add(const std::string& name, const std::string& history, const std::string& algorithm = "adag") const {
    std::filesystem::create_directories(path(name));
    folder.write(name + "/config.resolved.toml", "[trainer]\nalgorithm = \"" + algorithm + "\"\n");
    folder.write(name + "/history.jsonl", history);
    return path(name);
  }
  outcome plot(std::vector<std::string> arguments, const std::map<std::string, std::string>& variables = {}) const {
    arguments.insert(arguments.begin(), {DK_DRIVER, "plot"});
    return run(arguments, {variables, path("")});
  }
};

inline bool no_gnuplot() {
  try {
    run_gnuplot("print 1; set print '-'; print 1\n");
    return false;
  } catch (const failure& why) {
    WARN("skipped: " << why.what());
    return true;
  }
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace dk::test
