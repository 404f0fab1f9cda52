#include "tests/sources.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace fs = std::filesystem;

namespace dk::test {

const std::map<std::string, std::string>& sources() {
  static const auto all = [] {
    const fs::path root{DK_SOURCE_FOLDER};
    std::map<std::string, std::string> found;
    for (const auto& folder : fs::directory_iterator{root}) {
      if (!fs::exists(folder.path() / "CMakeLists.txt"))
        continue;
      for (const auto& entry : fs::recursive_directory_iterator{folder.path()}) {
        const auto kind = entry.path().extension();
        if (kind != ".hpp" && kind != ".cpp")
          continue;
        std::ostringstream text;
        text << std::ifstream{entry.path(), std::ios::binary}.rdbuf();
        found[entry.path().lexically_relative(root).generic_string()] = text.str();
      }
    }
    REQUIRE(found.size() > 100);
    return found;
  }();
  return all;
}

} // namespace dk::test
