#include "service/store/store.hpp"

#include "actors/protocol/errors.hpp"

#include <caf/all.hpp>

namespace dk::service {

namespace {

using store_pointer = store_actor::stateful_pointer<store_state>;

// Ends the open transaction, well or not, and keeps what was promised.
void settle_promises(store_state& state, const failure* why) {
  if (why != nullptr) {
    try {
      state.file->roll_back();
    } catch (const failure&) { // SQLite has done so itself, as it does when the disk is full
    }
    state.jobs->count_again();
  }
  for (const auto& promise : std::exchange(state.promises, {}))
    promise(why);
}

// Does `change` in the open transaction, or a new one, and answers when that is on the disk. The flush stands in the
// mailbox behind all that has come by now, which therefore shares the transaction.
template <class Answer, class Change>
caf::result<Answer> promised(store_pointer self, Change change) {
  auto& state = self->state;
  try {
    if (state.promises.empty()) {
      state.file->begin();
      self->send(self, flush_atom::value);
    }
    auto answer = change(*state.jobs);
    auto promise = self->template make_response_promise<Answer>();
    state.promises.push_back([promise, answer = std::move(answer)](const failure* why) mutable {
      if (why != nullptr)
        promise.deliver(make_error(why->code(), why->what()));
      else
        promise.deliver(std::move(answer));
    });
    return promise;
  } catch (const failure& why) {
    settle_promises(state, &why);
    return make_error(why.code(), why.what());
  }
}

void flush(store_state& state) {
  if (state.promises.empty())
    return; // a change that failed has ended the transaction
  try {
    state.file->commit();
  } catch (const failure& why) {
    return settle_promises(state, &why);
  }
  settle_promises(state, nullptr);
}

} // namespace

store_actor::behavior_type store(store_pointer self, const std::string& path, user_limits limits) {
  auto& state = self->state;
  state.file.emplace(path);
  state.jobs.emplace(*state.file, limits);
  end_on_exception(self);
  return {
      [=](const submission& what) {
        return promised<receipt>(self, [&](job_table& jobs) { return jobs.submit(what); });
      },
      [=](const job_step& what) {
        return promised<job_found>(
            self, [&](job_table& jobs) { return jobs.take(what) ? job_found{jobs.find(what.id)} : job_found{}; });
      },
      [=](const job_removal& what) {
        return promised<job_found>(self, [&](job_table& jobs) {
          auto job = jobs.find(what.id);
          return jobs.remove(what.id) ? job_found{std::move(job)} : job_found{};
        });
      },
      [=](const job_wanted& what) { return answer([&] { return job_found{self->state.jobs->find(what.id)}; }); },
      [=](const next_job_wanted& what) { return answer([&] { return job_found{self->state.jobs->next(what.now)}; }); },
      [=](const job_query& what) { return answer([&] { return jobs_found{self->state.jobs->list(what)}; }); },
      [=](const jobs_under_way_wanted&) { return answer([&] { return jobs_found{self->state.jobs->under_way()}; }); },
      [=](flush_atom) { flush(self->state); },
  };
}

} // namespace dk::service
