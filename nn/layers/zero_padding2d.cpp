#include "nn/layer.hpp"
#include "nn/layers/image_keys.hpp"

#include "common/error.hpp"

#include <algorithm>

namespace dk::nn {

namespace {

/// What is added on each side.
struct frame {
  std::size_t top = 0;
  std::size_t bottom = 0;
  std::size_t left = 0;
  std::size_t right = 0;
};

bool is_count(const nlohmann::json& value) {
  return value.is_number_integer() && value >= 0 && value < 1U << 16U;
}

// p, [p, q] or [p, [a, b]]: both sides, or each.
void read_sides(const nlohmann::json& value, std::size_t& before, std::size_t& after) {
  if (value.is_array() && value.size() == 2 && is_count(value[0]) && is_count(value[1])) {
    before = value[0].get<std::size_t>();
    after = value[1].get<std::size_t>();
  } else if (is_count(value)) {
    before = after = value.get<std::size_t>();
  } else {
    throw failure{errc::config, value.dump() + " is no padding: it is a whole number, a list of two for height and "
                                               "width, or a list of two lists, [[top, bottom], [left, right]]"};
  }
}

frame frame_of(const nlohmann::json& value) {
  frame made;
  const bool is_pair = value.is_array() && value.size() == 2;
  read_sides(is_pair ? value[0] : value, made.top, made.bottom);
  read_sides(is_pair ? value[1] : value, made.left, made.right);
  return made;
}

void check_frame(const nlohmann::json& value) {
  frame_of(value);
}

image framed(const image& input, const frame& by) {
  return {input.height + by.top + by.bottom, input.width + by.left + by.right, input.channels, input.channels_first};
}

/// Y = X with lines and columns of zeros around it.
class zero_padding2d final : public layer {
public:
  zero_padding2d(std::string name, const image& input, const frame& by)
      : layer(std::move(name), framed(input, by).extents()), input_(input), by_(by) {}

  bool is_identity(bool) const override { return by_.top + by_.bottom + by_.left + by_.right == 0; }

  void infer(const float*, const float* x, std::size_t rows, float* y) override {
    std::fill_n(y, rows * size_of(output()), 0.0F);
    for_each_line(rows,
                  [&](std::size_t in, std::size_t out, std::size_t count) { std::copy_n(x + in, count, y + out); });
  }

  void backward(const backward_pass& pass) override {
    if (pass.dx != nullptr)
      for_each_line(pass.rows, [&](std::size_t in, std::size_t out, std::size_t count) {
        std::copy_n(pass.dy + out, count, pass.dx + in);
      });
  }

  nlohmann::json keras_config() const override {
    nlohmann::json config{{"data_format", input_.channels_first ? "channels_first" : "channels_last"}};
    config["padding"] = {{by_.top, by_.bottom}, {by_.left, by_.right}};
    return config;
  }

private:
  // use(where a line of pixels is in the input, where in the output, numbers)
  template <class Use>
  void for_each_line(std::size_t rows, Use use) const {
    const auto planes = rows * (input_.channels_first ? input_.channels : 1);
    const auto pixel = input_.channels_first ? 1 : input_.channels;
    const auto to = framed(input_, by_);
    for (std::size_t plane = 0; plane < planes; ++plane)
      for (std::size_t line = 0; line < input_.height; ++line)
        use((plane * input_.height + line) * input_.width * pixel,
            ((plane * to.height + line + by_.top) * to.width + by_.left) * pixel, input_.width * pixel);
  }

  image input_;
  frame by_;
};

std::unique_ptr<layer> make_zero_padding2d(const spec& from, std::string name, const shape& input) {
  return std::make_unique<zero_padding2d>(std::move(name), image_of(from, input), frame_of(from.keys.at("padding")));
}

} // namespace

extern const layer_kind zero_padding2d_layer;
const layer_kind zero_padding2d_layer{"zero_padding2d",
                                      "padding",
                                      "ZeroPadding2D",
                                      {{"padding", key_kind::part, true, {}, {}, check_frame}, data_format_key()},
                                      make_zero_padding2d};

} // namespace dk::nn
