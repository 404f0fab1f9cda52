#pragma once

// What is large travels between processes in pieces (freight.hpp).
//
//   sender ── piece ──▶ receiver           as many as its cargo needs, then the message with a manifest
//   receiver ── piece_request ──▶ sender   ◀── piece: of what a message's manifest names

#include "actors/protocol/row_messages.hpp"
#include "actors/protocol/shard_link.hpp"
#include "common/buffer_pool.hpp"

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dk {

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

/// Puts the pieces of a cargo together. One that is the whole is kept as it is, not copied.
class assembly {
public:
  /// Requires that some.first + some.count <= some.total, which is the same in all.
  void add(const piece& some) {
    if (some.count == some.total) {
      whole_ = some.some;
      return;
    }
    if (!bytes_)
      whole_ = bytes_ = pooled_bytes(some.total);
    std::memcpy(bytes_.get() + some.first, some.some.get(), some.count);
  }

  /// Requires that all were added.
  std::shared_ptr<const std::byte> whole() && { return std::move(whole_); }

private:
  std::shared_ptr<std::byte> bytes_; // none: it came whole
  std::shared_ptr<const std::byte> whole_;
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

CAF_BEGIN_TYPE_ID_BLOCK(dk_transport, caf::id_block::dk_rows::end)

CAF_ADD_TYPE_ID(dk_transport, (dk::manifest))
CAF_ADD_TYPE_ID(dk_transport, (dk::piece))
CAF_ADD_TYPE_ID(dk_transport, (dk::piece_request))
CAF_ADD_TYPE_ID(dk_transport, (dk::server_actor))
CAF_ADD_TYPE_ID(dk_transport, (dk::validator_face))

CAF_ADD_ATOM(dk_transport, dk, first_atom, "first")
CAF_ADD_ATOM(dk_transport, dk, forget_atom, "forget")

CAF_END_TYPE_ID_BLOCK(dk_transport)

namespace dk {

/// A shard as another process sees it.
using remote_shard_actor =
    server_actor::extend<caf::replies_to<first_atom>::with<center>>; // what the session began with

/// What stands in front of a shard for other processes. With a manifest: the message's cargo was sent before, and that
/// of the answer is to be fetched.
using shard_gate_actor = server_actor::extend<caf::replies_to<piece>::with<bool>,          //
                                              caf::replies_to<piece_request>::with<piece>, //
                                              caf::replies_to<pull, manifest>::with<center_update, manifest>,
                                              caf::replies_to<commit, manifest>::with<verdict, manifest>,
                                              caf::replies_to<newest_atom, manifest>::with<center, manifest>,
                                              caf::replies_to<state_atom, manifest>::with<shard_state, manifest>,
                                              caf::replies_to<first_atom, manifest>::with<center, manifest>,
                                              caf::reacts_to<forget_atom>>; // who needs the first center has it

/// The same for a validator, of which only its best center is large.
using validator_gate_actor = validator_face::extend<caf::replies_to<piece_request>::with<piece>, //
                                                    caf::replies_to<state_atom, manifest>::with<best_center, manifest>>;

} // namespace dk
