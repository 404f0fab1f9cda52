#pragma once

#include "runtime/config/job.hpp"
#include "runtime/config/section.hpp"

#include <string>
#include <vector>

namespace dk {

/// The keys of [laboratory].
std::vector<std::string> laboratory_keys();

/// Reads [laboratory] of a job with so many workers. @throws failure (config)
void read_laboratory(const section& in, std::size_t workers, laboratory_config& laboratory);

} // namespace dk
