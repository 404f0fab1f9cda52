#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dk {

/// The candidate that a person most likely meant, or "" when none is near (edit distance above a third of the length).
std::string nearest_name(std::string_view typed, const std::vector<std::string>& candidates);

/// " (did you mean \"epochs\"?)" or "", to end an error about a name nobody knows.
std::string did_you_mean(std::string_view typed, const std::vector<std::string>& candidates);

/// "a, b, c".
std::string join(const std::vector<std::string>& words, std::string_view between = ", ");

/// 1234567 as "1,234,567".
std::string with_commas(unsigned long long number);

/// "1 epoch", "1,234 epochs". @param many "batches", where that is not `one` and an s
std::string counted(unsigned long long number, std::string_view one, std::string_view many = "");

/// A number of bytes for people: "3.95 MB", "812 kB", "96 B".
std::string size_text(double bytes);

/// The bytes of "512MiB": a whole number of KiB, MiB, GiB or TiB; 0 for what is no such size.
std::uint64_t bytes_in(std::string_view size);

} // namespace dk
