#include "data/formats/npy/npz.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/descriptor.hpp"
#include "data/formats/npy/npy.hpp"
#include "data/formats/pick.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>
#include <zip.h>

namespace dk::data::npz {

namespace {

constexpr zip_int64_t to_the_end = -1;

struct close_archive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

struct close_entry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

using archive = std::shared_ptr<zip_t>;

[[noreturn]] void damaged(const std::string& origin, const std::string& why) {
  throw failure{errc::data, origin + ": " + why + "; fetch it again"};
}

/// @param make makes libzip's source of the archive's bytes
template <class F>
archive opened(const std::string& origin, F make) {
  zip_error_t why;
  zip_error_init(&why);
  auto* const source = make(&why);
  auto* const found = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &why);
  const std::string text = zip_error_strerror(&why);
  zip_error_fini(&why);
  if (found == nullptr) {
    if (source != nullptr)
      zip_source_free(source);
    damaged(origin, "is no zip, or damaged (" + text + ')');
  }
  return {found, close_archive{}};
}

/// An entry of an archive, unpacked as it is read, and compared with its checksum at its end.
class entry_bytes final : public byte_source {
public:
  entry_bytes(archive from, zip_uint64_t index, std::string where)
      : from_(std::move(from)), index_(index), where_(std::move(where)) {
    zip_stat_t about;
    zip_stat_init(&about);
    constexpr zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    if (zip_stat_index(from_.get(), index_, 0, &about) != 0 || (about.valid & needed) != needed)
      damaged(where_, "says no size");
    constexpr zip_uint64_t most = 1032; // bytes that deflate makes of one
    if (about.size / most > about.comp_size)
      damaged(where_, "promises more bytes than it can hold");
    size_ = about.size;
  }

  std::size_t size() const override { return size_; }
  bool is_sequential() const override { return true; }

  void read(std::byte* to, std::size_t first, std::size_t count) override {
    if (!entry_ || first < at_)
      begin();
    std::array<std::byte, std::size_t{1} << 16U> passed{};
    while (at_ < first)
      take(passed.data(), std::min(passed.size(), first - at_));
    take(to, count);
    if (at_ == size_ && count > 0 && zip_fread(entry_.get(), passed.data(), 1) != 0) // libzip compares at the end
      damaged(where_, "is damaged (" + std::string{zip_file_strerror(entry_.get())} + ')');
  }

private:
  void begin() {
    entry_.reset(zip_fopen_index(from_.get(), index_, 0));
    if (!entry_)
      damaged(where_, std::string{"cannot be unpacked ("} + zip_strerror(from_.get()) + ')');
    at_ = 0;
  }

  void take(std::byte* to, std::size_t count) {
    for (std::size_t got = 0; got < count;) {
      const auto some = zip_fread(entry_.get(), to + got, count - got);
      if (some < 0)
        damaged(where_, "is damaged (" + std::string{zip_file_strerror(entry_.get())} + ')');
      if (some == 0)
        damaged(where_, "ends before it has as many bytes as it promises");
      got += static_cast<std::size_t>(some);
    }
    at_ += count;
  }

  archive from_;
  zip_uint64_t index_;
  std::string where_;
  std::size_t size_ = 0;
  std::unique_ptr<zip_file_t, close_entry> entry_;
  std::size_t at_ = 0;
};

/// The columns of an array under its name, or, where it is structured, with it before theirs.
class array_columns final : public row_slices {
public:
  array_columns(row_slices_ptr from, std::string name, std::string origin)
      : from_(std::move(from)), name_(std::move(name)), origin_(std::move(origin)) {}

  std::size_t rows() const override { return from_->rows(); }
  std::size_t row_bytes() const override { return from_->row_bytes(); }

  table slice(std::size_t first, std::size_t count) override {
    table all;
    for (auto& c : from_->slice(first, count).release()) {
      if (c.name != name_)
        c.name = name_ + '.' + c.name;
      c.origin = origin_;
      all.put(std::move(c));
    }
    return all;
  }

private:
  row_slices_ptr from_;
  std::string name_;
  std::string origin_;
};

row_slices_ptr slices_of(const archive& from, const std::string& origin, const spec& source) {
  const auto listed = listed_names(source);
  std::vector<row_slices_ptr> arrays;
  std::set<std::string> seen;
  const auto entries = zip_get_num_entries(from.get(), 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const auto* const raw_name = zip_get_name(from.get(), index, ZIP_FL_ENC_GUESS);
    std::string name = raw_name == nullptr ? "" : raw_name;
    const auto where = origin + ": entry `" + name + '`';
    if (name.size() <= 4 || name.compare(name.size() - 4, 4, ".npy") != 0)
      damaged(where, "is no array of numpy");
    name.resize(name.size() - 4);
    if (!seen.insert(name).second)
      throw failure{errc::data, origin + ": has two arrays `" + name + "`; rename one"};
    if (!is_wanted(name, listed)) // x_train and x_test of one file have not the same rows
      continue;
    auto array = npy::slices_in(std::make_unique<entry_bytes>(from, index, where), where, name);
    arrays.push_back(std::make_unique<array_columns>(std::move(array), name, origin));
  }
  if (arrays.empty())
    damaged(origin, listed.empty() ? "holds no array" : "holds no array of these names: " + join(listed));
  return beside(std::move(arrays));
}

} // namespace

std::vector<key_rule> keys() {
  std::vector<key_rule> all{{"path", key_kind::path, true}};
  for (auto& rule : pick_keys())
    all.push_back(std::move(rule));
  return all;
}

bool recognise(std::string_view start) {
  return start.substr(0, 4) == "PK\x03\x04";
}

row_slices_ptr slices_in(std::string_view bytes, const std::string& origin, const spec& source) {
  const auto from =
      opened(origin, [&](zip_error_t* why) { return zip_source_buffer_create(bytes.data(), bytes.size(), 0, why); });
  return slices_of(from, origin, source);
}

row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string&) {
  size_of_file(path); // says what is wrong with the path itself
  const auto from =
      opened(path, [&](zip_error_t* why) { return zip_source_file_create(path.c_str(), 0, to_the_end, why); });
  return slices_of(from, path, source);
}

} // namespace dk::data::npz
