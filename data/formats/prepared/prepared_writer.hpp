#pragma once

#include "data/pipeline.hpp"
#include "data/table.hpp"

#include <memory>
#include <string>

namespace dk::data::prepared {

/// Writes tables of the same columns, one after the other, to a prepared folder (prepared.hpp), as they come. Numbers
/// of several types become of one as `joined` says, for which a column may be written anew. Until all is done the
/// folder has no schema, and is refused by every reader.
class writer {
public:
  /// Makes the folder. @throws failure (usage) when it holds something already; (resources)
  writer(std::string folder, bool packed);

  /// Removes what was written, unless it is done.
  ~writer();
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  /// @throws failure (data) for columns that are not those of the first table; (resources)
  void add(const table& rows);

  std::size_t rows() const;

  /// The first table's, in their order.
  std::vector<std::string> names() const;

  /// All has been added: seals the folder, and says what the rows have been through.
  /// @throws failure (data) where there was no table; (resources)
  void done(const pipeline& prepared);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace dk::data::prepared
