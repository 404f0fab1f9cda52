#include "common/error.hpp"
#include "runtime/checkpoint.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace dk {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kept = 3; // checkpoints per shard

std::string name_of(std::uint32_t shard) {
  char text[32];
  std::snprintf(text, sizeof text, "shard-%02u", shard);
  return text;
}

std::string name_of_version(std::uint64_t version) {
  char text[40];
  std::snprintf(text, sizeof text, "%012llu.dkc", static_cast<unsigned long long>(version));
  return text;
}

[[noreturn]] void cannot_write(const std::string& path) {
  throw failure{errc::resources, "cannot write " + path + ": " + std::strerror(errno)};
}

// A file handle that closes itself.
class handle {
public:
  handle(const std::string& path, int flags) : path_(path), fd_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0)
      cannot_write(path);
  }
  ~handle() { close(fd_); }
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;

  void write_all(const std::string& bytes) const {
    for (std::size_t at = 0; at < bytes.size();) {
      const auto n = write(fd_, bytes.data() + at, bytes.size() - at);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        cannot_write(path_);
      at += static_cast<std::size_t>(n);
    }
  }

  void sync() const {
    if (fsync(fd_) != 0)
      cannot_write(path_);
  }

private:
  std::string path_;
  int fd_;
};

// Newest first.
std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator{folder, none})
    if (entry.path().extension() == ".dkc")
      files.push_back(entry.path());
  std::sort(files.rbegin(), files.rend());
  return files;
}

std::string read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

} // namespace

void write_checkpoint(const std::string& folder, const shard_state& shard, std::uint32_t run_epoch) {
  const auto into = fs::path{folder} / name_of(shard.shard);
  std::error_code why;
  fs::create_directories(into, why);
  const auto path = (into / name_of_version(shard.version)).string();
  const auto draft = path + ".tmp";
  try {
    const handle file{draft, O_WRONLY | O_CREAT | O_TRUNC};
    file.write_all(encode_checkpoint(shard, run_epoch));
    file.sync();
  } catch (const failure&) {
    fs::remove(draft, why);
    throw;
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0)
    cannot_write(path);
  handle{into.string(), O_RDONLY | O_DIRECTORY}.sync();
  const auto files = checkpoints_in(into);
  for (std::size_t i = kept; i < files.size(); ++i)
    fs::remove(files[i], why);
}

resume_state read_checkpoints(const std::string& folder, std::vector<std::string>* notices) {
  resume_state state;
  for (std::uint32_t shard = 0; fs::is_directory(fs::path{folder} / name_of(shard)); ++shard) {
    std::string tried;
    for (const auto& file : checkpoints_in(fs::path{folder} / name_of(shard))) {
      try {
        std::uint32_t run_epoch = 0;
        state.shards.push_back(decode_checkpoint(read_file(file), file.string(), run_epoch));
        state.run_epoch = std::max(state.run_epoch, run_epoch);
        break;
      } catch (const failure& why) {
        tried += std::string{tried.empty() ? "" : "; "} + why.what();
        std::error_code ignored;
        fs::rename(file, file.string() + ".corrupt", ignored);
        if (notices != nullptr)
          notices->push_back(std::string{why.what()} + "; set aside as .corrupt, an older one is used");
      }
    }
    if (state.shards.size() != shard + 1)
      throw failure{errc::checkpoint, folder + ": shard " + std::to_string(shard) + " has no valid checkpoint" +
                                          (tried.empty() ? "" : ": " + tried) + "; start the run anew"};
  }
  if (state.shards.empty())
    throw failure{errc::checkpoint, folder + " holds no checkpoint; the run ended before its first, start it anew"};
  const auto& first = state.shards.front();
  std::uint64_t offset = 0;
  for (const auto& shard : state.shards) {
    if (shard.offset != offset || shard.grid.epochs != first.grid.epochs ||
        shard.grid.chunk_rows != first.grid.chunk_rows)
      throw failure{errc::checkpoint, folder + ": the shards' checkpoints do not belong to one run"};
    offset += shard.weights.size();
  }
  return state;
}

} // namespace dk
