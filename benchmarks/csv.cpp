// How fast does CSV become a table, on all cores, from a file that the system has cached?
//
//   csv FILE [LABEL]     as one JSON line; scripts/bench-csv sets it beside pandas and numpy.loadtxt

#include "data/formats/csv/csv.hpp"
#include "benchmarks/w1.hpp"

#include <cstdio>
#include <filesystem>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: csv FILE [LABEL]\n", stderr);
    return 2;
  }
  nlohmann::json keys{{"path", argv[1]}};
  if (argc > 2)
    keys["label"] = argv[2];
  const auto megabytes = static_cast<double>(std::filesystem::file_size(argv[1])) / 1e6;
  constexpr int rounds = 5;
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
