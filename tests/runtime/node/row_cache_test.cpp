#include "runtime/node/row_cache.hpp"

#include "common/content_name.hpp"
#include "common/error.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sys/stat.h>

using namespace dk;

namespace {

std::vector<char> bytes_of(std::size_t count, char of) {
  return std::vector<char>(count, of);
}

std::string name_of(const std::vector<char>& bytes) {
  content_name name;
  name.add(bytes.data(), bytes.size());
  return name.name();
}

struct cache_fixture {
  test::temporary_folder folder;
  row_cache cache{folder.path("rows"), 1000};
  std::vector<std::shared_ptr<file_lock>> held;

  row_cache::standing look(const std::vector<char>& bytes) {
    return cache.look_for(name_of(bytes), bytes.size(), held.emplace_back());
  }
  row_cache::standing add(const std::vector<char>& bytes, std::size_t first, std::size_t count) {
    const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(first);
    return cache.add(name_of(bytes), bytes.size(), first, {from, from + static_cast<std::ptrdiff_t>(count)},
                     held.emplace_back());
  }
  void fill(const std::vector<char>& bytes) {
    look(bytes);
    REQUIRE(add(bytes, 0, bytes.size()).whole);
  }
  errc refused(const std::function<void()>& what) {
    try {
      what();
    } catch (const failure& why) {
      return why.code();
    }
    return errc::internal;
  }
};

} // namespace

TEST_CASE_METHOD(cache_fixture, "rows come in pieces, and are there the next time", "[runtime][node][cache]") {
  const auto a = bytes_of(100, 'a');
  CHECK(look(a).there == 0);
  CHECK(add(a, 0, 60).there == 60);
  CHECK_FALSE(add(a, 0, 60).whole); // sent twice
  const auto now = add(a, 60, 40);
  CHECK(now.whole);
  CHECK(now.there == 100);
  CHECK(look(a).whole);
  CHECK(test::file_bytes(cache.path_of(name_of(a))) == std::string(100, 'a'));
}

TEST_CASE_METHOD(cache_fixture, "a transfer that broke off goes on where it was", "[runtime][node][cache]") {
  const auto a = bytes_of(100, 'a');
  look(a);
  add(a, 0, 60);
  CHECK(look(a).busy); // somebody sends it
  cache.give_up(name_of(a));
  row_cache later{folder.path("rows"), 1000};
  std::shared_ptr<file_lock> lock;
  CHECK(later.look_for(name_of(a), 100, lock).there == 60);
  CHECK(later.add(name_of(a), 100, 60, bytes_of(40, 'a'), lock).whole);
}

TEST_CASE_METHOD(cache_fixture, "a file that is complete but has no name yet is sent again", "[runtime][node][cache]") {
  const auto a = bytes_of(100, 'a');
  fill(a);
  std::filesystem::rename(cache.path_of(name_of(a)), cache.path_of(name_of(a)) + ".part");
  held.clear();
  CHECK(look(a).there == 0); // or else its sender had nothing to send, and waited
  CHECK(add(a, 0, 100).whole);
}

TEST_CASE_METHOD(cache_fixture, "a changed byte is noticed, and the rows are fetched again", "[runtime][node][cache]") {
  const auto a = bytes_of(100, 'a');
  fill(a);
  std::fstream{cache.path_of(name_of(a))} << 'b';
  const auto now = look(a);
  CHECK_FALSE(now.whole);
  CHECK(now.there == 0);
  CHECK(add(a, 0, 100).whole);
}

TEST_CASE_METHOD(cache_fixture, "wrong bytes are refused", "[runtime][node][cache]") {
  const auto a = bytes_of(100, 'a');
  look(a);
  std::shared_ptr<file_lock> lock;
  CHECK(refused([&] { cache.add(name_of(a), 100, 0, bytes_of(100, 'b'), lock); }) == errc::data);
  CHECK(cache.entries().empty());
  CHECK(refused([&] { cache.add(name_of(a), 100, 0, bytes_of(100, 'a'), lock); }) == errc::data); // not asked for
  CHECK(refused([&] { cache.look_for("../escape", 100, lock); }) == errc::data);
}

TEST_CASE_METHOD(cache_fixture, "what was used the longest time ago makes room, unless it is in use",
                 "[runtime][node][cache]") {
  const auto a = bytes_of(400, 'a');
  const auto b = bytes_of(400, 'b');
  const auto c = bytes_of(400, 'c');
  fill(a);
  fill(b);
  const auto age = [&](const std::vector<char>& bytes, int seconds) {
    const timespec times[2] = {{0, UTIME_OMIT}, {seconds, 0}};
    utimensat(AT_FDCWD, cache.path_of(name_of(bytes)).c_str(), times, 0);
  };
  age(a, 1000);
  age(b, 2000);
  CHECK(refused([&] { look(c); }) == errc::resources); // both are in use
  held.clear();
  fill(c);
  CHECK(cache.entries().size() == 2); // the older one is gone
  CHECK(look(b).whole);
  CHECK(refused([&] { look(bytes_of(1001, 'd')); }) == errc::resources);
}

TEST_CASE_METHOD(cache_fixture, "the cache lists what it has, and lets go of what nobody uses",
                 "[runtime][node][cache]") {
  fill(bytes_of(100, 'a'));
  fill(bytes_of(200, 'b'));
  folder.write("rows/notes.txt", "not ours");
  REQUIRE(cache.entries().size() == 2);
  CHECK(cache.entries()[0].bytes + cache.entries()[1].bytes == 300);
  const auto nothing = cache.clear();
  CHECK(nothing.bytes == 0);
  REQUIRE(nothing.in_use.size() == 2);
  CHECK(nothing.in_use[0].bytes + nothing.in_use[1].bytes == 300);
  held.clear();
  CHECK(cache.clear().bytes == 300);
  CHECK(cache.entries().empty());
  CHECK(test::file_bytes(folder.path("rows/notes.txt")) == "not ours");
}

TEST_CASE_METHOD(cache_fixture, "the cache knows its room for files: all but what others use",
                 "[runtime][node][cache]") {
  const auto a = bytes_of(400, 'a');
  const auto b = bytes_of(300, 'b');
  const auto c = bytes_of(200, 'c');
  fill(a);
  fill(b);
  const auto none = cache.room_for({});
  CHECK(none.limit == 1000);
  CHECK(none.bytes == 300); // both are in use
  const auto two = cache.room_for({name_of(c), name_of(b)});
  CHECK(two.bytes == 600);
  CHECK(two.there == std::vector<std::uint32_t>{1});
  held.clear();
  CHECK(cache.room_for({}).bytes == 1000);
  look(c); // it is on its way, and takes its room already
  CHECK(cache.room_for({}).bytes == 800);
  const auto own = cache.room_for({name_of(c)});
  CHECK(own.bytes == 1000);
  CHECK(own.there.empty());
  CHECK(refused([&] { cache.room_for({"../escape"}); }) == errc::data);
}

TEST_CASE_METHOD(cache_fixture, "files that are on their way have their room", "[runtime][node][cache]") {
  look(bytes_of(600, 'a'));
  CHECK(refused([&] { look(bytes_of(500, 'b')); }) == errc::resources);
  look(bytes_of(400, 'c'));
  cache.give_up(name_of(bytes_of(600, 'a')));
  look(bytes_of(500, 'b'));
}

TEST_CASE_METHOD(cache_fixture, "a whole file is opened by its name", "[runtime][node][cache]") {
  const auto a = bytes_of(100, 'a');
  CHECK(refused([&] { cache.open(name_of(a)); }) == errc::data);
  fill(a);
  CHECK(cache.open(name_of(a))->descriptor() >= 0);
  CHECK(refused([&] { cache.open("../rows"); }) == errc::data);
}
