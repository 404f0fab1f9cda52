#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dk {

/// Why something could not be done. Every code has a stable name (`E_...`) and an exit status; see code_name,
/// exit_status.
enum class errc : std::uint8_t {
  internal = 1, ///< a defect of dk itself
  usage,        ///< the command line is wrong
  config,       ///< the config is wrong: a key, a type, a value
  shape,        ///< the data, the model and the loss do not fit together
  data,         ///< a data file is missing, damaged or holds a bad value
  model,        ///< a model file is missing, damaged or not supported
  checkpoint,   ///< a checkpoint or a run's folder cannot be used
  bind,         ///< an address cannot be listened on
  connect,      ///< a node cannot be reached
  version,      ///< the other side runs another build
  nodes,        ///< too few workers or nodes are left to go on
  diverged,     ///< the training produced a number that is not finite
  resources,    ///< memory, disk or file handles ran out
  cancelled,    ///< somebody asked the run to stop
};

/// The stable name of a code, for example "E_DATA".
std::string_view code_name(errc code);

/// What a program that ends because of this code returns to its shell.
int exit_status(errc code);

/// An error of dk: a code and one line that says what, where, the reason and what to do.
class failure : public std::runtime_error {
public:
  failure(errc code, const std::string& text) : std::runtime_error(text), code_(code) {}

  errc code() const { return code_; }

private:
  errc code_;
};

/// "E_DATA mnist.csv:7: ...": how an error is shown to a person, on one line.
std::string to_line(const failure& why);

} // namespace dk
