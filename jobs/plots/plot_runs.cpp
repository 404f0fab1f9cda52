#include "jobs/plots/plot_runs.hpp"

#include "common/error.hpp"
#include "common/request_failure.hpp"
#include "common/text.hpp"
#include "jobs/plots/chart.hpp"
#include "jobs/plots/gnuplot.hpp"

#include <algorithm>
#include <filesystem>

namespace dk {

namespace {

namespace fs = std::filesystem;

picture_kind kind_of(const std::string& path) {
  const auto extension = fs::path{path}.extension().string();
  if (extension == ".svg")
    return picture_kind::svg;
  if (extension == ".png")
    return picture_kind::png;
  throw request_failure{errc::usage,
                        request_member("out") + " " + path + ": " +
                            (extension.empty() ? "no extension" : "unknown extension \"" + extension + "\"") +
                            "; name a .svg or .png"};
}

// The entry of a list whose name was typed. `more` is allowed as well and gives null.
template <class Named>
const Named* find_named(const std::vector<Named>& all, const std::string& typed, const char* member,
                        const std::string& more = "") {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == typed; });
  if (found != all.end())
    return &*found;
  std::vector<std::string> names;
  for (const auto& one : all)
    names.emplace_back(one.name);
  if (!more.empty())
    names.push_back(more);
  if (typed == more)
    return nullptr;
  throw request_failure{errc::usage, request_member(member) + ": unknown \"" + typed + '"' +
                                         did_you_mean(typed, names) + "; expected one of: " + join(names)};
}

using listener = std::function<void(const std::string&)>;

std::vector<run_series> read_runs(const std::vector<std::string>& paths, const axis& against, const listener& note) {
  std::vector<run_series> runs;
  for (const auto& path : paths) {
    auto run = read_series(open_run_folder(path), note);
    if (const auto why = why_unknown(run, against); !why.empty())
      throw request_failure{errc::usage, path + ": cannot be drawn against " + against.name + ": " + why +
                                             "; choose another " + request_member("against")};
    runs.push_back(std::move(run));
  }
  for (std::size_t i = 0; i < runs.size(); ++i) // folders of one name go by their paths
    for (std::size_t k = 0; k < runs.size(); ++k)
      if (k != i && fs::path{paths[k]}.lexically_normal() != fs::path{paths[i]}.lexically_normal() &&
          runs[k].name == runs[i].name)
        runs[i].name = paths[i];
  return runs;
}

// Of the quantities that are asked for, those that a run at least knows; says who does not.
std::vector<quantity> drawable(const std::vector<run_series>& runs, const std::vector<quantity>& asked,
                               const listener& note) {
  std::vector<quantity> kept;
  for (const auto& what : asked) {
    std::size_t unknown = 0;
    for (const auto& run : runs)
      if (const auto why = why_unknown(run, what); !why.empty()) {
        note(run.name + ": its " + what.name + " is left out: " + why);
        ++unknown;
      }
    if (unknown < runs.size())
      kept.push_back(what);
  }
  return kept;
}

} // namespace

std::string plot_runs(const plot_request& request, const listener& given) {
  const listener note = given ? given : [](const std::string&) {};
  const auto out = request.out.empty() ? (fs::path{request.runs.front()} / "plot.svg").string() : request.out;
  const auto kind = kind_of(out);
  const auto* const one = find_named(quantities(), request.what, "what", "all");
  const auto& against = *find_named(axes(), request.against, "against");
  const auto runs = read_runs(request.runs, against, note);
  const auto what = drawable(runs, one != nullptr ? std::vector{*one} : quantities(), note);
  if (what.empty())
    throw request_failure{errc::usage, request_member("what") + " " + request.what + ": nothing to draw: " +
                                           why_unknown(runs.front(), one != nullptr ? *one : quantities().front()) +
                                           "; choose another " + request_member("what")};
  const auto picture = run_gnuplot(chart_script(runs, what, against, kind));
  try {
    write_text(out, picture);
  } catch (const failure& why) {
    throw request_failure{why.code(), why.what() + ("; choose another " + request_member("out"))};
  }
  return out;
}

} // namespace dk
