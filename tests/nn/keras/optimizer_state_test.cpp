// How far the optimizer of a file has come: its steps, and its moments in each order that Keras has had.
#include "nn/keras/optimizer_state.hpp"

#include "common/error.hpp"
#include "nn/model/model.hpp"
#include "nn/optimizer.hpp"
#include "tests/nn/fixtures.hpp"
#include "tests/support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace dk::nn;
using dk::spec;
using dk::nn::test::dense;
using dk::test::temporary_folder;

namespace {

const architecture net{"m", {2}, {dense(3), {"batch_normalization"}, dense(1)}};

/// A variable of an optimizer: each has numbers of its own, all alike.
struct variable {
  std::string name;
  shape extents;
  float number;
};

void write_count(hid_t in, const std::string& name, std::int64_t value) {
  const keras::h5_handle space{H5Screate(H5S_SCALAR), H5Sclose, "space"};
  const keras::h5_handle data{H5Dcreate2(in, name.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                              H5Dclose, "data"};
  REQUIRE(H5Dwrite(data, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) >= 0);
}

void write_variables(hid_t group, const std::vector<variable>& all) {
  for (const auto& one : all)
    keras::write_numbers(group, one.name, one.extents, std::vector<float>(size_of(one.extents), one.number).data());
}

keras::optimizer_state read_whole_model(const std::string& path, const std::vector<variable>& all,
                                        const spec& optimizer, std::int64_t steps) {
  {
    const auto file = keras::create_file(path);
    const auto group = keras::create_group(file, "optimizer_weights");
    std::vector<std::string> names{"iterations"};
    write_count(group, "iterations", steps);
    for (const auto& one : all)
      names.push_back(one.name);
    write_variables(group, all);
    keras::write_texts(group, "weight_names", names);
  }
  return keras::read_optimizer_state(keras::open_file(path), optimizer, make_layers(net));
}

// The arrays that are trained: kernel, bias, gamma, beta, kernel, bias.
const std::vector<shape> trained_arrays{{2, 3}, {3}, {3}, {3}, {3, 1}, {1}};

// `place` of moment `kind` of array `i` among the variables; its number is 10 kind + i + 1.
template <class Place>
std::vector<variable> variables(std::size_t kinds, Place place) {
  std::vector<variable> all(kinds * trained_arrays.size());
  for (std::size_t kind = 0; kind < kinds; ++kind)
    for (std::size_t i = 0; i < trained_arrays.size(); ++i)
      all[place(kind, i)] = {"v" + std::to_string(place(kind, i)), trained_arrays[i],
                             static_cast<float>(10 * kind + i + 1)};
  return all;
}

// As the state of an optimizer has them: two arrays of batch normalization are not trained.
std::vector<float> expected(std::size_t kinds) {
  const std::vector<std::pair<std::size_t, float>> counts{{6, 1}, {3, 2}, {3, 3}, {3, 4}, {6, 0}, {3, 5}, {1, 6}};
  std::vector<float> all;
  for (std::size_t kind = 0; kind < kinds; ++kind)
    for (const auto& [count, number] : counts)
      all.insert(all.end(), count, number == 0 ? 0 : static_cast<float>(10 * kind) + number);
  return all;
}

} // namespace

TEST_CASE("moments are read in each order that Keras has had", "[nn][keras]") {
  const temporary_folder folder;
  const auto n = trained_arrays.size();
  const auto kind_after_kind = [n](std::size_t kind, std::size_t i) { return kind * n + i; };
  for (const auto& [optimizer, kinds] : std::vector<std::pair<spec, std::size_t>>{
           {{"sgd", {{"momentum", 0.9}}}, 1}, {{"adam"}, 2}, {{"adam", {{"amsgrad", true}}}, 3}}) {
    INFO(optimizer.name << kinds);
    const auto array_after_array = [count = kinds](std::size_t kind, std::size_t i) { return i * count + kind; };
    const auto grouped = read_whole_model(folder.path("a.h5"), variables(kinds, kind_after_kind), optimizer, 10'000);
    CHECK(grouped.steps == 10'000);
    CHECK(grouped.left_out.empty());
    CHECK(grouped.moments == expected(kinds));
    const auto mixed = read_whole_model(folder.path("b.h5"), variables(kinds, array_after_array), optimizer, 7);
    CHECK(mixed.steps == 7);
    CHECK(mixed.moments == expected(kinds));
  }
  const auto last_behind = [n](std::size_t kind, std::size_t i) { return kind == 2 ? 2 * n + i : 2 * i + kind; };
  CHECK(read_whole_model(folder.path("c.h5"), variables(3, last_behind), {"adam", {{"amsgrad", true}}}, 1).moments ==
        expected(3));
  auto with_placeholders = variables(2, kind_after_kind); // as Keras 2 keeps where Adam is not amsgrad
  for (std::size_t i = 0; i < n; ++i)
    with_placeholders.push_back({"p" + std::to_string(i), {1}, 0});
  CHECK(read_whole_model(folder.path("d.h5"), with_placeholders, {"adam"}, 1).moments == expected(2));
}

TEST_CASE("a .keras file has the variables of its optimizer by their numbers", "[nn][keras]") {
  const temporary_folder folder;
  const auto path = folder.path("w.h5");
  {
    const auto file = keras::create_file(path);
    const auto group = keras::create_group(keras::create_group(file, "optimizer"), "vars");
    write_count(group, "0", 12);
    const keras::h5_handle space{H5Screate(H5S_SCALAR), H5Sclose, "space"};
    const keras::h5_handle rate{H5Dcreate2(group, "1", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                                H5Dclose, "rate"};
    for (std::size_t kind = 0; kind < 2; ++kind)
      for (std::size_t i = 0; i < trained_arrays.size(); ++i)
        write_variables(group,
                        {{std::to_string(2 + 2 * i + kind), trained_arrays[i], static_cast<float>(10 * kind + i + 1)}});
  }
  const auto read = keras::read_optimizer_state(keras::open_file(path), {"adam"}, make_layers(net));
  CHECK(read.steps == 12);
  CHECK(read.moments == expected(2));
}

TEST_CASE("moments that are not ours are left out, and why is told", "[nn][keras]") {
  const temporary_folder folder;
  const auto path = folder.path("a.h5");
  const auto grouped = [](std::size_t kind, std::size_t i) { return kind * trained_arrays.size() + i; };
  const auto one_kind = read_whole_model(path, variables(1, grouped), {"adam"}, 3);
  CHECK(one_kind.steps == 3);
  CHECK(one_kind.moments.empty());
  CHECK_THAT(one_kind.left_out, Catch::Contains("6 arrays") && Catch::Contains("12"));
  auto other_shapes = variables(2, grouped);
  other_shapes[3].extents = {4};
  CHECK_THAT(read_whole_model(path, other_shapes, {"adam"}, 3).left_out, Catch::Contains("shapes"));
  const auto foreign =
      read_whole_model(path, variables(2, grouped), {"Ftrl"}, 3); // which is refused where it is wanted
  CHECK(foreign.moments.empty());
  CHECK_THROWS_WITH(read_whole_model(path, variables(2, grouped), {"adam"}, -1), Catch::Contains("iterations"));
}

TEST_CASE("an optimizer that goes on with the moments of a file steps as one that never stopped", "[nn][optimizers]") {
  const auto through = make_optimizer({"adam"}, 2);
  const float gradients[3][2] = {{1, -2}, {0.5F, 3}, {-1, 1}};
  std::vector<float> w{0, 0};
  through->apply(w.data(), gradients[0]);
  through->apply(w.data(), gradients[1]);
  auto on = w;
  const auto again = make_optimizer({"adam", {{"iterations", 2}}}, 2);
  std::copy_n(through->state(), through->state_size(), again->state());
  through->apply(w.data(), gradients[2]);
  again->apply(on.data(), gradients[2]);
  CHECK(on == w);
}
