// What transforms work on is read by name, without being listed, from every format whose columns have names.

#include "data/formats/catalog.hpp"
#include "data/formats/prepared/prepared.hpp"
#include "data/formats/write.hpp"
#include "data/needed_columns.hpp"
#include "tests/data/streams.hpp"
#include "tests/data/tables.hpp"
#include "tests/walk.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <hdf5.h>
#include <map>
#include <zip.h>

using namespace dk::test;
using dk::errc;
using dk::spec;
using json = nlohmann::json;
using values = std::vector<double>;
using names = std::vector<std::string>;

namespace {

const spec index_label{"string_index", {{"column", "Label"}, {"to", "label"}}};

spec completed(const spec& source, const std::vector<spec>& transforms) {
  return dk::data::with_needed_columns(source, transforms);
}

dk::data::table made_of(const spec& source, const std::vector<spec>& transforms) {
  auto rows = dk::data::read(completed(source, transforms));
  dk::data::fit(transforms, rows);
  return rows;
}

using named_numbers = std::vector<std::pair<std::string, std::vector<float>>>;

std::string npz_of(const temporary_folder& folder, const named_numbers& columns) {
  const auto path = folder.path("x.npz");
  std::vector<std::string> arrays; // which the zip reads when it is closed
  for (const auto& [name, numbers] : columns) {
    std::string header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(numbers.size()) + ",), }";
    header.resize(117, ' ');
    arrays.push_back(std::string{"\x93NUMPY\1\0\x76\0", 10} + header + '\n' +
                     std::string{reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)});
  }
  auto* const zip = zip_open(path.c_str(), ZIP_CREATE, nullptr);
  for (std::size_t i = 0; i < arrays.size(); ++i)
    zip_file_add(zip, (columns[i].first + ".npy").c_str(),
                 zip_source_buffer(zip, arrays[i].data(), arrays[i].size(), 0), 0);
  REQUIRE(zip_close(zip) == 0);
  return path;
}

std::string hdf5_of(const temporary_folder& folder, const named_numbers& columns) {
  const auto path = folder.path("x.h5");
  const auto file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  for (const auto& [name, numbers] : columns) {
    const hsize_t size = numbers.size();
    const auto space = H5Screate_simple(1, &size, nullptr);
    const auto set = H5Dcreate2(file, name.c_str(), H5T_NATIVE_FLOAT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()) >= 0);
    H5Dclose(set);
    H5Sclose(space);
  }
  H5Fclose(file);
  return path;
}

// The same rows of `a`, `Label` and `b` in each format.
std::map<std::string, spec> sources_with_names(const temporary_folder& folder) {
  const named_numbers columns{{"a", {1, 3, 5}}, {"Label", {7, 9, 9}}, {"b", {2, 4, 6}}};
  const auto csv = folder.write("x.csv", "a,Label,b\n1,7,2\n3,9,4\n5,9,6\n");
  const auto objects =
      folder.write("x.jsonl", "{\"a\": 1, \"Label\": 7, \"b\": 2}\n{\"a\": 3, \"Label\": 9, \"b\": 4}\n"
                              "{\"a\": 5, \"Label\": 9, \"b\": 6}\n");
  const auto rows = dk::data::read({"csv", {{"path", csv}, {"columns", "*"}}});
  const auto shards = folder.path("prepared");
  dk::data::prepared::write(rows, {}, shards, false);
  dk::data::write(rows, folder.path("x.npy"));
  std::map<std::string, spec> all;
  const auto add = [&](const char* format, const std::string& path) { all[format] = {format, {{"path", path}}}; };
  add("csv", csv);
  add("json_lines", objects);
  add("prepared", shards);
  add("npy", folder.path("x.npy"));
  add("npz", npz_of(folder, columns));
  add("hdf5", hdf5_of(folder, columns));
  return all;
}

bool has_named_columns(const std::string& format) {
  const auto keys = dk::data::source_keys(format);
  return std::any_of(keys.begin(), keys.end(), [](const auto& key) { return key.name == "columns"; });
}

} // namespace

TEST_CASE("a column that a transform works on is no feature, and is read", "[data][columns]") {
  const temporary_folder folder;
  const auto path = folder.write("x.csv", "a,Label,b\n1,yes,2\n3,no,4\n5,no,6\n");
  const auto rows = made_of({"csv", {{"path", path}}}, {index_label});
  CHECK(values_of(rows, "features") == values{1, 2, 3, 4, 5, 6});
  CHECK(rows.at("features").fields == names{"a", "b"});
  CHECK(values_of(rows, "label") == values{1, 0, 0});
}

TEST_CASE("every format with named columns reads what transforms name", "[data][columns]") {
  const temporary_folder folder;
  const std::vector<spec> transforms{index_label, {"assemble", {{"columns", {"b", "a"}}, {"to", "features"}}}};
  const auto sources = sources_with_names(folder);
  for (const auto& format : dk::data::source_formats()) {
    if (!has_named_columns(format))
      continue;
    INFO(format);
    const auto& source = line_for("format", format, sources, "a file in tests/data/needed_columns_test.cpp");
    const auto rows = made_of(source, transforms);
    CHECK(values_of(rows, "features") == values{2, 1, 4, 3, 6, 5});
    CHECK(values_of(rows, "label") == values{1, 0, 0});
    const auto streamed = all_of(completed(source, transforms), 8);
    CHECK(values_of(streamed, "a") == values{1, 3, 5});
  }
}

TEST_CASE("a listed feature can be worked on besides", "[data][columns]") {
  const temporary_folder folder;
  const auto path = folder.write("x.csv", "age,b,label\n20,2,0\n30,4,1\n");
  const auto wanted = spec{"csv", {{"path", path}, {"features", {"age", "b"}}}};
  const auto filtered = made_of(wanted, {{"filter", {{"column", "age"}, {"above", 25}}}});
  CHECK(values_of(filtered, "features") == values{30, 4});
  CHECK(values_of(filtered, "age") == values{30});
  const auto grown = made_of(wanted, {{"min_max", {{"column", "age"}, {"from", {0, 10}}, {"to", {0, 1}}}},
                                      {"assemble", {{"columns", {"age", "b"}}, {"to", "features"}}}});
  CHECK(values_of(grown, "features") == values{2, 2, 3, 4});
}

TEST_CASE("a filter's number stays a feature, its text is none", "[data][columns]") {
  const temporary_folder folder;
  const auto path = folder.write("x.csv", "age,land,label\n20,de,0\n30,fr,1\n40,fr,1\n");
  const spec source{"csv", {{"path", path}}};
  const auto rows = made_of(
      source, {{"filter", {{"column", "land"}, {"equals", "fr"}}}, {"filter", {{"column", "age"}, {"below", 35}}}});
  CHECK(values_of(rows, "features") == values{30});
  CHECK(rows.at("features").fields == names{"age"});
}

TEST_CASE("what is taken for text is text whatever it looks like", "[data][columns]") {
  const temporary_folder folder;
  const auto classes = [&](const std::string& one, const std::string& other, const spec& transform) {
    const auto path = folder.write("x.csv", "a,label\n1," + one + "\n2," + other + "\n3," + one + '\n');
    return values_of(made_of({"csv", {{"path", path}}}, {transform}), "label");
  };
  const spec index{"string_index", {{"column", "label"}}};
  for (const auto& [one, other] :
       std::vector<std::pair<std::string, std::string>>{{"2D", "3D"},
                                                        {"1F", "1.0"},
                                                        {"Infinity", "inf"},
                                                        {"NaN", "nan"},
                                                        {"1e5", "100000"},
                                                        {"0x10", "16"},
                                                        {"007", "7"},
                                                        {"+1", "1"},
                                                        {"12345678901234567890", "12345678901234567891"},
                                                        {" 1", "1"}}) {
    INFO(one << " beside " << other);
    CHECK(classes(one, other, index) == values{0, 1, 0});
  }
  CHECK(classes("2D", "3D", {"binary_label", {{"column", "label"}, {"positive", "3D"}}}) == values{0, 1, 0});
}

TEST_CASE("what would be made of a column and lost is refused", "[data][columns]") {
  const auto error = [](const json& keys, const std::vector<spec>& transforms) {
    return failure_of(errc::config, [&] { completed({"csv", keys}, transforms); });
  };
  const spec scale{"standard", {{"column", "age"}}};
  CHECK(error({{"path", "x"}}, {scale}) ==
        "transform `standard`: what it makes of column `age` reaches neither `features` nor `label`; work on "
        "`features`, or put it into `features` by `assemble`");
  CHECK(error({{"path", "x"}, {"features", {"age", "b"}}}, {scale}).find("`age` reaches neither") != std::string::npos);
  CHECK(error({{"path", "x"}, {"label", "Income"}}, {{"string_index", {{"column", "Income"}}}})
            .find("name `label` in its place") != std::string::npos);
  CHECK_NOTHROW(completed({"csv", {{"path", "x"}, {"features", {"b"}}}}, {scale}));
  CHECK_NOTHROW(completed({"csv", {{"path", "x"}}}, {{"drop", {{"column", "id"}}}}));
}

TEST_CASE("a source is completed once", "[data][columns]") {
  const std::vector<spec> transforms{index_label, {"filter", {{"column", "age"}, {"above", 1}}}};
  const auto once = completed({"csv", {{"path", "x"}}}, transforms);
  CHECK(once.keys ==
        json{{"path", "x"}, {"features", {"*", "age"}}, {"columns", {"Label", "age"}}, {"text", {"Label"}}});
  CHECK(completed(once, transforms) == once);
  const spec images{"idx", {{"features", "x"}}};
  CHECK(completed(images, transforms) == images);
}

TEST_CASE("the source of a union is completed, too", "[data][columns]") {
  const json more{{"format", "csv"}, {"path", "more.csv"}};
  const auto all = dk::data::with_needed_columns(
      std::vector<spec>{{"union", {{"with", more}}}, {"string_index", {{"column", "Label"}, {"to", "label"}}}});
  CHECK(all.front().keys.at("with").at("columns") == json{"Label"});
  CHECK(all.front().keys.at("with").at("text") == json{"Label"});
}
