// What a training does otherwise in the laboratory: time passes only while its main actor waits.
#include "runtime/laboratory/laboratory.hpp"
#include "runtime/training.hpp"

#include <caf/all.hpp>

namespace dk {

namespace {

constexpr std::chrono::milliseconds real_time_slice{100}; // of real time, at progress and signals

} // namespace

// Lets time pass until there are news for the main actor, or it is time to look around.
void training::wait_for_news() {
  if (timeline_)
    timeline_->pass([this] { return self_->has_next_message(); }, real_time_slice);
}

// Lets an answer come that takes no time.
void training::settle() {
  timeline_->settle();
  if (!self_->has_next_message())
    throw failure{errc::internal, "an actor of the laboratory does not answer at once"};
}

server_actor training::serve(const server_setup& setup) {
  if (options_.laboratory != nullptr && options_.laboratory->serve)
    return options_.laboratory->serve(system_, setup);
  return system_.spawn(parameter_server, setup);
}

} // namespace dk
