// Errands to the same keeper travel together, and several questions to each are under way. What a lost keeper owes is
// asked of another one.
#include "actors/worker/part_reader_steps.hpp"

#include "actors/protocol/errors.hpp"
#include "common/log.hpp"

#include <utility>

namespace dk::part_reader_steps {

namespace {

constexpr std::size_t question_ranges = 4'096;
constexpr std::size_t questions_ahead = 8; // to each keeper

void ask_keeper(part_reader_ptr self, std::uint32_t which);

void hear_bytes(part_reader_ptr self, std::uint64_t number, const range_bytes& bytes) {
  auto& my = self->state;
  const auto found = my.asked.find(number);
  if (found == my.asked.end())
    return; // another keeper was asked meanwhile
  std::uint64_t expected = 0;
  for (const auto& one : found->second.what)
    expected += one.bytes.count;
  if (bytes.count != expected)
    return lose_keeper(self, found->second.keeper, make_error(errc::data, "it sends other bytes than were wanted"));
  const auto [keeper, what] = std::move(found->second);
  my.asked.erase(found);
  --my.keepers[keeper].under_way;
  const auto* next = bytes.some.get();
  try {
    for (const auto& one : what) {
      take_bytes(self, one, next);
      next += one.bytes.count;
    }
  } catch (const failure& why) {
    return fail_readings(self, make_error(why.code(), why.what()));
  }
  begin_readings(self);
  ask_keeper(self, keeper);
}

void ask_keeper(part_reader_ptr self, std::uint32_t which) {
  auto& my = self->state;
  auto& keeper = my.keepers[which];
  while (!my.failed && !keeper.lost && keeper.under_way < questions_ahead && !keeper.waiting.empty()) {
    const auto number = ++my.newest;
    const auto& what = my.asked[number] = {which, std::move(keeper.waiting.front())};
    keeper.waiting.pop_front();
    ++keeper.under_way;
    ranges_wanted wanted;
    std::map<std::size_t, std::uint32_t> places; // of parts among its files
    for (const auto& [part, bytes, reading, first_row] : what.what) {
      const auto place = places.emplace(part, static_cast<std::uint32_t>(wanted.files.size()));
      if (place.second)
        wanted.files.push_back(my.setup.parts[part].file);
      wanted.ranges.push_back({place.first->second, bytes.first, bytes.count});
    }
    self->request(my.setup.keepers[which].actor, my.setup.timeout, std::move(wanted))
        .then([=](const range_bytes& some) { hear_bytes(self, number, some); },
              [=](const caf::error& why) {
                if (self->state.asked.count(number) != 0)
                  lose_keeper(self, which, why);
              });
  }
}

// The first keeper of a part that is not lost.
std::optional<std::uint32_t> keeper_of(const part_reader_state& my, std::size_t part) {
  for (const auto which : my.setup.parts[part].keepers)
    if (!my.keepers[which].lost)
      return which;
  return std::nullopt;
}

} // namespace

std::string name_of(const part_reader_state& my, std::size_t part) {
  return "rows " + my.setup.parts[part].file + " of another host";
}

void put(part_reader_ptr self, const errands& all) {
  auto& my = self->state;
  std::map<std::uint32_t, std::vector<errand>> by_keeper;
  for (const auto& one : all) {
    const auto which = keeper_of(my, one.part);
    if (!which)
      return fail_readings(self, my.why_lost ? my.why_lost
                                             : make_error(errc::internal, name_of(my, one.part) + ": nobody has them"));
    by_keeper[*which].push_back(one);
  }
  for (auto& [which, some] : by_keeper) {
    auto& waiting = my.keepers[which].waiting;
    std::uint64_t bytes = question_bytes; // of the last of those that wait: they are full
    for (auto& one : some) {
      if (bytes + one.bytes.count > question_bytes || waiting.back().size() == question_ranges) {
        waiting.emplace_back();
        bytes = 0;
      }
      bytes += one.bytes.count;
      waiting.back().push_back(one);
    }
    ask_keeper(self, which);
  }
}

void lose_keeper(part_reader_ptr self, std::uint32_t which, const caf::error& reason) {
  auto& my = self->state;
  auto& keeper = my.keepers[which];
  if (my.failed || std::exchange(keeper.lost, true))
    return;
  const auto told = to_failure(reason ? reason : caf::error{caf::sec::request_receiver_down}, errc::nodes);
  my.why_lost =
      make_error(told.code(), my.setup.keepers[which].where + ", which has rows of this worker: " + told.what());
  log()->warn("{}", to_failure(my.why_lost).what());
  errands open;
  for (const auto& some : std::exchange(keeper.waiting, {}))
    open.insert(open.end(), some.begin(), some.end());
  for (auto one = my.asked.begin(); one != my.asked.end();) {
    if (one->second.keeper != which) {
      ++one;
      continue;
    }
    open.insert(open.end(), one->second.what.begin(), one->second.what.end());
    one = my.asked.erase(one);
  }
  put(self, open);
}

void fail_readings(part_reader_ptr self, const caf::error& why) {
  auto& my = self->state;
  my.failed = why;
  for (auto& one : std::exchange(my.readings, {}))
    one.answer.deliver(why);
  my.begun = 0;
  my.asked.clear();
}

} // namespace dk::part_reader_steps
