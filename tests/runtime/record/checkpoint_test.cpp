#include "runtime/record/checkpoint.hpp"

#include "tests/blocks.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

using namespace dk;
using namespace dk::test;
namespace fs = std::filesystem;

namespace {

shard_state small_shard(std::uint32_t shard = 0, std::uint64_t version = 3, float first = 1.5F) {
  const std::vector<float> weights{first, -0.0F, std::numeric_limits<float>::denorm_min()};
  return {shard, shard * std::uint64_t{3}, version, block::copy_of(weights.data(), 3), {25, 10, 2}, {0, {0b100101}}};
}

// Beside small_shard: the only worker, whose replica is elsewhere than the shard.
worker_memory with_worker(std::vector<std::uint64_t> versions = {3}, float first = 2.5F) {
  const std::vector<float> weights{first, -0.0F, 7};
  const std::vector<float> moments{1, 2, 3, 4, 5, 6};
  return {{20, "adam", 41, block::copy_of(weights.data(), 3), block::copy_of(moments.data(), 6)}, std::move(versions)};
}

std::string reason(const std::string& bytes) {
  return failure_of(errc::checkpoint, [&] { decode_checkpoint(bytes, "x.dkc"); });
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{folder})
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

void flip(const std::string& path, std::size_t at) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(file.get() ^ 1);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

} // namespace

TEST_CASE("a checkpoint reads back as it was", "[runtime][checkpoint]") {
  const auto sent = small_shard(2, 1ULL << 40U);
  const auto read = decode_checkpoint(encode_checkpoint({7, sent, {}}), "x.dkc");
  CHECK(read.session == 7);
  CHECK_FALSE(read.worker);
  const auto& back = read.shard;
  CHECK(back.shard == 2);
  CHECK(back.offset == 6);
  CHECK(back.version == 1ULL << 40U);
  CHECK(back.grid.rows == 25);
  CHECK(back.grid.chunk_rows == 10);
  CHECK(back.grid.epochs == 2);
  CHECK(back.folded == sent.folded);
  REQUIRE(back.weights.size() == 3);
  CHECK(std::memcmp(back.weights.data(), sent.weights.data(), sent.weights.bytes()) == 0);
}

TEST_CASE("a checkpoint with a worker reads back as it was", "[runtime][checkpoint]") {
  auto sent = with_worker({3, 4});
  const auto read = decode_checkpoint(encode_checkpoint({1, small_shard(), sent}), "x.dkc");
  REQUIRE(read.worker);
  const auto& back = read.worker->replica;
  CHECK(back.chunks == 20);
  CHECK(back.optimizer == "adam");
  CHECK(back.steps == 41);
  CHECK(same_bits(back.weights, sent.replica.weights));
  CHECK(same_bits(back.moments, sent.replica.moments));
  CHECK(read.worker->versions == std::vector<std::uint64_t>{3, 4});

  const auto bytes = encode_checkpoint({1, small_shard(), sent}).size();
  sent.replica.weights = small_shard().weights; // what is beside it anyway is not written twice
  const auto shorter = encode_checkpoint({1, small_shard(), sent});
  CHECK(shorter.size() == bytes - 3 * sizeof(float));
  CHECK(same_bits(decode_checkpoint(shorter, "x.dkc").worker->replica.weights, small_shard().weights));
}

TEST_CASE("a worker comes back with the shards that it belongs to", "[runtime][checkpoint]") {
  const temporary_folder folder;
  const auto at = folder.path("run");
  fs::create_directory(at);
  const auto write = [&](std::uint64_t version, float first) {
    write_checkpoints(at, {0, {small_shard(0, version), small_shard(1, version)}, {with_worker({}, first).replica}});
  };
  write(1, 1);
  write(2, 2);
  auto state = read_checkpoints(at);
  REQUIRE(state.workers.size() == 1);
  CHECK(state.shards[0].version == 2);
  CHECK(state.workers[0].weights[0] == 2);
  write_checkpoint(at, {0, small_shard(0, 3), with_worker({3, 3}, 3)}); // and there the driver was lost
  std::vector<std::string> notices;
  state = read_checkpoints(at, &notices);
  CHECK(notices.empty());
  REQUIRE(state.workers.size() == 1);
  CHECK(state.shards[0].version == 2);
  CHECK(state.shards[1].version == 2);
  CHECK(state.workers[0].weights[0] == 2);
  flip(at + "/shard-01/000000000002.dkc", 60);
  state = read_checkpoints(at, &notices);
  CHECK(notices.size() == 1);
  CHECK(state.shards[0].version == 1);
  CHECK(state.workers.at(0).weights[0] == 1);
  flip(at + "/shard-00/000000000001.dkc", 60); // now no set is whole: the shards go on, the worker starts fresh
  state = read_checkpoints(at, &notices);
  CHECK_THAT(notices.back(), Catch::Contains("the worker starts with a new optimizer"));
  CHECK(state.workers.empty());
  CHECK(state.shards[0].version == 3);
  CHECK(state.shards[1].version == 1);
}

TEST_CASE("models that are trained alone have a worker each", "[runtime][checkpoint]") {
  const temporary_folder folder;
  const auto at = folder.path("run");
  fs::create_directory(at);
  write_checkpoints(
      at, {0, {small_shard(0, 5), small_shard(1, 9)}, {with_worker({}, 1).replica, with_worker({}, 2).replica}});
  const auto state = read_checkpoints(at);
  REQUIRE(state.workers.size() == 2);
  CHECK(state.workers[1].weights[0] == 2);
}

TEST_CASE("no part of a checkpoint is taken for the whole", "[runtime][checkpoint]") {
  const auto bytes = encode_checkpoint({0, small_shard(), with_worker()});
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    INFO(length << " of " << bytes.size() << " bytes");
    CHECK(reason(bytes.substr(0, length)).rfind("x.dkc: ", 0) == 0);
  }
  CHECK(reason(bytes + '\0') == "x.dkc: damaged: it is torn: its length is not what it says");
}

TEST_CASE("a checkpoint with any one bit flipped is refused", "[runtime][checkpoint]") {
  const auto whole = encode_checkpoint({0, small_shard(), with_worker()});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto bytes = whole;
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << bit));
      INFO("bit " << bit << " of byte " << at);
      CHECK(reason(bytes).rfind("x.dkc: ", 0) == 0);
    }
  }
}

TEST_CASE("what is wrong with a checkpoint is said", "[runtime][checkpoint]") {
  const auto whole = encode_checkpoint({0, small_shard(), with_worker()});
  CHECK(reason("") == "x.dkc: damaged: it is shorter than its header");
  auto other = whole;
  other[0] = 'D';
  CHECK(reason(other) == "x.dkc: damaged: it is no checkpoint");
  other = whole;
  std::swap(other[8], other[11]);
  CHECK(reason(other) == "x.dkc: damaged: it was written on a machine of other byte order");
  other = whole;
  other[12] = 9;
  CHECK(reason(other) == "x.dkc: format 9, this dk reads format 3; use the dk that wrote it");
  other = whole;
  other.back() = static_cast<char>(other.back() ^ 1);
  CHECK(reason(other) == "x.dkc: damaged: its CRC does not match");
}

TEST_CASE("the newest three checkpoints of a shard are kept, and nothing else", "[runtime][checkpoint]") {
  const temporary_folder folder;
  for (const std::uint64_t version : {1U, 2U, 10U, 9U, 100U})
    write_checkpoint(folder.path(""), {0, small_shard(0, version), {}});
  CHECK(files_in(folder.path("shard-00")) ==
        std::vector<std::string>{"000000000009.dkc", "000000000010.dkc", "000000000100.dkc"});
}

TEST_CASE("the newest valid checkpoint is taken; a bad one is set aside", "[runtime][checkpoint]") {
  const temporary_folder folder;
  const auto at = folder.path("checkpoints");
  write_checkpoint(at, {0, small_shard(0, 1, 1), {}});
  write_checkpoint(at, {0, small_shard(0, 2, 2), {}});
  write_checkpoint(at, {5, small_shard(0, 3, 3), {}});
  write_checkpoint(at, {4, small_shard(1, 7), {}});
  CHECK(read_checkpoints(at).shards[0].version == 3);
  CHECK(read_checkpoints(at).session == 5);
  flip(at + "/shard-00/000000000003.dkc", 60);
  std::vector<std::string> notices;
  const auto state = read_checkpoints(at, &notices);
  REQUIRE(state.shards.size() == 2);
  CHECK(state.shards[0].version == 2);
  CHECK(state.shards[0].weights[0] == 2);
  CHECK(state.shards[1].version == 7);
  CHECK(state.session == 4);
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], Catch::Contains("its CRC does not match; set aside as .corrupt"));
  CHECK(files_in(at + "/shard-00") ==
        std::vector<std::string>{"000000000001.dkc", "000000000002.dkc", "000000000003.dkc.corrupt"});
}

TEST_CASE("a half-written checkpoint is not looked at", "[runtime][checkpoint]") {
  const temporary_folder folder;
  write_checkpoint(folder.path(""), {0, small_shard(0, 1), {}});
  folder.write("shard-00/000000000002.dkc.tmp", "half");
  CHECK(read_checkpoints(folder.path("")).shards[0].version == 1);
}

TEST_CASE("a run without a valid checkpoint of each shard cannot be resumed", "[runtime][checkpoint]") {
  const temporary_folder folder;
  const auto read = [&] { return failure_in(folder, errc::checkpoint, [&] { read_checkpoints(folder.path("run")); }); };
  CHECK(read() == "run holds no checkpoint; the run ended before its first one; start a new run");
  fs::create_directory(folder.path("run"));
  write_checkpoint(folder.path("run"), {0, small_shard(0), {}});
  write_checkpoint(folder.path("run"), {0, small_shard(1), {}});
  flip(folder.path("run/shard-01/000000000003.dkc"), 40);
  CHECK_THAT(read(), Catch::StartsWith("run: shard 1 has no valid checkpoint: "));
}

TEST_CASE("checkpoints of two runs are not mixed", "[runtime][checkpoint]") {
  const temporary_folder folder;
  fs::create_directory(folder.path("run"));
  write_checkpoint(folder.path("run"), {0, small_shard(0), {}});
  auto other = small_shard(1);
  other.grid.chunk_rows = 5;
  write_checkpoint(folder.path("run"), {0, other, {}});
  CHECK(failure_in(folder, errc::checkpoint, [&] { read_checkpoints(folder.path("run")); }) ==
        "run: the shards' checkpoints do not belong to one run");
}

TEST_CASE("a chunk is done when every shard has it", "[runtime][checkpoint]") {
  resume_state state;
  state.shards = {small_shard(0), small_shard(1)};
  state.shards[1].folded = {0, {0b001111}};
  CHECK(state.done() == chunk_set{0, {0b000101}}); // bits 0 and 2; bit 5 is missing in shard 1
}
