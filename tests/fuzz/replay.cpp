// Runs a fuzz target on every file of a folder, as it is and with small changes that are the same every time:
//   replay FOLDER [CHANGES OF EACH FILE]
// Some changes make it large, so that what it takes in memory is told from what any input takes.
#include "common/random.hpp"
#include "tests/fuzz/memory_meter.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr long usual_changes = 300;
constexpr long changes_per_large_one = 100;

using bytes = std::vector<std::uint8_t>;

bytes changed(bytes content, dk::random_stream& random) {
  for (auto edits = 1 + random.below(4); edits > 0 && !content.empty(); --edits) {
    const auto at = static_cast<bytes::difference_type>(random.below(content.size()));
    switch (random.below(4)) {
    case 0:
      content[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random());
      break;
    case 1:
      content.erase(content.begin() + at);
      break;
    case 2:
      content.insert(content.begin() + at, static_cast<std::uint8_t>(random()));
      break;
    default:
      content.resize(static_cast<std::size_t>(at));
    }
  }
  return content;
}

// A part of it is repeated, lines as a whole where there are any.
bytes grown(bytes content, dk::random_stream& random) {
  if (content.empty())
    return content;
  auto first = random.below(content.size());
  auto last = first + 1 + random.below(content.size() - first);
  const auto ends = std::count(content.begin(), content.end(), '\n');
  if (ends > 1 && random.below(4) > 0) {
    const auto behind_line = [&](std::uint64_t number) {
      auto at = content.begin();
      for (; number > 0; --number)
        at = std::find(at, content.end(), '\n') + 1;
      return static_cast<std::uint64_t>(at - content.begin());
    };
    const auto line = random.below(static_cast<std::uint64_t>(ends));
    first = behind_line(line);
    last = behind_line(line + 1);
  }
  const bytes part{content.begin() + static_cast<bytes::difference_type>(first),
                   content.begin() + static_cast<bytes::difference_type>(last)};
  bytes middle;
  for (const auto size = std::size_t{1} << (12 + random.below(9)); middle.size() < size;)
    middle.insert(middle.end(), part.begin(), part.end());
  content.insert(content.begin() + static_cast<bytes::difference_type>(last), middle.begin(), middle.end());
  return content;
}

// What is replayed, told when the target ends the program.
std::string current;

void tell_current(int) {
  const auto written = write(STDERR_FILENO, current.data(), current.size());
  static_cast<void>(written); // the program ends anyway
}

void replay(const std::filesystem::path& path, long changes) {
  std::ifstream file{path, std::ios::binary};
  const bytes content{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  const auto run = [&](const bytes& input, long change) {
    current = "replay: it was " + path.string() + (change < 0 ? "" : ", change " + std::to_string(change)) + '\n';
    LLVMFuzzerTestOneInput(input.data(), input.size());
  };
  run(content, -1);
  dk::random_stream random{content.size()};
  for (long i = 0; i < changes; ++i)
    run((i + 1) % changes_per_large_one == 0 ? grown(content, random) : changed(content, random), i);
}

} // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  const auto changes = argc == 3 ? std::strtol(argv[2], nullptr, 10) : usual_changes;
  if (argc == 2 || argc == 3)
    for (const auto& entry : std::filesystem::directory_iterator{argv[1]})
      files.push_back(entry.path());
  if (files.empty()) {
    std::fputs("usage: replay FOLDER [CHANGES], with a file in it at least\n", stderr);
    return 2;
  }
  std::signal(SIGABRT, tell_current);
  for (const auto& path : files)
    replay(path, changes);
  std::printf("%ld inputs", static_cast<long>(files.size()) * (changes + 1));
  if (dk::fuzz::memory_meter::is_there())
    std::printf(", at most %.0f %% of the memory that they may take\n", 100 * dk::fuzz::largest_share());
  else
    std::puts("; memory is measured under AddressSanitizer only");
  return 0;
}
