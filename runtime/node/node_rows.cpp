#include "runtime/node/node_rows.hpp"

#include "common/log.hpp"

#include <caf/all.hpp>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace dk {

namespace {

rows_standing told(const node_state& my, const std::string& name, const row_cache::standing& now) {
  return {now.there, now.whole, now.busy, my.setup->cache.path_of(name)};
}

void require_driver(const caf::actor& driver) {
  if (!driver)
    throw failure{errc::usage, "rows come without the driver that sends them"};
}

// So many bytes of an open file, or an error.
range_reader reader_of(std::shared_ptr<file_lock> file, const std::string& name) {
  return [file = std::move(file), name](std::uint64_t first, std::uint64_t count, std::byte* to) {
    for (std::uint64_t done = 0; done < count;) {
      const auto got = ::pread(file->descriptor(), to + done, count - done, static_cast<off_t>(first + done));
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        throw failure{errc::data, "rows " + name + " cannot be read: " +
                                      (got < 0 ? std::strerror(errno) : "the file ends before") + "; run again"};
      done += static_cast<std::uint64_t>(got);
    }
  };
}

} // namespace

rows_standing look_for_rows(node_ptr self, const rows_offer& wanted) {
  require_driver(wanted.driver);
  auto& my = self->state;
  std::shared_ptr<file_lock> held;
  const auto now = my.setup->cache.look_for(wanted.name, wanted.bytes, held);
  if (now.busy)
    return told(my, wanted.name, now);
  self->monitor(wanted.driver);
  if (now.whole)
    my.held.emplace(wanted.driver.address(), std::move(held));
  else
    my.sending.emplace(wanted.driver.address(), wanted.name);
  return told(my, wanted.name, now);
}

rows_standing add_rows(node_ptr self, const rows_piece& piece) {
  require_driver(piece.driver);
  auto& my = self->state;
  std::shared_ptr<file_lock> held;
  const auto now = my.setup->cache.add(piece.name, piece.bytes, piece.first, piece.some, held);
  if (now.whole) {
    my.held.emplace(piece.driver.address(), std::move(held));
    log()->info("rows {}, {} bytes, have come", piece.name, piece.bytes);
  }
  return told(my, piece.name, now);
}

rows_room room_for_rows(const node_state& my, const room_question& wanted) {
  const auto room = my.setup->cache.room_for(wanted.names);
  return {room.limit, room.bytes, room.there, my.keeper};
}

void release_rows_of(node_state& my, const caf::actor_addr& driver) {
  my.held.erase(driver);
  const auto [first, last] = my.sending.equal_range(driver);
  for (auto one = first; one != last; ++one)
    my.setup->cache.give_up(one->second);
  my.sending.erase(driver);
}

sealed_file_opener opener_of(const row_cache& cache) {
  return [cache](const std::string& name) { return reader_of(cache.open(name), name); };
}

} // namespace dk
