// Runs a fuzz target on every file of a folder, as it is and with small changes that are the same every time:
//   replay FOLDER [CHANGES OF EACH FILE]
#include "common/random.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr long usual_changes = 300;

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
  for (const auto& path : files) {
    std::ifstream file{path, std::ios::binary};
    const bytes content{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
    LLVMFuzzerTestOneInput(content.data(), content.size());
    dk::random_stream random{content.size()};
    for (long i = 0; i < changes; ++i) {
      const auto other = changed(content, random);
      LLVMFuzzerTestOneInput(other.data(), other.size());
    }
  }
  return 0;
}
