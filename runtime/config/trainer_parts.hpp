#pragma once

#include "runtime/config/config_key.hpp"

#include <vector>

namespace dk {

// The keys of [trainer] that are more than a number or a word: how each is read, and what it is as TOML.

/// A name, or one of its aliases; its own keys are keys of the section.
void read_algorithm(const key_reading& at);

/// A name, or a table that may leave the name out. The default one then has other numbers.
spec optimizer_at(const key_reading& at);

/// A name or a table of a name and its keys, or a list of such where the model has several outputs.
std::vector<spec> losses_at(const key_reading& at);
nlohmann::json losses_value(const std::vector<spec>& losses);

/// "none", or a form of numbers, or a table as in { top_k = 0.01 }.
compression compress_at(const key_reading& at);
nlohmann::json compress_value(const compression& of);

/// What each class counts for.
nlohmann::json class_weight_at(const key_reading& at);

/// Names, or tables of a name and its keys.
std::vector<spec> metrics_at(const key_reading& at);
nlohmann::json metrics_value(const std::vector<spec>& metrics);

/// A table of limits.
nlohmann::json stop_at(const key_reading& at);

/// "none", or "emperor", or a table of its keys.
spec scheme_at(const key_reading& at);

/// "adam", or { name = "adam", learning_rate = 0.002 }.
nlohmann::json named_value(const spec& of);

} // namespace dk
