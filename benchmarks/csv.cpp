// How fast does CSV become a table, on all cores, from a file that the system has cached?
//
//   csv FILE [LABEL]     as one JSON line; scripts/bench-csv sets it beside pandas and numpy.loadtxt

#include "data/formats/csv/csv.hpp"
#include "benchmarks/arguments.hpp"
#include "benchmarks/w1.hpp"
#include "common/error.hpp"

#include <cstdio>
#include <filesystem>

namespace {

constexpr int rounds = 5;

void measure(const nlohmann::json& keys) {
  const auto megabytes = static_cast<double>(std::filesystem::file_size(keys.at("path").get<std::string>())) / 1e6;
  std::vector<double> speeds;
  std::size_t rows = 0;
  double check = 0; // of the first hundred rows, to compare with what others read
  for (int round = 0; round < rounds; ++round) {
    const auto begun = benchmark::now();
    const auto table = dk::data::csv::read({"csv", keys});
    speeds.push_back(megabytes / (benchmark::now() - begun));
    rows = table.rows();
    check = 0;
    for (const auto& column : table.columns()) {
      const auto floats = as_floats(column);
      const auto count = std::min<std::size_t>(rows, 100) * width(column);
      for (std::size_t i = 0; i < count; ++i)
        check += static_cast<double>(floats[i]);
    }
  }
  std::printf("{\"reader\": \"dk\", \"mb_s\": %.0f, \"rows\": %zu, \"check\": %.1f}\n", benchmark::median(speeds), rows,
              check);
}

} // namespace

int main(int argc, char** argv) {
  const benchmark::arguments given{argc, argv, "csv FILE [LABEL]"};
  const auto& words = given.words(1, 2);
  nlohmann::json keys{{"path", words[0]}};
  if (words.size() > 1)
    keys["label"] = words[1];
  if (!std::filesystem::is_regular_file(words[0]))
    given.refuse(words[0] + " is no file");
  try {
    measure(keys);
  } catch (const dk::failure& why) {
    given.refuse(why.what());
  }
}
