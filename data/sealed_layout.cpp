#include "data/sealed_layout.hpp"

#include "common/error.hpp"

#include <cstring>

namespace dk::data {

namespace {

constexpr std::uint64_t most_width = std::uint64_t{1} << 32U; // of a row; a bound for what is not trusted

[[noreturn]] void refuse_layout(const std::string& path, const std::string& why) {
  throw failure{errc::data, path + ": is no whole file of sealed rows: " + why + "; remove it, and it is sent again"};
}

} // namespace

sealed_header sealed_layout::header_in(const std::byte* start, std::uint64_t size, const std::string& path) {
  if (size < sealed_header::bytes)
    refuse_layout(path, "it has " + std::to_string(size) + " bytes");
  if (std::memcmp(start, sealed_header::magic.data(), sealed_header::magic.size()) != 0)
    refuse_layout(path, "it begins in another way");
  sealed_header it;
  std::memcpy(it.numbers.data(), start + sealed_header::magic.size(), sizeof it.numbers);
  const auto [rows, features, labels, weights, books] = it.numbers;
  const auto left = size - sealed_header::bytes;
  if (features > most_width || labels > most_width || weights > 1 || features + labels + weights > left / 4 ||
      books > features + labels + weights || books > left / (column_book::most * sizeof(float)) || it.head() > size)
    refuse_layout(path, "its header does not fit its size");
  return it;
}

sealed_layout::sealed_layout(const std::byte* head, std::uint64_t size, const std::string& path)
    : header_(header_in(head, size, path)), books_(header_.books() * column_book::most) {
  std::vector<std::uint32_t> plan(header_.columns());
  const auto* const plan_at = head + sealed_header::bytes;
  if (!plan.empty())
    std::memcpy(plan.data(), plan_at, plan.size() * sizeof plan[0]);
  if (!books_.empty())
    std::memcpy(books_.data(), plan_at + plan.size() * sizeof plan[0], books_.size() * sizeof books_[0]);
  read_plan(plan, path);
  const auto left = size - first_row();
  if (row_bytes_ == 0 || rows() > left / row_bytes_ || rows() * row_bytes_ != left)
    refuse_layout(path, "its rows do not fit its size");
}

void sealed_layout::read_plan(const std::vector<std::uint32_t>& plan, const std::string& path) {
  const auto labels = feature_width();
  const auto weight = labels + label_width();
  label_runs_ = weight_runs_ = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (plan[i] > header_.books())
      refuse_layout(path, "column " + std::to_string(i) + " has a book that is not there");
    const auto* const book = plan[i] == 0 ? nullptr : books_.data() + (plan[i] - 1) * column_book::most;
    if (i == 0 || i == labels || i == weight || runs_.back().book != book)
      runs_.push_back({0, book});
    ++runs_.back().count;
    const std::size_t bytes = book == nullptr ? sizeof(float) : 1;
    row_bytes_ += bytes;
    label_at_ += i < labels ? bytes : 0;
    weight_at_ += i < weight ? bytes : 0;
    label_runs_ = i < labels ? runs_.size() : label_runs_;
    weight_runs_ = i < weight ? runs_.size() : weight_runs_;
  }
}

// Writes the columns of these runs to `to`, from a row's bytes of them.
void sealed_layout::decode_runs(const std::byte* row, const run_of_columns* begin, const run_of_columns* end,
                                float* to) {
  for (const auto* run = begin; run != end; ++run) {
    if (run->book == nullptr) {
      std::memcpy(to, row, run->count * sizeof(float));
      row += run->count * sizeof(float);
    } else {
      for (std::size_t i = 0; i < run->count; ++i)
        to[i] = run->book[std::to_integer<std::size_t>(row[i])];
      row += run->count;
    }
    to += run->count;
  }
}

void sealed_layout::decode(const std::byte* rows, std::size_t count, float* features, float* labels,
                           float* weights) const {
  const auto* const runs = runs_.data();
  for (std::size_t i = 0; i < count; ++i, rows += row_bytes_) {
    decode_runs(rows, runs, runs + label_runs_, features + i * feature_width());
    decode_runs(rows + label_at_, runs + label_runs_, runs + weight_runs_, labels + i * label_width());
    if (weights != nullptr)
      decode_runs(rows + weight_at_, runs + weight_runs_, runs + runs_.size(), weights + i);
  }
}

} // namespace dk::data
