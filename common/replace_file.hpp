#pragma once

#include <functional>
#include <string>

namespace dk {

/// Lets `write` write a file beside `path` and renames it, so that `path` is never half a file. What was written is
/// removed when it fails. @throws failure (resources) that names `path`, whatever `write` threw
void replace_file(const std::string& path, const std::function<void(const std::string& draft)>& write);

/// The same with these bytes.
void replace_file(const std::string& path, const std::string& bytes);

} // namespace dk
