#pragma once

#include "runtime/enlist/freight.hpp"
#include "runtime/enlist/messages.hpp"

#include <caf/all.hpp>
#include <chrono>

namespace dk {

struct enlister_state {
  std::uint64_t next = 1;
  caf::response_promise answer;
};

/// Enlists a process when it is told to: sends the large blocks of `what` in pieces, then the rest. Answers with the
/// handle and the seconds that the blocks took. @param patience with the process, once it has all: it connects to
/// shards
template <class Handle, class Enlistment>
caf::behavior enlister(caf::stateful_actor<enlister_state>* self, const recruit_actor& whom, const Enlistment& what,
                       const freight_terms& terms, caf::duration patience) {
  const auto failed = [=](const caf::error& why) {
    self->state.answer.deliver(why);
    self->quit();
  };
  self->monitor(whom);
  self->set_down_handler([=](const caf::down_msg& down) {
    failed(down.reason ? down.reason : caf::error{caf::sec::request_receiver_down});
  });
  return {[=](caf::ok_atom) -> caf::result<Handle, exact> {
    self->state.answer = self->make_response_promise();
    auto rest = what;
    auto goods = unload(blocks_of(rest.terms));
    const auto begun = std::chrono::steady_clock::now();
    const auto ask = [=](const manifest& list) {
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
      auto message = rest;
      message.goods = list;
      self->request(whom, patience, std::move(message))
          .then(
              [=](const Handle& handle) {
                self->state.answer.deliver(handle, exact{took.count()});
                self->quit();
              },
              failed);
    };
    send_cargo(self, whom, std::move(goods), self->state.next, terms, ask, failed);
    return self->state.answer;
  }};
}

} // namespace dk
