#pragma once

#include "common/error.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>

namespace dk::test {

/// A folder that goes away with the test.
class temporary_folder {
public:
  temporary_folder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            ("dk_test_" + std::to_string(getpid()) + '_' + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path(const std::string& name) const { return (path_ / name).string(); }

  /// Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream{path(name), std::ios::binary} << content;
    return path(name);
  }

private:
  std::filesystem::path path_;
};

/// All bytes of a file; none when there is no such file.
inline std::string file_bytes(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The text of the failure with which `f` ends, and "no failure" when it does not.
template <class F>
std::string failure_of(errc code, F f) {
  try {
    f();
  } catch (const failure& why) {
    CHECK(code_name(why.code()) == code_name(code));
    return why.what();
  }
  return "no failure";
}

/// As failure_of, with every `folder` taken out of the text.
template <class F>
std::string failure_in(const temporary_folder& folder, errc code, F f) {
  auto text = failure_of(code, std::move(f));
  const auto prefix = folder.path("");
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
    text.erase(at, prefix.size());
  return text;
}

} // namespace dk::test
