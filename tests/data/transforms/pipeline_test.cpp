#include "data/pipeline.hpp"
#include "tests/data/tables.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <utility>

using namespace dk::test;
using dk::errc;
using dk::data::table;
using values = std::vector<double>;

namespace {

table labelled_rows() {
  table t;
  t.put({"features", {2}, values{0.1, 10, 0.3, 30, 0.7, 1e-3}, "f", {}});
  t.put({"label", {}, texts_of({"s", "b", "b"}), "f", {}});
  return t;
}

const std::vector<dk::spec> transforms{{"standard", {{"columns", {"features"}}}},
                                       {"string_index", {{"column", "label"}}},
                                       {"one_hot", {{"column", "label"}, {"classes", 2}}}};

// The rows as what was fitted so far leaves them.
dk::data::table_stream_ptr one_table(table rows, const dk::data::pipeline& so_far) {
  class once final : public dk::data::table_stream {
  public:
    explicit once(table all) : all_(std::move(all)) {}
    std::optional<table> next() override { return std::exchange(all_, std::nullopt); }
    double progress() const override { return 1; }

  private:
    std::optional<table> all_;
  };
  dk::data::apply(so_far, rows);
  return std::make_unique<once>(std::move(rows));
}

} // namespace

TEST_CASE("a pipeline that was written and read again does the same to the last bit", "[data][pipeline]") {
  auto training = labelled_rows();
  const auto fitted = dk::data::fit(transforms, training);
  const auto again = dk::data::parse_pipeline(dk::data::to_text(fitted), "p");
  auto test = labelled_rows();
  dk::data::apply(again, test);
  CHECK(values_of(test, "features") == values_of(training, "features"));
  CHECK(values_of(test, "label") == values{0, 1, 1, 0, 1, 0});
  CHECK(dk::data::to_text(again) == dk::data::to_text(fitted));
}

TEST_CASE("a table without labels passes what works on them", "[data][pipeline]") {
  auto training = labelled_rows();
  const auto fitted = dk::data::fit(transforms, training);
  table bare;
  bare.put({"features", {2}, values{0.1, 10}, "f", {}});
  dk::data::apply(fitted, bare);
  CHECK(values_of(bare, "features")[0] == values_of(training, "features")[0]);
  CHECK(bare.names() == std::vector<std::string>{"features"});
}

TEST_CASE("what is made for the label is left out with it, and no more", "[data][pipeline]") {
  table training;
  training.put({"pt", {}, values{1, 3}, "f", {}});
  training.put({"Label", {}, texts_of({"s", "b"}), "f", {}});
  table bare;
  bare.put({"pt", {}, values{5}, "f", {}});
  table whole = training;
  const auto fitted = dk::data::fit({{"string_index", {{"column", "Label"}, {"to", "label"}}},
                                     {"one_hot", {{"column", "label"}, {"classes", 2}, {"to", "hot"}}},
                                     {"standard", {{"columns", {"pt", "hot"}}}}},
                                    training);
  dk::data::apply(fitted, bare);
  CHECK(values_of(bare, "pt") == values{3});
  dk::data::apply(fitted, whole); // which has the label, under another name at first
  CHECK(values_of(whole, "hot") == values_of(training, "hot"));
}

TEST_CASE("another width than the training rows had is an error of the data", "[data][pipeline]") {
  auto training = labelled_rows();
  const auto fitted = dk::data::fit(transforms, training);
  auto other = numbers({1, 2, 3}, {3});
  other.put({"features", {3}, values{1, 2, 3}, "g", {}});
  CHECK(failure_of(errc::data, [&] { dk::data::apply(fitted, other); }) ==
        "g: column `features` has 3 numbers per row, `standard` was fitted to 2; give data of the same columns");
}

TEST_CASE("a pipeline that is damaged is not applied", "[data][pipeline]") {
  const auto error = [](const std::string& text) {
    return failure_of(errc::checkpoint, [&] {
      auto t = labelled_rows();
      dk::data::apply(dk::data::parse_pipeline(text, "p.json"), t);
    });
  };
  const auto one = [](const std::string& body) {
    return R"({"pipeline":"dk","version":1,"transforms":[)" + body + "]}";
  };
  CHECK(error("{") == "p.json: is no pipeline of a run, or is damaged; name the run that made it, or train again");
  CHECK(error(R"({"pipeline":"dk","version":2,"transforms":[]})").find("another version") != std::string::npos);
  CHECK(error(one("{}")).find("transform 0 is damaged") != std::string::npos);
  CHECK(error(one(R"({"name":"standrad","keys":{},"fitted":{}})")).find("did you mean \"standard\"") !=
        std::string::npos);
  const auto standard = [&](const std::string& fitted) {
    return error(one(R"({"name":"standard","keys":{"column":"features"},"fitted":)" + fitted + "}"));
  };
  CHECK(standard("{}") == "what `standard` was fitted to in column `features` is not known; the run's pipeline is "
                          "missing or damaged, train again");
  CHECK(standard(R"({"features":{"mean":[1,"x"],"deviation":[1,1]}})").find("has no numbers `mean`") !=
        std::string::npos);
  CHECK(standard(R"({"features":{"mean":[1,1]}})").find("has no numbers `deviation`") != std::string::npos);
}

TEST_CASE("which texts there are is learned from held-out rows too, and numbers from the others alone",
          "[data][pipeline]") {
  table training;
  training.put({"x", {}, values{1, 3}, "f", {}});
  training.put({"label", {}, texts_of({"b", "a"}), "f", {}});
  table held;
  held.put({"x", {}, values{5}, "f", {}});
  held.put({"label", {}, texts_of({"c"}), "f", {}});
  const std::vector<dk::spec> both{{"standard", {{"column", "x"}}}, {"string_index", {{"column", "label"}}}};
  const auto streamed = dk::data::fit(
      both, [&](const dk::data::pipeline& so_far) { return one_table(training, so_far); },
      [&](const dk::data::pipeline& so_far) { return one_table(held, so_far); });
  const auto fitted = dk::data::fit(both, training, &held);
  CHECK(values_of(training, "x") == values{-1, 1});
  CHECK(values_of(held, "x") == values{3});
  CHECK(values_of(held, "label") == values{2});
  CHECK(dk::data::label_words(fitted) == std::vector<std::string>{"a", "b", "c"});
  CHECK(dk::data::to_text(streamed) == dk::data::to_text(fitted));
}

TEST_CASE("class numbers have the names of the texts that they were made of", "[data][pipeline]") {
  table training;
  training.put({"kind", {}, texts_of({"s", "b", "b"}), "f", {}});
  training.put({"x", {}, texts_of({"p", "q", "q"}), "f", {}});
  const auto named = [&](const std::vector<dk::spec>& some) {
    auto rows = training;
    return dk::data::label_words(dk::data::fit(some, rows));
  };
  using names = std::vector<std::string>;
  const dk::spec index{"string_index", {{"columns", {"x", "kind"}}}};
  CHECK(named({index,
               {"rename", {{"column", "kind"}, {"to", "label"}}},
               {"one_hot", {{"column", "label"}, {"classes", 2}}}}) == names{"b", "s"});
  CHECK(named({{"binary_label", {{"column", "kind"}, {"to", "label"}, {"positive", "s"}}}}).empty());
  CHECK(named({index, {"clip", {{"column", "kind"}, {"to", "label"}, {"low", 1}}}}).empty());
}

TEST_CASE("transforms of one column are undone in the order that leads back", "[data][pipeline]") {
  auto t = numbers({1, 10, 100, 1000});
  const auto fitted = dk::data::fit({{"log", {{"column", "x"}, {"add", 1}}},
                                     {"standard", {{"column", "x"}}},
                                     {"min_max", {{"column", "x"}, {"from", {-1, 1}}, {"to", {5, 8}}}}},
                                    t);
  dk::data::invert(fitted, "x", t);
  const auto back = values_of(t, "x");
  const values first{1, 10, 100, 1000};
  for (std::size_t row = 0; row < first.size(); ++row)
    CHECK(back[row] == Approx(first[row]).epsilon(1e-4));
}
