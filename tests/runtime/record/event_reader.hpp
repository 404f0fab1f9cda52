#pragma once

#include "runtime/record/event_file.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dk::test {

/// A field of a message: its number, and its bytes, or those of its number.
struct proto_field {
  std::uint64_t number = 0;
  std::string bytes;
  std::uint64_t whole = 0;
};

inline std::uint64_t little_endian_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i-- > 0;)
    number = number << 8U | static_cast<unsigned char>(bytes.at(at + i));
  return number;
}

inline std::uint64_t varint_at(std::string_view bytes, std::size_t& at) {
  std::uint64_t number = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.at(at++));
    number |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80)
      return number;
  }
}

inline std::vector<proto_field> fields_of(std::string_view message) {
  std::vector<proto_field> fields;
  for (std::size_t at = 0; at < message.size();) {
    const auto key = varint_at(message, at);
    proto_field one{key >> 3U, {}, 0};
    const auto type = key & 7U;
    REQUIRE((type == 0 || type == 1 || type == 2 || type == 5));
    if (type == 0) {
      one.whole = varint_at(message, at);
    } else {
      const auto size = type == 1 ? 8 : type == 5 ? 4 : varint_at(message, at);
      one.bytes = message.substr(at, size);
      REQUIRE(one.bytes.size() == size);
      at += size;
    }
    fields.push_back(one);
  }
  return fields;
}

inline std::string field(std::string_view message, std::uint64_t number) {
  for (const auto& one : fields_of(message))
    if (one.number == number)
      return one.bytes;
  return "";
}

template <class Number>
Number number_in(std::string_view bytes, std::size_t at = 0) {
  REQUIRE(bytes.size() >= at + sizeof(Number));
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

struct read_histogram {
  double least = 0;
  double most = 0;
  double count = 0;
  std::vector<std::pair<double, double>> buckets; ///< limit and count
};

/// A message as it was read.
struct read_event {
  double wall_time = 0;
  std::uint64_t step = 0;
  std::string file_version;
  bool begins_session = false;
  std::map<std::string, float> scalars;
  std::map<std::string, std::string> texts;
  std::map<std::string, read_histogram> histograms;
};

inline read_histogram histogram_in(std::string_view bytes) {
  read_histogram read{
      number_in<double>(field(bytes, 1)), number_in<double>(field(bytes, 2)), number_in<double>(field(bytes, 3)), {}};
  const auto limits = field(bytes, 6);
  const auto counts = field(bytes, 7);
  REQUIRE(limits.size() == counts.size());
  for (std::size_t at = 0; at < limits.size(); at += 8)
    read.buckets.emplace_back(number_in<double>(limits, at), number_in<double>(counts, at));
  return read;
}

inline read_event event_in(std::string_view message) {
  read_event read;
  for (const auto& one : fields_of(message)) {
    if (one.number == 1)
      read.wall_time = number_in<double>(one.bytes);
    if (one.number == 2)
      read.step = one.whole;
    if (one.number == 3)
      read.file_version = one.bytes;
    if (one.number == 7)
      read.begins_session = fields_of(one.bytes).at(0).whole == 1;
    if (one.number != 5)
      continue;
    for (const auto& value : fields_of(one.bytes)) {
      const auto tag = field(value.bytes, 1);
      if (const auto scalar = field(value.bytes, 2); !scalar.empty())
        read.scalars[tag] = number_in<float>(scalar);
      if (const auto histogram = field(value.bytes, 5); !histogram.empty())
        read.histograms[tag] = histogram_in(histogram);
      if (const auto tensor = field(value.bytes, 8); !tensor.empty()) {
        CHECK(field(field(field(value.bytes, 9), 1), 1) == "text");
        read.texts[tag] = field(tensor, 8);
      }
    }
  }
  return read;
}

/// The whole records of a file; one that is cut off at the end is left out.
inline std::vector<read_event> events_in(std::string_view bytes) {
  std::vector<read_event> events;
  for (std::size_t at = 0; at + 12 <= bytes.size();) {
    const auto size = little_endian_at(bytes, at, 8);
    REQUIRE(little_endian_at(bytes, at + 8, 4) == masked_crc32c(bytes.substr(at, 8)));
    if (at + 16 + size > bytes.size())
      break;
    const auto message = bytes.substr(at + 12, size);
    REQUIRE(little_endian_at(bytes, at + 12 + size, 4) == masked_crc32c(message));
    events.push_back(event_in(message));
    at += 16 + size;
  }
  return events;
}

/// The event files of a folder, in their order.
inline std::vector<std::string> event_files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator{folder, none})
    files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// The points of a curve: step and value.
inline std::vector<std::pair<std::uint64_t, float>> curve_of(const std::vector<read_event>& events,
                                                             const std::string& tag) {
  std::vector<std::pair<std::uint64_t, float>> curve;
  for (const auto& event : events)
    if (const auto found = event.scalars.find(tag); found != event.scalars.end())
      curve.emplace_back(event.step, found->second);
  return curve;
}

} // namespace dk::test
