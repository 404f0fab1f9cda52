#include "data/formats/raw_floats.hpp"

#include "common/error.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dk::data::raw_floats {

namespace {

class float_slices final : public row_slices {
public:
  float_slices(byte_source_ptr bytes, std::string origin, const spec& source)
      : bytes_(std::move(bytes)), origin_(std::move(origin)), width_(source.keys.at("width").get<std::size_t>()) {
    if (bytes_->size() == 0 || bytes_->size() % sizeof(float) != 0 || bytes_->size() / sizeof(float) % width_ != 0)
      throw failure{errc::data, origin_ + ": has " + std::to_string(bytes_->size()) + " bytes, expected rows of " +
                                    std::to_string(width_) + " numbers of 4; fetch it again, or correct `width`"};
  }

  std::size_t rows() const override { return bytes_->size() / row_bytes(); }
  std::size_t row_bytes() const override { return width_ * sizeof(float); }

  table slice(std::size_t first, std::size_t count) override {
    block_writer numbers{count * width_};
    bytes_->read(reinterpret_cast<std::byte*>(numbers.data()), first * row_bytes(), count * row_bytes());
    table all;
    all.put({"features", {width_}, std::move(numbers).done(), origin_, {}});
    return all;
  }

private:
  byte_source_ptr bytes_;
  std::string origin_;
  std::size_t width_;
};

} // namespace

std::vector<key_rule> keys() {
  return {{"path", key_kind::path, true}, {"width", key_kind::whole, true}};
}

row_slices_ptr slices_in(byte_source_ptr bytes, const std::string& origin, const spec& source) {
  return std::make_unique<float_slices>(std::move(bytes), origin, source);
}

row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string&) {
  return slices_in(open_bytes(path), path, source);
}

} // namespace dk::data::raw_floats
