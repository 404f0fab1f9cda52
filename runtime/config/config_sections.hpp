#pragma once

#include "runtime/config/config_key.hpp"

#include <string>
#include <vector>

namespace dk {

/// Every table of the config, in the order in which they are read and printed: a section may look at what those above
/// it say.
const std::vector<config_section>& config_sections();

/// Those that are a section of the file, not a table in one.
std::vector<const config_section*> outer_sections();

/// The table of this name. Requires one
const config_section& find_section(const std::string& name);

/// The keys of a section in a config whose algorithm has these keys of its own: [trainer] has them besides.
std::vector<config_key> keys_of(const config_section& of, const nlohmann::json& own_keys);

// Each section, in a file of its own.
config_section data_section();
config_section model_section();
config_section trainer_section();
config_section stop_section();
config_section compress_section();
config_section scheme_section();
config_section cluster_section();
config_section laboratory_section();

} // namespace dk
