#pragma once

#include "data/table.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace dk::data::npy {

/// How a column lies in the records of an array.
struct record_field {
  static constexpr std::size_t text = 7; ///< behind the types of `cells`

  std::string name;
  std::size_t type = 0; ///< the place among the types of `cells`, or `text`
  std::size_t size = 0; ///< bytes of a number, or of the longest text
  std::vector<std::size_t> shape;
};

/// Writes rows to a file, some at a time: one column as a plain array, several as a structured one; texts are of type
/// S. Nothing is held: rows are written as they come, and once more at the end where they have turned out to be of
/// wider types than the first ones, or have texts.
class writer {
public:
  /// @param draft is written; @param path is what errors call it. @throws failure (resources)
  writer(std::string draft, std::string path);

  /// Requires the columns of the first rows. @throws failure (data) where a column is text in some rows only;
  /// (resources)
  void add(const table& rows);

  /// All has been added. @throws failure (resources)
  void done();

private:
  using layout = std::vector<record_field>;
  struct part {
    std::uint64_t rows;
    layout records;
  };

  bool is_final() const;
  void write_anew();
  void check(const std::ios& file) const;

  std::string draft_;
  std::string path_;
  std::ofstream to_;
  std::size_t body_ = 0;
  std::vector<part> parts_;
  layout widest_;
};

} // namespace dk::data::npy
