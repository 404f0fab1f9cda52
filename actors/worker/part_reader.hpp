#pragma once

#include "actors/protocol/protocol.hpp"
#include "data/sealed_rows.hpp"
#include "data/shuffle.hpp"

#include <caf/duration.hpp>
#include <caf/error.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dk {

/// Rows that lie side by side, in a sealed file.
struct sealed_part {
  std::uint64_t rows = 0;
  std::string file;                              ///< its name
  std::uint64_t bytes = 0;                       ///< of the file
  std::shared_ptr<const data::sealed_rows> here; ///< null: others have it
  std::vector<std::uint32_t> keepers;            ///< who has it: places in part_reader_setup::keepers, the first is
                                                 ///< asked before the others
};

struct part_reader_setup {
  struct keeper {
    row_keeper_actor actor;
    std::string where; ///< for a person
  };

  std::vector<sealed_part> parts; ///< in order of their rows
  std::vector<keeper> keepers;
  std::size_t feature_width = 0;
  std::size_t label_width = 0;
  bool weighted = false;
  std::uint64_t seed = 1;
  bool shuffle = true;
  data::sampling sampling = data::sampling::every_row;
  data::shuffle_buffers buffers;
  caf::duration timeout = caf::infinite; ///< for each answer of a keeper
};

struct part_reader_state {
  static inline const char* name = "part_reader";

  /// Bytes of a part that a keeper is to send, and what they are for.
  struct errand {
    std::size_t part = 0;
    byte_range bytes;            // `file` is of no use here
    std::uint64_t reading = 0;   // the number of the one whose rows they are; 0: they are of the part's head
    std::uint64_t first_row = 0; // of that one
  };
  using errands = std::vector<errand>;

  /// A question of the loader until it is answered.
  struct reading {
    fetch wanted;
    caf::typed_response_promise<batch> answer;
    std::optional<block_writer> features;
    std::optional<block_writer> labels;
    std::optional<block_writer> weights;
    std::size_t missing = 0; // errands
  };

  /// A part that others have.
  struct far_part {
    std::vector<std::byte> head; // as far as it was asked for
    std::uint64_t missing = 0;   // bytes of it
    std::optional<data::sealed_layout> layout;
  };

  struct keeper_state {
    bool lost = false;
    std::deque<errands> waiting;
    std::size_t under_way = 0;
  };

  struct question {
    std::uint32_t keeper = 0;
    errands what;
  };

  part_reader_setup setup;
  std::vector<std::uint64_t> ends; // of the parts, in rows
  std::map<std::size_t, far_part> far;
  std::size_t heads_missing = 0;
  std::optional<data::row_order> order; // of `epoch`
  std::uint32_t epoch = 0;
  std::deque<reading> readings;    // in the order of the questions, which is that of the answers
  std::uint64_t first_reading = 1; // the number of the first of them
  std::size_t begun = 0;           // readings whose rows were asked for
  std::vector<keeper_state> keepers;
  std::map<std::uint64_t, question> asked; // by number
  std::uint64_t newest = 0;
  caf::error why_lost; // the keeper that was lost last
  caf::error failed;   // it can read no more
};

/// Reads rows that are in several files, of which this host has some and other hosts have the rest. Those are asked
/// for the bytes of the rows that are wanted, and several questions are under way. If one is lost, another one that has
/// its parts is asked; without any, all questions are answered with an error that names it.
row_reader_actor::behavior_type part_reader(row_reader_actor::stateful_pointer<part_reader_state> self,
                                            part_reader_setup setup);

} // namespace dk
