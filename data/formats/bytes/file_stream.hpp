#pragma once

#include "data/formats/bytes/byte_stream.hpp"

namespace dk::data {

/// A file from its start to its end, unpacked on the way where gzip or zstd has packed it.
class file_stream final : public byte_stream {
public:
  /// @throws failure (data) when it is missing, a folder, empty or unreadable
  explicit file_stream(const std::string& path);
  ~file_stream() override;

  /// At least `most` bytes, and a step of unpacking more, except at the end of the file.
  bool append_to(std::string& text, std::size_t most) override;
  double progress() const override;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace dk::data
