#pragma once

#include "common/spec.hpp"
#include "data/keys.hpp"
#include "data/table.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dk::data {

/// How a transform names its columns.
enum class column_use {
  each,     ///< `column` or `columns`, each by itself; `to` names where the results go (default: in place)
  into_one, ///< `columns`, all together, and `to`, one name
  listed,   ///< `column` or `columns`, and no `to`
  one,      ///< `column`
  none,
};

/// What a transform learns from the training rows, which it sees once, some at a time.
class learning {
public:
  virtual ~learning() = default;

  /// @throws failure (data). Requires the same columns each time
  virtual void see(const table& training) = 0;

  /// What is saved with the run. Requires that it has seen a table. @throws failure (data) where that was not enough
  virtual nlohmann::json learned() const = 0;
};

/// An entry of the catalog of transforms, at the end of each transform's file. What it learns is a JSON object that
/// is saved with the run; `apply` has nothing else to go by, so that all data is treated as the training rows were.
struct transform_kind {
  const char* name;
  std::vector<key_rule> keys; ///< besides those that name columns
  column_use columns = column_use::each;

  /// Requires checked keys. nullptr, or none made: there is nothing to learn
  std::unique_ptr<learning> (*learn)(const spec& given) = nullptr;

  /// @throws failure (data) for values; (checkpoint) where `fitted` is not what was learned
  void (*apply)(const spec& given, const nlohmann::json& fitted, table& to) = nullptr;

  /// Undoes `apply`. nullptr: it cannot be undone
  void (*invert)(const spec& given, const nlohmann::json& fitted, table& to) = nullptr;

  /// What can be checked of keys beyond their types. @throws failure (config)
  void (*check)(const spec& given) = nullptr;

  bool training_only = false; ///< not applied to other data
  bool needs_all = false;     ///< its rows come of all rows: it cannot be applied to some at a time

  /// Whether it takes its columns for text, whatever they look like. nullptr: it does not
  bool (*takes_text)(const spec& given) = nullptr;
  bool learns_values = false; ///< it learns which values there are: from rows that are held out, too
};

/// Which columns a transform reads and writes, as (from, to) pairs: the keys `column` or `columns`, and `to` where it
/// holds names (default: in place). @throws failure (config)
std::vector<std::pair<std::string, std::string>> transform_columns(const spec& given);

/// The columns that it reads; none where it names none.
std::vector<std::string> source_columns(const spec& given);

/// "FILE: column `x` " for errors; "column `x` " where the file is not known.
std::string column_text(const column& which);

/// @throws failure (data) unless the column has one number, or one text, in a row
void require_single(const column& which, const std::string& transform);

/// A transform's key, or what stands for it.
double number_key(const spec& given, const char* key, double otherwise);

/// What `fit` has found for a column. @throws failure (checkpoint) when there is nothing
const nlohmann::json& fitted_for(const spec& given, const nlohmann::json& fitted, const std::string& column);

/// The list `key` of what was found: as many finite numbers as a row of the column has.
/// @throws failure (checkpoint) when it is none; (data) when the column has another width now
std::vector<double> fitted_numbers(const spec& given, const nlohmann::json& fitted, const column& which,
                                   const char* key);

/// The list `key` of texts. @throws failure (checkpoint)
std::vector<std::string> fitted_words(const spec& given, const nlohmann::json& fitted, const std::string& column,
                                      const char* key);

} // namespace dk::data
