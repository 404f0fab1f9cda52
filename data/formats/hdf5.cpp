#include "data/formats/hdf5.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/file.hpp"
#include "data/formats/pick.hpp"

#include <algorithm>
#include <filesystem>
#include <hdf5.h>
#include <memory>
#include <string>
#include <utility>

namespace dk::data::hdf5 {

namespace {

/// An identifier of HDF5, closed by the function that its kind wants.
class handle {
public:
  handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  handle(handle&& from) noexcept : id_(std::exchange(from.id_, -1)), close_(from.close_) {}
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

/// A data set of numbers, some rows of which are read.
class data_set {
public:
  data_set(const handle& file, const std::string& path, const std::string& name)
      : path_(path), name_(name), where_(path + ": data set `" + name + '`'),
        set_(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose) {
    if (!set_)
      damaged(path, "has no data set `" + name + '`' + did_you_mean(name, root_data_sets(file)) +
                        "; the root has: " + join(root_data_sets(file)));
    const handle space{H5Dget_space(set_.get()), H5Sclose};
    const auto rank = H5Sget_simple_extent_ndims(space.get());
    if (rank < 1)
      damaged(where_, "is a single value, expected rows; name another");
    sizes_.resize(static_cast<std::size_t>(rank));
    H5Sget_simple_extent_dims(space.get(), sizes_.data(), nullptr);
    check_size();
  }

  std::size_t rows() const { return sizes_.front(); }
  std::size_t row_bytes() const { return in_row_ * number_bytes_; }

  column read(std::size_t first, std::size_t count) const {
    return {name_, {sizes_.begin() + 1, sizes_.end()}, cells_of(first, count), path_, {}};
  }

private:
  void check_size() {
    const handle type{H5Dget_type(set_.get()), H5Tclose};
    number_bytes_ = H5Tget_size(type.get());
    std::size_t count = 1;
    bool fits = true;
    for (const auto size : sizes_)
      fits = fits && !__builtin_mul_overflow(count, std::size_t{size}, &count);
    constexpr std::size_t most_packed = 1032; // bytes that deflate makes of one
    std::size_t most = 0;
    fits = fits && !__builtin_mul_overflow(std::filesystem::file_size(path_), most_packed, &most) && count <= most;
    if (!fits)
      damaged(where_, "promises more numbers than its file can hold; it is damaged, fetch it again");
    in_row_ = rows() == 0 ? 0 : count / rows();
  }

  void read_numbers(hid_t type, std::size_t first, std::size_t count, void* to) const {
    if (count == 0 || in_row_ == 0)
      return;
    std::vector<hsize_t> from(sizes_.size(), 0);
    auto many = sizes_;
    from.front() = first;
    many.front() = count;
    const handle in_file{H5Dget_space(set_.get()), H5Sclose};
    const handle in_memory{H5Screate_simple(static_cast<int>(many.size()), many.data(), nullptr), H5Sclose};
    if (H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, from.data(), nullptr, many.data(), nullptr) < 0 ||
        H5Dread(set_.get(), type, in_memory.get(), in_file.get(), H5P_DEFAULT, to) < 0)
      damaged(where_, "cannot be read; the file is damaged, or packed in a way that this HDF5 does not know");
  }

  template <class Number>
  cells vector_of(hid_t type, std::size_t first, std::size_t count) const {
    std::vector<Number> all(count * in_row_);
    read_numbers(type, first, count, all.data());
    return all;
  }

  cells cells_of(std::size_t first, std::size_t count) const {
    const handle type{H5Dget_type(set_.get()), H5Tclose};
    const auto kind = H5Tget_class(type.get());
    const auto size = number_bytes_;
    if (kind == H5T_FLOAT && size <= sizeof(float)) {
      block_writer all{count * in_row_};
      read_numbers(H5T_NATIVE_FLOAT, first, count, all.data());
      return std::move(all).done();
    }
    if (kind == H5T_FLOAT)
      return vector_of<double>(H5T_NATIVE_DOUBLE, first, count);
    const bool is_signed = H5Tget_sign(type.get()) == H5T_SGN_2;
    if (kind != H5T_INTEGER && kind != H5T_ENUM) // h5py writes booleans as an enumeration of bytes
      damaged(where_, "holds no numbers; name a data set of numbers");
    if (size == 1)
      return is_signed ? vector_of<std::int8_t>(kind == H5T_ENUM ? type.get() : H5T_NATIVE_INT8, first, count)
                       : vector_of<std::uint8_t>(kind == H5T_ENUM ? type.get() : H5T_NATIVE_UINT8, first, count);
    if (kind == H5T_ENUM)
      damaged(where_, "holds names, no numbers; name a data set of numbers");
    if (size == 2 && is_signed)
      return vector_of<std::int16_t>(H5T_NATIVE_INT16, first, count);
    if (size < 4 || (size == 4 && is_signed))
      return vector_of<std::int32_t>(H5T_NATIVE_INT32, first, count);
    return vector_of<std::int64_t>(H5T_NATIVE_INT64, first, count);
  }

  std::string path_;
  std::string name_;
  std::string where_;
  handle set_;
  std::vector<hsize_t> sizes_;
  std::size_t in_row_ = 0; // numbers
  std::size_t number_bytes_ = 0;
};

handle opened(const std::string& path) {
  start_of(path, 1); // says what is wrong with the path itself
  const silence quiet;
  handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
  if (!file)
    damaged(path, "is no HDF5 file, or damaged; fetch it again");
  return file;
}

class hyperslabs final : public row_slices {
public:
  hyperslabs(const std::shared_ptr<const handle>& file, const std::string& path, const std::string& name)
      : file_(file), set_(*file, path, name) {}

  std::size_t rows() const override { return set_.rows(); }
  std::size_t row_bytes() const override { return set_.row_bytes(); }

  table slice(std::size_t first, std::size_t count) override {
    const silence quiet; // of the thread that reads
    table all;
    all.put(set_.read(first, count));
    return all;
  }

private:
  std::shared_ptr<const handle> file_; // closed after the set
  data_set set_;
};

// The data sets that the source names, or those in the root.
std::vector<std::string> wanted_sets(const handle& file, const spec& source) {
  auto names = listed_names(source);
  const auto in_root = root_data_sets(file);
  if (names.empty())
    names = in_root;
  else if (!source.keys.contains("label") && std::find(in_root.begin(), in_root.end(), "label") != in_root.end())
    names.emplace_back("label");
  return names;
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

row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string&) {
  const silence quiet;
  const auto file = std::make_shared<const handle>(opened(path));
  std::vector<row_slices_ptr> sets;
  for (const auto& name : wanted_sets(*file, source))
    sets.push_back(std::make_unique<hyperslabs>(file, path, name));
  if (sets.empty())
    damaged(path, "has no data set in its root; name its `columns`");
  return beside(std::move(sets));
}

} // namespace dk::data::hdf5
