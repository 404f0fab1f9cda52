#include "data/formats/catalog.hpp"
#include "data/formats/column_file.hpp"
#include "data/formats/shards.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <cstring>

using namespace dk::test;
using dk::errc;
using values = std::vector<double>;
namespace shards = dk::data::shards;

namespace {

dk::data::table rows() {
  dk::data::table t;
  const std::vector<float> floats{1, 2, 3, 4, 5, 6};
  t.put({"features", {3}, dk::block::copy_of(floats.data(), floats.size()), "f", {"a", "b", "c"}});
  t.put({"label", {}, std::vector<std::uint8_t>{1, 0}, "f", {}});
  t.put({"word", {}, texts_of({"one", ""}), "f", {}});
  t.put({"big", {}, std::vector<std::int64_t>{-1, 9007199254740993}, "f", {}});
  return t;
}

std::string content(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void put(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

} // namespace

TEST_CASE("shards give back what was written, packed or not", "[data][shards]") {
  for (const bool packed : {false, true}) {
    const temporary_folder folder;
    const auto path = folder.path("s");
    shards::write(rows(), {}, path, packed);
    CHECK(dk::data::source_of(path) == dk::spec{"shards", {{"path", path}}});
    const auto t = dk::data::read({"shards", {{"path", path}}});
    CHECK(t.rows() == 2);
    CHECK(values_of(t, "features") == values{1, 2, 3, 4, 5, 6});
    CHECK(t.at("features").shape == std::vector<std::size_t>{3});
    CHECK(t.at("features").fields == std::vector<std::string>{"a", "b", "c"});
    CHECK(type_name(t.at("label")) == "u8");
    CHECK(words_of(t, "word") == std::vector<std::string>{"one", ""});
    CHECK(std::get<std::vector<std::int64_t>>(t.at("big").values)[1] == 9007199254740993);
    CHECK(reinterpret_cast<std::uintptr_t>(as_floats(t.at("features")).data()) % 64 == 0);
    const auto some = dk::data::read({"shards", {{"path", path}, {"features", "big"}}});
    CHECK(some.names() == std::vector<std::string>{"features", "label"});
  }
}

TEST_CASE("large columns have many blocks", "[data][shards]") {
  const temporary_folder folder;
  std::vector<float> floats(3'000'001);
  for (std::size_t i = 0; i < floats.size(); ++i)
    floats[i] = static_cast<float>(i % 1000);
  for (const bool packed : {false, true}) {
    const auto path = folder.path(packed ? "p" : "u");
    const auto seal = dk::data::write_column_file(path, floats.data(), floats.size() * 4, packed);
    const auto back = dk::data::read_column_file(path);
    CHECK(back.seal == seal);
    REQUIRE(back.size == floats.size() * 4);
    CHECK(std::memcmp(back.bytes.get(), floats.data(), back.size) == 0);
    auto bytes = content(path);
    const auto at = bytes.size() - 100;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    put(path, bytes);
    CHECK(failure_in(folder, errc::data, [&] { dk::data::read_column_file(path); }).find("is damaged in") !=
          std::string::npos);
  }
  CHECK(std::filesystem::file_size(folder.path("p")) < floats.size());
}

TEST_CASE("every torn and every flipped byte of shards is noticed and named", "[data][shards]") {
  for (const bool packed : {false, true}) {
    const temporary_folder folder;
    const auto path = folder.path("s");
    shards::write(rows(), {}, path, packed);
    const auto error = [&] {
      return failure_in(folder, errc::data, [&] { dk::data::read({"shards", {{"path", path}}}); });
    };
    for (const auto& entry : std::filesystem::directory_iterator{path}) {
      const auto name = "s/" + entry.path().filename().string();
      const auto whole = content(entry.path());
      const bool is_text = name == "s/schema.json";
      for (std::size_t i = 0; i < whole.size(); ++i) {
        auto changed = whole;
        changed[i] = static_cast<char>(changed[i] ^ 4); // a blank of the schema becomes no blank
        put(entry.path(), changed);
        const auto why = error();
        if (why.find(name) != 0)
          FAIL("byte " << i << " of " << name << " was changed: " << why);
        if (is_text && i + 2 >= whole.size())
          continue; // the line end behind the schema says nothing
        put(entry.path(), whole.substr(0, i));
        const auto torn = error();
        if (torn.find(name) != 0)
          FAIL(name << " ended at byte " << i << ": " << torn);
      }
      put(entry.path(), whole);
      CHECK(error() == "no failure");
    }
  }
}

TEST_CASE("a column of another folder is noticed", "[data][shards]") {
  const temporary_folder folder;
  auto other = rows();
  other.put({"label", {}, std::vector<std::uint8_t>{0, 0}, "f", {}});
  shards::write(rows(), {}, folder.path("s"), false);
  shards::write(other, {}, folder.path("t"), false);
  std::filesystem::copy_file(folder.path("t/column-1.col"), folder.path("s/column-1.col"),
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(failure_in(folder, errc::data, [&] {
          shards::read({"shards", {{"path", folder.path("s")}}});
        }) == "s/column-1.col: is not the file that its schema was written for; prepare the data again");
  CHECK(failure_in(folder, errc::usage, [&] { shards::write(rows(), {}, folder.path("s"), false); }) ==
        "s: holds something already; choose another --out");
  std::filesystem::remove(folder.path("s/schema.json"));
  CHECK(failure_in(folder, errc::data, [&] {
          shards::read({"shards", {{"path", folder.path("s")}}});
        }) == "s: has no schema.json, so that it holds no data, or not yet; prepare the data again");
}

TEST_CASE("shards know what their rows have been through", "[data][shards]") {
  const temporary_folder folder;
  auto t = numbers({1, 3});
  const auto fitted = dk::data::fit({{"standard", {{"column", "x"}}}}, t);
  shards::write(t, fitted, folder.path("s"), false);
  CHECK(to_text(dk::data::prepared_by({"shards", {{"path", folder.path("s")}}})) == to_text(fitted));
}
