#include "data/formats/bytes/row_slices.hpp"

#include "common/error.hpp"
#include "common/text.hpp"

#include <utility>

namespace dk::data {

namespace {

class slices_beside final : public row_slices {
public:
  explicit slices_beside(std::vector<row_slices_ptr> parts) : parts_(std::move(parts)) {
    for (const auto& part : parts_)
      require_as_many_rows(*parts_.front(), rows(), *part);
  }

  std::size_t rows() const override { return parts_.front()->rows(); }

  std::size_t row_bytes() const override {
    std::size_t all = 0;
    for (const auto& part : parts_)
      all += part->row_bytes();
    return all;
  }

  table slice(std::size_t first, std::size_t count) override {
    table all;
    for (const auto& part : parts_)
      for (auto& c : part->slice(first, count).release())
        all.put(std::move(c));
    return all;
  }

private:
  std::vector<row_slices_ptr> parts_;
};

} // namespace

// In the words of table::put, which sees a slice only.
void require_as_many_rows(row_slices& one, std::size_t rows, row_slices& other) {
  if (other.rows() == rows)
    return;
  const auto a = one.slice(0, 0);
  const auto b = other.slice(0, 0);
  const auto& first = a.columns().front();
  const auto& second = b.columns().front();
  throw failure{errc::data, second.origin + ": column `" + second.name + "` has " + counted(other.rows(), "row") +
                                ", column `" + first.name + "` has " + with_commas(rows) + " (" + first.origin +
                                "); give files that belong together"};
}

row_slices_ptr beside(std::vector<row_slices_ptr> parts) {
  if (parts.size() == 1)
    return std::move(parts.front());
  return std::make_unique<slices_beside>(std::move(parts));
}

} // namespace dk::data
