#pragma once

#include "actors/protocol/shard_link.hpp"
#include "common/block.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// What is large travels between processes in pieces (freight.hpp): the connection stays free for what is small, no
// process needs a buffer of the size of a model, and each piece has its deadline.

namespace dk {

/// The numbers of a message, apart from its other fields. Shared, like a block.
struct cargo {
  number_form form = number_form::fp32; ///< fp32: of a block
  std::uint64_t size = 0;               ///< of the numbers
  std::shared_ptr<const std::byte> data;
  std::uint64_t bytes = 0;
};

cargo cargo_of(const block& numbers);
cargo cargo_of(const compressed& numbers);

/// The other way. @throws failure (connect) when the bytes are no such numbers
block as_block(const cargo& from);
compressed as_compressed(const cargo& from);

/// What a message has no room for.
constexpr std::uint64_t little_cargo = std::uint64_t{1} << 17U; // bytes

/// Takes the numbers out of a message if they are more than a little, and puts them back, in the same order.
std::vector<cargo> unload(commit& from);
std::vector<cargo> unload(verdict& from);
std::vector<cargo> unload(center_update& from);
std::vector<cargo> unload(center& from);
std::vector<cargo> unload(shard_state& from);
void load(commit& to, const std::vector<cargo>& all);
void load(verdict& to, const std::vector<cargo>& all);
void load(center_update& to, const std::vector<cargo>& all);
void load(center& to, const std::vector<cargo>& all);
void load(shard_state& to, const std::vector<cargo>& all);

/// The same for some blocks of a message.
std::vector<cargo> unload(const std::vector<block*>& from);
void load(const std::vector<block*>& to, const std::vector<cargo>& all);

/// What the other side knows of a cargo before it has it.
struct bill {
  std::uint64_t number = 0; ///< of the cargo, among those of one sender
  number_form form = number_form::fp32;
  std::uint64_t size = 0;
  std::uint64_t bytes = 0;
};

/// The cargo that belongs to a message; none when all is in the message.
struct manifest {
  std::vector<bill> bills;
};

/// Some bytes of a cargo.
struct piece {
  std::uint64_t number = 0;
  std::uint64_t total = 0; ///< bytes of the cargo
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::shared_ptr<const std::byte> some;
};

/// Asks for them.
struct piece_request {
  std::uint64_t number = 0;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, bill& x) {
  return f(caf::meta::type_name("bill"), x.number, x.form, x.size, x.bytes);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, manifest& x) {
  return f(caf::meta::type_name("manifest"), x.bills);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, piece_request& x) {
  return f(caf::meta::type_name("piece_request"), x.number, x.first, x.count);
}
inline caf::error inspect(caf::serializer& f, piece& x) {
  if (auto bad = f(x.number, x.total, x.first, x.count))
    return bad;
  return x.count == 0 ? caf::none : f.apply_raw(x.count, const_cast<std::byte*>(x.some.get()));
}
inline caf::error inspect(caf::deserializer& f, piece& x) {
  if (auto bad = f(x.number, x.total, x.first, x.count))
    return bad;
  auto* source = dynamic_cast<caf::binary_deserializer*>(&f);
  if (source == nullptr || x.count > source->remaining())
    return caf::sec::end_of_stream;
  const auto bytes = pooled_bytes(x.count);
  x.some = bytes;
  return x.count == 0 ? caf::none : f.apply_raw(x.count, bytes.get());
}
inline std::string to_string(const piece& x) {
  return "piece(" + std::to_string(x.number) + ", " + std::to_string(x.first) + ", " + std::to_string(x.count) + ")";
}

} // namespace dk
