#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dk {

/// A lock on a file of the cache that ends with its last holder, or with the process.
class file_lock {
public:
  explicit file_lock(int descriptor) : descriptor_(descriptor) {}
  ~file_lock();
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;

  int descriptor() const { return descriptor_; }

private:
  int descriptor_;
};

/// The sealed rows (data/sealed_rows.hpp) that a host keeps in a folder, of all runs and drivers. A file's name follows
/// from its bytes. A file that is being received has the ending ".part", and goes on where it was broken off; its room
/// is taken from the start. To make room, the files that were used the longest time ago are removed, but none that is
/// in use. Several nodes of a host may have the same folder.
class row_cache {
public:
  struct entry {
    std::string name; ///< of its bytes (common/content_name.hpp); with ".part": not whole yet
    std::uint64_t bytes = 0;
    std::int64_t used = 0; ///< seconds since 1970
  };

  /// How much of a file is here.
  struct standing {
    std::uint64_t there = 0; ///< bytes
    bool whole = false;      ///< all of it, and they are the right ones
    bool busy = false;       ///< another process is receiving it; ask again
  };

  /// What there is room for.
  struct room {
    std::uint64_t limit = 0;          ///< bytes that all files may take
    std::uint64_t bytes = 0;          ///< that the files in question may take: all but what others use
    std::vector<std::uint32_t> there; ///< the places of those that are whole here, in ascending order
  };

  /// @param bytes that all files may take
  row_cache(const std::string& folder, std::uint64_t bytes);

  /// How much of these files there is room for. @throws failure (data) for what is no name
  room room_for(const std::vector<std::string>& names) const;

  /// Looks for a file, checks its bytes, and keeps it for as long as somebody has `held`. Else makes room for it.
  /// @throws failure (data) for what is no name; (resources) where there is no room, or the disk fails
  standing look_for(const std::string& name, std::uint64_t bytes, std::shared_ptr<file_lock>& held);

  /// Adds bytes at the end of a file that look_for has made room for. What does not follow from what is there is passed
  /// over. With its last byte the file is checked; one with other bytes is removed.
  /// @throws failure (resources) where the disk fails; (data) for wrong bytes
  standing add(const std::string& name, std::uint64_t bytes, std::uint64_t first, const std::vector<char>& some,
               std::shared_ptr<file_lock>& held);

  /// Nobody sends the rest of this file any more; what is there stays.
  void give_up(const std::string& name);

  /// Opens a whole file. @throws failure (data) where it is not here, or no name
  std::shared_ptr<file_lock> open(const std::string& name) const;

  /// Where a whole file is.
  std::string path_of(const std::string& name) const;

  std::vector<entry> entries() const;

  /// What is left of the files that `clear` was to remove, and what it freed.
  struct cleared {
    std::uint64_t bytes = 0;
    std::vector<entry> in_use;
  };

  /// Removes what nobody uses.
  cleared clear() const;

  /// Makes the folder, if it is not there, and tries whether it takes files. @throws failure (resources)
  void prepare() const;

private:
  /// A file that is being received.
  struct incoming {
    std::string name;
    std::uint64_t bytes; // that it will have
    std::shared_ptr<file_lock> part;
  };

  bool is_receiving(const std::string& name) const;
  std::uint64_t taken_by(const entry& one) const;
  std::string part_of(const std::string& name) const { return path_of(name) + ".part"; }
  void make_room(std::uint64_t bytes, const std::string& besides) const;

  std::string folder_;
  std::uint64_t limit_;
  std::vector<incoming> receiving_;
};

/// Where a host keeps rows unless it is told: "dk" in $XDG_CACHE_HOME, or in .cache of $HOME, or else of /var/tmp.
std::string usual_cache_folder();

} // namespace dk
