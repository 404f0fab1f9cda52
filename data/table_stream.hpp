#pragma once

#include "data/table.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace dk::data {

/// The rows of a source in their order, a table of some of them at a time, with the same columns in each, whose numbers
/// may be of other types.
class table_stream {
public:
  virtual ~table_stream() = default;

  /// The next rows; nothing at the end. @throws failure (data)
  virtual std::optional<table> next() = 0;

  /// The rows of the table that was given last as they are written in their file: all its columns, texts that are
  /// spelled as there. Nothing where the format holds numbers, or nobody has asked for it.
  virtual table written() { return {}; }

  /// What part of the source has been read, from 0 to 1.
  virtual double progress() const = 0;
};

using table_stream_ptr = std::unique_ptr<table_stream>;

/// Opens rows from their start, as often as it is called.
using table_source = std::function<table_stream_ptr()>;

} // namespace dk::data
