// A carrier for each node goes through the node's files: it offers one, sends what is missing of it, and goes on to the
// next. With a recipe it first offers all of them, so that there is room for all that the host will make of it.
#include "runtime/enlist/row_delivery.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/enlist/row_source.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <deque>
#include <optional>

namespace dk {

namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 20U;
constexpr std::size_t pieces_ahead = 4;
constexpr std::chrono::milliseconds until_asked_again{200};

struct carrier_state {
  row_place to;
  std::optional<rows_recipe> recipe; // until it was followed
  std::uint64_t first = 0;           // of the data set, among the recipe's rows
  caf::actor driver;
  std::chrono::milliseconds timeout{0};
  std::deque<std::size_t> files;     // to be offered; the first was, perhaps
  std::deque<std::size_t> to_read;   // that are not there, as long as there is a recipe
  std::optional<std::uint64_t> next; // the first byte of the file that was not sent; none: the node was not asked yet
  std::size_t under_way = 0;
  delivery done;
  caf::response_promise answer;
};

using carrier_ptr = caf::stateful_actor<carrier_state>*;

void go_on_with_files(carrier_ptr self);
void send_pieces(carrier_ptr self);

// What is there already is of use, also where there is no room for more.
void give_up(carrier_ptr self, const caf::error& why) {
  auto& my = self->state;
  if (const auto told = to_failure(why, errc::connect); told.code() == errc::resources) {
    my.done.why = told.what();
    my.files.clear();
    return go_on_with_files(self);
  }
  my.answer.deliver(why);
  self->quit();
}

// The host of the node reads the rows; its node is asked again then.
void let_read(carrier_ptr self) {
  auto& my = self->state;
  auto recipe = std::move(*my.recipe);
  my.recipe.reset();
  for (const auto file : my.to_read) {
    const auto& rows = my.to.files[file].rows;
    recipe.parts.push_back({my.first + rows.first, rows.size(), std::exchange(my.done.paths[file], "")});
  }
  my.files = std::exchange(my.to_read, {});
  self->monitor(my.to.process);
  self->request(my.to.process, caf::infinite, recipe)
      .then(
          [=](const rows_made& made) {
            self->demonitor(self->state.to.process.address());
            if (!made.same)
              return give_up(self, make_error(errc::data, "node " + self->state.to.where + " has other rows: " +
                                                              difference(made.files, files_of(recipe)) +
                                                              "; give it the same data, or leave data.where out"));
            self->state.done.read = true;
            go_on_with_files(self);
          },
          [=](const caf::error& why) {
            const auto told = to_failure(why, errc::nodes);
            give_up(self, make_error(told.code(), "node " + self->state.to.where + ": " + told.what()));
          });
}

void hear(carrier_ptr self, const rows_standing& now) {
  auto& my = self->state;
  if (now.busy) {
    self->delayed_send(self, until_asked_again, caf::tick_atom_v);
    return;
  }
  if (!now.whole && !my.recipe) {
    if (!my.next)
      my.next = now.there;
    return send_pieces(self);
  }
  const auto file = my.files.front();
  my.done.paths[file] = now.path;
  if (!now.whole)
    my.to_read.push_back(file);
  my.files.pop_front();
  my.next.reset();
  go_on_with_files(self);
}

void send_pieces(carrier_ptr self) {
  auto& my = self->state;
  const auto& file = *my.to.files[my.files.front()].file;
  for (; my.under_way < pieces_ahead && *my.next < file.bytes(); ++my.under_way) {
    const auto count = std::min(piece_bytes, file.bytes() - *my.next);
    rows_piece piece{file.name(), file.bytes(), *my.next, file.read(*my.next, count), my.driver};
    *my.next += count;
    my.done.sent += count;
    self->request(my.to.node, my.timeout, std::move(piece))
        .then(
            [=](const rows_standing& now) {
              --self->state.under_way;
              hear(self, now);
            },
            [=](const caf::error& why) { give_up(self, why); });
  }
}

void go_on_with_files(carrier_ptr self) {
  auto& my = self->state;
  if (!my.files.empty()) {
    const auto& file = *my.to.files[my.files.front()].file;
    self->request(my.to.node, my.timeout, rows_offer{file.name(), file.bytes(), my.driver})
        .then([=](const rows_standing& now) { hear(self, now); }, [=](const caf::error& why) { give_up(self, why); });
  } else if (my.recipe && !my.to_read.empty()) {
    let_read(self);
  } else {
    my.answer.deliver(my.done.paths, my.done.why, my.done.sent, my.done.read);
    self->quit();
  }
}

// Sees to it that a node has its rows when it is told to; answers with what became of that, as in `delivery`.
caf::behavior carrier(carrier_ptr self, const row_place& to, const std::optional<rows_recipe>& recipe,
                      std::uint64_t first, const caf::actor& driver, std::chrono::milliseconds timeout) {
  auto& my = self->state;
  my.to = to;
  my.recipe = to.process ? recipe : std::nullopt;
  my.first = first;
  my.driver = driver;
  my.timeout = timeout;
  my.done.paths.resize(to.files.size());
  for (std::size_t file = 0; file < to.files.size(); ++file)
    my.files.push_back(file);
  end_on_exception(self);
  self->set_down_handler([=](const caf::down_msg& down) {
    give_up(self, down.reason ? down.reason : caf::error{caf::sec::request_receiver_down});
  });
  self->monitor(to.node);
  return {[=](caf::ok_atom) -> caf::result<std::vector<std::string>, std::string, std::uint64_t, bool> {
            self->state.answer = self->make_response_promise();
            go_on_with_files(self);
            return self->state.answer;
          },
          [=](caf::tick_atom) { go_on_with_files(self); }};
}

} // namespace

std::vector<delivery> deliver(caf::scoped_actor& self, const std::vector<row_place>& places,
                              const std::optional<rows_recipe>& recipe, std::uint64_t first,
                              std::chrono::milliseconds timeout) {
  using answer = decltype(self->request(caf::actor{}, caf::infinite, caf::ok_atom_v));
  std::vector<answer> asked;
  for (const auto& place : places)
    asked.push_back(self->request(self->spawn(carrier, place, recipe, first, caf::actor{self}, timeout), caf::infinite,
                                  caf::ok_atom_v));
  std::vector<delivery> all;
  std::optional<failure> bad;
  for (auto& one : asked)
    one.receive(
        [&](const std::vector<std::string>& paths, const std::string& why, std::uint64_t sent, bool read) {
          all.push_back({paths, why, sent, read});
        },
        [&](const caf::error& reason) { bad = to_failure(reason, errc::connect); });
  if (bad)
    throw failure{*bad};
  return all;
}

} // namespace dk
