#pragma once

#include "common/error.hpp"

#include <caf/error.hpp>
#include <caf/scheduled_actor.hpp>
#include <string>

namespace dk {

/// A dk error as a value that travels between actors: `return make_error(errc::data, "...");`
caf::error make_error(errc code, std::string text);

/// Whether it was made so.
bool is_ours(const caf::error& reason);

/// Reads an error back; one that is not ours becomes `otherwise` with CAF's text.
failure to_failure(const caf::error& reason, errc otherwise = errc::internal);

/// The error that an exception in a handler stands for.
caf::error from_exception(const std::exception_ptr& what);

/// An actor whose handler throws ends with that error as its reason: nothing is swallowed.
void end_on_exception(caf::scheduled_actor* self);

} // namespace dk
