// The table that a person reads of compared runs.
#include "common/text.hpp"
#include "jobs/comparison/compared_runs.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace dk {

namespace {

using table_line = std::vector<std::string>;

std::string cut(const std::string& text) {
  constexpr std::size_t most = 32;
  return text.size() <= most ? text : text.substr(0, most - 3) + "...";
}

std::string without_quotes(const std::string& toml) {
  const bool is_word = toml.size() >= 2 && toml.front() == '"' && toml.back() == '"';
  return is_word ? toml.substr(1, toml.size() - 2) : toml;
}

std::string shown(const std::string& name, double value) {
  if (name == "rows/s" || name == "rows")
    return with_commas(static_cast<unsigned long long>(std::max(0.0, value + 0.5)));
  return fmt::format("{:.4g}", value);
}

// Whether the figure says more than another one: held-out rows are measured for the best center, too.
bool says_more(const comparison& of, const std::string& name) {
  const auto everywhere = [&](const auto& is_so) { return std::all_of(of.runs.begin(), of.runs.end(), is_so); };
  const auto has = [](const compared_run& run, const std::string& other) { return run.figures.count(other) > 0; };
  if (name == "workers lost")
    return !everywhere([&](const auto& run) { return !has(run, name) || run.figures.at(name).mean == 0; });
  const auto space = name.find(' ');
  if (const auto kind = name.substr(0, space); kind != "best" && kind != "training")
    return true;
  const auto held_out = "held-out" + name.substr(space);
  const auto test = "test" + name.substr(space);
  return !everywhere([&](const auto& run) {
    if (!has(run, name))
      return true;
    return name.front() == 't' ? has(run, held_out) || has(run, test)
                               : has(run, held_out) && run.figures.at(held_out).mean == run.figures.at(name).mean;
  });
}

std::string cell_of(const compared_run& run, const std::string& name) {
  const auto found = run.figures.find(name);
  if (found == run.figures.end())
    return "-";
  const auto& value = found->second;
  if (!value.deviation || *value.deviation == 0)
    return shown(name, value.mean);
  return shown(name, value.mean) + " ± " +
         (*value.deviation < 1 ? fmt::format("{:.2g}", *value.deviation) : shown(name, *value.deviation));
}

std::string name_of_runs(const compared_run& run) {
  const auto count = run.folders.size();
  auto name = count == 1 ? run.folders.front() : fmt::format("{} and {} more", run.folders.front(), count - 1);
  if (run.unfinished > 0)
    name += count == 1 ? " (unfinished)" : fmt::format(" ({} unfinished)", run.unfinished);
  return name;
}

// Columns are as wide as they are shown: a letter beyond ASCII is several bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string aligned(const std::vector<table_line>& lines) {
  std::vector<std::size_t> widths(lines.front().size(), 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line[i]));
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string pad(widths[i] - width_of(line[i]), ' ');
      text += i == 0 ? line[i] + pad : "  " + pad + line[i];
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

} // namespace

std::string short_name(const std::string& key, const std::vector<std::string>& all) {
  const auto end_of = [](const std::string& name) { return name.substr(name.rfind('.') + 1); };
  const auto same =
      std::count_if(all.begin(), all.end(), [&](const auto& other) { return end_of(other) == end_of(key); });
  return same == 1 ? end_of(key) : key;
}

std::string to_text(const comparison& of) {
  const bool has_groups =
      std::any_of(of.runs.begin(), of.runs.end(), [](const auto& r) { return r.folders.size() > 1; });
  std::vector<table_line> lines(1, {"run"});
  for (const auto& key : of.keys)
    lines.front().push_back(cut(short_name(key, of.keys)));
  std::vector<std::string> figures;
  std::copy_if(of.figures.begin(), of.figures.end(), std::back_inserter(figures),
               [&](const auto& name) { return says_more(of, name); });
  lines.front().insert(lines.front().end(), figures.begin(), figures.end());
  for (const auto& run : of.runs) {
    table_line line{name_of_runs(run)};
    for (const auto& key : of.keys) {
      const auto found = run.keys.find(key);
      line.push_back(found == run.keys.end() ? "-" : cut(without_quotes(found->second)));
    }
    for (const auto& name : figures)
      line.push_back(cell_of(run, name));
    lines.push_back(std::move(line));
  }
  auto text = aligned(lines);
  if (has_groups)
    text += "runs that differ only in their seed are one line: mean ± standard deviation\n";
  return text;
}

} // namespace dk
