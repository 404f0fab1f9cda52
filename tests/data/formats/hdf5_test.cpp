#include "common/hdf5_facts.hpp"
#include "data/formats/catalog.hpp"
#include "data/formats/hdf5.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <hdf5.h>

using namespace dk::test;
using dk::errc;
using values = std::vector<double>;

namespace {

void put(hid_t file, const char* name, hid_t type, const std::vector<hsize_t>& sizes, const void* numbers) {
  const auto space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
  const auto set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0);
  H5Dclose(set);
  H5Sclose(space);
}

std::string small_file(const temporary_folder& folder) {
  const auto path = folder.path("x.h5");
  const auto file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const std::vector<float> x{1, 2, 3, 4, 5, 6};
  const std::vector<std::int64_t> y{0, 1};
  const std::vector<double> z{7, 8};
  put(file, "features", H5T_NATIVE_FLOAT, {2, 3}, x.data());
  put(file, "label", H5T_NATIVE_INT64, {2}, y.data());
  const auto group = H5Gcreate2(file, "more", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  put(group, "z", H5T_NATIVE_DOUBLE, {2}, z.data());
  H5Gclose(group);
  H5Fclose(file);
  return path;
}

} // namespace

TEST_CASE("data sets of an HDF5 file are columns", "[data][hdf5]") {
  const temporary_folder folder;
  const auto path = small_file(folder);
  CHECK(dk::data::source_of(path) == dk::spec{"hdf5", {{"path", path}}});
  const auto t = dk::data::read({"hdf5", {{"path", path}}});
  CHECK(values_of(t, "features") == values{1, 2, 3, 4, 5, 6});
  CHECK(t.at("features").shape == std::vector<std::size_t>{3});
  CHECK(values_of(t, "label") == values{0, 1});
  const auto picked = dk::data::read({"hdf5", {{"path", path}, {"features", "more/z"}}});
  CHECK(values_of(picked, "features") == values{7, 8});
  CHECK(values_of(picked, "label") == values{0, 1});
}

TEST_CASE("data sets in groups are read beside all of the root, where they are named", "[data][hdf5]") {
  const temporary_folder folder;
  const auto path = small_file(folder);
  const auto all = dk::data::read({"hdf5", {{"path", path}, {"columns", "*"}}});
  CHECK(all.find("more/z") == nullptr);
  const auto with_z = dk::data::read({"hdf5", {{"path", path}, {"columns", {"*", "more/z"}}}});
  CHECK(with_z.columns().size() == all.columns().size() + 1);
  CHECK(with_z.find("more/z") != nullptr);
}

TEST_CASE("HDF5 files that cannot be used say why", "[data][hdf5]") {
  const temporary_folder folder;
  const auto path = small_file(folder);
  const auto error = [&](const nlohmann::json& keys) {
    return failure_in(folder, errc::data, [&] { dk::data::read({"hdf5", keys}); });
  };
  CHECK(error({{"path", path}, {"features", "featurs"}}) ==
        "x.h5: has no data set `featurs` (did you mean \"features\"?); the root has: features, label");
  CHECK(error({{"path", folder.path("none.h5")}}).find("none.h5: no such file") == 0);
  CHECK(error({{"path", folder.write("y", "text")}}).find("y: is no HDF5 file") == 0);
  std::filesystem::resize_file(path, 1000);
  CHECK(error({{"path", path}}).find("x.h5: is no HDF5 file, or damaged") == 0);
}

namespace {

// A file of its own with one data set, made by a function of the library's.
template <class Make>
std::string file_with(const temporary_folder& folder, const std::string& name, Make make, hsize_t user_block = 0) {
  const auto path = folder.path(name);
  const auto created = H5Pcreate(H5P_FILE_CREATE);
  H5Pset_userblock(created, user_block);
  const auto file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, created, H5P_DEFAULT);
  REQUIRE(file >= 0);
  make(file);
  H5Fclose(file);
  H5Pclose(created);
  return path;
}

// An empty data set that is made as its list of properties says.
template <class Set>
void put_made(hid_t file, const char* name, hid_t type, const std::vector<hsize_t>& sizes, Set set) {
  const auto created = H5Pcreate(H5P_DATASET_CREATE);
  set(created);
  const auto space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
  const auto made = H5Dcreate2(file, name, type, space, H5P_DEFAULT, created, H5P_DEFAULT);
  REQUIRE(made >= 0);
  H5Dclose(made);
  H5Sclose(space);
  H5Pclose(created);
}

std::string put_virtual(const temporary_folder& folder, const std::string& source, const char* set) {
  return file_with(folder, "virtual.h5", [&](hid_t file) {
    put_made(file, "features", H5T_NATIVE_FLOAT, {2, 3}, [&](hid_t created) {
      const std::vector<hsize_t> sizes{2, 3};
      const auto space = H5Screate_simple(2, sizes.data(), nullptr);
      REQUIRE(H5Pset_virtual(created, space, source.c_str(), set, space) >= 0);
      H5Sclose(space);
    });
  });
}

std::string error_of(const temporary_folder& folder, const std::string& path) {
  return failure_in(folder, errc::data, [&] { dk::data::read({"hdf5", {{"path", path}}}); });
}

} // namespace

TEST_CASE("an HDF5 file may begin with a block of the user's own", "[data][hdf5]") {
  const temporary_folder folder;
  for (const hsize_t block : {512U, 1024U, 2048U, 8192U}) {
    const auto path = file_with(
        folder, "user.h5",
        [](hid_t file) {
          const std::vector<float> x{1, 2};
          put(file, "features", H5T_NATIVE_FLOAT, {2}, x.data());
        },
        block);
    std::fstream{path, std::ios::in | std::ios::out} << "a,b\n1,2\n"; // it may even look like CSV
    CHECK(dk::data::source_of(path).name == "hdf5");
    CHECK(values_of(dk::data::read(dk::data::source_of(path)), "features") == values{1, 2});
  }
}

TEST_CASE("virtual data sets and fill values are read", "[data][hdf5]") {
  const temporary_folder folder;
  small_file(folder);
  const auto path = put_virtual(folder, "x.h5", "features");
  CHECK(values_of(dk::data::read({"hdf5", {{"path", path}}}), "features") == values{1, 2, 3, 4, 5, 6});
  const auto filled = file_with(folder, "filled.h5", [](hid_t file) {
    put_made(file, "features", H5T_NATIVE_FLOAT, {20000, 300}, [](hid_t created) {
      const float fill = 7;
      H5Pset_fill_value(created, H5T_NATIVE_FLOAT, &fill);
    });
  });
  const auto all = values_of(dk::data::read({"hdf5", {{"path", filled}}}), "features");
  CHECK(all == values(20000 * 300, 7));
}

TEST_CASE("what lies outside of an HDF5 file and is missing is named", "[data][hdf5]") {
  const temporary_folder folder;
  CHECK(error_of(folder, put_virtual(folder, "gone.h5", "features")) ==
        "virtual.h5: data set `features`: its file `gone.h5` is missing; bring it there, or name another data set");
  CHECK(dk::hdf5_facts::first_block("part-%4b of %%b.h5") == "part-0 of %b.h5");
  small_file(folder);
  CHECK(error_of(folder, put_virtual(folder, "x.h5", "other")).find("its file `x.h5` has no data set `other`") !=
        std::string::npos);
  const auto raw = folder.write("raw", "1234");
  const auto outside = [&](const std::string& name) {
    return file_with(folder, "external.h5", [&](hid_t file) {
      put_made(file, "features", H5T_NATIVE_FLOAT, {2},
               [&](hid_t created) { REQUIRE(H5Pset_external(created, name.c_str(), 0, 8) >= 0); });
    });
  };
  CHECK(error_of(folder, outside(raw)).find("raw` is cut short") != std::string::npos);
  CHECK(error_of(folder, outside(folder.path("none"))).find("none` is missing") != std::string::npos);
}

TEST_CASE("a filter that is not known is named", "[data][hdf5]") {
  const temporary_folder folder;
  H5Z_class2_t filter{};
  filter.version = H5Z_CLASS_T_VERS;
  filter.id = 32000;
  filter.encoder_present = 1;
  filter.decoder_present = 1;
  filter.name = "lzf";
  filter.filter = [](unsigned, std::size_t, const unsigned*, std::size_t size, std::size_t*, void**) { return size; };
  REQUIRE(H5Zregister(&filter) >= 0);
  const auto path = file_with(folder, "packed.h5", [](hid_t file) {
    put_made(file, "features", H5T_NATIVE_FLOAT, {8}, [](hid_t created) {
      const hsize_t chunk = 4;
      H5Pset_chunk(created, 1, &chunk);
      H5Pset_filter(created, 32000, 0, 0, nullptr);
    });
  });
  H5Zunregister(32000);
  CHECK(error_of(folder, path) == "packed.h5: data set `features`: is packed by the filter `lzf` (number 32000), which "
                                  "is not known here; write it again, with gzip");
}

TEST_CASE("whole numbers of HDF5 that 64 bits do not hold are refused", "[data][hdf5]") {
  const temporary_folder folder;
  const auto with = [&](std::uint64_t last) {
    return file_with(folder, "ids.h5", [&](hid_t file) {
      const std::vector<std::uint64_t> ids{1, last};
      put(file, "features", H5T_NATIVE_UINT64, {2}, ids.data());
    });
  };
  CHECK(error_of(folder, with(std::uint64_t{1} << 63U)) ==
        "ids.h5: data set `features`: row 1 (the first is 0): is 9223372036854775808, which 64 bits with a sign do not "
        "hold; rescale it");
  const auto greatest = (std::uint64_t{1} << 63U) - 1;
  const auto rows = dk::data::read({"hdf5", {{"path", with(greatest)}}});
  CHECK(std::get<std::vector<std::int64_t>>(rows.at("features").values).back() == static_cast<std::int64_t>(greatest));
}

TEST_CASE("texts of HDF5 are columns", "[data][hdf5]") {
  const temporary_folder folder;
  const auto path = file_with(folder, "texts.h5", [](hid_t file) {
    const auto fixed = H5Tcopy(H5T_C_S1);
    H5Tset_size(fixed, 4);
    H5Tset_strpad(fixed, H5T_STR_NULLPAD);
    put(file, "fixed", fixed, {3}, "ab\0\0abcd\0\0\0\0");
    const auto variable = H5Tcopy(H5T_C_S1);
    H5Tset_size(variable, H5T_VARIABLE);
    const std::vector<const char*> all{"caf\xC3\xA9", "", "a longer text"};
    put(file, "variable", variable, {3}, all.data());
    H5Tclose(fixed);
    H5Tclose(variable);
    const std::vector<float> x{1, 2, 3};
    put(file, "x", H5T_NATIVE_FLOAT, {3}, x.data());
  });
  const auto rows = dk::data::read({"hdf5", {{"path", path}, {"columns", "*"}}});
  CHECK(words_of(rows, "fixed") == std::vector<std::string>{"ab", "abcd", ""});
  CHECK(words_of(rows, "variable") == std::vector<std::string>{"caf\xC3\xA9", "", "a longer text"});
  CHECK(dk::data::read({"hdf5", {{"path", path}}}).at("features").fields == std::vector<std::string>{"x"});
  const auto bad = file_with(folder, "bad.h5", [](hid_t file) {
    const auto fixed = H5Tcopy(H5T_C_S1);
    H5Tset_size(fixed, 4);
    put(file, "label", fixed, {2}, "ok\0\0\xE9\0\0\0");
    H5Tclose(fixed);
  });
  CHECK(
      error_of(folder, bad).find("bad.h5: data set `label`: row 1 (the first is 0): holds a byte that is not UTF-8") ==
      0);
}
