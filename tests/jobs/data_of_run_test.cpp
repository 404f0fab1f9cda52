// Which columns of other data are those that a model was trained on.
#include "data/formats/catalog.hpp"
#include "jobs/models/data_of_run.hpp"
#include "tests/support.hpp"

#include <catch2/catch.hpp>

using namespace dk;
using namespace dk::test;

namespace {

// A model whose run had one column, of so many numbers, in a file of this format.
known_model model_of_column(const std::string& name, std::size_t wide, const std::string& format) {
  known_model model;
  model.train = spec{format, {{"path", "then"}, {"features", {name}}}};
  model.file.architecture.input = {wide};
  return model;
}

// With a transform that nobody can look through for how wide the column was.
known_model transformed(known_model model) {
  model.fitted.push_back({{"clip", {{"column", "features"}, {"low", 0}, {"high", 1}}}, {}});
  return model;
}

std::vector<std::string> formats_with_names() {
  std::vector<std::string> all;
  for (const auto& format : data::source_formats())
    if (data::names_columns(format))
      all.push_back(format);
  return all;
}

} // namespace

TEST_CASE("a model of one number a row does not take another column, in any format with names", "[jobs]") {
  const temporary_folder folder;
  const auto text = folder.write("y.csv", "weight\n1.5\n");
  const auto lines = folder.write("y.jsonl", "{\"weight\": 1.5}\n");
  const auto more = folder.write("z.csv", "weight,age\n1.5,3\n");
  for (const auto& format : formats_with_names()) {
    INFO(format);
    const auto model = model_of_column("height", 1, format);
    const auto refusal = [&](const known_model& which, const std::string& data) {
      return failure_in(folder, errc::data, [&] { data_for(which, data, {"features"}); });
    };
    const std::string said = ": has no column `height`, which the model was trained on; it has weight";
    CHECK(refusal(model, text) == "y.csv" + said);
    CHECK(refusal(model, lines) == "y.jsonl" + said);
    CHECK(refusal(model, more) == "z.csv" + said + ", age");
    CHECK(refusal(transformed(model), text) == "y.csv" + said);
    CHECK(refusal(transformed(model), lines) == "y.jsonl" + said);
  }
}

TEST_CASE("an array that a model was trained on may come under other names", "[jobs]") {
  const temporary_folder folder;
  const auto text = folder.write("y.csv", "a,b\n1,2\n");
  const auto lines = folder.write("y.jsonl", "{\"picture\": [1, 2]}\n");
  for (const auto& format : formats_with_names()) {
    if (!data::has_arrays(format))
      continue;
    INFO(format);
    const auto model = model_of_column("image", 2, format);
    for (const auto& one : {model, transformed(model)}) {
      CHECK(data_for(one, text, {"features"}).source.keys.at("features") == nlohmann::json{"a", "b"});
      CHECK(data_for(one, lines, {"features"}).source.keys.at("features") == nlohmann::json{"picture"});
    }
  }
}

TEST_CASE("all columns of HDF5 are those with those in groups that are named", "[jobs]") {
  const spec file{"hdf5", {{"path", "x.h5"}, {"features", {"a/b", "c"}}}};
  CHECK(with_every_column(file).keys.at("columns") == nlohmann::json{"*", "a/b"});
  CHECK(with_every_column({"npz", {{"path", "x.npz"}, {"features", {"a/b"}}}}).keys.at("columns") == "*");
}
