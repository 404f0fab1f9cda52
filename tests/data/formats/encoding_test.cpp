// Text in other encodings than UTF-8, and bytes that are text in none.

#include "data/formats/bytes/encoding.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/json/json_lines.hpp"
#include "tests/data/streams.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>

using namespace dk::test;
using dk::errc;
using dk::spec;
using dk::data::first_not_utf8;
using words_list = std::vector<std::string>;

namespace {

// Text of characters below 256 in UTF-16.
std::string utf16(const std::string& latin, bool big, bool mark) {
  std::string bytes = mark ? (big ? "\xFE\xFF" : "\xFF\xFE") : "";
  for (const auto c : latin) {
    bytes += big ? '\0' : c;
    bytes += big ? c : '\0';
  }
  return bytes;
}

} // namespace

TEST_CASE("UTF-8 is told from what is not", "[data][encoding]") {
  for (const std::string good : {"", "plain", "caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "eight by\xC3\xA9te",
                                 "\xED\x9F\xBF\xEE\x80\x80", "\xF4\x8F\xBF\xBF"})
    CHECK(first_not_utf8(good) == std::string::npos);
  using bad = std::pair<std::string, std::size_t>;
  for (const auto& [text, at] :
       {bad{"caf\xE9", 3}, bad{"\xC3", 0}, bad{"\x80", 0}, bad{"\xC0\xAF", 0}, bad{"\xE0\x9F\xBF", 0},
        bad{"\xED\xA0\x80", 0}, bad{"\xF0\x8F\xBF\xBF", 0}, bad{"\xF4\x90\x80\x80", 0}, bad{"\xF5\x80\x80\x80", 0},
        bad{std::string{"a\0b", 3}, 1}, bad{"long enough for eight \xFF", 22}}) {
    INFO(text);
    CHECK(first_not_utf8(text) == at);
  }
}

TEST_CASE("text in another encoding is read as what it says", "[data][encoding]") {
  const temporary_folder folder;
  const std::string rows = "a,label\n1,caf\xE9\n2,th\xE9\n3,caf\xE9\n";
  const std::string objects = "{\"a\": 1, \"label\": \"caf\xE9\"}\n{\"a\": 2, \"label\": \"th\xE9\"}\n";
  struct one {
    std::string encoding;
    std::string (*made)(const std::string&);
  };
  for (const auto& [encoding, made] :
       {one{"latin1", [](const std::string& text) { return text; }},
        one{"windows-1252", [](const std::string& text) { return text; }},
        one{"utf-16", [](const std::string& text) { return utf16(text, false, true); }},
        one{"utf-16", [](const std::string& text) { return utf16(text, true, true); }},
        one{"utf-16", [](const std::string& text) { return utf16(text, false, false); }},
        one{"utf-16le", [](const std::string& text) { return utf16(text, false, false); }},
        one{"utf-16le", [](const std::string& text) { return utf16(text, false, true); }},
        one{"utf-16be", [](const std::string& text) { return utf16(text, true, false); }}}) {
    INFO(encoding);
    const spec csv{"csv", {{"path", folder.write("x.csv", made(rows))}, {"encoding", encoding}}};
    CHECK(words_of(dk::data::read(csv), "label") == words_list{"caf\xC3\xA9", "th\xC3\xA9", "caf\xC3\xA9"});
    CHECK(words_of(all_of(csv, 7), "label") == words_of(dk::data::read(csv), "label"));
    const spec lines{"json_lines", {{"path", folder.write("x.jsonl", made(objects))}, {"encoding", encoding}}};
    CHECK(words_of(dk::data::read(lines), "label") == words_list{"caf\xC3\xA9", "th\xC3\xA9"});
    CHECK(words_of(all_of(lines, 9), "label") == words_of(dk::data::read(lines), "label"));
  }
}

TEST_CASE("bytes that are not UTF-8 are refused where they stand", "[data][encoding]") {
  const temporary_folder folder;
  const auto error = [&](const std::string& format, const std::string& text, const std::string& encoding = "utf-8") {
    const spec source{format, {{"path", folder.write("x", text)}, {"encoding", encoding}}};
    const auto read = failure_in(folder, errc::data, [&] { dk::data::read(source); });
    CHECK(failure_in(folder, errc::data, [&] { all_of(source, 16); }) == read);
    return read;
  };
  const std::string hint =
      ", which is not UTF-8; save the file as UTF-8, or set `encoding`, as in encoding = \"latin1\"";
  CHECK(error("csv", "a,label\n1,tea\n2,caf\xE9\n") == "x:3:3: field `label` holds the byte 0xE9" + hint);
  CHECK(error("csv", "gr\xF6\xDF,b\n1,2\n") == "x:1:1: the name of column 1 holds the byte 0xF6" + hint);
  CHECK(error("json_lines", "{\"a\": \"x\"}\n{\"a\": \"\xE9\"}\n") == "x:2:8: holds the byte 0xE9" + hint);
  CHECK(error("csv", utf16("a,b\n1,2\n", false, true)) ==
        "x:1: starts as text in UTF-16; set `encoding` to \"utf-16\", or save the file as UTF-8");
  CHECK(error("csv", utf16("a,b\n1,2\n", true, false)).find("x:1: holds a zero byte") == 0);
  CHECK(error("json_lines", utf16("{\"a\": 1}\n", false, true)).find("x:1: starts as text in UTF-16") == 0);
  CHECK(error("csv", utf16("a,b\n1,2\n", false, true) + "\n", "utf-16") ==
        "x:3: ends within a character; set `encoding` to what the file is in");
  CHECK(error("csv", "a,label\n1,\x81\n", "windows-1252").find("x:2: holds bytes that are no windows-1252") == 0);
}

TEST_CASE("the format of text in UTF-16 is told", "[data][encoding]") {
  const temporary_folder folder;
  for (const bool mark : {true, false})
    for (const bool big : {true, false}) {
      CHECK(dk::data::source_of(folder.write("x", utf16("a,b\n1,2\n", big, mark))).name == "csv");
      CHECK(dk::data::source_of(folder.write("x", utf16("{\"a\": 1}\n", big, mark))).name == "json_lines");
    }
  CHECK(dk::data::source_of(folder.write("x", "\xEF\xBB\xBF{\"a\": 1}\n")).name == "json_lines");
}

TEST_CASE("an encoding that there is not is refused with the nearest", "[data][encoding]") {
  CHECK(failure_of(errc::config, [] {
          dk::data::check_source({"csv", {{"path", "x"}, {"encoding", "latin-1"}}});
        }).find("did you mean \"latin1\"?") != std::string::npos);
}
