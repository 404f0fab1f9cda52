#include "data/formats/hdf5.hpp"

#include "common/error.hpp"
#include "common/hdf5_facts.hpp"
#include "common/text.hpp"
#include "data/formats/bytes/encoding.hpp"
#include "data/formats/bytes/file.hpp"
#include "data/formats/descriptor.hpp"
#include "data/formats/pick.hpp"

#include <algorithm>
#include <filesystem>
#include <hdf5.h>
#include <limits>
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
    if (const auto filter = unknown_filter(set_.get()); !filter.empty())
      damaged(where_, "is packed by the filter " + filter + ", which is not known here; write it again, with gzip");
    const auto outside = sources_of(set_.get(), path_);
    if (!outside.missing.empty())
      damaged(where_, outside.missing + "; bring it there, or name another data set");
    std::size_t count = 1;
    bool fits = true;
    for (const auto size : sizes_)
      fits = fits && !__builtin_mul_overflow(count, std::size_t{size}, &count);
    constexpr std::size_t most_packed = 1032;             // bytes that deflate makes of one
    constexpr std::size_t filled = std::size_t{1} << 26U; // numbers that may come of a fill value alone
    std::size_t most = std::filesystem::file_size(path_) + outside.bytes;
    fits = fits && !__builtin_mul_overflow(most, most_packed, &most) && count <= std::max(most, filled);
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
      damaged(where_, "cannot be read; the file is damaged, fetch it again");
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
    if (kind == H5T_STRING)
      return texts_of(type, first, count);
    const bool is_signed = H5Tget_sign(type.get()) == H5T_SGN_2;
    if (kind != H5T_INTEGER && kind != H5T_ENUM) // h5py writes booleans as an enumeration of bytes
      damaged(where_, "holds neither numbers nor texts; name a data set of numbers");
    if (size > sizeof(std::int64_t))
      damaged(where_,
              "holds whole numbers of " + std::to_string(size) + " bytes, expected 8 at most; write them as such");
    if (size == 1)
      return is_signed ? vector_of<std::int8_t>(kind == H5T_ENUM ? type.get() : H5T_NATIVE_INT8, first, count)
                       : vector_of<std::uint8_t>(kind == H5T_ENUM ? type.get() : H5T_NATIVE_UINT8, first, count);
    if (kind == H5T_ENUM)
      damaged(where_, "holds names, no numbers; name a data set of numbers");
    if (size == 2 && is_signed)
      return vector_of<std::int16_t>(H5T_NATIVE_INT16, first, count);
    if (size < 4 || (size == 4 && is_signed))
      return vector_of<std::int32_t>(H5T_NATIVE_INT32, first, count);
    return size == sizeof(std::int64_t) && !is_signed ? large_of(first, count)
                                                      : vector_of<std::int64_t>(H5T_NATIVE_INT64, first, count);
  }

  // HDF5 itself would make the greatest number of 64 bits with a sign of those beyond.
  cells large_of(std::size_t first, std::size_t count) const {
    std::vector<std::uint64_t> all(count * in_row_);
    read_numbers(H5T_NATIVE_UINT64, first, count, all.data());
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto bad = std::find_if(all.begin(), all.end(), [](std::uint64_t x) { return x > most; });
    if (bad != all.end())
      damaged(row_text(first + static_cast<std::size_t>(bad - all.begin()) / in_row_),
              "is " + std::to_string(*bad) + ", which 64 bits with a sign do not hold; rescale it");
    return std::vector<std::int64_t>(all.begin(), all.end());
  }

  std::string row_text(std::size_t row) const { return where_ + ": row " + std::to_string(row) + " (the first is 0)"; }

  cells texts_of(const handle& type, std::size_t first, std::size_t count) const {
    if (in_row_ != 1 && rows() > 0)
      damaged(where_, "has several texts in a row, expected one; name another");
    auto all =
        H5Tis_variable_str(type.get()) > 0 ? variable_texts(type, first, count) : fixed_texts(type, first, count);
    for (std::size_t row = 0; row < all.size(); ++row)
      if (const auto bad = first_not_utf8(all[row]); bad != std::string_view::npos)
        damaged(row_text(first + row), "holds a byte that is not UTF-8; write it as such");
    return all;
  }

  texts variable_texts(const handle& type, std::size_t first, std::size_t count) const {
    std::vector<char*> read(count, nullptr);
    read_numbers(type.get(), first, count, read.data());
    texts all;
    for (const auto* one : read)
      all.push_back(one == nullptr ? "" : one);
    const hsize_t size = count;
    const handle space{H5Screate_simple(1, &size, nullptr), H5Sclose};
    H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, read.data());
    return all;
  }

  texts fixed_texts(const handle& type, std::size_t first, std::size_t count) const {
    std::size_t bytes = 0;
    if (number_bytes_ > std::filesystem::file_size(path_) || __builtin_mul_overflow(count, number_bytes_, &bytes))
      damaged(where_, "promises longer texts than its file can hold; it is damaged, fetch it again");
    std::string read(bytes, '\0');
    read_numbers(type.get(), first, count, read.data());
    const char padding = H5Tget_strpad(type.get()) == H5T_STR_SPACEPAD ? ' ' : '\0';
    const bool ends_at_zero = H5Tget_strpad(type.get()) == H5T_STR_NULLTERM;
    texts all;
    for (std::size_t row = 0; row < count; ++row) {
      auto one = std::string_view{read}.substr(row * number_bytes_, number_bytes_);
      if (ends_at_zero)
        one = one.substr(0, one.find('\0'));
      while (!one.empty() && one.back() == padding)
        one.remove_suffix(1);
      all.push_back(one);
    }
    return all;
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
  if (names.empty()) {
    names = in_root;
    for (auto& name : named_columns(source)) // in a group
      if (name.find('/') != std::string::npos)
        names.push_back(std::move(name));
  } else if (!source.keys.contains("label") && std::find(in_root.begin(), in_root.end(), "label") != in_root.end())
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
  return has_hdf5_signature(
      start.size(), [&](char* to, std::uint64_t at, std::size_t count) { return start.copy(to, count, at) == count; });
}

bool recognise_file(const std::string& path) {
  const auto size = size_of_file(path);
  const descriptor file{path};
  return has_hdf5_signature(size, [&](char* to, std::uint64_t at, std::size_t count) {
    file.read(reinterpret_cast<std::byte*>(to) - at, at, at + count);
    return true;
  });
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
