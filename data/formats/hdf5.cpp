#include "data/formats/hdf5.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/file.hpp"
#include "data/formats/pick.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <filesystem>
#include <hdf5.h>
#include <string>

namespace dk::data::hdf5 {

namespace {

/// An identifier of HDF5, closed by the function that its kind wants.
class handle {
public:
  handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() {
    if (id_ >= 0)
      close_(id_);
  }

  explicit operator bool() const { return id_ >= 0; }
  hid_t get() const { return id_; }

private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

[[noreturn]] void damaged(const std::string& where, const std::string& why) {
  throw failure{errc::data, where + ": " + why};
}

/// HDF5 prints its errors unless told otherwise; ours say where and why themselves.
class silence {
public:
  silence() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  silence(const silence&) = delete;
  silence& operator=(const silence&) = delete;
  ~silence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

std::vector<std::string> root_data_sets(const handle& file) {
  std::vector<std::string> names;
  H5G_info_t group{};
  if (H5Gget_info(file.get(), &group) < 0)
    return names;
  for (hsize_t i = 0; i < group.nlinks; ++i) {
    const auto size = H5Lget_name_by_idx(file.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    if (size <= 0)
      continue;
    std::string name(static_cast<std::size_t>(size), '\0');
    H5Lget_name_by_idx(file.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size() + 1, H5P_DEFAULT);
    const handle object{H5Oopen(file.get(), name.c_str(), H5P_DEFAULT), H5Oclose};
    if (object && H5Iget_type(object.get()) == H5I_DATASET)
      names.push_back(name);
  }
  return names;
}

template <class Number>
cells read_vector(const handle& set, hid_t type, std::size_t count, const std::string& where) {
  std::vector<Number> all(count);
  if (count > 0 && H5Dread(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()) < 0)
    damaged(where, "cannot be read; the file is damaged, or packed in a way that this HDF5 does not know");
  return all;
}

cells read_cells(const handle& set, std::size_t count, const std::string& where) {
  const handle type{H5Dget_type(set.get()), H5Tclose};
  const auto kind = H5Tget_class(type.get());
  const auto size = H5Tget_size(type.get());
  if (kind == H5T_FLOAT && size <= sizeof(float)) {
    block_writer all{count};
    if (count > 0 && H5Dread(set.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()) < 0)
      damaged(where, "cannot be read; the file is damaged, or packed in a way that this HDF5 does not know");
    return std::move(all).done();
  }
  if (kind == H5T_FLOAT)
    return read_vector<double>(set, H5T_NATIVE_DOUBLE, count, where);
  const bool is_signed = H5Tget_sign(type.get()) == H5T_SGN_2;
  if (kind != H5T_INTEGER && kind != H5T_ENUM) // h5py writes booleans as an enumeration of bytes
    damaged(where, "holds no numbers; name a data set of numbers");
  if (size == 1)
    return is_signed ? read_vector<std::int8_t>(set, kind == H5T_ENUM ? type.get() : H5T_NATIVE_INT8, count, where)
                     : read_vector<std::uint8_t>(set, kind == H5T_ENUM ? type.get() : H5T_NATIVE_UINT8, count, where);
  if (kind == H5T_ENUM)
    damaged(where, "holds names, no numbers; name a data set of numbers");
  if (size == 2 && is_signed)
    return read_vector<std::int16_t>(set, H5T_NATIVE_INT16, count, where);
  if (size < 4 || (size == 4 && is_signed))
    return read_vector<std::int32_t>(set, H5T_NATIVE_INT32, count, where);
  return read_vector<std::int64_t>(set, H5T_NATIVE_INT64, count, where);
}

column read_set(const handle& file, const std::string& path, const std::string& name) {
  const auto where = path + ": data set `" + name + '`';
  const handle set{H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose};
  if (!set)
    damaged(path, "has no data set `" + name + '`' + did_you_mean(name, root_data_sets(file)) +
                      "; the root has: " + join(root_data_sets(file)));
  const handle space{H5Dget_space(set.get()), H5Sclose};
  const auto rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 1)
    damaged(where, "is a single value, expected rows; name another");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr);
  std::size_t count = 1;
  bool fits = true;
  for (const auto size : sizes)
    fits = fits && !__builtin_mul_overflow(count, std::size_t{size}, &count);
  constexpr std::size_t most_packed = 1032; // bytes that deflate makes of one
  std::size_t most = 0;
  fits = fits && !__builtin_mul_overflow(std::filesystem::file_size(path), most_packed, &most) && count <= most;
  if (!fits)
    damaged(where, "promises more numbers than its file can hold; it is damaged, fetch it again");
  column made{name, {}, {}, path, {}};
  for (std::size_t i = 1; i < sizes.size(); ++i)
    made.shape.push_back(sizes[i]);
  made.values = read_cells(set, count, where);
  return made;
}

table read_file(const std::string& path, const spec& source) {
  const silence quiet;
  start_of(path, 1); // says what is wrong with the path itself
  const handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
  if (!file)
    damaged(path, "is no HDF5 file, or damaged; fetch it again");
  auto names = listed_names(source);
  const auto in_root = root_data_sets(file);
  if (names.empty())
    names = in_root;
  else if (!source.keys.contains("label") && std::find(in_root.begin(), in_root.end(), "label") != in_root.end())
    names.emplace_back("label");
  table all;
  for (const auto& name : names)
    all.put(read_set(file, path, name));
  return picked_columns(std::move(all), source);
}

} // namespace

std::vector<key_rule> keys() {
  std::vector<key_rule> all{{"path", key_kind::path, true}};
  for (auto& rule : pick_keys())
    all.push_back(std::move(rule));
  return all;
}

bool recognise(std::string_view start) {
  return start.substr(0, 8) == "\x89HDF\r\n\x1a\n";
}

table read(const spec& source) {
  std::vector<table> parts;
  for (const auto& path : files_of(source.keys.at("path").get<std::string>()))
    parts.push_back(read_file(path, source));
  return joined(parts);
}

} // namespace dk::data::hdf5
