#include "data/formats/bytes/sliced_files.hpp"

#include "common/error.hpp"
#include "data/dataset.hpp"
#include "data/formats/bytes/file.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace dk::data {

namespace {

class slices_stream final : public table_stream {
public:
  slices_stream(const spec& source, const char* path_key, const sliced_format& how, std::size_t bytes)
      : source_(source), how_(how), bytes_(bytes), files_(files_of(source.keys.at(path_key).get<std::string>())) {
    if (how.label_key != nullptr && source.keys.contains(how.label_key))
      labels_ = open_beside(source.keys.at(how.label_key).get<std::string>(), "label");
    if (how.weight_key == nullptr || !source.keys.contains(how.weight_key))
      return;
    if (source.keys.contains("weight"))
      throw failure{errc::config, "source `" + source.name + "`: give `weight`, a column, or `" + how.weight_key +
                                      "`, a file, not both"};
    weights_ = open_beside(source.keys.at(how.weight_key).get<std::string>(), std::string{weight_column});
  }

  std::optional<table> next() override {
    if (!now_ && !open_next())
      return std::nullopt;
    const auto count =
        std::min(std::max<std::size_t>(bytes_ / std::max<std::size_t>(now_->row_bytes(), 1), 1), now_->rows() - at_);
    auto some = counted_from(now_->slice(at_, count), at_);
    const auto put = [&](row_slices& beside) {
      for (auto& c : counted_from(beside.slice(beside_at_, count), beside_at_).release())
        some.put(std::move(c));
    };
    if (labels_)
      put(*labels_);
    if (how_.pick != nullptr)
      some = how_.pick(std::move(some), source_);
    if (weights_)
      put(*weights_);
    at_ += count;
    beside_at_ += count;
    if (at_ == now_->rows())
      now_.reset();
    return some;
  }

  double progress() const override {
    const auto left =
        now_ ? 1 - static_cast<double>(at_) / static_cast<double>(std::max<std::size_t>(now_->rows(), 1)) : 0;
    return (static_cast<double>(begun_) - left) / static_cast<double>(files_.size());
  }

private:
  bool open_next() {
    if (begun_ == files_.size())
      return false;
    now_ = how_.open(source_, files_[begun_++], "features");
    at_ = 0;
    return true;
  }

  // Labels or weights that are too few or too many are no surprise at the end.
  row_slices_ptr open_beside(const std::string& path, const std::string& column) {
    auto beside = how_.open(source_, path, column);
    if (!now_)
      open_next();
    auto rows = now_->rows();
    for (std::size_t i = 1; i < files_.size(); ++i)
      rows += how_.open(source_, files_[i], "features")->rows();
    require_as_many_rows(*now_, rows, *beside);
    return beside;
  }

  spec source_;
  sliced_format how_;
  std::size_t bytes_;
  std::vector<std::string> files_;
  std::size_t begun_ = 0; // of the files
  row_slices_ptr now_;
  std::size_t at_ = 0; // rows of it that were read
  row_slices_ptr labels_;
  row_slices_ptr weights_;
  std::size_t beside_at_ = 0; // rows of both
};

} // namespace

table_stream_ptr open_slices(const spec& source, const char* path_key, const sliced_format& how, std::size_t bytes) {
  return std::make_unique<slices_stream>(source, path_key, how, bytes);
}

} // namespace dk::data
