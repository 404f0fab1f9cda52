#pragma once

#include "actors/protocol/errors.hpp"
#include "actors/protocol/row_messages.hpp"
#include "tests/blocks.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace dk::test {

/// A center as a shard hands it to a worker.
inline center_update whole(std::uint64_t version, block weights) {
  return {center_update::kind::whole, version, 0, std::move(weights), {}};
}

/// What a probe keeps of a message: its content, and who waits for an answer to it.
struct mail {
  caf::message content;
  caf::strong_actor_ptr asker;
  caf::message_id id;

  /// Answers from outside of any actor's turn, which a response_promise can not.
  template <class Answer>
  void answer(Answer&& with) const {
    asker->enqueue(nullptr, id.response_id(), caf::make_message(std::forward<Answer>(with)), nullptr);
  }
};

using mails = std::deque<mail>;

/// Keeps whatever it is sent, errors too, and answers nothing by itself.
inline caf::behavior probe_actor(caf::event_based_actor* self, const std::shared_ptr<mails>& kept) {
  self->set_default_handler([=](caf::scheduled_actor*, caf::message_view& view) -> caf::result<caf::message> {
    const auto promise = self->make_response_promise();
    kept->push_back({view.move_content_to_message(), promise.source(), promise.id()});
    return caf::delegated<caf::message>{};
  });
  self->set_exit_handler([=](caf::exit_msg& told) { self->quit(std::move(told.reason)); }); // also without an error
  self->set_error_handler([=](caf::scheduled_actor*, caf::error& why) {
    kept->push_back({caf::make_message(why), {}, {}});
  });
  return {[](caf::unit_t) {}}; // an actor without a behavior would end at once
}

/// Stands in for any actor: what was sent to it is there to be read, and is answered when the test says so.
class probe {
public:
  explicit probe(caf::actor_system& system) : actor_(system.spawn(probe_actor, kept_)) {}

  const caf::actor& actor() const { return actor_; }

  /// As a handle of the protocol.
  template <class Handle>
  Handle as() const {
    return caf::actor_cast<Handle>(actor_);
  }

  /// Sends in the name of this probe: an answer comes back to it as a mail.
  template <class Handle, class... Content>
  void send(const Handle& to, Content&&... content) const {
    caf::send_as(actor_, to, std::forward<Content>(content)...);
  }

  std::size_t size() const { return kept_->size(); }
  bool empty() const { return kept_->empty(); }
  void clear() const { kept_->clear(); }

  /// How many mails of this content have come.
  template <class... Content>
  std::size_t count() const {
    std::size_t found = 0;
    for (const auto& one : *kept_)
      found += one.content.template match_elements<Content...>() ? 1U : 0U;
    return found;
  }

  /// Takes the first mail of this content out; the test fails when there is none.
  template <class... Content>
  mail take_mail() const {
    auto& all = *kept_;
    for (auto it = all.begin(); it != all.end(); ++it) {
      if (!it->content.template match_elements<Content...>())
        continue;
      auto found = std::move(*it);
      all.erase(it);
      return found;
    }
    FAIL("no such mail among " << all.size());
    return {};
  }

  template <class Content>
  Content take() const {
    return take_mail<Content>().content.template get_as<Content>(0);
  }

private:
  std::shared_ptr<mails> kept_ = std::make_shared<mails>();
  caf::actor actor_;
};

struct test_config : caf::actor_system_config {
  test_config() {
    add_message_types<caf::id_block::dk>();
    add_message_types<caf::id_block::dk_rows>();
    set("scheduler.policy", caf::atom("testing"));
  }
};

/// An actor system in which nothing happens but what the test asks for: one thread, one message at a time, in the same
/// order every time, and a clock that stands still until it is moved.
class actor_fixture {
public:
  actor_fixture() : system(config), scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())) {
    system.await_actors_before_shutdown(false);
  }
  actor_fixture(const actor_fixture&) = delete;
  actor_fixture& operator=(const actor_fixture&) = delete;
  ~actor_fixture() {
    for (const auto& one : spawned_)
      caf::anon_send_exit(one, caf::exit_reason::kill);
    run();
  }

  /// Handles one message. @return false when there is none
  bool step() { return scheduler_.try_run_once(); }

  /// Handles every message, also those that come of it.
  void run() { scheduler_.run(); }

  /// Moves the clock, then handles what became due.
  void pass(std::chrono::milliseconds time) {
    scheduler_.advance_time(time);
    run();
  }

  /// Lets the clock tick second by second, as delayed messages that send each other want it.
  void pass_seconds(int count) {
    for (int i = 0; i < count; ++i)
      pass(std::chrono::seconds{1});
  }

  probe make_probe() {
    probe made{system};
    keep(made.actor());
    run();
    return made;
  }

  /// Spawns an actor and lets it start. How it ends is in `end_of`.
  template <class Function, class... Arguments>
  auto spawn(Function function, Arguments&&... arguments) {
    auto made = system.spawn(function, std::forward<Arguments>(arguments)...);
    keep(made);
    return made;
  }

  /// The state of an actor, to be read.
  template <class State, class Handle>
  static State& state_of(const Handle& of) {
    using pointer = typename Handle::template stateful_pointer<State>;
    return static_cast<pointer>(caf::actor_cast<caf::abstract_actor*>(of))->state;
  }

  /// Sends a question, runs everything, and takes the answer.
  template <class Answer, class Handle, class... Question>
  Answer ask(const Handle& whom, Question&&... question) {
    me.clear();
    me.send(whom, std::forward<Question>(question)...);
    run();
    return me.take<Answer>();
  }

  /// Ends an actor of the protocol, or a probe.
  template <class Handle>
  void kill(const Handle& whom, caf::error reason = caf::exit_reason::kill) {
    const auto actor = caf::actor_cast<caf::actor>(whom);
    caf::anon_send(actor, caf::exit_msg{actor.address(), std::move(reason)});
    run();
  }
  void kill(const probe& whom, caf::error reason = caf::exit_reason::kill) { kill(whom.actor(), std::move(reason)); }

  /// Why an actor ended; nothing while it lives.
  template <class Handle>
  std::optional<caf::error> end_of(const Handle& of) const {
    for (const auto& one : ends_)
      if (one.first == of->id())
        return *one.second;
    return std::nullopt;
  }

  test_config config;
  caf::actor_system system;

private:
  template <class Handle>
  void keep(const Handle& made) {
    spawned_.push_back(caf::actor_cast<caf::actor>(made));
    auto end = std::make_shared<std::optional<caf::error>>();
    ends_.emplace_back(made->id(), end);
    made->attach_functor([end](const caf::error& why) { *end = why; });
  }

  caf::scheduler::test_coordinator& scheduler_;
  std::vector<caf::actor> spawned_;
  std::vector<std::pair<caf::actor_id, std::shared_ptr<std::optional<caf::error>>>> ends_;

public:
  probe me = make_probe(); ///< who the test speaks for
};

} // namespace dk::test
