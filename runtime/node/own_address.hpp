#pragma once

#include "common/endpoint.hpp"

#include <optional>
#include <string>

namespace dk {

/// The address by which this host reaches that one: the local end of a socket to it. Nothing when there is no way
/// there, or no such name.
std::optional<std::string> address_towards(const endpoint& other);

/// The address of this host's first network card that is up, loopback's if there is none. @param ipv6 of which kind
std::string address_of_a_card(bool ipv6);

} // namespace dk
