#include "runtime/record/event_format.hpp"

#include <cstring>
#include <limits>

namespace dk {

namespace {

constexpr std::uint64_t most_buckets = 128; // of a histogram
constexpr std::uint64_t string_type = 7;    // DataType.DT_STRING
constexpr std::uint64_t start_status = 1;   // SessionLog.SessionStatus.START

enum class wire_type : std::uint8_t { varint = 0, eight_bytes = 1, text = 2, four_bytes = 5 };

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U)
    to += static_cast<char>((value & 0x7FU) | 0x80U);
  to += static_cast<char>(value);
}

void put_tag(std::string& to, std::uint32_t field, wire_type type) {
  put_varint(to, (std::uint64_t{field} << 3U) | static_cast<std::uint8_t>(type));
}

// Little-endian on every host.
template <class Bits>
void put_bits(std::string& to, Bits bits) {
  for (std::size_t i = 0; i < sizeof bits; ++i)
    to += static_cast<char>((bits >> (8 * i)) & 0xFFU);
}

void put_raw_double(std::string& to, double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  put_bits(to, bits);
}

void put_double(std::string& to, std::uint32_t field, double value) {
  put_tag(to, field, wire_type::eight_bytes);
  put_raw_double(to, value);
}

void put_float(std::string& to, std::uint32_t field, float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  put_tag(to, field, wire_type::four_bytes);
  put_bits(to, bits);
}

void put_whole(std::string& to, std::uint32_t field, std::uint64_t value) {
  put_tag(to, field, wire_type::varint);
  put_varint(to, value);
}

// A text, or a message inside another one.
void put_text(std::string& to, std::uint32_t field, std::string_view text) {
  put_tag(to, field, wire_type::text);
  put_varint(to, text.size());
  to += text;
}

// Out of range a double has no float.
float as_float(double value) {
  const auto most = static_cast<double>(std::numeric_limits<float>::max());
  if (value > most)
    return std::numeric_limits<float>::infinity();
  return value < -most ? -std::numeric_limits<float>::infinity() : static_cast<float>(value);
}

// Event: wall_time = 1, step = 2.
std::string event_begin(double wall_time, std::uint64_t step) {
  std::string event;
  put_double(event, 1, wall_time);
  if (step > 0)
    put_whole(event, 2, step);
  return event;
}

// HistogramProto: min = 1, max = 2, num = 3, sum = 4, sum_squares = 5, bucket_limit = 6, bucket = 7. A bucket holds the
// whole numbers below its limit, which lies between two of them.
std::string histogram_of(const std::map<std::uint64_t, std::uint64_t>& counts) {
  const auto least = counts.begin()->first;
  const auto span = counts.rbegin()->first - least;
  const auto width = span / most_buckets + 1;
  double number = 0;
  double sum = 0;
  double squares = 0;
  std::string limits;
  std::string buckets;
  auto at = counts.begin();
  for (std::uint64_t i = 0; i <= span / width; ++i) {
    const auto last = least + i * width + (width - 1);
    double held = 0;
    for (; at != counts.end() && at->first <= last; ++at) {
      const auto value = static_cast<double>(at->first);
      const auto count = static_cast<double>(at->second);
      held += count;
      sum += value * count;
      squares += value * value * count;
    }
    number += held;
    put_raw_double(limits, static_cast<double>(last) + 0.5);
    put_raw_double(buckets, held);
  }
  std::string histogram;
  put_double(histogram, 1, static_cast<double>(least));
  put_double(histogram, 2, static_cast<double>(least + span));
  put_double(histogram, 3, number);
  put_double(histogram, 4, sum);
  put_double(histogram, 5, squares);
  put_text(histogram, 6, limits);
  put_text(histogram, 7, buckets);
  return histogram;
}

// SummaryMetadata: plugin_data = 1, with plugin_name = 1.
std::string metadata_of_text() {
  std::string plugin;
  put_text(plugin, 1, "text");
  std::string metadata;
  put_text(metadata, 1, plugin);
  return metadata;
}

// TensorProto: dtype = 1, tensor_shape = 2 (none of its own: a scalar), string_val = 8.
std::string tensor_of(std::string_view text) {
  std::string tensor;
  put_whole(tensor, 1, string_type);
  put_text(tensor, 2, "");
  put_text(tensor, 8, text);
  return tensor;
}

} // namespace

std::string file_version_event(double wall_time) {
  auto event = event_begin(wall_time, 0);
  put_text(event, 3, "brain.Event:2");
  return event;
}

std::string session_event(double wall_time, std::uint64_t step) {
  std::string status; // SessionLog: status = 1
  put_whole(status, 1, start_status);
  auto event = event_begin(wall_time, step);
  put_text(event, 7, status);
  return event;
}

// Summary: value = 1; Summary.Value: tag = 1, simple_value = 2, histo = 5, tensor = 8, metadata = 9.
void summary_event::add_scalar(std::string_view tag, double value) {
  std::string one;
  put_text(one, 1, tag);
  put_float(one, 2, as_float(value));
  put_text(values_, 1, one);
}

void summary_event::add_histogram(std::string_view tag, const std::map<std::uint64_t, std::uint64_t>& counts) {
  std::string one;
  put_text(one, 1, tag);
  put_text(one, 5, histogram_of(counts));
  put_text(values_, 1, one);
}

void summary_event::add_text(std::string_view tag, std::string_view text) {
  std::string one;
  put_text(one, 1, tag);
  put_text(one, 8, tensor_of(text));
  put_text(one, 9, metadata_of_text());
  put_text(values_, 1, one);
}

std::string summary_event::bytes() const {
  auto event = event_begin(wall_time_, step_);
  put_text(event, 5, values_);
  return event;
}

} // namespace dk
