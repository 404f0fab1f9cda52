#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace dk::data {

enum class packing { none, gzip, zstd };

/// Told by the first bytes.
packing packing_of(std::string_view start);

/// Unpacks step by step.
class unpacker {
public:
  static constexpr std::size_t step = std::size_t{1} << 20U;

  virtual ~unpacker() = default;

  /// Takes bytes from the front of `packed`, and appends what comes of them, at most `step` bytes. Without any, appends
  /// what it still holds. @throws failure (data) when they are damaged, or there is nothing where more must follow
  virtual void unpack(std::string_view& packed, std::string& to) = 0;

  /// Whether the packed bytes may end here.
  virtual bool is_complete() const = 0;
};

/// @param path for errors
std::unique_ptr<unpacker> make_unpacker(packing how, const std::string& path);

/// Unpacks all, or, with `most`, at least so many bytes where there are as many.
/// @param path for errors
/// @throws failure (data) when it is damaged or cut short (but not beyond `most`)
std::string unpacked(std::string_view packed, packing how, const std::string& path,
                     std::size_t most = std::string::npos);

} // namespace dk::data
