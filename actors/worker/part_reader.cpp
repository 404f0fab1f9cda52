// A question of the loader becomes a reading: the rows of parts that are here are copied at once, and each run of rows
// that is elsewhere becomes an errand. Errands to the same keeper travel together. The first errands of all are the
// heads of the parts that are elsewhere, without which their rows mean nothing.
#include "actors/worker/part_reader.hpp"

#include "actors/protocol/errors.hpp"
#include "actors/worker/part_reader_steps.hpp"

#include <algorithm>
#include <utility>

namespace dk {

using namespace part_reader_steps;

namespace {

constexpr std::uint64_t first_of_head = std::uint64_t{1} << 12U;

void deliver_whole(part_reader_ptr self) {
  auto& my = self->state;
  for (; my.begun > 0 && my.readings.front().missing == 0; --my.begun, ++my.first_reading) {
    auto& whole = my.readings.front();
    whole.answer.deliver(batch{whole.wanted.lease, static_cast<std::uint32_t>(whole.wanted.rows.size()), false,
                               std::move(*whole.features).done(), std::move(*whole.labels).done(),
                               std::move(*whole.weights).done()});
    my.readings.pop_front();
  }
}

// Lets `write` have the places of rows from this one on.
template <class Write>
void write_rows(const part_reader_state& my, part_reader_state::reading& to, std::uint64_t first, Write write) {
  write(to.features->data() + first * my.setup.feature_width, to.labels->data() + first * my.setup.label_width,
        my.setup.weighted ? to.weights->data() + first : nullptr);
}

std::size_t part_with(const part_reader_state& my, std::uint64_t row) {
  return static_cast<std::size_t>(std::upper_bound(my.ends.begin(), my.ends.end(), row) - my.ends.begin());
}

// Rows that lie side by side in a part that is elsewhere.
void add_errands(const part_reader_state& my, std::size_t part, std::uint64_t first, std::uint64_t count,
                 std::uint64_t reading, std::uint64_t at, errands& to) {
  const auto& layout = *my.far.at(part).layout;
  const auto most = std::max<std::uint64_t>(1, question_bytes / layout.row_bytes());
  for (std::uint64_t done = 0; done < count; done += most) {
    const auto now = std::min(most, count - done);
    to.push_back({part,
                  {0, layout.first_row() + (first + done) * layout.row_bytes(), now * layout.row_bytes()},
                  reading,
                  at + done});
  }
}

// In buffers rows come from all over a file that may not be in memory: all are on their way before the first is copied.
void expect_rows(const part_reader_state& my, const row_range& places) {
  if (!my.order->is_buffered())
    return;
  for (auto i = places.first; i < places.last; ++i) {
    const auto row = (*my.order)(i);
    const auto part = part_with(my, row);
    const auto& one = my.setup.parts[part];
    if (one.here)
      one.here->fetch(row - (my.ends[part] - one.rows), 1);
  }
}

void begin_reading(part_reader_ptr self, part_reader_state::reading& it, std::uint64_t number) {
  auto& my = self->state;
  const auto& setup = my.setup;
  const auto count = it.wanted.rows.size();
  it.features.emplace(count * setup.feature_width);
  it.labels.emplace(count * setup.label_width);
  it.weights.emplace(setup.weighted ? count : 0);
  if (!my.order || my.epoch != it.wanted.chunk.epoch) {
    my.epoch = it.wanted.chunk.epoch;
    my.order.emplace(setup.seed, my.epoch, my.ends.back(), setup.shuffle, setup.sampling, setup.buffers);
  }
  expect_rows(my, it.wanted.rows);
  errands far;
  for (std::uint64_t i = 0; i < count;) {
    const auto row = (*my.order)(it.wanted.rows.first + i);
    const auto part = part_with(my, row);
    std::uint64_t together = 1;
    while (i + together < count && row + together < my.ends[part] &&
           (*my.order)(it.wanted.rows.first + i + together) == row + together)
      ++together;
    const auto first = row - (my.ends[part] - setup.parts[part].rows);
    if (const auto& here = setup.parts[part].here)
      write_rows(my, it, i, [&](float* features, float* labels, float* weights) {
        here->read(first, together, features, labels, weights);
      });
    else
      add_errands(my, part, first, together, number, i, far);
    i += together;
  }
  it.missing = far.size();
  put(self, far);
}

void require_fit(const part_reader_state& my, const data::sealed_layout& layout, std::size_t part) {
  const auto& setup = my.setup;
  if (layout.rows() != setup.parts[part].rows || layout.feature_width() != setup.feature_width ||
      layout.label_width() != setup.label_width || layout.weighted() != setup.weighted)
    throw failure{errc::data, name_of(my, part) + ": are others than the driver has named; run again"};
}

// Asks for the next bytes of a head, or reads it where all are here.
void go_on_with_head(part_reader_ptr self, std::size_t part) {
  auto& my = self->state;
  auto& far = my.far[part];
  const auto size = my.setup.parts[part].bytes;
  const auto there = far.head.size();
  const auto wanted = there == 0 ? std::min(size, first_of_head)
                                 : data::sealed_layout::header_in(far.head.data(), size, name_of(my, part)).head();
  if (there < wanted) {
    far.head.resize(wanted);
    far.missing = wanted - there;
    errands rest;
    for (auto first = static_cast<std::uint64_t>(there); first < wanted; first += question_bytes)
      rest.push_back({part, {0, first, std::min(question_bytes, wanted - first)}, 0, 0});
    return put(self, rest);
  }
  far.layout.emplace(far.head.data(), size, name_of(my, part));
  require_fit(my, *far.layout, part);
  far.head = {};
  --my.heads_missing;
}

void start_part_reader(part_reader_ptr self, part_reader_setup setup) {
  auto& my = self->state;
  my.setup = std::move(setup);
  my.keepers.resize(my.setup.keepers.size());
  std::uint64_t rows = 0;
  for (std::size_t part = 0; part < my.setup.parts.size(); ++part) {
    const auto& one = my.setup.parts[part];
    my.ends.push_back(rows += one.rows);
    if (!one.here)
      ++my.heads_missing;
    else if (my.setup.buffers.block_rows > 0)
      one.here->read_sparingly();
  }
  for (const auto& keeper : my.setup.keepers)
    self->monitor(keeper.actor);
  for (std::size_t part = 0; part < my.setup.parts.size(); ++part)
    if (!my.setup.parts[part].here)
      go_on_with_head(self, part);
}

} // namespace

namespace part_reader_steps {

// What waits for the heads, or has just come.
void begin_readings(part_reader_ptr self) {
  auto& my = self->state;
  while (!my.failed && my.heads_missing == 0 && my.begun < my.readings.size()) {
    const auto next = my.begun++;
    begin_reading(self, my.readings[next], my.first_reading + next);
  }
  deliver_whole(self);
}

void take_bytes(part_reader_ptr self, const errand& what, const std::byte* bytes) {
  auto& my = self->state;
  if (what.reading == 0) {
    auto& far = my.far[what.part];
    std::copy_n(bytes, what.bytes.count, far.head.data() + what.bytes.first);
    far.missing -= what.bytes.count;
    if (far.missing == 0)
      go_on_with_head(self, what.part);
    return;
  }
  const auto& layout = *my.far.at(what.part).layout;
  auto& to = my.readings[what.reading - my.first_reading];
  write_rows(my, to, what.first_row, [&](float* features, float* labels, float* weights) {
    layout.decode(bytes, what.bytes.count / layout.row_bytes(), features, labels, weights);
  });
  --to.missing;
}

} // namespace part_reader_steps

row_reader_actor::behavior_type part_reader(row_reader_actor::stateful_pointer<part_reader_state> self,
                                            part_reader_setup setup) {
  end_on_exception(self);
  self->set_down_handler([=](const caf::down_msg& down) {
    const auto& keepers = self->state.setup.keepers;
    for (std::uint32_t which = 0; which < keepers.size(); ++which)
      if (keepers[which].actor.address() == down.source)
        lose_keeper(self, which, down.reason);
  });
  start_part_reader(self, std::move(setup));
  return {[=](const fetch& wanted) -> caf::result<batch> {
    auto& my = self->state;
    if (my.failed)
      return my.failed;
    if (wanted.rows.first > wanted.rows.last || my.ends.empty() || wanted.rows.last > my.ends.back())
      return make_error(errc::internal, "a fetch of rows that are not there");
    const auto answer = self->make_response_promise<batch>();
    my.readings.push_back({wanted, answer, {}, {}, {}, 0});
    begin_readings(self);
    return answer;
  }};
}

} // namespace dk
