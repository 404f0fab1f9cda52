#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dk::data {

/// Many texts, one after the other in one string, so that a text costs its bytes and eight more.
class texts {
public:
  texts() = default;

  /// As they lie in a file. Requires ends that never fall, the last of them bytes.size().
  texts(std::string bytes, std::vector<std::uint64_t> ends) : bytes_(std::move(bytes)), ends_(std::move(ends)) {}

  /// Makes room for so many texts, whatever their length.
  void reserve(std::size_t count) { ends_.reserve(count); }

  void push_back(std::string_view text) {
    bytes_ += text;
    ends_.push_back(bytes_.size());
  }

  std::size_t size() const { return ends_.size(); }

  std::string_view operator[](std::size_t i) const {
    const auto from = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + from, ends_[i] - from};
  }

  const std::string& bytes() const { return bytes_; }

  /// Where each text ends in bytes().
  const std::vector<std::uint64_t>& ends() const { return ends_; }

private:
  std::string bytes_;
  std::vector<std::uint64_t> ends_;
};

} // namespace dk::data
