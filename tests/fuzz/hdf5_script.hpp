#pragma once

#include "common/error.hpp"
#include "nn/keras/hdf5.hpp"

#include <hdf5.h>
#include <string>
#include <string_view>
#include <vector>

namespace dk::fuzz {

using nn::keras::h5_handle;

// The input as instructions: numbers of one byte, and texts that begin with their length.
class script {
public:
  explicit script(std::string_view bytes) : bytes_(bytes) {}

  bool is_over() const { return bytes_.empty(); }
  unsigned number() {
    if (bytes_.empty())
      return 0;
    const auto first = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return first;
  }
  std::string text() {
    std::string read;
    for (auto length = number(); length > 0 && !is_over(); --length)
      read += static_cast<char>(number());
    return read;
  }

private:
  std::string_view bytes_;
};

inline h5_handle file_in_memory() {
  const h5_handle access{H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "access"};
  H5Pset_fapl_core(access, 1U << 16U, false);
  return {H5Fcreate("fuzz.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, "file"};
}

// A text of fixed length where `length` says one, else of any length.
inline h5_handle text_type(unsigned length) {
  h5_handle type{H5Tcopy(H5T_C_S1), H5Tclose, "type"};
  H5Tset_size(type, length == 0 ? H5T_VARIABLE : length);
  return type;
}

inline h5_handle space_of(const std::vector<hsize_t>& extents) {
  if (extents.empty())
    return {H5Screate(H5S_SCALAR), H5Sclose, "space"};
  return {H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose, "space"};
}

inline std::vector<hsize_t> extents_in(script& from) {
  std::vector<hsize_t> extents(from.number() % 5);
  for (auto& extent : extents)
    extent = from.number() % 32;
  return extents;
}

inline void add_texts(hid_t to, script& from) {
  const auto name = from.text();
  const auto length = from.number() % 32;
  std::vector<std::string> texts(from.number() % 8);
  std::string flat;
  std::vector<const char*> pointers;
  for (auto& text : texts) {
    text = from.text();
    pointers.push_back(text.c_str());
    auto padded = text;
    padded.resize(length);
    flat += padded;
  }
  const auto type = text_type(length);
  const auto space = space_of(texts.size() == 1 && from.number() % 2 == 0 ? std::vector<hsize_t>{}
                                                                          : std::vector<hsize_t>{texts.size()});
  const h5_handle made{H5Acreate2(to, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "attribute"};
  if (!texts.empty())
    H5Awrite(made, type, length == 0 ? static_cast<const void*>(pointers.data()) : flat.data());
}

inline void add_number(hid_t to, script& from) {
  const auto name = from.text();
  const auto space = space_of(extents_in(from));
  const auto type = from.number() % 2 == 0 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT;
  const h5_handle made{H5Acreate2(to, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "attribute"};
}

inline void add_data(hid_t to, script& from) {
  const auto name = from.text();
  const auto space = space_of(extents_in(from));
  const hid_t types[] = {H5T_NATIVE_FLOAT, H5T_NATIVE_DOUBLE, H5T_NATIVE_INT, H5T_C_S1};
  const h5_handle links{H5Pcreate(H5P_LINK_CREATE), H5Pclose, "links"};
  H5Pset_create_intermediate_group(links, 1);
  const h5_handle made{H5Dcreate2(to, name.c_str(), types[from.number() % 4], space, links, H5P_DEFAULT, H5P_DEFAULT),
                       H5Dclose, "data"};
}

// One instruction after the other; those that the library refuses do nothing.
inline void fill(hid_t file, script& from) {
  std::vector<h5_handle> path;
  while (!from.is_over()) {
    const hid_t here = path.empty() ? file : static_cast<hid_t>(path.back());
    try {
      switch (from.number() % 5) {
      case 0:
        add_texts(here, from);
        break;
      case 1:
        add_number(here, from);
        break;
      case 2:
        add_data(here, from);
        break;
      case 3:
        path.push_back(nn::keras::create_group(here, from.text()));
        break;
      default:
        if (!path.empty())
          path.pop_back();
      }
    } catch (const failure&) { // no such name, or one that is there already
    }
  }
}

} // namespace dk::fuzz
