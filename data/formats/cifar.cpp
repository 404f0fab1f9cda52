#include "data/formats/cifar.hpp"

#include "common/error.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

namespace dk::data::cifar {

namespace {

constexpr std::size_t plane = 32 * 32;
constexpr std::size_t planes = 3;

/// How a record is laid out, and which labels there may be.
struct layout {
  std::size_t labels = 1; ///< bytes before the image
  std::size_t label_at = 0;
  unsigned classes = 10;
  bool channels_last = true;

  std::size_t record() const { return labels + planes * plane; }
};

layout layout_of(const spec& source) {
  layout l;
  l.channels_last = source.keys.value("channels", "last") == "last";
  if (source.keys.value("classes", 10) != 100)
    return l;
  const bool coarse = source.keys.value("labels", "fine") == "coarse";
  l.labels = 2;
  l.label_at = coarse ? 0 : 1;
  l.classes = coarse ? 20 : 100;
  return l;
}

void copy_image(const std::uint8_t* from, bool channels_last, std::uint8_t* to) {
  if (!channels_last) {
    std::copy_n(from, planes * plane, to);
    return;
  }
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t channel = 0; channel < planes; ++channel)
      to[planes * i + channel] = from[channel * plane + i];
}

class record_slices final : public row_slices {
public:
  record_slices(byte_source_ptr bytes, std::string origin, const spec& source)
      : bytes_(std::move(bytes)), origin_(std::move(origin)), layout_(layout_of(source)) {
    if (const auto classes = source.keys.value("classes", 10); classes != 10 && classes != 100)
      throw failure{errc::config, "source `cifar`: `classes` is " + std::to_string(classes) + ", expected 10 or 100"};
    if (bytes_->size() == 0 || bytes_->size() % layout_.record() != 0)
      throw failure{errc::data, origin_ + ": has " + std::to_string(bytes_->size()) + " bytes, expected records of " +
                                    std::to_string(layout_.record()) + "; fetch it again, or correct `classes`"};
  }

  std::size_t rows() const override { return bytes_->size() / layout_.record(); }
  std::size_t row_bytes() const override { return layout_.record(); }

  table slice(std::size_t first, std::size_t count) override {
    std::vector<std::uint8_t> images(count * planes * plane);
    std::vector<std::uint8_t> labels(count);
    constexpr std::size_t together = 256;
    for (std::size_t from = 0; from < count; from += together) {
      const auto some = std::min(together, count - from);
      const auto records = read_bytes(*bytes_, (first + from) * layout_.record(), some * layout_.record());
      const auto* record = reinterpret_cast<const std::uint8_t*>(records.get());
      for (std::size_t row = from; row < from + some; ++row, record += layout_.record()) {
        labels[row] = checked_label(record[layout_.label_at], first + row);
        copy_image(record + layout_.labels, layout_.channels_last, images.data() + row * planes * plane);
      }
    }
    table all;
    using sizes = std::vector<std::size_t>;
    all.put({"features", layout_.channels_last ? sizes{32, 32, 3} : sizes{3, 32, 32}, std::move(images), origin_, {}});
    all.put({"label", {}, std::move(labels), origin_, {}});
    return all;
  }

private:
  std::uint8_t checked_label(std::uint8_t label, std::size_t record) const {
    if (label >= layout_.classes)
      throw failure{errc::data, origin_ + ": record " + std::to_string(record) + " (the first is 0) has the label " +
                                    std::to_string(label) + ", expected 0 to " + std::to_string(layout_.classes - 1) +
                                    "; fetch it again, or correct `classes`"};
    return label;
  }

  byte_source_ptr bytes_;
  std::string origin_;
  layout layout_;
};

} // namespace

std::vector<key_rule> keys() {
  return {{"path", key_kind::path, true},
          {"classes", key_kind::whole, false, at_least(1)},
          {"labels", key_kind::text, false, {}, {"fine", "coarse"}},
          {"channels", key_kind::text, false, {}, {"last", "first"}}};
}

row_slices_ptr slices_in(byte_source_ptr bytes, const std::string& origin, const spec& source) {
  return std::make_unique<record_slices>(std::move(bytes), origin, source);
}

row_slices_ptr open_rows(const spec& source, const std::string& path, const std::string&) {
  return slices_in(open_bytes(path), path, source);
}

} // namespace dk::data::cifar
