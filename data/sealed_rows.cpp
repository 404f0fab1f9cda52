#include "data/sealed_rows.hpp"

#include "common/content_name.hpp"
#include "common/error.hpp"
#include "common/mapped_file.hpp"
#include "data/column_books.hpp"
#include "data/nameless_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dk::data {

namespace {

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

sealed_rows::mapping sealed_rows::mapped(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  if (descriptor < 0 || ::fstat(descriptor, &facts) != 0) {
    const std::string why = std::strerror(errno);
    if (descriptor >= 0)
      ::close(descriptor);
    throw failure{errc::data, path + ": cannot be opened: " + why};
  }
  mapping file;
  file.size = static_cast<std::uint64_t>(facts.st_size);
  if (file.size >= sealed_header::bytes)
    file.bytes = map_file(descriptor, file.size, path);
  ::close(descriptor);
  return file;
}

sealed_rows::sealed_rows(const std::string& path) : file_(mapped(path)), layout_(file_.bytes.get(), file_.size, path) {}

void sealed_rows::read(std::uint64_t first, std::size_t count, float* features, float* labels, float* weights) const {
  layout_.decode(file_.bytes.get() + layout_.first_row() + first * layout_.row_bytes(), count, features, labels,
                 weights);
  check_mapped_file(file_.bytes.get());
}

void sealed_rows::read_sparingly() const {
  ::madvise(const_cast<std::byte*>(file_.bytes.get()), file_.size, MADV_RANDOM);
}

void sealed_rows::fetch(std::uint64_t first, std::size_t count) const {
  static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (layout_.first_row() + first * layout_.row_bytes()) / page * page;
  const auto end = layout_.first_row() + (first + count) * layout_.row_bytes();
  ::madvise(const_cast<std::byte*>(file_.bytes.get()) + begin, end - begin, MADV_WILLNEED);
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
  file.put(sealed_header::magic.data(), sealed_header::magic.size());
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

sealed_size sealed_size_of(const dataset& rows) {
  const auto plan = books_of(rows);
  const auto columns = plan.of_column.size();
  const auto floats = static_cast<std::uint64_t>(std::count(plan.of_column.begin(), plan.of_column.end(), 0U));
  return {sealed_header::bytes + columns * sizeof(std::uint32_t) +
              plan.books.size() * column_book::most * sizeof(float),
          rows.rows * (columns - floats + floats * sizeof(float))};
}

} // namespace dk::data
