#pragma once

#include "common/error.hpp"

#include <caf/error.hpp>
#include <caf/result.hpp>
#include <caf/scheduled_actor.hpp>
#include <string>

namespace dk {

/// A dk error as a value that travels between actors: `return make_error(errc::data, "...");`
caf::error make_error(errc code, std::string text);

namespace detail {

template <class T>
struct answer_type {
  using type = caf::result<T>;
};
template <class... Ts>
struct answer_type<caf::result<Ts...>> {
  using type = caf::result<Ts...>;
};
template <class T>
using answer_of = typename answer_type<T>::type;

} // namespace detail

/// Whether it was made so.
bool is_ours(const caf::error& reason);

/// Reads an error back; one that is not ours becomes `otherwise` with CAF's text.
failure to_failure(const caf::error& reason, errc otherwise = errc::internal);

/// The error that an exception in a handler stands for.
caf::error from_exception(const std::exception_ptr& what);

/// What a handler returns, or the failure that it threw: a bad message costs its sender an error, and the actor
/// nothing.
template <class Handler>
auto answer(Handler handler) -> detail::answer_of<decltype(handler())> {
  try {
    return handler();
  } catch (const failure& why) {
    return make_error(why.code(), why.what());
  }
}

/// An actor whose handler throws ends with that error as its reason: nothing is swallowed.
void end_on_exception(caf::scheduled_actor* self);

} // namespace dk
