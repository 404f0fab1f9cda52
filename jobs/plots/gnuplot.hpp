#pragma once

#include <string>

namespace dk {

/// Runs gnuplot, which must be in PATH, on a script; without a shell, and without the user's own settings.
/// @return what it draws where the script sets no output. @throws failure (resources): not there, or what it complains
/// of
std::string run_gnuplot(const std::string& script);

/// A text as gnuplot's script language quotes it: in single quotes, where nothing but the quote has a meaning. What is
/// no printable UTF-8 becomes a question mark, or U+FFFD.
std::string gnuplot_quoted(const std::string& text);

} // namespace dk
