#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace dk::data {

/// Bytes from their start to their end.
class byte_stream {
public:
  virtual ~byte_stream() = default;

  /// Appends about `most` more bytes, or as many as there are by now. @returns false when nothing was left
  /// @throws failure (data) when they are damaged or cut short
  virtual bool append_to(std::string& text, std::size_t most) = 0;

  /// What part of it has been read, from 0 to 1; 0 where that is not known.
  virtual double progress() const = 0;
};

/// One as a part of the other, which may be nothing.
inline double share_of(std::size_t some, std::size_t all) {
  return all == 0 ? 1 : static_cast<double>(some) / static_cast<double>(all);
}

/// What a pipe brings, as it comes. @param name for errors
std::unique_ptr<byte_stream> open_pipe(int descriptor, std::string name);

/// A text that has been read, and what follows it.
std::unique_ptr<byte_stream> continued(std::string text, std::unique_ptr<byte_stream> rest);

} // namespace dk::data
