#pragma once

#include "tests/process.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <string>
#include <vector>

// DK_DRIVER, DK_NODE and DK_EXAMPLES are definitions of CMake.

namespace dk::test {

/// Rows of two numbers and a class, which says on which side of a line the point lies.
inline std::string points_csv(int rows) {
  std::string text = "x,y,label\n";
  unsigned state = 1;
  const auto next = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<int>(state >> 16U) % 2001 - 1000;
  };
  for (int i = 0; i < rows; ++i) {
    const int x = next();
    const int y = next();
    text += std::to_string(x) + "e-3," + std::to_string(y) + "e-3," + (x + 2 * y > 0 ? "1" : "0") + '\n';
  }
  return text;
}

/// A folder with a small job in it: points.csv and points.cfg, two workers.
struct toy_job {
  temporary_folder folder;
  std::string data;
  std::string config;

  /// @param more keys of [trainer], one a line
  explicit toy_job(int rows = 600, const std::string& more = "epochs = 3\n", int units = 8)
      : data(folder.write("points.csv", points_csv(rows))),
        config(folder.write("points.cfg", R"(name = "points"
[data]
train = { format = "csv", path = "points.csv" }
test = { format = "csv", path = "points.csv" }
[model]
input = [2]
layers = [ { dense = )" + std::to_string(units) +
                                              R"(, activation = "tanh" }, { dense = 2, activation = "softmax" } ]
[trainer]
workers = 2
batch_size = 10
optimizer = { name = "adam", learning_rate = 0.02 }
)" + more)) {}

  std::string path(const std::string& name) const { return folder.path(name); }

  /// dk_driver on this job, started in the folder.
  std::vector<std::string> command(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{DK_DRIVER, config};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  outcome train(const std::vector<std::string>& more = {}) const { return run(command(more), {{}, path("")}); }
};

/// A job of a few seconds, so that a test can meet it in the middle: epochs of 400 chunks.
inline toy_job long_job(int epochs) {
  return toy_job{4000, "epochs = " + std::to_string(epochs) + "\ncommunication_window = 1\n", 512};
}

/// The last line that starts with this; empty when there is none.
inline std::string line_with(const std::string& text, const std::string& start) {
  const auto lines = lines_of(text);
  const auto found = std::find_if(lines.rbegin(), lines.rend(),
                                  [&](const std::string& line) { return line.compare(0, start.size(), start) == 0; });
  return found == lines.rend() ? "" : *found;
}

/// Whether the text says that rows were trained, none lost and none twice.
inline bool rows_balance(const std::string& text) {
  const auto line = line_with(text, "rows: ");
  INFO(text);
  CHECK(line.find(" 0 lost, 0 doubled (") != std::string::npos);
  const auto expected = line.substr(0, line.find(" expected"));
  CHECK(line.find(", " + expected.substr(std::min<std::size_t>(6, expected.size())) + " applied,") !=
        std::string::npos);
  return !line.empty() && line.find("rows: 0 ") != 0;
}

} // namespace dk::test
