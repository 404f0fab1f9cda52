#pragma once

#include "actors/protocol/errors.hpp"
#include "runtime/transport/freight.hpp"

#include <caf/all.hpp>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

// A stand-in is what those of this process see of an actor in another one: the only one that speaks with the gate in
// front of it (gate.hpp).

namespace dk {

struct stand_in_terms {
  caf::actor_addr owner; ///< it ends with this one
  freight_terms freight;
  caf::duration deadline; ///< for an answer without its cargo
};

template <class Gate>
struct stand_in_state {
  Gate gate;
  stand_in_terms terms;
  std::uint64_t next = 1; ///< number of its next cargo
};

/// Whether a question may be too large for a message.
template <class Question>
constexpr bool may_be_large = std::is_same_v<Question, commit>;

/// It ends with its owner, and when the gate ends, for the same reason.
template <class Gate, class Self>
void stand_in_for(Self self, const Gate& gate, stand_in_terms terms) {
  auto& my = self->state;
  my.gate = gate;
  my.terms = std::move(terms);
  end_on_exception(self);
  self->monitor(my.gate);
  self->monitor(my.terms.owner);
  self->set_down_handler([=](const caf::down_msg& down) {
    if (down.source == self->state.terms.owner)
      return self->quit();
    self->quit(down.reason ? down.reason : caf::error{caf::exit_reason::remote_link_unreachable});
  });
}

/// Asks the gate: the question in pieces, the answer in pieces.
template <class Answer, class Self, class Question>
caf::result<Answer> carry(Self self, Question question) {
  auto promise = self->template make_response_promise<Answer>();
  std::vector<cargo> goods;
  if constexpr (may_be_large<Question>)
    goods = unload(question);
  const auto failed = [=](const caf::error& why) mutable { promise.deliver(why); };
  const auto answered = [=](Answer answer, const manifest& list) {
    fetch_cargo(
        self, self->state.gate, list, self->state.terms.freight,
        [=, answer = std::move(answer)](const std::vector<cargo>& all) mutable {
          load(answer, all);
          promise.deliver(std::move(answer));
        },
        failed);
  };
  const auto ask = [=, question = std::move(question)](const manifest& list) {
    self->request(self->state.gate, self->state.terms.deadline, question, list)
        .then([=](Answer& answer, const manifest& with) { answered(std::move(answer), with); }, failed);
  };
  if constexpr (may_be_large<Question>)
    send_cargo(self, self->state.gate, std::move(goods), self->state.next, self->state.terms.freight, ask, failed);
  else
    ask({});
  return promise;
}

} // namespace dk
