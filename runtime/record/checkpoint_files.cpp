#include "common/error.hpp"
#include "runtime/record/checkpoint.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
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
  std::error_code none;
  const auto size = fs::file_size(path, none);
  std::string bytes(none ? 0 : size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  return bytes;
}

} // namespace

void write_checkpoint(const std::string& folder, const checkpoint& from) {
  const auto& shard = from.shard;
  const auto into = fs::path{folder} / name_of(shard.shard);
  std::error_code why;
  fs::create_directory(folder, why); // not the run's folder: where that is gone, somebody has taken it away
  fs::create_directory(into, why);
  const auto path = (into / name_of_version(shard.version)).string();
  const auto draft = path + ".tmp";
  try {
    const handle file{draft, O_WRONLY | O_CREAT | O_TRUNC};
    file.write_all(encode_checkpoint(from));
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

void write_checkpoints(const std::string& folder, const resume_state& from) {
  std::vector<std::uint64_t> versions;
  for (const auto& shard : from.shards)
    versions.push_back(shard.version);
  const bool has_several = from.workers.size() > 1; // models that are trained alone
  for (std::size_t i = 0; i < from.shards.size(); ++i) {
    checkpoint one{from.session, from.shards[i], {}};
    if (i < from.workers.size() && !from.workers[i].weights.empty())
      one.worker = {from.workers[i], has_several ? std::vector<std::uint64_t>{versions[i]} : versions};
    write_checkpoint(folder, one);
  }
}

namespace {

// The checkpoints of one run's folder. What is damaged is set aside as it is met.
class checkpoint_folder {
public:
  checkpoint_folder(std::string folder, std::vector<std::string>* notices)
      : folder_(std::move(folder)), notices_(notices) {}

  std::uint32_t shards() const {
    std::uint32_t count = 0;
    while (fs::is_directory(of_shard(count)))
      ++count;
    return count;
  }

  checkpoint newest_of(std::uint32_t shard) {
    std::string tried;
    for (const auto& file : checkpoints_in(of_shard(shard)))
      if (auto found = read(file, &tried); found)
        return std::move(*found);
    throw failure{errc::checkpoint, folder_ + ": shard " + std::to_string(shard) + " has no valid checkpoint" +
                                        (tried.empty() ? "" : ": " + tried) + "; start a new run"};
  }

  // The newest set that the state of the only worker, which is beside shard 0, belongs to; empty when there is none.
  std::vector<checkpoint> newest_with_worker(std::uint32_t shards) {
    for (const auto& file : checkpoints_in(of_shard(0)))
      if (auto first = read(file, nullptr); first && first->worker)
        if (auto set = set_of(std::move(*first), shards); !set.empty())
          return set;
    return {};
  }

  void notice(const std::string& text) {
    if (notices_ != nullptr)
      notices_->push_back(text);
  }

private:
  fs::path of_shard(std::uint32_t shard) const { return fs::path{folder_} / name_of(shard); }

  std::optional<checkpoint> read(const fs::path& file, std::string* tried) {
    try {
      return decode_checkpoint(read_file(file), file.string());
    } catch (const failure& why) {
      if (tried != nullptr)
        *tried += std::string{tried->empty() ? "" : "; "} + why.what();
      std::error_code ignored;
      fs::rename(file, file.string() + ".corrupt", ignored);
      notice(std::string{why.what()} + "; set aside as .corrupt, an older one is used");
      return {};
    }
  }

  std::vector<checkpoint> set_of(checkpoint first, std::uint32_t shards) {
    const auto versions = first.worker->versions;
    std::vector<checkpoint> set;
    set.push_back(std::move(first));
    if (versions.size() != shards || versions[0] != set[0].shard.version)
      return {};
    for (std::uint32_t i = 1; i < shards; ++i) {
      const auto file = of_shard(i) / name_of_version(versions[i]);
      auto next = fs::exists(file) ? read(file, nullptr) : std::nullopt;
      if (!next)
        return {};
      set.push_back(std::move(*next));
    }
    return set;
  }

  std::string folder_;
  std::vector<std::string>* notices_;
};

// One that has trained nothing yet has nothing to keep.
bool is_alone(const checkpoint& one) {
  return one.worker ? one.worker->versions == std::vector<std::uint64_t>{one.shard.version} : one.shard.version == 0;
}

std::vector<checkpoint> newest_set(checkpoint_folder& from) {
  const auto shards = from.shards();
  std::vector<checkpoint> newest;
  for (std::uint32_t i = 0; i < shards; ++i)
    newest.push_back(from.newest_of(i));
  const bool has_worker = std::any_of(newest.begin(), newest.end(), [](const auto& one) { return one.worker; });
  if (!has_worker || std::all_of(newest.begin(), newest.end(), is_alone))
    return newest;
  if (auto set = from.newest_with_worker(shards); !set.empty())
    return set;
  from.notice("no checkpoint of all shards has the worker that belongs to it; the worker starts with a new optimizer");
  for (auto& one : newest)
    one.worker.reset();
  return newest;
}

} // namespace

resume_state read_checkpoints(const std::string& folder, std::vector<std::string>* notices) {
  checkpoint_folder from{folder, notices};
  resume_state state;
  auto newest = newest_set(from);
  const bool alone = newest.size() > 1 && std::all_of(newest.begin(), newest.end(), is_alone);
  for (auto& one : newest) {
    state.session = std::max(state.session, one.session);
    if (one.worker)
      state.workers.push_back(std::move(one.worker->replica));
    else if (alone)
      state.workers.emplace_back();
    state.shards.push_back(std::move(one.shard));
  }
  if (state.shards.empty())
    throw failure{errc::checkpoint,
                  folder + " holds no checkpoint; the run ended before its first one; start a new run"};
  const auto& first = state.shards.front();
  std::uint32_t epochs = 0; // a session that went on to more may have ended before all shards said so
  for (const auto& shard : state.shards)
    epochs = std::max(epochs, shard.grid.epochs);
  std::uint64_t offset = 0;
  for (auto& shard : state.shards) {
    shard.grid.epochs = epochs;
    if (shard.offset != offset || shard.grid.chunk_rows != first.grid.chunk_rows)
      throw failure{errc::checkpoint, folder + ": the shards' checkpoints do not belong to one run"};
    offset += shard.weights.size();
  }
  return state;
}

} // namespace dk
