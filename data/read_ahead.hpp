#pragma once

#include "data/table_stream.hpp"

namespace dk::data {

/// The same rows, of which the next table is read by another thread while somebody works on the last; one table, and no
/// more. What fails there is thrown where that table is asked for.
table_stream_ptr read_ahead(table_stream_ptr rows);

} // namespace dk::data
