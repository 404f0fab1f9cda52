#pragma once

#include "tests/apps/refusal.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace dk::test {

/// A folder with a small job on data.csv, whose [data] and [trainer] the test writes.
struct fit_job {
  temporary_folder folder;

  fit_job(const std::string& csv, const std::string& data, const std::string& layers, const std::string& trainer,
          int inputs = 2) {
    folder.write("data.csv", csv);
    folder.write("job.cfg", "name = \"fit\"\n[data]\n" + data + "\n[model]\ninput = [" + std::to_string(inputs) +
                                "]\nlayers = [" + layers + "]\n[trainer]\n" + trainer + "\n");
  }

  std::string path(const std::string& name) const { return folder.path(name); }

  outcome driver(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), DK_DRIVER);
    return run(arguments, {{}, folder.path("")});
  }

  /// Trains into the folder `out`, with these settings.
  outcome train(const std::string& out, const std::vector<std::string>& settings = {}) const {
    std::vector<std::string> command{"job.cfg", "--out", out, "-q", "--json"};
    for (const auto& setting : settings) {
      command.emplace_back("--set");
      command.push_back(setting);
    }
    return driver(std::move(command));
  }

  /// The same, which has to end well. @return what it printed
  nlohmann::json trained(const std::string& out, const std::vector<std::string>& settings = {}) const {
    const auto got = train(out, settings);
    INFO(got.err);
    REQUIRE(got.status == 0);
    return nlohmann::json::parse(got.out);
  }
};

} // namespace dk::test
