#include "runtime/enlist/row_delivery.hpp"

#include "actors/protocol/errors.hpp"
#include "runtime/enlist/row_source.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <optional>

namespace dk {

namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 20U;
constexpr std::size_t pieces_ahead = 4;
constexpr std::chrono::milliseconds until_asked_again{200};

struct carrier_state {
  row_place to;
  std::shared_ptr<const data::sealed_file> file;
  std::optional<rows_recipe> recipe; // until it was followed
  caf::actor driver;
  std::chrono::milliseconds timeout{0};
  std::optional<std::uint64_t> next; // the first byte that was not sent; none: the node was not asked yet
  delivery done;
  std::size_t under_way = 0;
  caf::response_promise answer;
};

using carrier_ptr = caf::stateful_actor<carrier_state>*;

void give_up(carrier_ptr self, const caf::error& why) {
  self->state.answer.deliver(why);
  self->quit();
}

void ask(carrier_ptr self);
void send_pieces(carrier_ptr self);

// The host of the node reads the rows; its node is asked again then.
void let_read(carrier_ptr self, const std::string& path) {
  auto& my = self->state;
  auto recipe = std::move(*my.recipe);
  my.recipe.reset();
  recipe.path = path;
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
            ask(self);
          },
          [=](const caf::error& why) {
            const auto told = to_failure(why, errc::nodes);
            give_up(self, make_error(told.code(), "node " + self->state.to.where + ": " + told.what()));
          });
}

void hear(carrier_ptr self, const rows_standing& now) {
  auto& my = self->state;
  if (now.whole) {
    my.done.path = now.path;
    my.answer.deliver(my.done.path, my.done.sent, my.done.read);
    return self->quit();
  }
  if (now.busy) {
    self->delayed_send(self, until_asked_again, caf::tick_atom_v);
    return;
  }
  if (my.recipe)
    return let_read(self, now.path);
  if (!my.next)
    my.next = now.there;
  send_pieces(self);
}

void send_pieces(carrier_ptr self) {
  auto& my = self->state;
  for (; my.under_way < pieces_ahead && *my.next < my.file->bytes(); ++my.under_way) {
    const auto count = std::min(piece_bytes, my.file->bytes() - *my.next);
    rows_piece piece{my.file->name(), my.file->bytes(), *my.next, my.file->read(*my.next, count), my.driver};
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

void ask(carrier_ptr self) {
  auto& my = self->state;
  self->request(my.to.node, my.timeout, rows_offer{my.file->name(), my.file->bytes(), my.driver})
      .then([=](const rows_standing& now) { hear(self, now); }, [=](const caf::error& why) { give_up(self, why); });
}

// Sees to it that a node has the rows when it is told to; answers with their path there, the bytes that were sent, and
// whether they were read there.
caf::behavior carrier(carrier_ptr self, const row_place& to, const std::shared_ptr<const data::sealed_file>& file,
                      const std::optional<rows_recipe>& recipe, const caf::actor& driver,
                      std::chrono::milliseconds timeout) {
  auto& my = self->state;
  my.to = to;
  my.file = file;
  my.recipe = recipe;
  my.driver = driver;
  my.timeout = timeout;
  end_on_exception(self);
  self->set_down_handler([=](const caf::down_msg& down) {
    give_up(self, down.reason ? down.reason : caf::error{caf::sec::request_receiver_down});
  });
  self->monitor(to.node);
  return {[=](caf::ok_atom) -> caf::result<std::string, std::uint64_t, bool> {
            self->state.answer = self->make_response_promise();
            ask(self);
            return self->state.answer;
          },
          [=](caf::tick_atom) { ask(self); }};
}

} // namespace

std::vector<delivery> deliver(caf::scoped_actor& self, const std::vector<row_place>& places,
                              const std::shared_ptr<const data::sealed_file>& file,
                              const std::optional<rows_recipe>& recipe, std::chrono::milliseconds timeout) {
  using answer = decltype(self->request(caf::actor{}, caf::infinite, caf::ok_atom_v));
  std::vector<answer> asked;
  for (const auto& place : places)
    asked.push_back(self->request(self->spawn(carrier, place, file, recipe, caf::actor{self}, timeout), caf::infinite,
                                  caf::ok_atom_v));
  std::vector<delivery> all;
  std::optional<failure> bad;
  for (auto& one : asked)
    one.receive(
        [&](const std::string& path, std::uint64_t sent, bool read) {
          all.push_back({path, "", sent, read});
        },
        [&](const caf::error& reason) {
          const auto why = to_failure(reason, errc::connect);
          all.push_back({"", why.what(), 0});
          if (why.code() != errc::resources)
            bad = why;
        });
  if (bad)
    throw failure{*bad};
  return all;
}

} // namespace dk
