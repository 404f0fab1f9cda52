#include "actors/protocol/errors.hpp"

#include <caf/atom.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>
#include <new>

namespace dk {

namespace {

const auto category = caf::atom("dk");

// CAF's own reasons in plain words.
std::string text_of(const caf::error& reason) {
  if (reason == caf::exit_reason::remote_link_unreachable)
    return "the connection is broken";
  if (reason == caf::exit_reason::kill || reason == caf::exit_reason::user_shutdown)
    return "it was stopped";
  if (reason == caf::sec::request_timeout)
    return "no answer in time";
  if (reason == caf::sec::request_receiver_down)
    return "it is gone";
  return caf::to_string(reason);
}

} // namespace

caf::error make_error(errc code, std::string text) {
  return {static_cast<std::uint8_t>(code), category, caf::make_message(std::move(text))};
}

bool is_ours(const caf::error& reason) {
  return reason && reason.category() == category && reason.context().match_elements<std::string>();
}

failure to_failure(const caf::error& reason, errc otherwise) {
  if (!reason) // an actor that ended in order; CAF keeps no category for it
    return {otherwise, "it ended"};
  if (is_ours(reason))
    return {static_cast<errc>(reason.code()), reason.context().get_as<std::string>(0)};
  return {otherwise, text_of(reason)};
}

caf::error from_exception(const std::exception_ptr& what) {
  try {
    std::rethrow_exception(what);
  } catch (const failure& why) {
    return make_error(why.code(), why.what());
  } catch (const std::bad_alloc&) {
    return make_error(errc::resources, "out of memory; lower data.memory, batch_size or the number of workers");
  } catch (const std::exception& why) {
    return make_error(errc::internal, why.what());
  } catch (...) {
    return make_error(errc::internal, "an exception of unknown type");
  }
}

void end_on_exception(caf::scheduled_actor* self) {
  self->set_exception_handler([self](std::exception_ptr& what) {
    auto why = from_exception(what);
    const auto* const what_it_was_about = self->current_mailbox_element();
    if (what_it_was_about != nullptr && what_it_was_about->mid.is_request())
      self->make_response_promise().deliver(why); // who asked hears of it, whatever its deadline
    return why;
  });
}

} // namespace dk
