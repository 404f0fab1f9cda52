#pragma once

#include "runtime/transport/warehouse.hpp"

#include <caf/all.hpp>
#include <cstdint>
#include <set>

// A gate stands in front of an actor for those in other processes: it takes what is large from them in pieces, and
// hands it out likewise. Its other side is a stand-in (stand_in.hpp).

namespace dk {

template <class Behind>
struct gate_state {
  Behind behind;
  warehouse goods{0};
  std::set<caf::actor_addr> known; ///< who has goods here, or had some
};

/// Who asks; when it ends, its goods go.
template <class Gate>
caf::actor_addr asker_of(Gate self) {
  auto who = caf::actor_cast<caf::actor_addr>(self->current_sender());
  if (self->state.known.insert(who).second)
    self->monitor(who);
  return who;
}

/// Puts the gate there. It ends with the actor behind it, and that with the gate. @param most bytes that it takes in
/// at a time
template <class Gate, class Behind>
void open_gate(Gate self, const Behind& behind, std::uint64_t most) {
  self->state.behind = behind;
  self->state.goods = warehouse{most};
  self->link_to(behind);
  self->set_down_handler([=](const caf::down_msg& down) {
    self->state.known.erase(down.source);
    self->state.goods.forget(down.source);
  });
}

/// Asks the actor behind the gate, and keeps what is large in its answer until it is fetched.
template <class Answer, class Gate, class... Question>
caf::result<Answer, manifest> ask_behind(Gate self, const Question&... question) {
  const auto asker = asker_of(self);
  auto promise = self->template make_response_promise<Answer, manifest>();
  self->request(self->state.behind, caf::infinite, question...)
      .then(
          [=](Answer& answer) mutable {
            const auto goods = unload(answer);
            promise.deliver(std::move(answer), self->state.goods.keep(asker, goods));
          },
          [=](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

} // namespace dk
