// What the readers take in memory for large inputs, beside the bytes of the input itself. docs/config.md states it. It
// is measured where AddressSanitizer is.
#include "data/formats/catalog.hpp"
#include "data/formats/cifar.hpp"
#include "data/formats/csv/csv.hpp"
#include "data/formats/idx.hpp"
#include "data/formats/json/json_lines.hpp"
#include "data/formats/npy/npy.hpp"
#include "data/formats/npy/npz.hpp"
#include "data/formats/prepared/prepared.hpp"
#include "tests/fuzz/memory_meter.hpp"
#include "tests/support.hpp"
#include "tests/walk.hpp"

#include <catch2/catch.hpp>
#include <hdf5.h>
#include <nlohmann/json.hpp>
#include <zip.h>

using namespace dk::data;
using dk::fuzz::memory_meter;
using dk::test::temporary_folder;
using nlohmann::json;

namespace {

constexpr std::size_t large = std::size_t{1} << 20U;
constexpr std::size_t small_things = std::size_t{256} << 10U; // threads, names, errors

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (; times > 0; --times)
    all += text;
  return all;
}

// How many times its size an input takes while `parse` makes a table of it; 0 where nothing is measured.
template <class Parse>
double times_its_size(std::size_t size, Parse parse) {
  const memory_meter meter;
  const table made = parse();
  REQUIRE(made.rows() > 0);
  const auto peak = meter.peak();
  if (!memory_meter::is_there())
    WARN("not measured: AddressSanitizer is not there");
  return peak < small_things ? 0 : static_cast<double>(peak - small_things) / static_cast<double>(size);
}

double csv_times(const std::string& text, json keys) {
  const auto content = file_content::of(text);
  return times_its_size(text.size(), [&] { return csv::parse(content, "f", {"csv", std::move(keys)}); });
}

std::string npy_of(const std::string& type, const std::string& item, std::size_t count) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + std::to_string(count) + ",), }";
  header.resize(117, ' ');
  return std::string{"\x93NUMPY\1\0\x76\0", 10} + header + '\n' + repeated(item, count);
}

double npy_times(const std::string& type, const std::string& item) {
  const auto bytes = npy_of(type, item, 2 * large / item.size());
  return times_its_size(bytes.size(), [&] { return npy::slices_in(bytes_in(bytes), "f", "x")->all(); });
}

double json_times(const std::string& line) {
  const auto text = repeated(line, 2 * large / line.size());
  return times_its_size(text.size(), [&] { return json_lines::parse(text, "f"); });
}

} // namespace

TEST_CASE("every format has a bound of memory", "[data][memory]") {
  for (const auto& name : source_formats())
    dk::test::check_tagged("format", name, "memory", "tests/data/formats/memory_test.cpp");
}

TEST_CASE("arrays of numpy take no more than twice their bytes", "[data][memory][npy]") {
  CHECK(npy_times("<f4", "\1\2\3\4") <= 1);
  CHECK(npy_times(">f8", "\1\2\3\4\5\6\7\x8") <= 1);
  CHECK(npy_times("|u1", "\1") <= 1);
  CHECK(npy_times("<f2", "\1\2") <= 2);
  CHECK(npy_times("<u2", "\1\2") <= 2);
  CHECK(npy_times("<u4", "\1\2\3\4") <= 2);
  CHECK(npy_times("|S16", "abcdefghijklmnop") <= 3.5); // 8 for each text, and their bytes while they grow
}

TEST_CASE("arrays in a zip take their bytes and their columns", "[data][memory][npz]") {
  const temporary_folder folder;
  const auto array = npy_of("|u1", "\1", large);
  auto* const zip = zip_open(folder.path("x.npz").c_str(), ZIP_CREATE, nullptr);
  const auto entry = zip_file_add(zip, "x.npy", zip_source_buffer(zip, array.data(), array.size(), 0), 0);
  zip_set_file_compression(zip, static_cast<zip_uint64_t>(entry), ZIP_CM_STORE, 0);
  REQUIRE(zip_close(zip) == 0);
  const auto file = load_file(folder.path("x.npz"));
  CHECK(times_its_size(file.size(), [&] { return npz::slices_in(file.text(), "f", {})->all(); }) <= 2);
}

TEST_CASE("images take no more than twice their bytes, with the file itself", "[data][memory][idx][cifar]") {
  const temporary_folder folder;
  folder.write("idx", std::string{"\0\0\x08\3\0\0\x10\0\0\0\0\x10\0\0\0\x10", 16} + std::string(4096 * 256, 'x'));
  CHECK(times_its_size(4096 * 256, [&] { return idx::open_rows({}, folder.path("idx"), "features")->all(); }) <= 2);
  const std::string records(std::size_t{3073} * 1000, '\1');
  CHECK(times_its_size(records.size(), [&] {
          return cifar::slices_in(bytes_in(records), "f", {"cifar", json::object()})->all();
        }) <= 2);
}

TEST_CASE("prepared folders are used where they are mapped, and packed ones take their numbers",
          "[data][memory][prepared]") {
  const temporary_folder folder;
  const std::vector<float> numbers(large, 1.5F);
  table t;
  t.put({"features", {4}, dk::block::copy_of(numbers.data(), numbers.size()), "f", {}});
  const auto size = numbers.size() * sizeof(float);
  for (const bool packed : {false, true}) {
    const auto path = folder.path(packed ? "packed" : "plain");
    prepared::write(t, {}, path, packed);
    CHECK(times_its_size(size, [&] { return dk::data::read({"prepared", {{"path", path}}}); }) <= (packed ? 2 : 0));
  }
}

TEST_CASE("data sets of HDF5 take no more than twice their bytes", "[data][memory][hdf5]") {
  const temporary_folder folder;
  const auto path = folder.path("x.h5");
  const std::vector<float> numbers(large, 1.5F);
  const hsize_t sizes[] = {large / 4, 4};
  const auto file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const auto space = H5Screate_simple(2, sizes, nullptr);
  const auto set = H5Dcreate2(file, "features", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()) >= 0);
  H5Dclose(set);
  H5Sclose(space);
  H5Fclose(file);
  CHECK(times_its_size(numbers.size() * sizeof(float), [&] {
          return dk::data::read({"hdf5", {{"path", path}}});
        }) <= 2);
}

TEST_CASE("a number of a CSV takes four bytes as a feature, and eight as a column", "[data][memory][csv]") {
  const auto digits = repeated("1,2,3,4\n", large / 4);
  CHECK(csv_times("a,b,c,d\n" + digits, json::object()) <= 2);
  CHECK(csv_times("a,b,c,d\n" + digits, {{"columns", "*"}}) <= 5);
  CHECK(csv_times("a\n" + repeated("1\n", large), {{"columns", "*"}}) <= 8); // the only column is held twice
  CHECK(csv_times("a,b\n" + repeated("1.2345678,2.3456789\n", large / 8), json::object()) <= 0.5);
  CHECK(csv_times("a,b\n" + repeated("word,other\n", large / 8), {{"columns", "*"}}) <= 4);
  CHECK(csv_times("a,b\n" + repeated(",\n", large), {{"columns", "*"}, {"missing", ""}}) <= 12);
}

TEST_CASE("a row that is too long takes nothing before it is refused", "[data][memory]") {
  const auto text = file_content::of("a,label\n1," + std::string(large, ',') + "\n");
  const memory_meter meter;
  CHECK_THROWS_AS(csv::parse(text, "f", {"csv", {{"columns", "*"}}}), dk::failure);
  CHECK(meter.peak() < small_things);
}

TEST_CASE("a number of JSON lines takes eight bytes, three times that while it grows", "[data][memory][json_lines]") {
  CHECK(json_times("{\"a\": 1.5, \"b\": 2}\n") <= 2);
  CHECK(json_times("{\"a\": [1,2,3,4,5,6,7,8]}\n") <= 7);
  CHECK(json_times("{\"a\": \"some text\"}\n") <= 3);
}

TEST_CASE("JSON lines that lack nearly everything are refused", "[data][memory]") {
  std::string keys = "{\"a0\":1";
  for (int i = 1; i < 1000; ++i)
    keys += ",\"a" + std::to_string(i) + "\":1";
  const auto text = keys + "}\n" + repeated("{}\n", 100'000);
  CHECK(dk::test::failure_of(dk::errc::data, [&] {
          json_lines::parse(text, "f");
        }).find("f:100001: the lines up to here lack") == 0);
  const auto list = repeated("{}\n", 100'000) + "{\"a\":[1" + repeated(",1", 1000) + "]}\n";
  CHECK_THROWS_AS(json_lines::parse(list, "f"), dk::failure);
  CHECK(json_lines::parse(keys + "}\n" + repeated("{}\n", 100), "f").rows() == 101);
}
