// What is compiled with its neighbours can lack an include that one of them brings. So it is read off the text: a file
// that names something of the standard library has the header, itself or through files of ours that it includes.
#include "tests/sources.hpp"

#include <catch2/catch.hpp>
#include <cctype>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using dk::test::sources;

namespace {

using files = std::map<std::string, std::string>;

const std::map<std::string, std::vector<std::string>> names_of_headers{
    {"algorithm",
     {"all_of",      "any_of",      "clamp",       "copy",    "copy_n",      "count",     "count_if",    "equal",
      "fill",        "fill_n",      "find",        "find_if", "generate",    "is_sorted", "lower_bound", "max",
      "max_element", "min",         "min_element", "none_of", "nth_element", "replace",   "reverse",     "rotate",
      "sort",        "stable_sort", "transform",   "unique",  "upper_bound"}},
    {"array", {"array"}},
    {"atomic", {"atomic"}},
    {"chrono", {"chrono"}},
    {"cmath",
     {"abs", "cos", "exp", "floor", "isfinite", "isnan", "log", "log1p", "pow", "round", "sin", "sqrt", "tanh"}},
    {"cstring", {"memcmp", "memcpy", "memset", "strerror"}},
    {"deque", {"deque"}},
    {"filesystem", {"filesystem"}},
    {"fstream", {"ifstream", "ofstream"}},
    {"functional", {"function"}},
    {"limits", {"numeric_limits"}},
    {"map", {"map", "multimap"}},
    {"memory", {"make_shared", "make_unique", "shared_ptr", "unique_ptr", "weak_ptr"}},
    {"numeric", {"accumulate", "inner_product", "iota"}},
    {"optional", {"nullopt", "optional"}},
    {"regex", {"regex", "regex_search", "smatch"}},
    {"set", {"set"}},
    {"sstream", {"istringstream", "ostringstream"}},
    {"string", {"string", "to_string"}},
    {"string_view", {"string_view"}},
    {"thread", {"this_thread", "thread"}},
    {"tuple", {"tie", "tuple"}},
    {"unordered_map", {"unordered_map"}},
    {"variant", {"variant", "visit"}},
    {"vector", {"vector"}}};

// A line without what stands in quotes or in a comment; an include as it is.
std::string code_of(const std::string& line) {
  if (line.rfind("#include", 0) == 0)
    return line;
  std::string code;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!quoted && line.compare(i, 2, "//") == 0)
      break;
    if (quoted && line[i] == '\\')
      ++i;
    else if (!quoted && line.compare(i, 3, "'\"'") == 0)
      i += 2;
    else if (line[i] == '"')
      quoted = !quoted;
    else if (!quoted)
      code += line[i];
  }
  return code;
}

struct mentions {
  std::set<std::string> headers; // of the standard library and of others
  std::set<std::string> ours;    // as they are written
  std::set<std::string> names;   // behind std::
};

mentions read(const std::string& text) {
  mentions found;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    const auto code = code_of(line);
    if (code.rfind("#include", 0) == 0) {
      const auto start = code.find_first_of("<\"");
      const auto end = code.find_first_of(">\"", start + 1);
      (code[start] == '<' ? found.headers : found.ours).insert(code.substr(start + 1, end - start - 1));
      continue;
    }
    for (auto at = code.find("std::"); at != std::string::npos; at = code.find("std::", at)) {
      const auto start = at += 5;
      while (at < code.size() && (std::isalnum(static_cast<unsigned char>(code[at])) != 0 || code[at] == '_'))
        ++at;
      found.names.insert(code.substr(start, at - start));
    }
  }
  return found;
}

// The headers that a file has through these: itself and all that it includes.
void gather(const std::string& path, const std::map<std::string, mentions>& all, std::set<std::string>& visited,
            std::set<std::string>& headers) {
  const auto found = all.find(path);
  if (found == all.end() || !visited.insert(path).second)
    return;
  headers.insert(found->second.headers.begin(), found->second.headers.end());
  for (const auto& one : found->second.ours) {
    gather(one, all, visited, headers);
    gather((std::filesystem::path{path}.parent_path() / one).lexically_normal().generic_string(), all, visited,
           headers);
  }
}

std::vector<std::string> missing_includes(const files& tree) {
  std::map<std::string, mentions> all;
  for (const auto& [path, text] : tree)
    all.emplace(path, read(text));
  std::vector<std::string> missing;
  for (const auto& [path, file] : all) {
    std::set<std::string> visited;
    std::set<std::string> headers;
    gather(path, all, visited, headers);
    for (const auto& [header, names] : names_of_headers)
      for (const auto& name : names)
        if (file.names.count(name) != 0 && headers.count(header) == 0)
          missing.push_back(path + ": std::" + name + " needs <" + header + ">");
  }
  return missing;
}

} // namespace

TEST_CASE("every file has the standard headers that it needs", "[includes]") {
  for (const auto& one : missing_includes(sources()))
    FAIL_CHECK(one);
}

TEST_CASE("a standard header that is missing is found", "[includes]") {
  using lines = std::vector<std::string>;
  CHECK(missing_includes({{"nn/a.cpp", "int x = std::max(1, 2); // std::map\nconst char* s = \"std::set\\\"\";"}}) ==
        lines{"nn/a.cpp: std::max needs <algorithm>"});
  CHECK(missing_includes({{"nn/a.cpp", "#include <algorithm>\nint x = std::max(1, 2);"}}).empty());
  const files through{{"nn/a.cpp", "#include \"nn/b.hpp\"\nstd::vector<int> x;"},
                      {"nn/b.hpp", "#include \"c.hpp\""},
                      {"nn/c.hpp", "#include \"nn/b.hpp\"\n#include <vector>"}};
  CHECK(missing_includes(through).empty());
  CHECK(missing_includes({{"a.hpp", "std::vector<std::string> x;"}}) ==
        lines{"a.hpp: std::string needs <string>", "a.hpp: std::vector needs <vector>"});
}
