#pragma once

// What passes between who keeps rows in sealed files and who trains them elsewhere; the handle is in protocol.hpp.

#include "actors/protocol/chunk.hpp"
#include "common/buffer_pool.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/error.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/none.hpp>
#include <caf/sec.hpp>
#include <caf/serializer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dk {

/// Bytes of a file.
struct byte_range {
  std::uint32_t file = 0; ///< its place among the names of the question
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

/// Asks for bytes of sealed files.
struct ranges_wanted {
  static constexpr std::uint64_t most_bytes = std::uint64_t{1} << 26U; ///< of an answer
  static constexpr std::size_t most_ranges = 65'536;
  static constexpr std::size_t most_files = 4'096;

  std::vector<std::string> files; ///< their names (common/content_name.hpp)
  std::vector<byte_range> ranges;
};

/// The bytes of all ranges of a question, in their order. Shared, like a block.
struct range_bytes {
  std::uint64_t count = 0;
  std::shared_ptr<const std::byte> some;
};

/// Which rows of each epoch, in its order, a worker has beside it: it would rather train those.
struct row_affinity {
  std::uint32_t worker = 0;
  std::vector<row_range> rows; ///< in ascending order, apart from each other
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, byte_range& x) {
  return f(x.file, x.first, x.count);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, ranges_wanted& x) {
  return f(caf::meta::type_name("ranges_wanted"), x.files, x.ranges);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_affinity& x) {
  return f(caf::meta::type_name("row_affinity"), x.worker, x.rows);
}
inline caf::error inspect(caf::serializer& f, range_bytes& x) {
  if (auto bad = f(x.count))
    return bad;
  return x.count == 0 ? caf::none : f.apply_raw(x.count, const_cast<std::byte*>(x.some.get()));
}
inline caf::error inspect(caf::deserializer& f, range_bytes& x) {
  if (auto bad = f(x.count))
    return bad;
  auto* source = dynamic_cast<caf::binary_deserializer*>(&f);
  if (source == nullptr || x.count > source->remaining())
    return caf::sec::end_of_stream;
  const auto bytes = pooled_bytes(x.count);
  x.some = bytes;
  return x.count == 0 ? caf::none : f.apply_raw(x.count, bytes.get());
}
inline std::string to_string(const range_bytes& x) {
  return "range_bytes(" + std::to_string(x.count) + ")";
}

} // namespace dk
