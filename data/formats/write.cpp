#include "data/formats/write.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace dk::data {

namespace {

struct writer {
  const char* ending;
  void (*write)(const table& from, std::ostream& to);
};

constexpr std::array writers{writer{".csv", write_csv}, writer{".jsonl", write_json_lines}, writer{".npy", write_npy}};

const writer& find(const std::string& path) {
  const auto ending = std::filesystem::path{path}.extension().string();
  std::vector<std::string> known;
  for (const auto& one : writers) {
    if (ending == one.ending)
      return one;
    known.emplace_back(one.ending);
  }
  throw failure{errc::usage, path + ": its format is told by its name, which ends in one of: " + join(known)};
}

} // namespace

void check_writable(const std::string& path) {
  find(path);
}

void write(const table& from, const std::string& path) {
  const auto& how = find(path);
  const auto draft = path + ".tmp";
  const auto fail = [&] { throw failure{errc::resources, "cannot write " + path + ": " + std::strerror(errno)}; };
  {
    std::ofstream to{draft, std::ios::binary};
    if (!to)
      fail();
    try {
      how.write(from, to);
    } catch (const failure&) {
      to.close();
      std::remove(draft.c_str());
      throw;
    }
    to.flush();
    if (!to)
      fail();
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0)
    fail();
}

} // namespace dk::data
