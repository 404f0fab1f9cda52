#pragma once

#include "common/spec.hpp"
#include "data/formats/csv/csv_infer.hpp"
#include "data/formats/csv/csv_scan.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace dk::data::csv {

/// What becomes of a field.
enum class use {
  skip,
  feature, ///< a number of the column `features`
  number,  ///< a column of f64 by itself
  guess,   ///< a column by itself, as f64 until its type is known
  whole,   ///< a column of i64 by itself
  word,    ///< a column of texts by itself
};

struct target {
  use as = use::skip;
  std::size_t index = 0; ///< among the fields of the same use
  use also = use::skip;  ///< a feature or a label may be a column by itself, too: a number or a word
  std::size_t also_index = 0;
};

/// What all fields of a column together are.
struct guessed_type {
  kind found = kind::missing;
  bool exact = true;     ///< as f64, which rounds whole numbers beyond 2^53
  bool has_gaps = false; ///< fields that are missing, or NaN

  void widen(const guessed_type& other);
};

/// What rows are read for.
enum class purpose {
  learning,
  answering, ///< labels are not looked at, and all fields are kept as they are written, too
};

/// Where the fields of a line go, and what the columns are called.
struct plan {
  char delimiter = ',';
  std::vector<std::string> missing; ///< texts that stand for no value
  std::vector<std::string> header;
  std::vector<target> targets;       ///< per field
  std::vector<std::size_t> runs;     ///< per field: how many features follow from here on in their order
  std::vector<std::string> features; ///< in the order of the column
  std::vector<std::size_t> numbers;  ///< per column of that use its field
  std::vector<std::size_t> guesses;
  std::vector<guessed_type> types; ///< of the guesses, where all rows have been read before
  std::vector<std::size_t> wholes;
  std::vector<std::size_t> words;
  std::vector<std::size_t> labels;   ///< the fields of the label, which are among `numbers` or `words`
  bool is_list = false;              ///< of labels, so that a label is a cell of several numbers
  std::optional<std::size_t> weight; ///< its field, which is among `numbers`
  std::vector<std::size_t> kept;     ///< the fields that become columns of their own name, in order
  std::size_t body = 0;              ///< where the first row starts
  bool keeps_written = false;        ///< all fields, as they are written
};

/// Reads the header, and looks at the first row, whose label says whether labels are texts.
/// @throws failure (config, data)
plan make_plan(const file_content& text, const std::string& origin, const spec& source,
               purpose why = purpose::learning);

/// The field as a number; a missing one is NaN where `missing` names it. @throws failure (data), at the field
double number_of(const scanner& in, std::string_view field, const std::string& name,
                 const std::vector<std::string>& missing);

} // namespace dk::data::csv
