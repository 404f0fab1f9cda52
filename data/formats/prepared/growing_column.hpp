#pragma once

#include "data/formats/prepared/column_writer.hpp"
#include "data/table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace dk::data::prepared {

/// A column of a prepared folder while its rows come.
class growing_column {
public:
  /// @param number its place among the columns. @throws failure (resources), as all of it does
  growing_column(const std::string& folder, std::size_t number, bool packed);

  void append(const column& rows);

  /// Writes the rows so far anew, as numbers of another type. Requires columns without rows: what they have been, and
  /// what they become.
  void widen(const column& from, const column& to);

  /// @returns the seal
  std::uint64_t done();

  /// In the folder.
  std::string file() const { return stem_ + ".col"; }

private:
  std::string path() const { return folder_ + '/' + file(); }
  std::string texts_path() const { return folder_ + '/' + stem_ + ".texts"; }
  void append_texts(const texts& words);
  void append_texts_file();

  std::string folder_;
  std::string stem_;
  bool packed_;
  column_writer to_;
  std::uint64_t text_bytes_ = 0;
  std::size_t texts_ = 0;
};

} // namespace dk::data::prepared
