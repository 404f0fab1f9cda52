#include "service/store/token_table.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace dk::service {

namespace {

constexpr std::array<const char*, 3> role_words{"viewer", "user", "admin"};
constexpr std::size_t most_name = 64; // bytes of a user's name
constexpr auto token_prefix = "dk_";  // so that a token is recognised where it should not be

void check_user(const std::string& name) {
  const auto is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  if (name.empty() || name.size() > most_name || !std::all_of(name.begin(), name.end(), is_fine))
    throw failure{errc::usage, "\"" + name + "\" cannot name a user; expected 1 to " + std::to_string(most_name) +
                                   " letters, digits, dots, hyphens or underscores"};
}

std::string hex_of(const unsigned char* bytes, std::size_t size) {
  constexpr auto digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[bytes[i] >> 4U];
    text += digits[bytes[i] & 15U];
  }
  return text;
}

} // namespace

const char* word_of(token_role role) {
  return role_words.at(static_cast<std::size_t>(role));
}

token_role token_role_of(const std::string& word) {
  for (std::size_t i = 0; i < role_words.size(); ++i)
    if (word == role_words[i])
      return static_cast<token_role>(i);
  throw failure{errc::usage, "\"" + word + "\" is no role; there are viewer, user, admin"};
}

sha256 sha256_of(std::string_view bytes) {
  sha256 digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

std::string to_hex(const sha256& digest) {
  return hex_of(digest.data(), digest.size());
}

token_table::token_table(const database& in) : in_(&in) {
  in.run("CREATE TABLE IF NOT EXISTS tokens (id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, "
         "role INTEGER NOT NULL, digest TEXT NOT NULL UNIQUE, made INTEGER NOT NULL, expires INTEGER, "
         "revoked INTEGER)");
}

std::string token_table::add(const std::string& user, token_role role, std::optional<moment> expires, moment now) {
  check_user(user);
  const auto known = all();
  const auto valid =
      std::count_if(known.begin(), known.end(), [&](const auto& one) { return one.user == user && one.is_valid(now); });
  if (valid >= 2)
    throw failure{errc::usage, user + " has two valid tokens already; revoke one of them first"};
  std::array<unsigned char, 32> secret{};
  if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1)
    throw failure{errc::resources, "the system has no random numbers for a token"};
  auto token = token_prefix + hex_of(secret.data(), secret.size());
  in_->prepare("INSERT INTO tokens (user, role, digest, made, expires) VALUES (?, ?, ?, ?, ?)")
      .with(user, static_cast<std::int64_t>(role), to_hex(sha256_of(token)), now, expires)
      .run();
  return token;
}

bool token_table::revoke(std::int64_t id, moment now) {
  in_->prepare("UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL").with(now, id).run();
  return in_->changes() == 1;
}

std::vector<token_record> token_table::all() {
  auto found = in_->prepare("SELECT id, user, role, digest, made, expires, revoked FROM tokens ORDER BY id");
  std::vector<token_record> tokens;
  while (found.step()) {
    token_record one;
    one.id = found.number(0);
    one.user = found.text(1);
    one.role = static_cast<token_role>(std::clamp<std::int64_t>(found.number(2), 0, 2));
    const auto hex = found.text(3);
    for (std::size_t i = 0; i < one.digest.size() && 2 * i + 1 < hex.size(); ++i)
      one.digest.at(i) = static_cast<unsigned char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
    one.made = found.number(4);
    if (!found.is_null(5))
      one.expires = found.number(5);
    if (!found.is_null(6))
      one.revoked = found.number(6);
    tokens.push_back(std::move(one));
  }
  return tokens;
}

const token_record* find_token(const std::vector<token_record>& tokens, std::string_view shown, moment now) {
  const auto digest = sha256_of(shown);
  const token_record* found = nullptr;
  for (const auto& one : tokens) // all of them, whichever it is
    if (CRYPTO_memcmp(one.digest.data(), digest.data(), digest.size()) == 0 && one.is_valid(now))
      found = &one;
  return found;
}

} // namespace dk::service
