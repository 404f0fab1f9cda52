// Whatever the bytes: rows that can all be read, or failure (data).
#include "data/sealed_rows.hpp"
#include "tests/fuzz/table_target.hpp"

#include <vector>

namespace dk::fuzz {

// The plan and the books are copied, and a row's numbers.
std::size_t most_memory(std::string_view bytes) {
  return 16 * bytes.size() + usual;
}

void read(std::string_view bytes) {
  const memory_file file{bytes};
  answer_or_fail({errc::data}, [&] {
    const data::sealed_rows rows{file.path()};
    std::vector<float> values(rows.feature_width() + rows.label_width() + 1);
    for (std::uint64_t row = 0; row < rows.rows(); ++row)
      rows.read(row, 1, values.data(), values.data() + rows.feature_width(), &values.back());
  });
}

} // namespace dk::fuzz
