#include "nn/kernels/gemm.hpp"

#include "common/error.hpp"

#ifdef DK_WITH_ONEDNN
#include <dnnl.h>
#else
#include <Eigen/Core>
#endif

namespace dk::nn {

#ifdef DK_WITH_ONEDNN

void gemm(std::size_t m, std::size_t n, std::size_t k, factor a, factor b, float* c, std::size_t c_stride, bool add) {
  const auto dim = [](std::size_t x) { return static_cast<dnnl_dim_t>(x); };
  const auto status = dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', dim(m), dim(n), dim(k), 1.0F,
                                 a.values, dim(a.stride), b.values, dim(b.stride), add ? 1.0F : 0.0F, c, dim(c_stride));
  if (status != dnnl_success)
    throw failure{errc::internal, "oneDNN refused a matrix product (status " + std::to_string(status) + ")"};
}

#else

namespace {

using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using stride = Eigen::OuterStride<>;

Eigen::Index dim(std::size_t x) {
  return static_cast<Eigen::Index>(x);
}

Eigen::Map<const matrix, 0, stride> stored(const factor& f, std::size_t rows, std::size_t cols) {
  return {f.values, dim(f.transposed ? cols : rows), dim(f.transposed ? rows : cols), stride{dim(f.stride)}};
}

} // namespace

void gemm(std::size_t m, std::size_t n, std::size_t k, factor a, factor b, float* c, std::size_t c_stride, bool add) {
  const auto left = stored(a, m, k);
  const auto right = stored(b, k, n);
  Eigen::Map<matrix, 0, stride> out{c, dim(m), dim(n), stride{dim(c_stride)}};
  const auto take = [&](const auto& product) {
    if (add)
      out.noalias() += product;
    else
      out.noalias() = product;
  };
  if (a.transposed && b.transposed)
    take(left.transpose() * right.transpose());
  else if (a.transposed)
    take(left.transpose() * right);
  else if (b.transposed)
    take(left * right.transpose());
  else
    take(left * right);
}

#endif

} // namespace dk::nn
