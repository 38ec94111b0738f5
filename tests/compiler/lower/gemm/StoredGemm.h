// Products with panels of a stored form, for the tests of both paths.
#pragma once

#include "tests/compiler/lower/gemm/GemmHarness.h"
#include "tests/tools/StoredMatrix.h"

namespace rx::compiler {

using runtime::test::StoredMatrix;

/// a * b^T.
inline Matrix<float> multiply(CompiledGemm &gemm, const Matrix<float> &a, const StoredMatrix &b,
                              std::vector<Cut> cuts = {}) {
  std::vector<std::byte> bytes = b.packed(gemmPanelForm(gemm.spec));
  Matrix<uint8_t> panels(1, static_cast<int64_t>(bytes.size())); // against an unreadable page
  if (!bytes.empty())
    std::memcpy(panels.data, bytes.data(), bytes.size());
  Matrix<float> c(a.rows, b.rows, 3);
  if (cuts.empty())
    cuts = {{0, gemm.extent(a.rows, b.rows)}};
  gemm.launch(gemm.product, {a.operand(), {panels.data, {}}, c.operand()},
              {a.rows, b.rows, b.depth}, cuts);
  EXPECT_TRUE(c.gapsIntact());
  return c;
}

/// The parameter is the element form of the panels.
class StoredGemm : public testing::TestWithParam<rx_dtype> {
protected:
  static GemmSpec specFor(const CpuTarget *target, GemmPath path) {
    GemmSpec spec;
    spec.target = target;
    spec.transB = spec.packedB = true;
    spec.formB = GetParam();
    spec.path = path;
    return spec;
  }

  /// The same bits in pieces, and for rows from the tenth on by themselves.
  static void checkCutsAndRows(CompiledGemm &gemm, const Matrix<float> &a, const StoredMatrix &b,
                               std::mt19937 &rng) {
    Matrix<float> whole = multiply(gemm, a, b);
    int64_t extent = gemm.extent(a.rows, b.rows);
    int64_t cut = 1 + static_cast<int64_t>(rng() % (extent - 1));
    EXPECT_TRUE(sameBits(whole, multiply(gemm, a, b, {{cut, extent}, {0, 1}, {1, cut}, {2, 2}})));
    for (int64_t rows : {1, 4, 8, 13}) {
      Matrix<float> part(rows, b.depth), expected(rows, b.rows);
      for (int64_t i = 0; i < rows; ++i) {
        std::copy_n(&a.data[(i + 9) * a.stride], b.depth, &part.data[i * part.stride]);
        std::copy_n(&whole.data[(i + 9) * whole.stride], b.rows,
                    &expected.data[i * expected.stride]);
      }
      EXPECT_TRUE(sameBits(multiply(gemm, part, b), expected)) << rows << " rows";
    }
  }
};

} // namespace rx::compiler
