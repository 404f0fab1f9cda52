#pragma once

#include "actors/protocol/chunk_set.hpp"
#include "actors/protocol/protocol.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace dk {

/// How chunks find workers.
enum class assignment {
  dynamic, ///< the next open chunk goes to whoever asks
  fixed,   ///< a worker is given chunks of its own contiguous share first, then of the others' (config: "static")
};

/// The chunks of a run and their leases; the ledger's memory, without any messages. It does not grow with the number of
/// epochs.
/// Invariant: every chunk is exactly one of open, leased, done.
class work_list {
public:
  explicit work_list(chunk_grid grid, assignment how = assignment::dynamic, std::uint32_t workers = 1);

  /// Counts chunks as done from the start (a resumed run). Requires that none was leased yet.
  void mark_done(const chunk_set& chunks);

  /// From now on leases chunks of the first epoch that is not done, and no others until this is called again.
  void keep_to_one_epoch();

  /// From now on this worker is first offered chunks of which most rows are among these; unless assignment is fixed.
  /// @param rows of an epoch, in ascending order, apart from each other
  void prefer(std::uint32_t worker, const std::vector<row_range>& rows);

  /// Leases an open chunk to a worker; nothing when there is none to lease. Lease numbers only grow.
  std::optional<lease> take(std::uint32_t worker);

  /// The chunk of this lease is done. @return false when the lease is unknown: it had come back before
  bool finish(std::uint64_t lease_number);

  /// This lease came back with its chunk undone: the chunk is open again. @return false when the lease is unknown
  bool give_back(std::uint64_t lease_number);

  /// The chunk of this lease is trained, but not done: its worker may train another one meanwhile.
  void mark_trained(std::uint64_t lease_number);

  /// The lease that a worker holds for training; nothing when it has none.
  std::optional<lease> in_training_by(std::uint32_t worker) const;

  /// The leases that a worker holds.
  std::vector<lease> held_by(std::uint32_t worker) const;

  struct holder {
    std::uint32_t worker;
    lease held;
  };

  /// Who holds this lease; nothing when it is unknown.
  std::optional<holder> holder_of(std::uint64_t lease_number) const;

  /// The newest lease number handed out so far; 0 before the first.
  std::uint64_t newest() const { return newest_; }

  const chunk_grid& grid() const { return grid_; }
  std::uint64_t open() const { return grid_.chunks() - leased() - done_; }
  /// Whether there is a chunk that take would lease.
  bool has_open() const { return epoch_ ? open_in_epoch_ > 0 : open() > 0; }

  std::uint64_t leased() const { return leases_.size(); }
  std::uint64_t in_training() const { return leases_.size() - trained_; }
  std::uint64_t done() const { return done_; }
  std::uint64_t done_rows() const { return done_rows_; }
  std::uint64_t returned() const { return returned_; }
  bool all_done() const { return done_ == grid_.chunks(); }

private:
  struct holding {
    std::uint32_t worker;
    std::uint64_t number; // of the chunk
    bool trained = false;
  };

  /// Chunks of each epoch that a worker is offered first, and how far it is with them.
  struct preference {
    std::vector<row_range> chunks; // their indices, in ascending order
    std::uint32_t epoch = 0;
    std::size_t run = 0;    // of `chunks`: those before are taken
    std::uint64_t next = 0; // likewise, in that run
  };

  void count_open(std::uint64_t number, bool one_more);
  std::optional<std::uint64_t> next_open(std::uint32_t worker);
  std::optional<std::uint64_t> next_of_share(std::uint32_t worker);
  std::optional<std::uint64_t> next_preferred(std::uint32_t worker);
  void forget(std::map<std::uint64_t, holding>::iterator which);
  lease describe(std::uint64_t lease_number, std::uint64_t number) const;

  chunk_grid grid_;
  assignment how_;
  std::uint32_t workers_;
  chunk_set taken_;                    // leased at least once, or done
  std::optional<std::uint32_t> epoch_; // that leases are kept to
  std::uint64_t open_in_epoch_ = 0;    // chunks of it
  std::set<std::uint64_t> came_back_;  // of those that were taken: they are open again, and go first
  std::map<std::uint32_t, std::uint64_t> share_cursor_;
  std::map<std::uint32_t, preference> preferences_; // by worker
  std::map<std::uint64_t, holding> leases_;
  std::map<std::uint32_t, std::set<std::uint64_t>> held_; // by worker: its leases
  std::uint64_t trained_ = 0;                             // leases whose chunk is
  std::uint64_t newest_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t done_rows_ = 0;
  std::uint64_t returned_ = 0;
};

} // namespace dk
