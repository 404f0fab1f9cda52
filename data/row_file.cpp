#include "data/row_file.hpp"

#include "common/mapped_file.hpp"
#include "data/nameless_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace dk::data {

row_file::row_file(const std::string& folder, std::size_t feature_width, std::size_t label_width, bool weighted)
    : folder_(folder), number_(nameless_file(folder)), feature_width_(feature_width), label_width_(label_width),
      weighted_(weighted) {}

row_file::~row_file() {
  ::close(number_);
}

void row_file::append(const float* features, const float* labels, std::size_t count, const float* weights) {
  constexpr std::size_t together = std::size_t{1} << 20U; // numbers
  const auto most = std::max<std::size_t>(together / width(), 1);
  std::vector<float> lines(std::min(most, count) * width());
  while (count > 0) {
    const auto now = std::min(most, count);
    auto* to = lines.data();
    for (std::size_t row = 0; row < now; ++row) {
      to = std::copy_n(features + row * feature_width_, feature_width_, to);
      to = std::copy_n(labels + row * label_width_, label_width_, to);
      if (weighted_)
        *to++ = weights == nullptr ? 1.0F : weights[row];
    }
    write_all(number_, reinterpret_cast<const char*>(lines.data()), now * row_bytes(), folder_);
    features += now * feature_width_;
    labels += now * label_width_;
    weights = weights == nullptr ? nullptr : weights + now;
    rows_ += now;
    count -= now;
  }
  check_mapped_files();
}

void row_file::multiply_weights(const std::function<float(const float* label)>& factor) {
  constexpr std::size_t together = std::size_t{1} << 18U; // numbers
  const auto most = std::max<std::size_t>(together / width(), 1);
  std::vector<float> lines;
  for (std::uint64_t first = 0; first < rows_; first += most) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(most, rows_ - first));
    lines.resize(count * width());
    read_lines(first, count, lines.data());
    for (std::size_t row = 0; row < count; ++row) {
      auto* const label = lines.data() + row * width() + feature_width_;
      label[label_width_] *= factor(label);
    }
    write_lines(first, count, lines.data());
  }
}

void row_file::write_lines(std::uint64_t first, std::size_t count, const float* lines) {
  const auto* const bytes = reinterpret_cast<const char*>(lines);
  for (std::size_t done = 0; done < count * row_bytes();) {
    const auto now =
        ::pwrite(number_, bytes + done, count * row_bytes() - done, static_cast<off_t>(first * row_bytes() + done));
    if (now < 0 && errno == EINTR)
      continue;
    if (now <= 0)
      fail_in(folder_, "the rows cannot be written there");
    done += static_cast<std::size_t>(now);
  }
}

void row_file::read(std::uint64_t first, std::size_t count, float* features, float* labels, float* weights) const {
  constexpr std::size_t together = 256; // rows in one call of the system
  std::array<iovec, 3 * together> pieces{};
  float unwanted = 0;
  while (count > 0) {
    const auto now = std::min(together, count);
    std::size_t used = 0;
    for (std::size_t row = 0; row < now; ++row) {
      pieces[used++] = {features + row * feature_width_, feature_width_ * sizeof(float)};
      if (label_width_ > 0)
        pieces[used++] = {labels + row * label_width_, label_width_ * sizeof(float)};
      if (weighted_)
        pieces[used++] = {weights == nullptr ? &unwanted : weights + row, sizeof(float)};
    }
    read_into(pieces.data(), used, first, now);
    first += now;
    features += now * feature_width_;
    labels += now * label_width_;
    weights = weights == nullptr ? nullptr : weights + now;
    count -= now;
  }
}

void row_file::read_lines(std::uint64_t first, std::size_t count, float* to) const {
  const iovec all{to, count * row_bytes()};
  read_into(&all, 1, first, count);
}

void row_file::read_into(const iovec* pieces, std::size_t count, std::uint64_t first, std::size_t rows) const {
  ssize_t got = 0;
  do
    got = ::preadv(number_, pieces, static_cast<int>(count), static_cast<off_t>(first * row_bytes()));
  while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(rows * row_bytes())) // a file on disk gives all that is there
    fail_in(folder_, "rows cannot be read again");
}

void row_file::expect(std::uint64_t first, std::uint64_t count) const {
  ::posix_fadvise(number_, static_cast<off_t>(first * row_bytes()), static_cast<off_t>(count * row_bytes()),
                  POSIX_FADV_WILLNEED);
}

} // namespace dk::data
