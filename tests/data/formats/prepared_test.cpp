#include "data/batches.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/prepared/column_file.hpp"
#include "data/formats/prepared/column_writer.hpp"
#include "data/formats/prepared/prepared.hpp"
#include "data/formats/prepared/prepared_writer.hpp"
#include "data/rows.hpp"
#include "tests/data/tables.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <iterator>

using namespace dk::test;
using dk::errc;
using values = std::vector<double>;
namespace prepared = dk::data::prepared;

namespace {

dk::data::table prepared_rows() {
  dk::data::table t;
  const std::vector<float> floats{1, 2, 3, 4, 5, 6};
  t.put({"features", {3}, dk::block::copy_of(floats.data(), floats.size()), "f", {"a", "b", "c"}});
  t.put({"label", {}, std::vector<std::uint8_t>{1, 0}, "f", {}});
  t.put({"word", {}, texts_of({"one", ""}), "f", {}});
  t.put({"big", {}, std::vector<std::int64_t>{-1, 9007199254740993}, "f", {}});
  return t;
}

void put(const std::string& path, const std::string& bytes) {
  std::ofstream{path, std::ios::binary} << bytes;
}

} // namespace

TEST_CASE("prepared folders give back what was written, packed or not", "[data][prepared]") {
  for (const bool packed : {false, true}) {
    const temporary_folder folder;
    const auto path = folder.path("s");
    prepared::write(prepared_rows(), {}, path, packed);
    CHECK(dk::data::source_of(path) == dk::spec{"prepared", {{"path", path}}});
    const auto t = dk::data::read({"prepared", {{"path", path}}});
    CHECK(t.rows() == 2);
    CHECK(values_of(t, "features") == values{1, 2, 3, 4, 5, 6});
    CHECK(t.at("features").shape == std::vector<std::size_t>{3});
    CHECK(t.at("features").fields == std::vector<std::string>{"a", "b", "c"});
    CHECK(type_name(t.at("label")) == "u8");
    CHECK(words_of(t, "word") == std::vector<std::string>{"one", ""});
    CHECK(std::get<std::vector<std::int64_t>>(t.at("big").values)[1] == 9007199254740993);
    CHECK(reinterpret_cast<std::uintptr_t>(as_floats(t.at("features")).data()) % 64 == 0);
    const auto some = dk::data::read({"prepared", {{"path", path}, {"features", "big"}}});
    CHECK(some.names() == std::vector<std::string>{"features", "label"});
  }
}

TEST_CASE("large columns have many blocks", "[data][prepared]") {
  const temporary_folder folder;
  std::vector<float> floats(3'000'001);
  for (std::size_t i = 0; i < floats.size(); ++i)
    floats[i] = static_cast<float>(i % 1000);
  const auto size = floats.size() * 4;
  constexpr std::size_t piece = 700'001;
  for (const bool packed : {false, true}) {
    const auto path = folder.path(packed ? "p" : "u");
    const auto* const bytes_of_all = reinterpret_cast<const char*>(floats.data());
    dk::data::column_writer to{path, packed};
    for (std::size_t at = 0; at < size; at += piece) // in pieces that fill no block
      to.append(bytes_of_all + at, std::min(piece, size - at));
    const auto seal = to.done();
    dk::data::column_file file{path};
    CHECK(file.seal() == seal);
    REQUIRE(file.size() == size);
    CHECK(std::memcmp(file.bytes(0, size).get(), bytes_of_all, size) == 0);
    for (const std::size_t first : {0U, 64U, (4U << 20U) - 4, (4U << 20U), 9'000'000U})
      for (const std::size_t count : {std::size_t{4}, std::size_t{4} << 20U, size - first})
        if (first + count <= size && std::memcmp(file.bytes(first, count).get(), bytes_of_all + first, count) != 0)
          FAIL(count << " bytes from " << first << " on are others");
    auto bytes = file_bytes(path);
    const auto at = bytes.size() - 200; // the last block's
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    put(path, bytes);
    dk::data::column_file damaged{path};
    CHECK(damaged.bytes(0, 1 << 20) != nullptr); // the bytes before are as they were
    CHECK(failure_in(folder, errc::data, [&] { damaged.bytes(0, size); }).find("is damaged in block 2") !=
          std::string::npos);
  }
  CHECK(std::filesystem::file_size(folder.path("p")) < floats.size());
}

TEST_CASE("every torn and every flipped byte of a prepared folder is noticed and named", "[data][prepared]") {
  for (const bool packed : {false, true}) {
    const temporary_folder folder;
    const auto path = folder.path("s");
    prepared::write(prepared_rows(), {}, path, packed);
    const auto error = [&] {
      return failure_in(folder, errc::data, [&] { dk::data::read({"prepared", {{"path", path}}}); });
    };
    for (const auto& entry : std::filesystem::directory_iterator{path}) {
      const auto name = "s/" + entry.path().filename().string();
      const auto whole = file_bytes(entry.path());
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

TEST_CASE("a column of another folder is noticed", "[data][prepared]") {
  const temporary_folder folder;
  auto other = prepared_rows();
  other.put({"label", {}, std::vector<std::uint8_t>{0, 0}, "f", {}});
  prepared::write(prepared_rows(), {}, folder.path("s"), false);
  prepared::write(other, {}, folder.path("t"), false);
  std::filesystem::copy_file(folder.path("t/column-1.col"), folder.path("s/column-1.col"),
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(failure_in(folder, errc::data, [&] {
          dk::data::read({"prepared", {{"path", folder.path("s")}}});
        }) == "s/column-1.col: is not the file that its schema was written for; prepare the data again");
  CHECK(failure_in(folder, errc::usage, [&] { prepared::write(prepared_rows(), {}, folder.path("s"), false); }) ==
        "s: holds something already; choose another `out`");
  std::filesystem::remove(folder.path("s/schema.json"));
  CHECK(failure_in(folder, errc::data, [&] {
          dk::data::read({"prepared", {{"path", folder.path("s")}}});
        }) == "s: has no schema.json, so that it holds no data, or not yet; prepare the data again");
}

TEST_CASE("prepared folders know what their rows have been through", "[data][prepared]") {
  const temporary_folder folder;
  auto t = numbers({1, 3});
  const auto fitted = dk::data::fit({{"standard", {{"column", "x"}}}}, t);
  prepared::write(t, fitted, folder.path("s"), false);
  CHECK(to_text(dk::data::prepared_by({"prepared", {{"path", folder.path("s")}}})) == to_text(fitted));
}

TEST_CASE("prepared folders that are written table by table are those of one table", "[data][prepared]") {
  for (const bool packed : {false, true}) {
    const temporary_folder folder;
    prepared::write(prepared_rows(), {}, folder.path("whole"), packed);
    prepared::writer to{folder.path("s"), packed};
    to.add(dk::data::picked(prepared_rows(), {}));
    to.add(dk::data::picked(prepared_rows(), {0}));
    to.add(dk::data::picked(prepared_rows(), {1}));
    to.done({});
    CHECK(to.rows() == 2);
    CHECK(file_bytes(folder.path("s/schema.json")) == file_bytes(folder.path("whole/schema.json")));
    for (const auto* name : {"0", "1", "2", "3"}) {
      const auto file = std::string{"/column-"} + name + ".col";
      CHECK(file_bytes(folder.path("s") + file) == file_bytes(folder.path("whole") + file));
    }
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path("s")}, {}) == 5);
  }
}

TEST_CASE("a column of a prepared folder gets as wide as its tables need", "[data][prepared]") {
  using dk::data::table;
  const auto of = [](dk::data::cells of_x) {
    table t;
    t.put({"x", {2}, std::move(of_x), "f", {}});
    return t;
  };
  const float halves[] = {0.5F, 1.5F};
  const std::vector<table> parts{of(std::vector<std::uint8_t>{1, 2, 3, 4}), of(std::vector<std::int32_t>{-5, 6}),
                                 of(std::vector<double>{0.1, 7}), of(std::vector<std::uint8_t>{8, 9}),
                                 of(dk::block::copy_of(halves, 2))};
  for (std::size_t count = 1; count <= parts.size(); ++count) {
    const temporary_folder folder;
    const std::vector<table> some{parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count)};
    prepared::writer to{folder.path("s"), false};
    for (const auto& part : some)
      to.add(part);
    to.done({});
    const auto back = dk::data::read({"prepared", {{"path", folder.path("s")}}});
    const auto whole = dk::data::joined(some);
    CHECK(type_name(back.at("x")) == type_name(whole.at("x")));
    CHECK(values_of(back, "x") == values_of(whole, "x"));
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path("s")}, {}) == 2);
  }
}

TEST_CASE("prepared folders that are not finished are not there", "[data][prepared]") {
  const temporary_folder folder;
  const auto error = [&](const std::function<void(prepared::writer&)>& second) {
    return failure_in(folder, errc::data, [&] {
      prepared::writer to{folder.path("s"), false};
      to.add(prepared_rows());
      CHECK(std::filesystem::exists(folder.path("s/column-0.col")));
      CHECK_FALSE(dk::data::prepared::is_folder(folder.path("s")));
      second(to);
    });
  };
  CHECK(error([](prepared::writer& to) {
          auto other = prepared_rows();
          other.put({"features", {1}, std::vector<double>{1, 2}, "g", {}});
          to.add(other);
        }) == "g: column `features` has the shape [1], that of f has [3]; give files that belong together");
  CHECK_FALSE(std::filesystem::exists(folder.path("s")));
  CHECK(error([](prepared::writer& to) { to.add(numbers({1, 2})); }).find("f: no column `features`") == 0);
  CHECK(failure_in(folder, errc::data, [&] {
          prepared::writer{folder.path("s"), false}.done({});
        }) == "there are no rows for s; give data to work on");
  CHECK_FALSE(std::filesystem::exists(folder.path("s")));
}

TEST_CASE("a column that is cut short while it is mapped is named, and ends nothing else", "[data][prepared]") {
  const temporary_folder folder;
  std::vector<float> floats(1'000'000, 1.5F);
  dk::data::table all;
  all.put({"features", {}, dk::block::copy_of(floats.data(), floats.size()), "f", {}});
  all.put({"label", {}, dk::block::copy_of(floats.data(), floats.size()), "f", {}});
  prepared::write(all, {}, folder.path("s"), false);
  const auto which = dk::data::make_dataset(dk::data::read({"prepared", {{"path", folder.path("s")}}}));
  const dk::data::row_order order{1, 0, which.rows, false};
  std::vector<float> features(which.rows);
  std::vector<float> labels(which.rows);
  const auto gather = [&](std::size_t count) {
    dk::data::gather(which, order, 0, count, features.data(), labels.data());
  };
  gather(which.rows);
  CHECK(features.back() == 1.5F);
  const std::string name = "s/column-0.col";
  for (const std::uintmax_t size : {std::uintmax_t{3'999'990}, std::uintmax_t{300'000},
                                    std::uintmax_t{0}}) { // within the last page, and far before
    std::filesystem::resize_file(folder.path(name), size);
    const auto error = failure_in(folder, errc::data, [&] { gather(which.rows); });
    CHECK(error.find(name + ": was cut short while it was in use") == 0);
  }
}
