#include "data/formats/cifar.hpp"

#include "common/error.hpp"
#include "data/rows.hpp"

#include <algorithm>
#include <cstdint>

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

} // namespace

std::vector<key_rule> keys() {
  return {{"path", key_kind::path, true},
          {"classes", key_kind::whole},
          {"labels", key_kind::text, false, {"fine", "coarse"}},
          {"channels", key_kind::text, false, {"last", "first"}}};
}

table parse(const file_content& content, const std::string& origin, const spec& source) {
  if (const auto classes = source.keys.value("classes", 10); classes != 10 && classes != 100)
    throw failure{errc::config, "source `cifar`: `classes` is " + std::to_string(classes) + ", accepted is 10 or 100"};
  const auto l = layout_of(source);
  if (content.size() == 0 || content.size() % l.record() != 0)
    throw failure{errc::data, origin + ": has " + std::to_string(content.size()) + " bytes, expected records of " +
                                  std::to_string(l.record()) + "; fetch it again, or correct `classes`"};
  const auto rows = content.size() / l.record();
  std::vector<std::uint8_t> images(rows * planes * plane);
  std::vector<std::uint8_t> labels(rows);
  const auto* record = reinterpret_cast<const std::uint8_t*>(content.data());
  for (std::size_t row = 0; row < rows; ++row, record += l.record()) {
    labels[row] = record[l.label_at];
    if (labels[row] >= l.classes)
      throw failure{errc::data, origin + ": record " + std::to_string(row) + " (the first is 0) has the label " +
                                    std::to_string(labels[row]) + ", expected 0 to " + std::to_string(l.classes - 1) +
                                    "; fetch it again, or correct `classes`"};
    copy_image(record + l.labels, l.channels_last, images.data() + row * planes * plane);
  }
  table all;
  using sizes = std::vector<std::size_t>;
  all.put({"features", l.channels_last ? sizes{32, 32, 3} : sizes{3, 32, 32}, std::move(images), origin, {}});
  all.put({"label", {}, std::move(labels), origin, {}});
  return all;
}

table read(const spec& source) {
  std::vector<table> parts;
  for (const auto& path : files_of(source.keys.at("path").get<std::string>()))
    parts.push_back(parse(load_file(path), path, source));
  return joined(parts);
}

} // namespace dk::data::cifar
