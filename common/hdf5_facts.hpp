#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <hdf5.h>
#include <string>
#include <string_view>
#include <utility>

namespace dk {

// What HDF5 itself does not say, or only by failing, or by numbers that are not there: for its two readers, of data and
// of models. For sources that link HDF5.

/// Whether a file is HDF5: its signature stands at its start, or, behind a block of the user's own, at 512, 1024,
/// 2048, ... @param read_at copies `count` bytes from a place, and says whether there are as many
template <class ReadAt>
bool has_hdf5_signature(std::uint64_t size, ReadAt read_at) {
  constexpr std::string_view signature{"\x89HDF\r\n\x1a\n", 8};
  char found[8] = {};
  for (std::uint64_t at = 0; at + signature.size() <= size; at = at == 0 ? 512 : 2 * at)
    if (read_at(found, at, signature.size()) && std::string_view{found, signature.size()} == signature)
      return true;
  return false;
}

namespace hdf5_facts {

/// The identifier of an object, and what closes it.
class closing {
public:
  closing(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  closing(const closing&) = delete;
  closing& operator=(const closing&) = delete;
  ~closing() {
    if (id_ >= 0)
      close_(id_);
  }

  hid_t get() const { return id_; }

private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// A name that HDF5 gives by its length first. @param get as H5Pget_virtual_filename, of one mapping
template <class Get>
std::string name_by(Get get) {
  const auto size = get(nullptr, 0);
  if (size <= 0)
    return {};
  std::string name(static_cast<std::size_t>(size), '\0');
  get(name.data(), name.size() + 1);
  return name;
}

/// A pattern such as "part-%b.h5" names the files of blocks 0, 1, ...: the first of them.
inline std::string first_block(const std::string& pattern) {
  std::string name;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%' || i + 1 == pattern.size()) {
      name += pattern[i];
      continue;
    }
    const auto end = pattern.find_first_not_of("0123456789", i + 1);
    if (end != std::string::npos && pattern[end] == 'b') {
      name += '0';
      i = end;
    } else {
      i += pattern[i + 1] == '%' ? 1U : 0U;
      name += '%';
    }
  }
  return name;
}

/// Where HDF5 finds the file of a virtual data set of `path`; empty: nowhere.
inline std::string source_path(const std::string& path, const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (name == ".")
    return path;
  const auto folder = fs::path{path}.parent_path();
  const char* const prefix = std::getenv("HDF5_VDS_PREFIX");
  for (const auto& at : {prefix == nullptr ? fs::path{} : fs::path{prefix} / name, folder / name, fs::path{name},
                         folder / fs::path{name}.filename()})
    if (!at.empty() && fs::is_regular_file(at, ignored))
      return at.string();
  return {};
}

} // namespace hdf5_facts

/// A filter that the chunks of a data set went through and this HDF5 has not: "`lzf` (number 32000)"; empty: there is
/// none.
inline std::string unknown_filter(hid_t data_set) {
  const hdf5_facts::closing created{H5Dget_create_plist(data_set), H5Pclose};
  const auto filters = created.get() < 0 ? 0 : H5Pget_nfilters(created.get());
  for (int i = 0; i < filters; ++i) {
    char name[256] = {};
    unsigned flags = 0;
    unsigned config = 0;
    std::size_t values = 0;
    const auto number = H5Pget_filter2(created.get(), static_cast<unsigned>(i), &flags, &values, nullptr,
                                       sizeof name - 1, name, &config);
    if (number >= 0 && H5Zfilter_avail(number) <= 0)
      return (name[0] == '\0' ? "a filter without a name" : '`' + std::string{name} + '`') + " (number " +
             std::to_string(number) + ')';
  }
  return {};
}

/// What numbers of a data set lie outside of its file.
struct hdf5_sources {
  std::uint64_t bytes = 0; ///< of these files
  std::string missing;     ///< what is wrong with the first that cannot give them; empty: they are all there
};

namespace hdf5_facts {

inline void note(hdf5_sources& found, const std::string& why) {
  if (found.missing.empty())
    found.missing = why;
}

// The files of a virtual data set.
inline void find_mapped(hid_t plist, const std::string& path, std::size_t mappings, hdf5_sources& found) {
  std::error_code ignored;
  for (std::size_t i = 0; i < mappings; ++i) {
    const auto file_name =
        first_block(name_by([&](char* to, std::size_t size) { return H5Pget_virtual_filename(plist, i, to, size); }));
    const auto set_name =
        first_block(name_by([&](char* to, std::size_t size) { return H5Pget_virtual_dsetname(plist, i, to, size); }));
    const auto at = source_path(path, file_name);
    if (at.empty()) {
      note(found, "its file `" + file_name + "` is missing");
      continue;
    }
    found.bytes += std::filesystem::file_size(at, ignored);
    const closing file{H5Fopen(at.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
    const closing set{file.get() < 0 ? file.get() : H5Dopen2(file.get(), set_name.c_str(), H5P_DEFAULT), H5Dclose};
    if (set.get() < 0)
      note(found, "its file `" + file_name + "` has no data set `" + set_name + '`');
  }
}

// The raw files that hold a data set's numbers.
inline void find_external(hid_t plist, hdf5_sources& found) {
  std::error_code ignored;
  const auto files = H5Pget_external_count(plist);
  for (int i = 0; i < files; ++i) {
    char name[1024] = {};
    off_t offset = 0;
    hsize_t size = 0;
    H5Pget_external(plist, static_cast<unsigned>(i), sizeof name - 1, name, &offset, &size);
    if (!std::filesystem::is_regular_file(name, ignored)) {
      note(found, std::string{"its file `"} + name + "` is missing");
      continue;
    }
    const auto there = std::filesystem::file_size(name, ignored);
    found.bytes += there;
    if (size != H5F_UNLIMITED && there < static_cast<std::uint64_t>(offset) + size)
      note(found, std::string{"its file `"} + name + "` is cut short");
  }
}

} // namespace hdf5_facts

/// Looks for the files that a data set of `path` is put together from, which HDF5 passes over where they are not there.
inline hdf5_sources sources_of(hid_t data_set, const std::string& path) {
  hdf5_sources found;
  const hdf5_facts::closing created{H5Dget_create_plist(data_set), H5Pclose};
  std::size_t mappings = 0;
  if (H5Pget_layout(created.get()) == H5D_VIRTUAL)
    H5Pget_virtual_count(created.get(), &mappings);
  if (mappings > 0)
    hdf5_facts::find_mapped(created.get(), path, mappings, found);
  else
    hdf5_facts::find_external(created.get(), found);
  return found;
}

} // namespace dk
