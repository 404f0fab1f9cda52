#pragma once

#include "service/store/database.hpp"
#include "service/store/job_record.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dk::service {

/// What the owner of a token may do; each may what the former may.
enum class token_role : std::uint8_t {
  viewer, ///< see the jobs of all
  user,   ///< submit jobs; change and remove own ones
  admin,  ///< change and remove those of all
};

const char* word_of(token_role role);
/// @throws failure (usage) for a word that is none
token_role token_role_of(const std::string& word);

using sha256 = std::array<unsigned char, 32>;

sha256 sha256_of(std::string_view bytes);
/// 64 hexadecimal digits.
std::string to_hex(const sha256& digest);

/// What is kept of a token: never itself.
struct token_record {
  std::int64_t id = 0;
  std::string user;
  token_role role = token_role::user;
  sha256 digest{};
  moment made = 0;
  std::optional<moment> expires;
  std::optional<moment> revoked;

  bool is_valid(moment now) const { return !revoked && (!expires || now < *expires); }
};

/// The tokens of a state folder.
class token_table {
public:
  /// @throws failure (resources)
  explicit token_table(const database& in);

  /// Makes a token of 256 random bits for a user. A user has at most two that are valid, so that a new one can be put
  /// in place before the old one is revoked.
  /// @return the token: this is the only time that anybody sees it
  /// @throws failure (usage) for a name that is none, or a third token
  std::string add(const std::string& user, token_role role, std::optional<moment> expires, moment now);

  /// @return false when there is none of this id that is not revoked
  bool revoke(std::int64_t id, moment now);

  std::vector<token_record> all();

private:
  const database* in_;
};

/// The token that a client showed, among those of a table: compared with each in constant time.
/// @return nullptr when it is none, or no longer valid
const token_record* find_token(const std::vector<token_record>& tokens, std::string_view shown, moment now);

} // namespace dk::service
