#include "data/formats/csv.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/csv_scan.hpp"
#include "data/formats/file.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

namespace dk::data::csv {

namespace {

constexpr std::ptrdiff_t skipped = -1;
constexpr std::ptrdiff_t first_label = -2; // and downward

/// Where the fields of a line go.
struct plan {
  std::vector<std::string> header;
  std::vector<std::string> features;
  std::vector<std::string> labels;
  bool is_list = false;              ///< of labels, so that a label is a cell of several numbers
  std::vector<std::ptrdiff_t> slots; ///< per field of a line: its place among the features, `skipped`, or a label's
};

bool is_number(const std::string& text) {
  double value = 0;
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), value);
  return why == std::errc{} && end == text.data() + text.size();
}

std::vector<std::string> read_header(scanner& in) {
  if (!in.next_line())
    in.fail_line("the file has no lines; expected a header with column names");
  std::vector<std::string> names;
  auto ended = scanner::stop::delimiter;
  while (ended == scanner::stop::delimiter) {
    auto name = in.text_field(ended);
    if (name.empty())
      in.fail("column " + std::to_string(names.size() + 1) + " of the header has no name; name it");
    if (std::find(names.begin(), names.end(), name) != names.end())
      in.fail("the header names column `" + name + "` twice; rename one");
    names.push_back(std::move(name));
  }
  if (std::all_of(names.begin(), names.end(), is_number))
    in.fail_line("the first line holds numbers, expected a header with column names; add one");
  return names;
}

std::size_t find(const scanner& in, const std::vector<std::string>& header, const std::string& name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end())
    in.fail_line("no column `" + name + '`' + did_you_mean(name, header) + "; the header has: " + join(header));
  return static_cast<std::size_t>(found - header.begin());
}

void take(const scanner& in, plan& p, const std::string& name, std::ptrdiff_t place) {
  auto& slot = p.slots[find(in, p.header, name)];
  if (slot != skipped)
    in.fail_line("column `" + name + "` is asked for twice; name it once in `features` and `label`");
  slot = place;
}

void choose_labels(const scanner& in, const spec& source, plan& p) {
  const auto label = source.keys.find("label");
  if (label == source.keys.end()) {
    if (std::find(p.header.begin(), p.header.end(), "label") != p.header.end())
      p.labels = {"label"};
  } else if (label->is_string()) {
    p.labels = {label->get<std::string>()};
  } else {
    p.labels = label->get<std::vector<std::string>>();
    p.is_list = true;
  }
  for (std::size_t i = 0; i < p.labels.size(); ++i)
    take(in, p, p.labels[i], first_label - static_cast<std::ptrdiff_t>(i));
}

plan make_plan(scanner& in, const spec& source) {
  plan p;
  p.header = read_header(in);
  p.slots.assign(p.header.size(), skipped);
  choose_labels(in, source, p);
  if (const auto listed = source.keys.find("features"); listed != source.keys.end()) {
    p.features = listed->get<std::vector<std::string>>();
  } else {
    for (const auto& name : p.header)
      if (std::find(p.labels.begin(), p.labels.end(), name) == p.labels.end())
        p.features.push_back(name);
  }
  if (p.features.empty())
    in.fail_line("the file has no column besides the label, so there is nothing to learn from");
  for (std::size_t i = 0; i < p.features.size(); ++i)
    take(in, p, p.features[i], static_cast<std::ptrdiff_t>(i));
  return p;
}

// An upper bound of the rows: each takes a line, and at least a character and a delimiter or line end per field.
std::size_t most_rows(std::string_view text, std::size_t fields) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return std::min(lines, text.size() / fields) + 1;
}

void read_row(scanner& in, const plan& p, float* features, double* labels) {
  const auto fields = p.slots.size();
  auto ended = scanner::stop::delimiter;
  for (std::size_t i = 0; i < fields; ++i) {
    if (ended != scanner::stop::delimiter)
      in.fail_line("has " + std::to_string(i) + " fields where the header has " + std::to_string(fields) +
                   "; fill in the missing ones");
    const auto slot = p.slots[i];
    if (slot == skipped)
      in.skip_field(ended);
    else if (slot <= first_label)
      labels[first_label - slot] = in.number_field(p.header[i], ended);
    else
      features[slot] = static_cast<float>(in.number_field(p.header[i], ended));
  }
  if (ended != scanner::stop::delimiter)
    return;
  auto found = fields;
  for (; ended == scanner::stop::delimiter; ++found)
    in.skip_field(ended);
  in.fail_line("has " + std::to_string(found) + " fields where the header has " + std::to_string(fields) +
               "; remove the extra ones or quote fields that hold the delimiter");
}

} // namespace

std::vector<key_rule> keys() {
  return {{"path", key_kind::path, true},
          {"features", key_kind::texts},
          {"label", key_kind::names},
          {"delimiter", key_kind::character}};
}

bool recognise(std::string_view start) {
  return start.find('\0') == std::string_view::npos;
}

table parse(std::string_view text, const std::string& origin, const spec& source) {
  const auto delimiter = source.keys.value("delimiter", std::string{","}).front();
  if (delimiter == '"' || delimiter == '\n' || delimiter == '\r')
    throw failure{errc::config, "source `csv`: `delimiter` can be neither a quote nor a line end"};
  scanner in{text, origin, delimiter};
  const auto p = make_plan(in, source);
  const auto wide = p.features.size();
  block_writer features{most_rows(text, p.slots.size()) * wide};
  std::vector<double> labels;
  std::size_t rows = 0;
  for (; in.next_line(); ++rows) {
    labels.resize(labels.size() + p.labels.size());
    read_row(in, p, features.data() + rows * wide, labels.data() + rows * p.labels.size());
  }
  table all;
  all.put({"features", {wide}, std::move(features).done().slice(0, rows * wide), origin, p.features});
  if (!p.labels.empty()) {
    const auto cell = p.is_list ? std::vector<std::size_t>{p.labels.size()} : std::vector<std::size_t>{};
    all.put({"label", cell, std::move(labels), origin, p.labels});
  }
  return all;
}

table read(const spec& source) {
  const auto path = source.keys.at("path").get<std::string>();
  return parse(read_text(path), path, source);
}

} // namespace dk::data::csv
