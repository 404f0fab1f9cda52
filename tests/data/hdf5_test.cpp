#include "data/formats/catalog.hpp"
#include "data/formats/hdf5.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
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
