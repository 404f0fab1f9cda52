#pragma once

#include "actors/protocol/errors.hpp"

#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace dk {

/// Asks for an actor, and knows when that one ends without an answer, which a request alone does not tell of one in
/// another process: then the answer is the reason. Ends itself after that.
template <class Answer, class Actor, class Question>
caf::behavior watchful_asker(caf::event_based_actor* self, const Actor& whom, const Question& question,
                             caf::duration timeout) {
  auto promise = std::make_shared<caf::response_promise>();
  self->set_down_handler([=](const caf::down_msg& down) {
    promise->deliver(down.reason ? down.reason : caf::error{caf::sec::request_receiver_down});
    self->quit();
  });
  return {[=](caf::ok_atom) {
    *promise = self->make_response_promise();
    self->monitor(whom);
    self->request(whom, timeout, question)
        .then(
            [=](Answer& answer) {
              promise->deliver(std::move(answer));
              self->quit();
            },
            [=](caf::error& why) {
              if (why == caf::sec::request_receiver_down)
                return; // word of its end, and why, is on its way
              promise->deliver(std::move(why));
              self->quit();
            });
    return *promise;
  }};
}

/// Asks an actor and returns its answer. One of this process has as long as it takes, since a busy machine may take
/// long; one of another process has `timeout`. The end of either is noticed.
/// @param between is called between question and answer @throws failure
template <class Answer, class Actor, class Question>
Answer ask(caf::scoped_actor& self, const Actor& whom, Question question, caf::duration timeout,
           const std::function<void()>& between) {
  const auto deadline = whom.node() == self->node() ? caf::duration{caf::infinite} : timeout;
  const auto asker = self->spawn(watchful_asker<Answer, Actor, Question>, whom, question, deadline);
  auto asked = self->request(asker, caf::infinite, caf::ok_atom_v);
  between();
  Answer answer;
  const auto code = deadline == caf::duration{caf::infinite} ? errc::internal : errc::connect;
  asked.receive([&](Answer& given) { answer = std::move(given); },
                [&](const caf::error& why) {
                  const bool is_far =
                      why == caf::exit_reason::remote_link_unreachable || why == caf::sec::request_timeout;
                  throw to_failure(why, is_far ? errc::connect : code); // of who speaks for one in another process
                });
  return answer;
}

} // namespace dk
