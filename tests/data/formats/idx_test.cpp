#include "data/formats/catalog.hpp"
#include "data/formats/idx.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>

using dk::errc;
using dk::data::column;
using dk::test::failure_in;
using dk::test::temporary_folder;

namespace {

std::string bytes(std::initializer_list<int> all) {
  std::string text;
  for (const auto b : all)
    text += static_cast<char>(b);
  return text;
}

std::string idx(int type, std::initializer_list<int> sizes, std::initializer_list<int> body) {
  auto text = bytes({0, 0, type, static_cast<int>(sizes.size())});
  for (const auto size : sizes)
    text += bytes({0, 0, size >> 8, size & 255});
  return text + bytes(body);
}

column read_column(const std::string& path) {
  return dk::data::idx::open_rows({}, path, "x")->all().at("x");
}

std::string idx_error(const std::string& content) {
  const temporary_folder folder;
  const auto path = folder.write("f", content);
  return failure_in(folder, errc::data, [&] { dk::data::idx::open_rows({}, path, "x")->all(); });
}

std::vector<double> numbers_of(const std::string& content) {
  const temporary_folder folder;
  const auto read = read_column(folder.write("f", content));
  return dk::data::visit_values(read, [](const auto* x, std::size_t n) { return std::vector<double>(x, x + n); });
}

} // namespace

TEST_CASE("IDX images and labels become the columns features and label", "[data][idx]") {
  const temporary_folder folder;
  const auto images = folder.write("images", idx(8, {3, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255}));
  const auto labels = folder.write("labels", idx(8, {3}, {7, 0, 9}));
  const auto read = dk::data::read({"idx", {{"features", images}, {"labels", labels}}});
  CHECK(read.rows() == 3);
  CHECK(read.at("features").shape == std::vector<std::size_t>{2, 2});
  CHECK(std::get<0>(read.at("features").values).back() == 255);
  CHECK(read.at("label").shape.empty());
  CHECK(dk::data::type_name(read.at("label")) == "u8");
  CHECK(dk::data::read({"idx", {{"features", images}}}).find("label") == nullptr);
}

TEST_CASE("every IDX type is read in its own type, from big-endian", "[data][idx]") {
  CHECK(numbers_of(idx(0x08, {2}, {1, 255})) == std::vector<double>{1, 255});
  CHECK(numbers_of(idx(0x09, {2}, {1, 255})) == std::vector<double>{1, -1});
  CHECK(numbers_of(idx(0x0B, {2}, {1, 2, 255, 254})) == std::vector<double>{258, -2});
  CHECK(numbers_of(idx(0x0C, {1}, {0, 1, 0, 0})) == std::vector<double>{65536});
  CHECK(numbers_of(idx(0x0D, {1}, {0xC0, 0x20, 0, 0})) == std::vector<double>{-2.5});
  CHECK(numbers_of(idx(0x0E, {1}, {0xC0, 0x04, 0, 0, 0, 0, 0, 0})) == std::vector<double>{-2.5});
}

TEST_CASE("a rank that only the file knows becomes the shape", "[data][idx]") {
  const temporary_folder folder;
  const auto read = read_column(folder.write("f", idx(8, {1, 2, 1, 3}, {1, 2, 3, 4, 5, 6})));
  CHECK(read.shape == std::vector<std::size_t>{2, 1, 3});
  CHECK(numbers_of(idx(8, {0, 4}, {})).empty());
  CHECK(numbers_of(idx(0x0D, {0}, {})).empty());
}

TEST_CASE("a damaged IDX file says what is wrong with it", "[data][idx]") {
  CHECK(idx_error("") == "f: the file is empty; fetch it again");
  CHECK(idx_error("ab") == "f: has 2 bytes, too short for an IDX file; fetch it again");
  CHECK(idx_error("PK..") ==
        "f: is not an IDX file: it starts with 50 4b 2e 2e, expected 00 00, a type from 08 to 0e and "
        "a rank; check the path and the format");
  CHECK(idx_error(bytes({0, 0, 0x0A, 1})).find("starts with 00 00 0a 01") != std::string::npos);
  CHECK(idx_error(bytes({0, 0, 8, 0})).find("starts with 00 00 08 00") != std::string::npos);
  CHECK(idx_error(bytes({0x1f, 0x8b, 8, 0})) == "f: is packed by gzip, and cut short; fetch it again");
  CHECK(idx_error(bytes({0, 0, 8, 3, 0, 0})) == "f: ends inside its header of rank 3; fetch it again");
  CHECK(idx_error(idx(8, {2, 0}, {})) == "f: size 2 of its 2 is 0; fetch it again");
  CHECK(idx_error(idx(8, {2, 2}, {1, 2, 3})) ==
        "f: is cut short: its header (2 x 2) promises 4 bytes of numbers, it has 3; fetch it again");
  CHECK(idx_error(idx(0x0C, {1}, {1, 2, 3, 4, 5})) ==
        "f: has 1 bytes after the 4 that its header (1) promises; fetch it again");
}

TEST_CASE("IDX sizes whose product overflows are refused before memory is asked for", "[data][idx]") {
  const auto huge = bytes({255, 255, 255, 255});
  CHECK(
      idx_error(bytes({0, 0, 8, 3}) + huge + huge + huge) ==
      "f: its sizes 4294967295 x 4294967295 x 4294967295 are more than any file holds; the header is damaged, fetch it "
      "again");
  CHECK(idx_error(bytes({0, 0, 0x0E, 2}) + huge + huge).find("more than any file holds") != std::string::npos);
  CHECK(idx_error(bytes({0, 0, 8, 2}) + huge + huge).find("is cut short") != std::string::npos);
}

TEST_CASE("a path that is no file says so", "[data][idx]") {
  const temporary_folder folder;
  const auto read = [&](const std::string& name) {
    return failure_in(folder, errc::data, [&] { read_column(folder.path(name)); });
  };
  CHECK(read("none") == "none: no such file; check the path, or fetch the data first");
  std::filesystem::create_directory(folder.path("inner"));
  CHECK(read("inner") == "inner: is a folder; name a file in it");
}

TEST_CASE("images and labels of different counts do not go together", "[data][idx]") {
  const temporary_folder folder;
  const auto images = folder.write("images", idx(8, {3, 1}, {0, 1, 2}));
  const auto labels = folder.write("labels", idx(8, {2}, {7, 0}));
  CHECK(failure_in(folder, errc::data, [&] {
          dk::data::read({"idx", {{"features", images}, {"labels", labels}}});
        }) == "labels: column `label` has 2 rows, column `features` has 3 (images); give files that belong together");
}
