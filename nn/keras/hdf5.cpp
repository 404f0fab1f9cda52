#include "nn/keras/hdf5.hpp"

#include "common/error.hpp"
#include "common/hdf5_facts.hpp"

#include <algorithm>
#include <cstring>

namespace dk::nn::keras {

namespace {

// No list or text of a model file is near this; a damaged file may claim anything.
constexpr std::size_t most_bytes = std::size_t{256} << 20U;
// HDF5 keeps an attribute in its object's header only up to 64 KiB; texts of variable length live elsewhere.
constexpr std::size_t header_bytes = 60000;

void require(bool good, const std::string& problem) {
  if (!good)
    throw failure{errc::model, problem};
}

h5_handle fixed_text(std::size_t length) {
  h5_handle type{H5Tcopy(H5T_C_S1), H5Tclose, "HDF5 makes no string type"};
  H5Tset_size(type, std::max<std::size_t>(length, 1));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  return type;
}

h5_handle variable_text() {
  h5_handle type{H5Tcopy(H5T_C_S1), H5Tclose, "HDF5 makes no string type"};
  H5Tset_size(type, H5T_VARIABLE);
  return type;
}

h5_handle simple_space(const shape& extents) {
  const std::vector<hsize_t> dims{extents.begin(), extents.end()};
  return {H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose, "HDF5 makes no data space"};
}

std::vector<std::string> read_variable(hid_t attribute, hid_t stored, hid_t space, std::size_t count,
                                       const std::string& problem) {
  const auto type = variable_text();
  H5Tset_cset(type, H5Tget_cset(stored));
  std::vector<char*> texts(count, nullptr);
  require(H5Aread(attribute, type, texts.data()) >= 0, problem);
  std::vector<std::string> read;
  for (const auto* text : texts)
    read.emplace_back(text == nullptr ? "" : text);
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts.data());
  return read;
}

std::vector<std::string> read_fixed(hid_t attribute, hid_t stored, std::size_t count, const std::string& problem) {
  const auto length = H5Tget_size(stored);
  require(length > 0 && length <= most_bytes && count <= most_bytes / length, problem);
  std::vector<char> bytes(count * length);
  require(H5Aread(attribute, stored, bytes.data()) >= 0, problem);
  std::vector<std::string> read;
  for (std::size_t i = 0; i < count; ++i)
    read.emplace_back(bytes.data() + i * length, strnlen(bytes.data() + i * length, length));
  return read;
}

// The texts of one attribute; a scalar counts as a list of one.
std::vector<std::string> read_attribute(hid_t of, const std::string& name) {
  const auto problem = "the attribute \"" + name + "\" is missing or damaged";
  const h5_handle attribute{H5Aopen(of, name.c_str(), H5P_DEFAULT), H5Aclose, problem};
  const h5_handle space{H5Aget_space(attribute), H5Sclose, problem};
  const auto count = H5Sget_simple_extent_npoints(space);
  require(count >= 0 && static_cast<std::size_t>(count) <= most_bytes / sizeof(char*), problem);
  if (count == 0)
    return {}; // h5py gives empty lists a numeric type
  const h5_handle stored{H5Aget_type(attribute), H5Tclose, problem};
  require(H5Tget_class(stored) == H5T_STRING, problem);
  const auto size = static_cast<std::size_t>(count);
  return H5Tis_variable_str(stored) > 0 ? read_variable(attribute, stored, space, size, problem)
                                        : read_fixed(attribute, stored, size, problem);
}

h5_handle open_numbers(hid_t in, const std::string& name) {
  return {H5Dopen2(in, name.c_str(), H5P_DEFAULT), H5Dclose, "the numbers of \"" + name + "\" are missing"};
}

// Of the file that an object is in.
std::string file_name(hid_t object) {
  return hdf5_facts::name_by([&](char* to, std::size_t size) { return H5Fget_name(object, to, size); });
}

h5_handle create_attribute(hid_t of, const std::string& name, hid_t type, hid_t space) {
  return {H5Acreate2(of, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
          "cannot write the attribute \"" + name + "\""};
}

} // namespace

h5_handle::h5_handle(hid_t id, closer close, const std::string& problem) : id_(id), close_(close) {
  require(id >= 0, problem);
}

h5_handle::~h5_handle() {
  if (id_ >= 0)
    close_(id_);
}

h5_silence::h5_silence() {
  // A damaged file can leave the library in a state in which its clean-up at exit loops; our handles close everything.
  static const bool once = H5dont_atexit() >= 0;
  static_cast<void>(once);
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

h5_silence::~h5_silence() {
  H5Eset_auto2(H5E_DEFAULT, function_, data_);
}

h5_handle open_file(const std::string& path) {
  return {H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose,
          "not an HDF5 file, or cut short; name a model file, or copy it again"};
}

h5_handle open_image(const std::string& bytes) {
  const std::string problem = "not an HDF5 file, or cut short";
  const h5_handle access{H5Pcreate(H5P_FILE_ACCESS), H5Pclose, problem};
  require(H5Pset_fapl_core(access, std::size_t{1} << 16U, 0) >= 0, problem);
  auto copy = bytes; // which the library is not going to change, but asks for
  require(H5Pset_file_image(access, copy.data(), copy.size()) >= 0, problem);
  return {H5Fopen("weights in memory", H5F_ACC_RDONLY, access), H5Fclose, problem};
}

h5_handle open_group(hid_t in, const std::string& name) {
  return {H5Gopen2(in, name.c_str(), H5P_DEFAULT), H5Gclose, "the group \"" + name + "\" is missing or damaged"};
}

bool has_attribute(hid_t of, const std::string& name) {
  return H5Aexists(of, name.c_str()) > 0;
}

bool has_member(hid_t in, const std::string& name) {
  return H5Lexists(in, name.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::string> members_of(hid_t group) {
  std::vector<std::string> names;
  const auto keep = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
    static_cast<std::vector<std::string>*>(to)->emplace_back(name);
    return 0;
  };
  require(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, keep, &names) >= 0, "a group is damaged");
  return names;
}

std::string read_text(hid_t of, const std::string& attribute) {
  auto texts = read_attribute(of, attribute);
  require(texts.size() == 1, "the attribute \"" + attribute + "\" is not one text");
  return std::move(texts.front());
}

std::vector<std::string> read_texts(hid_t of, const std::string& attribute) {
  if (has_attribute(of, attribute) || !has_attribute(of, attribute + "0"))
    return read_attribute(of, attribute);
  std::vector<std::string> all;
  for (std::size_t part = 0; has_attribute(of, attribute + std::to_string(part)); ++part)
    for (auto& text : read_attribute(of, attribute + std::to_string(part)))
      all.push_back(std::move(text));
  return all;
}

shape extents_of(hid_t in, const std::string& name) {
  const auto data = open_numbers(in, name);
  const h5_handle space{H5Dget_space(data), H5Sclose, "the numbers of \"" + name + "\" are damaged"};
  const auto rank = H5Sget_simple_extent_ndims(space);
  hsize_t dims[H5S_MAX_RANK] = {};
  require(rank >= 0 && H5Sget_simple_extent_dims(space, dims, nullptr) == rank, "\"" + name + "\" has no shape");
  return {dims, dims + rank};
}

void check_extents(hid_t in, const std::string& name, const shape& extents) {
  const auto found = extents_of(in, name);
  require(found == extents, "\"" + name + "\" has the shape " + extents_text(found) + ", not " + extents_text(extents));
}

std::uint64_t read_count(hid_t in, const std::string& name) {
  std::int64_t value = -1;
  require(extents_of(in, name).empty() &&
              H5Dread(open_numbers(in, name), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) >= 0 &&
              value >= 0,
          "\"" + name + "\" is not a whole number of at least 0");
  return static_cast<std::uint64_t>(value);
}

void read_numbers(hid_t in, const std::string& name, float* to) {
  const auto data = open_numbers(in, name);
  const auto filter = unknown_filter(data);
  require(filter.empty(), "the numbers of \"" + name + "\" are packed by the filter " + filter +
                              ", which is not known here; write the file again without it, or with gzip");
  const auto outside = sources_of(data, file_name(data));
  require(outside.missing.empty(),
          "the numbers of \"" + name + "\" are elsewhere, and " + outside.missing + "; bring it there");
  require(H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0,
          "the numbers of \"" + name + "\" are damaged");
}

h5_handle create_file(const std::string& path) {
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, "cannot be written"};
}

h5_handle create_image() {
  const std::string problem = "HDF5 makes no file in memory";
  const h5_handle access{H5Pcreate(H5P_FILE_ACCESS), H5Pclose, problem};
  require(H5Pset_fapl_core(access, std::size_t{1} << 20U, 0) >= 0, problem);
  return {H5Fcreate("weights to write", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose, problem};
}

std::string bytes_of_image(hid_t file) {
  const auto size = H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 ? -1 : H5Fget_file_image(file, nullptr, 0);
  if (size <= 0)
    throw failure{errc::resources, "HDF5 has no bytes of a file in memory"};
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (H5Fget_file_image(file, bytes.data(), bytes.size()) != size)
    throw failure{errc::resources, "HDF5 has no bytes of a file in memory"};
  return bytes;
}

h5_handle create_group(hid_t in, const std::string& name) {
  return {H5Gcreate2(in, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose,
          "cannot write the group \"" + name + "\""};
}

void write_text(hid_t of, const std::string& attribute, const std::string& text) {
  const h5_handle space{H5Screate(H5S_SCALAR), H5Sclose, "HDF5 makes no data space"};
  const bool fits = text.size() <= header_bytes;
  const auto type = fits ? fixed_text(text.size()) : variable_text();
  const auto made = create_attribute(of, attribute, type, space);
  const char* const start = text.c_str();
  require(H5Awrite(made, type, fits ? static_cast<const void*>(start) : &start) >= 0,
          "cannot write \"" + attribute + "\"");
}

namespace {

void write_list(hid_t of, const std::string& attribute, const std::vector<std::string>& texts, std::size_t length) {
  std::vector<char> bytes(texts.size() * length, '\0');
  for (std::size_t i = 0; i < texts.size(); ++i)
    std::copy(texts[i].begin(), texts[i].end(), bytes.begin() + static_cast<std::ptrdiff_t>(i * length));
  const auto type = fixed_text(length);
  const auto space = simple_space({texts.size()});
  const auto made = create_attribute(of, attribute, type, space);
  if (!texts.empty())
    require(H5Awrite(made, type, bytes.data()) >= 0, "cannot write \"" + attribute + "\"");
}

} // namespace

void write_texts(hid_t of, const std::string& attribute, const std::vector<std::string>& texts) {
  std::size_t length = 1;
  for (const auto& text : texts)
    length = std::max(length, text.size());
  const auto most = std::max<std::size_t>(header_bytes / length, 1);
  if (texts.size() <= most)
    return write_list(of, attribute, texts, length);
  for (std::size_t part = 0; part * most < texts.size(); ++part) {
    const auto first = texts.begin() + static_cast<std::ptrdiff_t>(part * most);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(most, texts.size() - part * most));
    write_list(of, attribute + std::to_string(part), {first, last}, length);
  }
}

void write_numbers(hid_t in, const std::string& name, const shape& extents, const float* from) {
  const auto problem = "cannot write the numbers of \"" + name + "\"";
  const h5_handle parents{H5Pcreate(H5P_LINK_CREATE), H5Pclose, problem};
  H5Pset_create_intermediate_group(parents, 1); // a weight's name has a '/' in it
  const h5_handle kept{H5Pcreate(H5P_DATASET_CREATE), H5Pclose, problem};
  H5Pset_obj_track_times(kept, false); // the same weights make the same file, whenever it is written
  const auto space = simple_space(extents);
  const h5_handle data{H5Dcreate2(in, name.c_str(), H5T_IEEE_F32LE, space, parents, kept, H5P_DEFAULT), H5Dclose,
                       problem};
  require(H5Dwrite(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, from) >= 0, problem);
}

} // namespace dk::nn::keras
