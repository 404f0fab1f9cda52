#pragma once

#include <string_view>

namespace dk::data::csv {

/// The type of a column as spark-csv infers it: each field widens it, never back, in this order.
enum class kind { missing, i32, i64, f64, timestamp, text };

/// The narrowest type that holds a field, and the number where it is one. Whole numbers may have a sign and no blanks;
/// others are what Java's toDouble takes: blanks around, NaN, Infinity, a d or f at the end. A timestamp is
/// "2016-05-31 12:30:00[.5]".
kind kind_of(std::string_view field, double& number);

/// The narrowest type that holds both. A timestamp goes with nothing but timestamps.
kind widest(kind a, kind b);

} // namespace dk::data::csv
