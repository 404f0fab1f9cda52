// Whom the job server lets in.

#include "service/store/token_table.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>

using namespace dk::service;
using namespace dk::test;
using dk::errc;

namespace {

struct tokens_of_test {
  temporary_folder folder;
  database file{folder.path("jobs.sqlite")};
  token_table tokens{file};
};

} // namespace

TEST_CASE("a token lets its user in, and is not kept", "[service][tokens]") {
  tokens_of_test it;
  const auto token = it.tokens.add("anna", token_role::admin, std::nullopt, 1000);
  CHECK(token.size() == 3 + 64);
  const auto all = it.tokens.all();
  const auto* found = find_token(all, token, 2000);
  REQUIRE(found != nullptr);
  CHECK(found->user == "anna");
  CHECK(found->role == token_role::admin);
  CHECK(found->made == 1000);
  CHECK(to_hex(found->digest) == to_hex(sha256_of(token)));
  it.file.run("PRAGMA wal_checkpoint(TRUNCATE)");
  CHECK(file_bytes(it.folder.path("jobs.sqlite")).find(token.substr(3)) == std::string::npos);
  CHECK(it.tokens.add("anna", token_role::user, std::nullopt, 1000) != token);
}

TEST_CASE("what is no token lets nobody in", "[service][tokens]") {
  tokens_of_test it;
  const auto token = it.tokens.add("anna", token_role::user, std::nullopt, 1000);
  const auto all = it.tokens.all();
  for (const auto& shown : {std::string{}, token.substr(1), token + "0", token.substr(0, 66), std::string(67, 'x'),
                            to_hex(sha256_of(token)), "dk_" + to_hex(sha256_of(token))})
    CHECK(find_token(all, shown, 2000) == nullptr);
}

TEST_CASE("a token ends at its time, or when it is revoked", "[service][tokens]") {
  tokens_of_test it;
  const auto short_one = it.tokens.add("anna", token_role::user, 5000, 1000);
  CHECK(find_token(it.tokens.all(), short_one, 4999) != nullptr);
  CHECK(find_token(it.tokens.all(), short_one, 5000) == nullptr);
  const auto other = it.tokens.add("bert", token_role::user, std::nullopt, 1000);
  CHECK(it.tokens.revoke(2, 2000));
  CHECK_FALSE(it.tokens.revoke(2, 3000));
  CHECK_FALSE(it.tokens.revoke(9, 3000));
  CHECK(find_token(it.tokens.all(), other, 2000) == nullptr);
  CHECK(it.tokens.all().at(1).revoked == 2000);
}

TEST_CASE("a user has at most two tokens at a time", "[service][tokens]") {
  tokens_of_test it;
  it.tokens.add("anna", token_role::user, std::nullopt, 1000);
  it.tokens.add("anna", token_role::user, 5000, 1000);
  CHECK(failure_of(errc::usage, [&] { it.tokens.add("anna", token_role::user, std::nullopt, 1000); }) ==
        "anna has two valid tokens already; revoke one of them first");
  it.tokens.add("bert", token_role::user, std::nullopt, 1000);
  it.tokens.add("anna", token_role::user, std::nullopt, 5000); // the second one is over
  it.tokens.revoke(1, 6000);
  it.tokens.add("anna", token_role::user, std::nullopt, 6000);
}

TEST_CASE("a user's name is plain", "[service][tokens]") {
  tokens_of_test it;
  for (const auto* name : {"", "an na", "../anna", "anna\n", "änna"})
    CHECK(failure_of(errc::usage, [&] {
            it.tokens.add(name, token_role::user, std::nullopt, 1);
          }).find("cannot name a user; expected 1 to 64 letters") != std::string::npos);
  failure_of(errc::usage, [&] { it.tokens.add(std::string(65, 'a'), token_role::user, std::nullopt, 1); });
  it.tokens.add("anna.b_c-1", token_role::viewer, std::nullopt, 1);
}

TEST_CASE("SHA-256 is that of the standard", "[service][tokens]") {
  // FIPS 180-2, appendix B.1
  CHECK(to_hex(sha256_of("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
