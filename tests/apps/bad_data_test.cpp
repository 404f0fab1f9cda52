// As bad_input_test.cpp: data, configs and model files that are not what they seem, each with its one line.

#include "tests/apps/refusal.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace dk::test;

namespace {

struct bad_data_job : toy_job {
  /// Refused with this status, in one line that starts with the code and has all of `parts`.
  void refuses(const std::vector<std::string>& arguments, int status, const std::string& code,
               const std::vector<std::string>& parts) const {
    auto all = arguments;
    all.insert(all.begin(), DK_DRIVER);
    check_refused(run(all, {{}, path("")}, seconds{30}), status, code, parts);
  }

  /// Of data, as a source with these keys besides.
  void refuses_data(const std::string& format, const std::string& content, const std::vector<std::string>& parts,
                    const std::string& more = "") const {
    folder.write("bad", content);
    refuses({config, "--set", "data.train={format=\"" + format + "\",path=\"bad\"" + more + '}'}, 3, "E_DATA", parts);
  }

  /// Of a config of this content.
  void refuses_config(const std::string& content, const std::vector<std::string>& parts) const {
    folder.write("bad.cfg", content);
    refuses({"bad.cfg"}, 2, "E_CONFIG", parts);
  }
};

} // namespace

TEST_CASE("text that is not what the source says", "[apps][bad_input]") {
  const bad_data_job job;
  job.refuses_data("csv", "x,y,label\n1,2,a\n3,4,caf\xE9\n", {"bad:3:5", "`label`", "0xE9", "encoding = \"latin1\""});
  job.refuses_data("csv", "x,\xE9,label\n1,2,a\n", {"bad:1:3", "column 2", "not UTF-8", "encoding"});
  job.refuses_data("json_lines", "{\"x\": \"caf\xE9\"}\n", {"bad:1:11", "0xE9", "encoding"});
  job.refuses_data("csv", std::string("\xFF\xFEx\0,\0", 6), {"bad:1", "UTF-16", "`encoding` to \"utf-16\""});
  job.refuses_data("csv", "x,y\n1", {"bad:1", "ends within a character", "`encoding`"},
                   ",encoding=\"utf-16le\",label=\"y\"");
  job.refuses_data("csv", "x,y,label\r1,2,0\r", {"bad:1:5", "carriage return", "tr '\\r' '\\n'"});
  job.refuses_data("csv", "x,y,label\n1,20,2,0\n", {"bad:2", "4 fields where the header has 3"});
  job.refuses_data("csv", "x;y;label\n1,20;2;0\n", {"bad:2:1", "\"1,20\"", "a decimal point"}, ",delimiter=\";\"");
  job.refuses_data("csv", "x,y,label\n1e400,2,0\n", {"bad:2:1", "1e400", "no double can hold"});
  job.refuses_data("csv", "x,y,x,label\n1,2,3,0\n", {"bad:1:5", "`x` twice", "rename one"});
  job.refuses_data("json_lines", "{\"x\": 1, \"x\": 2, \"label\": 0}\n", {"bad:1", "`x` twice"});
  job.refuses_data("json_lines", "{\"x\": Infinity, \"label\": 0}\n", {"bad:1:7", "Infinity", "null"});
  job.refuses_data("json_lines", "{\"x\": [NaN, 1], \"label\": 0}\n", {"row 0", "nan", "`impute`"}, ",features=\"x\"");
}

TEST_CASE("a config that is no text, or goes too deep", "[apps][bad_input]") {
  const bad_data_job job;
  job.refuses_config(std::string("\xFF\xFEn\0a\0", 6), {"bad.cfg: ", "UTF-16", "save the config as UTF-8"});
  job.refuses_config("name = \"x\"\r[data]\r", {"bad.cfg: ", "carriage returns", "tr '\\r' '\\n'"});
  job.refuses_config("name = \"caf\xE9\"\n", {"bad.cfg:1:", "utf-8"});
  std::string key = "a";
  for (int i = 0; i < 50'000; ++i)
    key += ".a";
  job.refuses_config("# a.b\n" + key + " = 1\n", {"bad.cfg:2:64", "more than 32 parts"});
  job.refuses_config("x = " + std::string(50'000, '['), {"bad.cfg:1:69", "more than 64 brackets"});
  job.refuses({job.config, "--set", key.substr(0, 20'000) + "=1"}, 2, "E_CONFIG", {"--set a.a", "more than 32 parts"});
  job.refuses({"/dev/zero"}, 2, "E_CONFIG", {"/dev/zero", "a device", "name the config file"});
}

TEST_CASE("paths that lead nowhere, and files that never end", "[apps][bad_input]") {
  const bad_data_job job;
  std::filesystem::create_symlink("loop", job.path("loop"));
  REQUIRE(::mkfifo(job.path("pipe").c_str(), 0600) == 0);
  const std::string loop = "symbolic links";
  job.refuses({"loop"}, 2, "E_CONFIG", {"loop", loop});
  job.refuses({"summary", "loop"}, 3, "E_DATA", {"loop", loop});
  job.refuses({"predict", "--model", "loop", "--data", "points.csv"}, 4, "E_MODEL", {"loop", loop});
  job.refuses({job.config, "--set", R"(data.train={format="csv",path="loop"})"}, 3, "E_DATA", {"loop", loop});
  for (const std::string path : {"pipe", "/dev/zero"}) {
    job.refuses({"summary", path}, 3, "E_DATA", {path, "a pipe or a device", "predict --data -"});
    job.refuses({job.config, "--set", "data.train={format=\"csv\",path=\"" + path + "\"}"}, 3, "E_DATA",
                {path, "a pipe or a device"});
    job.refuses({"evaluate", "--model", path, "--data", "points.csv"}, 4, "E_MODEL", {path, "a pipe or a device"});
  }
}

TEST_CASE("a column that a transform would change in vain", "[apps][bad_input]") {
  const bad_data_job job;
  const auto with = [](const std::string& transform) { return "data.transforms=[{" + transform + "}]"; };
  job.refuses({job.config, "--set", with("standard={column=\"x\"}")}, 2, "E_CONFIG",
              {"`standard`", "column `x`", "neither `features` nor `label`", "`assemble`"});
  job.refuses({job.config, "--set", with("string_index={column=\"lable\"}")}, 2, "E_CONFIG", {"`lable`"});
  job.refuses({job.config, "--set", with("string_index={column=\"kind\",to=\"label\"}")}, 3, "E_DATA",
              {"points.csv:1", "no column `kind`", "x, y, label"});
}
