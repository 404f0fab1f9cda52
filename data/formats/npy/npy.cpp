#include "data/formats/npy/npy.hpp"

#include "common/buffer_pool.hpp"
#include "common/error.hpp"
#include "data/formats/npy/npy_cells.hpp"
#include "data/formats/pick.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace dk::data::npy {

namespace {

// The records that the shape promises, after a look at how many bytes there are.
std::size_t checked_items(const header& h, std::size_t bytes, const std::string& origin) {
  std::size_t items = 1;
  std::size_t promised = 0;
  bool fits = h.record > 0;
  for (const auto size : h.shape)
    fits = fits && !__builtin_mul_overflow(items, size, &items);
  fits = fits && !__builtin_mul_overflow(items, h.record, &promised);
  if (!fits || promised != bytes)
    throw failure{errc::data, origin + ": its header promises " +
                                  (fits ? std::to_string(promised) : std::string{"more than any file's"}) +
                                  " bytes of numbers, it has " + std::to_string(bytes) + "; fetch it again"};
  return items;
}

/// An array whose rows are read as they are asked for.
class array_slices final : public row_slices {
public:
  array_slices(byte_source_ptr bytes, std::string origin, std::string name)
      : bytes_(std::move(bytes)), origin_(std::move(origin)), name_(std::move(name)) {
    const auto start = header_bytes();
    header_ = read_header(start, origin_);
    const auto items = checked_items(header_, bytes_->size() - header_.body, origin_);
    rows_ = header_.shape.empty() ? 1 : header_.shape.front();
    in_row_ = rows_ == 0 ? 0 : items / rows_;
    if (bytes_->is_sequential() && is_fortran())
      bytes_ = kept_bytes(*bytes_); // whose rows lie all over the file
    slice(0, 0);                    // says what is wrong with the columns
  }

  std::size_t rows() const override { return rows_; }
  std::size_t row_bytes() const override { return in_row_ * header_.record; }

  table slice(std::size_t first, std::size_t count) override {
    auto some = header_; // of an array that has these rows only
    if (!some.shape.empty())
      some.shape.front() = count;
    const auto body = body_of(first, count);
    table all;
    for (const auto& one : header_.fields)
      if (one.type != 'V') {
        auto made = column_of(some, one, body, first, count);
        if (all.find(made.name) != nullptr)
          throw failure{errc::data, origin_ + ": has two fields `" + made.name + "`; rename one"};
        all.put(std::move(made));
      }
    if (all.columns().empty())
      throw failure{errc::data, origin_ + ": has no fields of numbers or texts; name another file"};
    return all;
  }

private:
  // As many bytes as the header says that it has, or as there are.
  std::string header_bytes() {
    constexpr std::size_t with_length = 12;
    std::string start(std::min(bytes_->size(), with_length), '\0');
    const auto read = [&](std::size_t count) {
      start.resize(count);
      bytes_->read(reinterpret_cast<std::byte*>(start.data()), 0, count);
    };
    read(start.size());
    if (recognise(start) && start.size() == with_length)
      read(std::min(bytes_->size(), header_end(start)));
    return start;
  }

  bool is_fortran() const { return header_.fortran_order && header_.shape.size() > 1; }

  // In the order of Fortran the numbers of a row lie apart, those of a column side by side.
  std::shared_ptr<const std::byte> body_of(std::size_t first, std::size_t count) {
    if (!is_fortran() || count == rows_)
      return read_bytes(*bytes_, header_.body + first * row_bytes(), count * row_bytes());
    auto all = pooled_bytes(count * row_bytes());
    const auto run = count * header_.record;
    for (std::size_t i = 0; i < in_row_ && run > 0; ++i)
      bytes_->read(all.get() + i * run, header_.body + (i * rows_ + first) * header_.record, run);
    return all;
  }

  column column_of(const header& h, const field& one, const std::shared_ptr<const std::byte>& body, std::size_t first,
                   std::size_t count) const {
    column made{one.name.empty() ? name_ : one.name, {}, {}, origin_, {}};
    if (!h.shape.empty())
      made.shape.assign(h.shape.begin() + 1, h.shape.end());
    made.shape.insert(made.shape.end(), one.shape.begin(), one.shape.end());
    source_field from{body, h, one, count * in_row_, 1, first * in_row_};
    for (const auto size : one.shape)
      from.in_item *= size;
    if (width(made) == 0)
      throw failure{errc::data, origin_ + ": column `" + made.name + "` has rows of no numbers; leave it out"};
    made.values = cells_of(from, origin_);
    return made;
  }

  byte_source_ptr bytes_;
  std::string origin_;
  std::string name_;
  header header_;
  std::size_t rows_ = 0;
  std::size_t in_row_ = 0; // records
};

} // namespace

std::vector<key_rule> keys() {
  std::vector<key_rule> all{{"path", key_kind::path, true}, {"labels", key_kind::path}, {"weights", key_kind::path}};
  for (auto& rule : pick_keys())
    all.push_back(std::move(rule));
  return all;
}

bool recognise(std::string_view start) {
  return start.substr(0, 6) == "\x93NUMPY";
}

row_slices_ptr slices_in(byte_source_ptr bytes, const std::string& origin, const std::string& name) {
  return std::make_unique<array_slices>(std::move(bytes), origin, name);
}

row_slices_ptr open_rows(const spec&, const std::string& path, const std::string& name) {
  return slices_in(open_bytes(path), path, name);
}

} // namespace dk::data::npy
