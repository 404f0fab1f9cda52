#include "data/formats/csv/csv_plan.hpp"

#include "common/error.hpp"
#include "common/text.hpp"
#include "data/formats/bytes/encoding.hpp"
#include "data/formats/csv/csv_infer.hpp"
#include "data/keys.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <unordered_map>

namespace dk::data::csv {

namespace {

using stop = scanner::stop;

std::vector<std::string> fields_of_line(scanner& in) {
  std::vector<std::string> all;
  for (auto ended = stop::delimiter; ended == stop::delimiter;)
    all.emplace_back(in.text_field(ended));
  return all;
}

bool is_number(const std::string& text) {
  double value = 0;
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), value);
  return why == std::errc{} && end == text.data() + text.size();
}

// Text in another encoding shows at its start.
void check_start(scanner& in, std::string_view text) {
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF")
    in.fail_line("starts as text in UTF-16; set `encoding` to \"utf-16\", or save the file as UTF-8");
  const auto first_line = text.substr(0, text.find('\n'));
  if (const auto zero = first_line.find('\0'); zero != std::string_view::npos)
    in.fail_line(not_utf8(first_line, zero));
}

std::vector<std::string> read_header(scanner& in) {
  if (!in.next_line())
    in.fail_line("the file has no lines; expected a header with column names");
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (auto ended = stop::delimiter; ended == stop::delimiter;) {
    std::string name{in.text_field(ended)};
    if (name.empty())
      in.fail("column " + std::to_string(names.size() + 1) + " of the header has no name; name it");
    if (const auto bad = first_not_utf8(name); bad != std::string::npos)
      in.fail("the name of column " + std::to_string(names.size() + 1) + ' ' + not_utf8(name, bad));
    if (!seen.insert(name).second)
      in.fail("the header names column `" + name + "` twice; rename one");
    names.push_back(std::move(name));
  }
  if (std::all_of(names.begin(), names.end(), is_number))
    in.fail_line(
        "the first line holds numbers, expected a header with column names; add one, or set `header` to false");
  return names;
}

// C0, C1, ... as spark-csv has it.
std::vector<std::string> counted_header(scanner& in) {
  if (!in.next_line())
    in.fail_line("the file has no lines; expected rows of numbers");
  const auto first = in.place();
  auto names = fields_of_line(in);
  for (std::size_t i = 0; i < names.size(); ++i)
    names[i] = "C" + std::to_string(i);
  in.go_to(first);
  return names;
}

class planner {
public:
  planner(scanner& in, const spec& source, purpose why) : in_(in), keys_(source.keys), why_(why) {
    p_.keeps_written = why == purpose::answering;
  }

  plan made() {
    p_.delimiter = keys_.value("delimiter", std::string{","}).front();
    p_.missing = listed("missing");
    header_at_ = in_.place();
    p_.header = keys_.value("header", true) ? read_header(in_) : counted_header(in_);
    p_.body = in_.place();
    for (std::size_t i = 0; i < p_.header.size(); ++i)
      places_.emplace(p_.header[i], i);
    p_.targets.assign(p_.header.size(), {});
    is_text_.assign(p_.header.size(), false);
    is_kept_.assign(p_.header.size(), false);
    for (const auto& name : listed("text"))
      if (why_ == purpose::learning || places_.count(name) != 0) // a label need not be there to be answered
        is_text_[find(name)] = true;
    if (why_ == purpose::learning) {
      choose_labels();
      choose_weight();
    }
    choose_features();
    choose_columns();
    if (p_.features.empty() && p_.kept.empty())
      fail_header("the file has no column besides the label, so there is nothing to learn from");
    find_runs();
    return std::move(p_);
  }

private:
  [[noreturn]] void fail_header(const std::string& why) const {
    in_.go_to(header_at_);
    in_.fail_line(why);
  }

  [[noreturn]] void fail_taken(const std::string& name) const {
    fail_header("column `" + name + "` is listed twice; name it once in `features` and `label`");
  }

  std::vector<std::string> listed(const char* key) const {
    const auto given = keys_.find(key);
    if (given == keys_.end())
      return {};
    return given->is_string() ? std::vector<std::string>{given->get<std::string>()}
                              : given->get<std::vector<std::string>>();
  }

  std::size_t find(const std::string& name) const {
    const auto found = places_.find(name);
    if (found == places_.end())
      fail_header("no column `" + name + '`' + did_you_mean(name, p_.header) + "; the header has: " + join(p_.header));
    return found->second;
  }

  void give(std::size_t field, use as, std::vector<std::size_t>& fields) {
    p_.targets[field] = {as, fields.size()};
    fields.push_back(field);
  }

  // A column by itself of a field that is a feature or the label already.
  void give_again(std::size_t field) {
    auto& at = p_.targets[field];
    const bool text = is_text_[field] || at.as == use::word;
    auto& fields = text ? p_.words : p_.numbers;
    at.also = text ? use::word : use::number;
    at.also_index = fields.size();
    fields.push_back(field);
  }

  // A label is text where that of the first row is neither a number nor missing.
  bool label_is_text(std::size_t field) {
    if (is_text_[field])
      return true;
    if (!in_.next_line())
      return false;
    std::string first;
    std::size_t read = 0; // no more than needed: the row may be any length
    for (auto ended = stop::delimiter; ended == stop::delimiter && read <= field; ++read)
      first = in_.text_field(ended);
    in_.go_to(p_.body);
    if (read <= field || std::count(p_.missing.begin(), p_.missing.end(), first) > 0)
      return false;
    double value = 0;
    const auto kind = kind_of(first, value);
    return (kind == kind::text || kind == kind::timestamp) && !is_number(first);
  }

  void choose_labels() {
    const auto named = keys_.find("label");
    const auto usual = std::find(p_.header.begin(), p_.header.end(), "label");
    if (named == keys_.end() && usual == p_.header.end())
      return;
    p_.is_list = named != keys_.end() && named->is_array();
    const auto names = p_.is_list             ? named->get<std::vector<std::string>>()
                       : named != keys_.end() ? std::vector<std::string>{named->get<std::string>()}
                                              : std::vector<std::string>{"label"};
    for (const auto& name : names) {
      const auto field = find(name);
      if (p_.targets[field].as != use::skip)
        fail_taken(name);
      const bool text = !p_.is_list && label_is_text(field);
      give(field, text ? use::word : use::number, text ? p_.words : p_.numbers);
      p_.labels.push_back(field);
    }
  }

  void choose_weight() {
    const auto named = keys_.find("weight");
    if (named == keys_.end())
      return;
    const auto field = find(named->get<std::string>());
    if (p_.targets[field].as != use::skip)
      fail_header("column `" + p_.header[field] + "` is listed twice, as `label` and `weight`; name it once");
    give(field, use::number, p_.numbers);
    p_.weight = field;
  }

  // Label or weight. Of rows to be answered by its name: nobody has chosen them.
  bool is_no_feature(std::size_t field) const {
    if (why_ == purpose::learning)
      return p_.targets[field].as != use::skip;
    const auto named = keys_.value("label", nlohmann::json("label"));
    const auto& name = p_.header[field];
    if (keys_.value("weight", nlohmann::json{}) == name)
      return true;
    return named.is_array() ? std::count(named.begin(), named.end(), name) != 0 : named == name;
  }

  // Those that are listed; "*" among them is all that the label, `columns` and `text` leave, in the order of the file.
  std::vector<std::string> feature_names() const {
    const auto named = listed("features");
    const std::set<std::string> list{named.begin(), named.end()};
    const auto columns = listed("columns");
    const std::set<std::string> kept{columns.begin(), columns.end()};
    if (list.count("*") == 0 && (!list.empty() || !kept.empty()))
      return named;
    std::vector<std::string> all;
    for (std::size_t i = 0; i < p_.header.size(); ++i)
      if (list.count(p_.header[i]) != 0 || (!is_no_feature(i) && !is_text_[i] && kept.count(p_.header[i]) == 0))
        all.push_back(p_.header[i]);
    return all;
  }

  void choose_features() {
    p_.features = feature_names();
    for (std::size_t i = 0; i < p_.features.size(); ++i) {
      auto& at = p_.targets[find(p_.features[i])];
      if (at.as != use::skip)
        fail_taken(p_.features[i]);
      at = {use::feature, i};
    }
  }

  // Columns under their own names; "*" is all that nothing else takes.
  void choose_columns() {
    for (const auto& name : listed("columns"))
      if (name == "*")
        for (std::size_t field = 0; field < p_.header.size(); ++field) {
          if (p_.targets[field].as == use::skip)
            keep(field);
        }
      else if (const auto field = find(name); !is_kept_[field])
        keep(field);
  }

  void keep(std::size_t field) {
    if (p_.targets[field].as != use::skip)
      give_again(field);
    else if (is_text_[field])
      give(field, use::word, p_.words);
    else
      give(field, use::guess, p_.guesses);
    p_.kept.push_back(field);
    is_kept_[field] = true;
  }

  void find_runs() {
    p_.runs.assign(p_.targets.size(), 0);
    for (auto i = p_.targets.size(); i-- > 0;) {
      if (p_.targets[i].as != use::feature || p_.targets[i].also != use::skip)
        continue;
      const bool goes_on =
          i + 1 < p_.targets.size() && p_.runs[i + 1] > 0 && p_.targets[i + 1].index == p_.targets[i].index + 1;
      p_.runs[i] = goes_on ? p_.runs[i + 1] + 1 : 1;
    }
  }

  scanner& in_;
  const nlohmann::json& keys_;
  purpose why_;
  std::size_t header_at_ = 0;
  std::vector<bool> is_text_;                                // per field, as the source says
  std::vector<bool> is_kept_;                                // per field, under its own name
  std::unordered_map<std::string_view, std::size_t> places_; // of the header's names, which may be a hundred thousand
  plan p_;
};

std::string shown(std::string_view field) {
  constexpr std::size_t most = 40;
  return '"' + std::string{field.substr(0, most)} + (field.size() > most ? "..." : "") + '"';
}

} // namespace

void guessed_type::widen(const guessed_type& other) {
  found = widest(found, other.found);
  exact = exact && other.exact;
  has_gaps = has_gaps || other.has_gaps;
}

plan make_plan(const file_content& text, const std::string& origin, const spec& source, purpose why) {
  const auto delimiter = source.keys.value("delimiter", std::string{","}).front();
  constexpr std::string_view impossible{"\"\n\r\0+-.0123456789", 17};
  if (impossible.find(delimiter) != std::string_view::npos)
    throw failure{errc::config, "source `csv`: `delimiter` can be neither a quote, a line end nor a part of numbers"};
  scanner in{text, origin, delimiter};
  check_start(in, text.text());
  return planner{in, source, why}.made();
}

double number_of(const scanner& in, std::string_view field, const std::string& name,
                 const std::vector<std::string>& missing) {
  if (std::find(missing.begin(), missing.end(), field) != missing.end())
    return std::numeric_limits<double>::quiet_NaN();
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  const auto* first = field.data();
  const auto* last = first + field.size();
  while (first != last && is_blank(*first))
    ++first;
  while (first != last && is_blank(last[-1]))
    --last;
  if (first == last)
    in.fail("field `" + name +
            "` is empty, expected a number; fill it in, leave the column out of `features`, or set "
            "`missing` to \"\" and impute");
  const bool plus = *first == '+' && last - first > 1 && first[1] != '-';
  double value = 0;
  const auto [after, why] = std::from_chars(first + (plus ? 1 : 0), last, value);
  if (why == std::errc::result_out_of_range) { // too small is 0, or what is near it
    value = std::strtod(std::string{first + (plus ? 1 : 0), last}.c_str(), nullptr);
    if (!std::isinf(value))
      return value;
    in.fail("field `" + name + "` holds " + shown(field) + ", which no double can hold; rescale it");
  }
  if (why == std::errc{} && after != last && *after == ',')
    in.fail("field `" + name + "` holds " + shown(field) +
            ", expected a number with a decimal point; write it so, and thousands without a sign between them");
  if (why != std::errc{} || after != last)
    in.fail("field `" + name + "` holds " + shown(field) +
            ", expected a number; replace it by a number or leave the column out of `features`");
  return value;
}

} // namespace dk::data::csv
