#pragma once

#include <string>

namespace dk {

/// `dk_driver summary MODEL|DATA`: the layers of a model, or the columns of data.
/// @return the exit status. @throws failure
int summary_command(const std::string& what);

} // namespace dk
