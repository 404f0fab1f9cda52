#include "data/sealed_rows.hpp"

#include "common/content_name.hpp"
#include "common/error.hpp"
#include "common/mapped_file.hpp"
#include "data/column_books.hpp"
#include "data/nameless_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dk::data {

namespace {

constexpr std::array<char, 16> magic{"dk rows 1"};
constexpr std::size_t header_bytes = magic.size() + 5 * sizeof(std::uint64_t);
constexpr std::uint64_t most_width = std::uint64_t{1} << 32U; // of a row; a bound for what is not trusted

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw failure{errc::data, path + ": is no whole file of sealed rows: " + why + "; remove it, and it is sent again"};
}

/// Writes a file through a buffer, and names it.
class sealing {
public:
  explicit sealing(const std::string& folder) : folder_(folder), descriptor_(nameless_file(folder)) {}
  ~sealing() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }
  sealing(const sealing&) = delete;
  sealing& operator=(const sealing&) = delete;

  template <class T>
  void put(const T& value) {
    put(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(const char* bytes, std::size_t size) {
    buffer_.insert(buffer_.end(), bytes, bytes + size);
    if (buffer_.size() >= buffered)
      flush();
  }

  std::shared_ptr<const sealed_file> done() {
    flush();
    return std::make_shared<sealed_file>(std::exchange(descriptor_, -1), name_.name(), written_);
  }

private:
  static constexpr std::size_t buffered = std::size_t{1} << 20U;

  void flush() {
    write_all(descriptor_, buffer_.data(), buffer_.size(), folder_);
    name_.add(buffer_.data(), buffer_.size());
    written_ += buffer_.size();
    buffer_.clear();
  }

  std::string folder_;
  int descriptor_;
  content_name name_;
  std::vector<char> buffer_;
  std::uint64_t written_ = 0;
};

} // namespace

sealed_rows::sealed_rows(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  if (descriptor < 0 || ::fstat(descriptor, &facts) != 0) {
    const std::string why = std::strerror(errno);
    if (descriptor >= 0)
      ::close(descriptor);
    throw failure{errc::data, path + ": cannot be opened: " + why};
  }
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size >= header_bytes)
    bytes_ = map_file(descriptor, size, path);
  size_ = size;
  ::close(descriptor);
  if (!bytes_)
    refuse(path, "it has " + std::to_string(size) + " bytes");
  read_header(path, size);
  read_plan(path, size);
}

void sealed_rows::read_header(const std::string& path, std::uint64_t size) {
  if (std::memcmp(bytes_.get(), magic.data(), magic.size()) != 0)
    refuse(path, "it begins in another way");
  std::array<std::uint64_t, 5> numbers{};
  std::memcpy(numbers.data(), bytes_.get() + magic.size(), sizeof numbers);
  const auto [rows, features, labels, weights, books] = numbers;
  const auto left = size - header_bytes;
  if (features > most_width || labels > most_width || weights > 1 || features + labels + weights > left / 4 ||
      books > features + labels + weights || books > left / (column_book::most * sizeof(float)))
    refuse(path, "its header does not fit its size");
  rows_ = rows;
  feature_width_ = features;
  label_width_ = labels;
  weight_width_ = weights;
  num_books_ = books;
}

void sealed_rows::read_plan(const std::string& path, std::uint64_t size) {
  const auto columns = feature_width_ + label_width_ + weight_width_;
  const auto plan_bytes = columns * sizeof(std::uint32_t);
  const auto books_bytes = num_books_ * column_book::most * sizeof(float);
  first_row_ = header_bytes + plan_bytes + books_bytes;
  if (first_row_ > size)
    refuse(path, "its header does not fit its size");
  std::vector<std::uint32_t> plan(columns);
  const auto copy = [&](auto& to, std::size_t from) {
    if (!to.empty())
      std::memcpy(to.data(), bytes_.get() + from, to.size() * sizeof to[0]);
  };
  copy(plan, header_bytes);
  books_.resize(num_books_ * column_book::most);
  copy(books_, header_bytes + plan_bytes);
  for (std::size_t i = 0; i < columns; ++i) {
    if (plan[i] > num_books_)
      refuse(path, "column " + std::to_string(i) + " has a book that is not there");
    const auto* const book = plan[i] == 0 ? nullptr : books_.data() + (plan[i] - 1) * column_book::most;
    row_bytes_ += book == nullptr ? sizeof(float) : 1;
    if (i == feature_width_)
      label_runs_ = runs_.size();
    if (i == feature_width_ + label_width_)
      weight_runs_ = runs_.size();
    const bool begins = i == 0 || i == feature_width_ || i == feature_width_ + label_width_;
    if (!begins && runs_.back().book == book)
      ++runs_.back().count;
    else
      runs_.push_back({i, 1, book});
  }
  if (label_width_ == 0)
    label_runs_ = weight_width_ == 0 ? runs_.size() : weight_runs_;
  if (weight_width_ == 0)
    weight_runs_ = runs_.size();
  if (row_bytes_ == 0 || rows_ > (size - first_row_) / row_bytes_ || rows_ * row_bytes_ != size - first_row_)
    refuse(path, "its rows do not fit its size");
}

// Writes the columns of these runs to `to`, from a row's bytes of them.
void sealed_rows::decode(const std::byte* row, const run_of_columns* begin, const run_of_columns* end,
                         float* to) const {
  for (const auto* run = begin; run != end; ++run) {
    if (run->book == nullptr) {
      std::memcpy(to, row, run->count * sizeof(float));
      row += run->count * sizeof(float);
    } else {
      for (std::size_t i = 0; i < run->count; ++i)
        to[i] = run->book[std::to_integer<std::size_t>(row[i])];
      row += run->count;
    }
    to += run->count;
  }
}

void sealed_rows::read(std::uint64_t first, std::size_t count, float* features, float* labels, float* weights) const {
  const auto* const runs = runs_.data();
  const auto bytes_of = [](const run_of_columns* begin, const run_of_columns* end) {
    std::size_t bytes = 0;
    for (; begin != end; ++begin)
      bytes += begin->count * (begin->book == nullptr ? sizeof(float) : 1);
    return bytes;
  };
  const auto label_at = bytes_of(runs, runs + label_runs_);
  const auto weight_at = label_at + bytes_of(runs + label_runs_, runs + weight_runs_);
  const auto* row = bytes_.get() + first_row_ + first * row_bytes_;
  for (std::size_t i = 0; i < count; ++i, row += row_bytes_) {
    decode(row, runs, runs + label_runs_, features + i * feature_width_);
    decode(row + label_at, runs + label_runs_, runs + weight_runs_, labels + i * label_width_);
    if (weights != nullptr)
      decode(row + weight_at, runs + weight_runs_, runs + runs_.size(), weights + i);
  }
  check_mapped_file(bytes_.get());
}

void sealed_rows::read_sparingly() const {
  ::madvise(const_cast<std::byte*>(bytes_.get()), size_, MADV_RANDOM);
}

void sealed_rows::fetch(std::uint64_t first, std::size_t count) const {
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (first_row_ + first * row_bytes_) / page * page;
  const auto end = first_row_ + (first + count) * row_bytes_;
  ::madvise(const_cast<std::byte*>(bytes_.get()) + begin, end - begin, MADV_WILLNEED);
}

dataset dataset_of(std::shared_ptr<const sealed_rows> rows, shuffle_buffers buffers) {
  if (buffers.block_rows > 0)
    rows->read_sparingly();
  dataset all;
  all.rows = rows->rows();
  all.feature_width = rows->feature_width();
  all.feature_shape = {all.feature_width};
  all.label_width = rows->label_width();
  all.weighted = rows->weighted();
  all.buffers = buffers;
  all.sealed = std::move(rows);
  return all;
}

sealed_file::~sealed_file() {
  ::close(descriptor_);
}

std::vector<char> sealed_file::read(std::uint64_t first, std::size_t count) const {
  std::vector<char> bytes(count);
  for (std::size_t done = 0; done < count;) {
    const auto got = ::pread(descriptor_, bytes.data() + done, count - done, static_cast<off_t>(first + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      throw failure{errc::resources, std::string{"the rows to send cannot be read back: "} + std::strerror(errno)};
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

void sealed_file::keep_as(const std::string& path) const {
  const auto itself = "/proc/self/fd/" + std::to_string(descriptor_);
  if (::linkat(AT_FDCWD, itself.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST)
    return;
  const auto folder = std::filesystem::path{path}.parent_path().string(); // where the file system cannot do that
  auto copy = path + ".XXXXXX";
  const int descriptor = ::mkostemp(copy.data(), O_CLOEXEC);
  if (descriptor < 0)
    fail_in(folder, "a file for the rows cannot be made");
  constexpr std::uint64_t piece = std::uint64_t{1} << 20U;
  try {
    for (std::uint64_t done = 0; done < bytes_; done += piece) {
      const auto some = read(done, std::min(piece, bytes_ - done));
      write_all(descriptor, some.data(), some.size(), folder);
    }
    if (::rename(copy.c_str(), path.c_str()) != 0)
      fail_in(folder, "the file of the rows cannot be named");
  } catch (...) {
    ::unlink(copy.c_str());
    ::close(descriptor);
    throw;
  }
  ::close(descriptor);
}

std::shared_ptr<const sealed_file> seal(const dataset& rows, const std::string& folder) {
  const auto plan = books_of(rows);
  sealing file{scratch_folder(folder)};
  file.put(magic.data(), magic.size());
  for (const std::uint64_t number :
       {std::uint64_t{rows.rows}, std::uint64_t{rows.feature_width}, std::uint64_t{rows.label_width},
        std::uint64_t{rows.weighted ? 1U : 0U}, std::uint64_t{plan.books.size()}})
    file.put(number);
  for (const auto book : plan.of_column)
    file.put(book);
  for (const auto& book : plan.books) {
    auto numbers = book.numbers();
    numbers.resize(column_book::most);
    file.put(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
  }
  std::vector<char> line;
  each_row(rows, [&](const float* values) {
    line.clear();
    for (std::size_t i = 0; i < plan.of_column.size(); ++i)
      if (plan.of_column[i] != 0) {
        line.push_back(static_cast<char>(plan.books[plan.of_column[i] - 1].code_of(values[i])));
      } else {
        const auto* const bytes = reinterpret_cast<const char*>(values + i);
        line.insert(line.end(), bytes, bytes + sizeof(float));
      }
    file.put(line.data(), line.size());
  });
  return file.done();
}

std::uint64_t sealed_bytes(const dataset& rows) {
  const auto plan = books_of(rows);
  const auto columns = plan.of_column.size();
  const auto floats = static_cast<std::uint64_t>(std::count(plan.of_column.begin(), plan.of_column.end(), 0U));
  return header_bytes + columns * sizeof(std::uint32_t) + plan.books.size() * column_book::most * sizeof(float) +
         rows.rows * (columns - floats + floats * sizeof(float));
}

} // namespace dk::data
