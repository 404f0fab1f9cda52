#include "nn/kernels/convolution.hpp"

#ifdef DK_WITH_ONEDNN

#include "common/error.hpp"
#include "nn/buffer.hpp"

#include <algorithm>
#include <dnnl.hpp>
#include <vector>

namespace dk::nn {

namespace {

using dnnl::memory;
using tag = memory::format_tag;

dnnl_dim_t dim(std::size_t x) {
  return static_cast<dnnl_dim_t>(x);
}

const dnnl::engine& cpu() {
  static const dnnl::engine one{dnnl::engine::kind::cpu, 0};
  return one;
}

/// Images, kernel and outputs as oneDNN is told about them.
struct shapes {
  shapes(const patch& over, std::size_t filters, std::size_t rows)
      : images{dim(rows), dim(over.channels), dim(over.y.in), dim(over.x.in)},
        kernel{dim(filters), dim(over.channels), dim(over.y.size), dim(over.x.size)}, outputs{dim(rows), dim(filters),
                                                                                              dim(over.y.out),
                                                                                              dim(over.x.out)},
        strides{dim(over.y.stride), dim(over.x.stride)}, gaps{dim(over.y.dilation - 1), dim(over.x.dilation - 1)},
        before{dim(over.y.before), dim(over.x.before)}, after{dim(over.y.after), dim(over.x.after)} {}

  memory::dims images;
  memory::dims kernel;
  memory::dims outputs;
  memory::dims strides;
  memory::dims gaps; ///< between the numbers under the patch
  memory::dims before;
  memory::dims after;

  static memory::desc lying(const memory::dims& extents, tag how) { return {extents, memory::data_type::f32, how}; }
};

/// One primitive with the memories that it reads and writes. Arguments are passed by the C function: the C++ one builds
/// a map for every call.
class step {
public:
  step() = default;

  void set(const dnnl::primitive& primitive) { primitive_ = primitive; }

  void add(int name, const memory::desc& of) {
    memories_.emplace_back(of, cpu(), nullptr);
    arguments_.push_back({name, memories_.back().get()});
  }

  /// Where the memory that was added as number `which` lies.
  void place(std::size_t which, const float* at) {
    memories_[which].set_data_handle(const_cast<float*>(at)); // what is only read is not written
  }

  void run(dnnl::stream& on) const {
    dnnl::error::wrap_c_api(
        dnnl_primitive_execute(primitive_.get(), on.get(), static_cast<int>(arguments_.size()), arguments_.data()),
        "oneDNN could not run a convolution");
  }

private:
  dnnl::primitive primitive_;
  std::vector<memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
};

/// A convolution in one direction, and the reordering of its kernel where oneDNN wants it to lie otherwise.
struct direction {
  step main;
  step reorder;
  bool reorders = false;
  std::size_t packed = 0;  ///< numbers of the kernel as oneDNN has it
  std::size_t scratch = 0; ///< numbers that the primitive needs for itself
};

std::size_t numbers_of(const memory::desc& of) {
  return (of.get_size() + sizeof(float) - 1) / sizeof(float);
}

void set_reorder(direction& of, const memory::desc& from, const memory::desc& to) {
  of.reorders = from != to;
  if (!of.reorders)
    return;
  of.reorder.set(dnnl::reorder{{cpu(), from, cpu(), to}});
  of.reorder.add(DNNL_ARG_FROM, from);
  of.reorder.add(DNNL_ARG_TO, to);
}

/// All directions for one number of rows.
struct prepared {
  std::size_t rows = 0;
  direction forward;
  direction input;
  direction kernel;
};

class onednn_convolution final : public convolution {
public:
  onednn_convolution(const patch& over, std::size_t filters) : over_(over), filters_(filters) {}

  void forward(std::size_t rows, const float* x, const float* kernel, float* y) override {
    convolve(for_rows(rows).forward, x, kernel, y);
  }

  void input_gradient(std::size_t rows, const float* dy, const float* kernel, float* dx) override {
    convolve(for_rows(rows).input, dy, kernel, dx);
  }

  void kernel_gradient(std::size_t rows, const float* x, const float* dy, float* dkernel) override {
    auto& d = for_rows(rows).kernel;
    d.main.place(0, x);
    d.main.place(1, dy);
    if (d.reorders)
      packed_.reserve(d.packed);
    d.main.place(2, d.reorders ? packed_.data() : dkernel);
    run(d);
    if (!d.reorders)
      return;
    d.reorder.place(0, packed_.data());
    d.reorder.place(1, dkernel);
    d.reorder.run(stream_);
  }

private:
  void convolve(direction& d, const float* from, const float* kernel, float* to) {
    d.main.place(0, from);
    d.main.place(1, packed(d, kernel));
    d.main.place(2, to);
    run(d);
  }

  void run(direction& d) {
    scratch_.reserve(d.scratch);
    d.main.place(3, scratch_.data());
    d.main.run(stream_);
  }

  const float* packed(direction& d, const float* kernel) {
    if (!d.reorders)
      return kernel;
    packed_.reserve(d.packed);
    d.reorder.place(0, kernel);
    d.reorder.place(1, packed_.data());
    d.reorder.run(stream_);
    return packed_.data();
  }

  // Primitives are made for a number of rows; a run has few: the batch, the last of a chunk, and what predicts at once.
  prepared& for_rows(std::size_t rows) {
    for (auto& known : prepared_)
      if (known->rows == rows)
        return *known;
    constexpr std::size_t most = 8;
    if (prepared_.size() == most)
      prepared_.erase(prepared_.begin());
    prepared_.push_back(prepare(rows));
    return *prepared_.back();
  }

  std::unique_ptr<prepared> prepare(std::size_t rows) const {
    const shapes s{over_, filters_, rows};
    const auto images = shapes::lying(s.images, tag::nhwc);
    const auto outputs = shapes::lying(s.outputs, tag::nhwc);
    const auto any = shapes::lying(s.kernel, tag::any);
    const auto ours = shapes::lying(s.kernel, tag::hwio);
    constexpr auto how = dnnl::algorithm::convolution_direct;
    dnnl::primitive_attr own_scratch;
    own_scratch.set_scratchpad_mode(dnnl::scratchpad_mode::user);

    auto made = std::make_unique<prepared>();
    made->rows = rows;
    const dnnl::convolution_forward::primitive_desc forward{
        {dnnl::prop_kind::forward_training, how, images, any, outputs, s.strides, s.gaps, s.before, s.after},
        own_scratch,
        cpu()};
    set_reorder(made->forward, ours, forward.weights_desc());
    made->forward.main.set(dnnl::convolution_forward{forward});
    add_all(made->forward,
            {{DNNL_ARG_SRC, images}, {DNNL_ARG_WEIGHTS, forward.weights_desc()}, {DNNL_ARG_DST, outputs}},
            forward.weights_desc(), forward.scratchpad_desc());

    const dnnl::convolution_backward_data::primitive_desc input{
        {how, images, any, outputs, s.strides, s.gaps, s.before, s.after}, own_scratch, cpu(), forward};
    set_reorder(made->input, ours, input.weights_desc());
    made->input.main.set(dnnl::convolution_backward_data{input});
    add_all(made->input,
            {{DNNL_ARG_DIFF_DST, outputs}, {DNNL_ARG_WEIGHTS, input.weights_desc()}, {DNNL_ARG_DIFF_SRC, images}},
            input.weights_desc(), input.scratchpad_desc());

    const dnnl::convolution_backward_weights::primitive_desc kernel{
        {how, images, any, outputs, s.strides, s.gaps, s.before, s.after}, own_scratch, cpu(), forward};
    set_reorder(made->kernel, kernel.diff_weights_desc(), ours);
    made->kernel.main.set(dnnl::convolution_backward_weights{kernel});
    add_all(made->kernel,
            {{DNNL_ARG_SRC, images}, {DNNL_ARG_DIFF_DST, outputs}, {DNNL_ARG_DIFF_WEIGHTS, kernel.diff_weights_desc()}},
            kernel.diff_weights_desc(), kernel.scratchpad_desc());
    return made;
  }

  static void add_all(direction& to, const std::vector<std::pair<int, memory::desc>>& arguments,
                      const memory::desc& packed, const memory::desc& scratch) {
    for (const auto& [name, of] : arguments)
      to.main.add(name, of);
    to.main.add(DNNL_ARG_SCRATCHPAD, scratch);
    to.packed = numbers_of(packed);
    to.scratch = std::max<std::size_t>(1, numbers_of(scratch));
  }

  patch over_;
  std::size_t filters_;
  dnnl::stream stream_{cpu()};
  std::vector<std::unique_ptr<prepared>> prepared_;
  buffer packed_; // the kernel as oneDNN has it
  buffer scratch_;
};

} // namespace

std::unique_ptr<convolution> make_convolution(const patch& over, std::size_t filters) {
  return std::make_unique<onednn_convolution>(over, filters);
}

} // namespace dk::nn

#else

namespace dk::nn {

std::unique_ptr<convolution> make_convolution(const patch& over, std::size_t filters) {
  return make_unrolled_convolution(over, filters);
}

} // namespace dk::nn

#endif
