#include "data/formats/catalog.hpp"
#include "data/formats/npy/npy.hpp"
#include "data/formats/npy/npz.hpp"
#include "data/formats/write.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <zip.h>

using namespace dk::test;
using dk::errc;
using values = std::vector<double>;

namespace {

std::string npy(const std::string& dict, const std::string& body, char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += version;
  bytes += '\0';
  bytes += static_cast<char>(dict.size() & 255U);
  bytes += static_cast<char>(dict.size() >> 8U);
  if (version > 1)
    bytes += std::string(2, '\0');
  return bytes + dict + body;
}

std::string dict(const std::string& descr, const std::string& shape, const std::string& fortran = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + fortran + ", 'shape': " + shape + ", }   \n";
}

// All columns of an array in memory.
dk::data::table parse_npy(std::string_view bytes, const std::string& origin, const std::string& name) {
  return dk::data::npy::slices_in(dk::data::bytes_in(bytes), origin, name)->all();
}

std::string npy_error(const std::string& bytes) {
  return failure_of(errc::data, [&] { parse_npy(bytes, "f", "x"); });
}

} // namespace

TEST_CASE("a plain array is a column of its type and shape", "[data][npy]") {
  const auto t = parse_npy(npy(dict("'<f4'", "(2, 3)"), raw<float>({1, 2, 3, 4, 5, 6})), "f", "x");
  CHECK(t.rows() == 2);
  CHECK(t.at("x").shape == std::vector<std::size_t>{3});
  CHECK(type_name(t.at("x")) == "f32");
  CHECK(values_of(t, "x") == values{1, 2, 3, 4, 5, 6});
  CHECK(type_name(parse_npy(npy(dict("'<i2'", "(1L,)"), raw<std::int16_t>({-7})), "f", "x").at("x")) ==
        "i16"); // Python 2
  CHECK(values_of(parse_npy(npy(dict("'|b1'", "(2,)"), std::string{"\1\0", 2}, 2), "f", "x"), "x") == values{1, 0});
  CHECK(values_of(parse_npy(npy(dict("'<u2'", "(1,)"), raw<std::uint16_t>({65535})), "f", "x"), "x") == values{65535});
}

TEST_CASE("big-endian, Fortran order and half precision are understood", "[data][npy]") {
  CHECK(values_of(parse_npy(npy(dict("'>i4'", "(2,)"), std::string{"\0\0\1\0\377\377\377\377", 8}), "f", "x"), "x") ==
        values{256, -1});
  const auto t = parse_npy(npy(dict("'<f8'", "(2, 3)", "True"), raw<double>({1, 4, 2, 5, 3, 6})), "f", "x");
  CHECK(values_of(t, "x") == values{1, 2, 3, 4, 5, 6});
  const auto halves = values_of(
      parse_npy(npy(dict("'<f2'", "(5,)"), raw<std::uint16_t>({0x3C00, 0xC000, 0x0001, 0x7C00, 0x3555})), "f", "x"),
      "x");
  CHECK(halves[0] == 1);
  CHECK(halves[1] == -2);
  CHECK(halves[2] == Approx(5.960464477539063e-08));
  CHECK(std::isinf(halves[3]));
  CHECK(halves[4] == Approx(0.333251953125));
}

TEST_CASE("a structured array has a column per field", "[data][npy]") {
  const auto descr = "[('TrackId', '<i8'), ('p', [('xy', '<f4', (2,))]), ('', '|V4'), ('name', '|S2'), ('', '|V1'), "
                     "('letter', '<U2')]";
  const std::string record = raw<std::int64_t>({7}) + raw<float>({1.5F, 2.5F}) + "????" + "a" + std::string(1, '\0') +
                             "?" + raw<std::uint32_t>({0xE9, 0});
  const auto t = parse_npy(npy(dict(descr, "(1,)"), record), "f", "x");
  CHECK(t.names() == std::vector<std::string>{"TrackId", "p.xy", "name", "letter"});
  CHECK(values_of(t, "TrackId") == values{7});
  CHECK(values_of(t, "p.xy") == values{1.5, 2.5});
  CHECK(words_of(t, "name") == std::vector<std::string>{"a"});
  CHECK(words_of(t, "letter") == std::vector<std::string>{"\xC3\xA9"});
}

TEST_CASE("many files of records are one table", "[data][npy]") {
  const temporary_folder folder;
  const auto descr = "[('pt', '<f4'), ('eta', '<f8'), ('good', '|u1')]";
  for (int i = 0; i < 3; ++i)
    folder.write("cms-" + std::to_string(i) + ".npy",
                 npy(dict(descr, "(1,)"), raw<float>({static_cast<float>(i)}) + raw<double>({i + 0.5}) +
                                              std::string(1, static_cast<char>(i % 2))));
  const auto t =
      dk::data::read({"npy", {{"path", folder.path("cms-*.npy")}, {"features", {"eta", "pt"}}, {"label", "good"}}});
  CHECK(values_of(t, "features") == values{0.5, 0, 1.5, 1, 2.5, 2});
  CHECK(values_of(t, "label") == values{0, 1, 0});
  CHECK(t.at("features").fields == std::vector<std::string>{"eta", "pt"});
}

TEST_CASE("arrays that cannot be used say why", "[data][npy]") {
  CHECK(npy_error("abc") == "f: is no array of numpy; write it again with numpy.save");
  CHECK(npy_error(npy(dict("'<f4'", "(2,)"), "1234")) ==
        "f: its header promises 8 bytes of numbers, it has 4; fetch it again");
  CHECK(npy_error(npy(dict("'|O'", "(1,)"), "12345678")).find("pickled objects") != std::string::npos);
  CHECK(npy_error(npy(dict("'<c8'", "(1,)"), "12345678")).find("of type \"<c8\"") != std::string::npos);
  CHECK(npy_error(npy(dict("'<f4'", "(4294967296, 4294967296, 4)"), "")).find("more than any file's") !=
        std::string::npos);
  CHECK(npy_error(npy("{'descr': '<f4'", "")).find("no Python literal") != std::string::npos);
  CHECK(npy_error(npy(dict("'|S0'", "(99999999999,)"), "")).find("promises") != std::string::npos);
  CHECK(npy_error(npy(dict("'<u8'", "(1,)"), std::string(8, '\377'))).find("do not hold") != std::string::npos);
  CHECK(npy_error(npy("{'descr': '<f4', 'shape': (1,)}", "1234")).find("without descr, fortran_order") !=
        std::string::npos);
  CHECK(npy_error(npy(std::string(200, '('), "")).find("no Python literal") != std::string::npos);
}

namespace {

// The bytes of a file of these rows, which come one table after the other.
std::string written(const std::vector<dk::data::table>& parts) {
  const temporary_folder folder;
  dk::data::table_writer to{folder.path("x.npy")};
  for (const auto& part : parts)
    to.add(part);
  to.done();
  std::ifstream in{folder.path("x.npy"), std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

dk::data::table records_of(dk::data::cells numbers, const std::vector<std::string>& words) {
  dk::data::table t;
  t.put({"n", {}, std::move(numbers), "f", {}});
  t.put({"word", {}, texts_of(words), "f", {}});
  return t;
}

} // namespace

TEST_CASE("rows that come in parts are one array", "[data][npy]") {
  const auto first = numbers({1, 2});
  const auto second = numbers({3});
  CHECK(written({first, second}) == written({numbers({1, 2, 3})}));
  using small = std::vector<std::int32_t>;
  const auto mixed = parse_npy(
      written({records_of(small{1, -2}, {"a", "bc"}), records_of(values{0.5}, {"longer"}), records_of(small{7}, {""})}),
      "f", "");
  CHECK(type_name(mixed.at("n")) == "f64");
  CHECK(values_of(mixed, "n") == values{1, -2, 0.5, 7});
  CHECK(words_of(mixed, "word") == std::vector<std::string>{"a", "bc", "longer", ""});
  const auto floats = dk::block::copy_of(std::vector<float>{0.25F}.data(), 1);
  const auto single = parse_npy(written({records_of(small{3}, {"a"}), records_of(floats, {"b"})}), "f", "");
  CHECK(type_name(single.at("n")) == "f32");
  CHECK(values_of(single, "n") == values{3, 0.25});
}

TEST_CASE("an array cannot hold text in some rows only", "[data][npy]") {
  const auto why = failure_of(errc::data, [] { written({numbers({1}), words({"one"})}); });
  CHECK(why.find("column `x` holds text in some rows, numbers in others") == 0);
  const auto shapes = failure_of(errc::data, [] { written({numbers({1, 2}, {2}), numbers({1})}); });
  CHECK(shapes.find("cells of different shapes") != std::string::npos);
}

TEST_CASE("what is written as npy is read again", "[data][npy]") {
  auto t = numbers({1, 2, 3, 4}, {2});
  const auto plain = written({t});
  CHECK(plain.size() % 64 == 32);
  const auto back = parse_npy(plain, "f", "x");
  CHECK(values_of(back, "x") == values{1, 2, 3, 4});
  CHECK(back.at("x").shape == t.at("x").shape);
  t.put({"word", {}, texts_of({"one", ""}), "f", {}});
  t.put({"n", {}, std::vector<std::int32_t>{-1, 5}, "f", {}});
  const auto records = parse_npy(written({t}), "f", "");
  CHECK(values_of(records, "x") == values{1, 2, 3, 4});
  CHECK(words_of(records, "word") == std::vector<std::string>{"one", ""});
  CHECK(values_of(records, "n") == values{-1, 5});
}

namespace {

std::string npz(const temporary_folder& folder, const std::vector<std::pair<std::string, std::string>>& entries) {
  const auto path = folder.path("x.npz");
  std::filesystem::remove(path);
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  REQUIRE(archive != nullptr);
  for (const auto& [name, bytes] : entries)
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
  REQUIRE(zip_close(archive) == 0);
  return path;
}

} // namespace

TEST_CASE("the arrays of an npz are columns, and only those asked for are read", "[data][npz]") {
  const temporary_folder folder;
  const auto path = npz(folder, {{"x_train.npy", npy(dict("'|u1'", "(2, 2)"), "abcd")},
                                 {"y_train.npy", npy(dict("'|u1'", "(2,)"), std::string{"\0\1", 2})},
                                 {"x_test.npy", npy(dict("'|u1'", "(1, 2)"), "ef")}});
  const auto t = dk::data::read({"npz", {{"path", path}, {"features", "x_train"}, {"label", "y_train"}}});
  CHECK(values_of(t, "features") == values{97, 98, 99, 100});
  CHECK(values_of(t, "label") == values{0, 1});
  CHECK(failure_in(folder, errc::data, [&] {
          dk::data::read({"npz", {{"path", path}}});
        }) == "x.npz: column `x_test` has 1 row, column `x_train` has 2 (x.npz); give files that belong together");
  CHECK(failure_in(folder, errc::data, [&] {
          dk::data::read({"npz", {{"path", path}, {"features", "x"}}});
        }) == "x.npz: holds no array of these names: x; fetch it again");
  std::ifstream in{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  CHECK(failure_in(folder, errc::data, [&] {
          dk::data::read({"npz", {{"path", folder.write("y", bytes.substr(0, bytes.size() / 2))}}});
        }).find("y: is no zip, or damaged (") == 0);
}
