#pragma once

#include "nn/shape.hpp"

#include <cstdint>
#include <hdf5.h>
#include <string>
#include <vector>

namespace dk::nn::keras {

/// A thing of the HDF5 library, closed at the end. An invalid one (below zero) is refused at birth.
class h5_handle {
public:
  using closer = herr_t (*)(hid_t);

  /// @throws failure (model): `problem`, when id is not valid
  h5_handle(hid_t id, closer close, const std::string& problem);
  ~h5_handle();
  h5_handle(h5_handle&& other) noexcept : id_(other.id_), close_(other.close_) { other.id_ = -1; }
  h5_handle& operator=(h5_handle&&) = delete;

  operator hid_t() const { return id_; } // NOLINT: the C functions want it

private:
  hid_t id_;
  closer close_;
};

/// Keeps the library from printing its errors, which dk reports itself, until the end of the scope.
class h5_silence {
public:
  h5_silence();
  ~h5_silence();
  h5_silence(const h5_silence&) = delete;
  h5_silence& operator=(const h5_silence&) = delete;

private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// Readers: each throws failure (model) that names the object when it is missing or not what it should be.
h5_handle open_file(const std::string& path);
/// The same of a file that lies in memory.
h5_handle open_image(const std::string& bytes);
h5_handle open_group(hid_t in, const std::string& name);
bool has_attribute(hid_t of, const std::string& name);
/// Whether there is something of this name, which must not have a '/' in it.
bool has_member(hid_t in, const std::string& name);
/// The names of what is in a group, in alphabetic order.
std::vector<std::string> members_of(hid_t group);
std::string read_text(hid_t of, const std::string& attribute);
/// A list of texts of fixed or variable length; an empty list may have any type. Lists that Keras has split into
/// name0, name1, ... are put together again.
std::vector<std::string> read_texts(hid_t of, const std::string& attribute);
/// Checks the extents of a data set without reading it.
void check_extents(hid_t in, const std::string& name, const shape& extents);
/// The extents of a data set; none of a single number.
shape extents_of(hid_t in, const std::string& name);
/// A single whole number from 0 up. @throws failure (model) for what is none, too
std::uint64_t read_count(hid_t in, const std::string& name);
/// The numbers of a data set, converted to float32. Requires check_extents.
void read_numbers(hid_t in, const std::string& name, float* to);

/// The attribute of a file for a remark of dk's own.
constexpr const char* remark_attribute = "dk_remark";

/// Writers.
h5_handle create_file(const std::string& path);
/// A file in memory, and its bytes so far. @throws failure (resources)
h5_handle create_image();
std::string bytes_of_image(hid_t file);
h5_handle create_group(hid_t in, const std::string& name);
void write_text(hid_t of, const std::string& attribute, const std::string& text);
void write_texts(hid_t of, const std::string& attribute, const std::vector<std::string>& texts);
void write_numbers(hid_t in, const std::string& name, const shape& extents, const float* from);

} // namespace dk::nn::keras
