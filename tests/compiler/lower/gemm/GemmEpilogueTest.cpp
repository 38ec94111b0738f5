// Epilogues, extra operands and batches.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "tests/compiler/lower/gemm/GemmHarness.h"

namespace rx::compiler {
namespace {

using rx::test::drawnSize;

/// extras[0][m, n], by its strides.
mlir::Value loadExtra(mlir::OpBuilder &b, mlir::Location loc, const GemmEpilogueArgs &args,
                      unsigned index) {
  const GemmExtra &extra = args.extras[index];
  auto type = mlir::cast<mlir::VectorType>(args.sums.getType());
  mlir::Value offset = mlir::arith::AddIOp::create(
      b, loc, mlir::arith::MulIOp::create(b, loc, args.row, extra.rowStride), args.column);
  mlir::Value address =
      mlir::LLVM::GEPOp::create(b, loc, extra.pointer.getType(), type.getElementType(),
                                extra.pointer, mlir::ValueRange(offset));
  if (!args.mask)
    return mlir::LLVM::LoadOp::create(b, loc, type, address, 4);
  mlir::Value zero = mlir::arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  return mlir::LLVM::MaskedLoadOp::create(b, loc, type, address, args.mask, zero,
                                          b.getI32IntegerAttr(4), mlir::UnitAttr());
}

/// (sums + bias) * gate
GemmSpec biasAndGate(const CpuTarget *target) {
  GemmSpec spec;
  spec.target = target;
  spec.extraInputs = 2;
  spec.epilogue = [](mlir::OpBuilder &b, mlir::Location loc, const GemmEpilogueArgs &args) {
    mlir::Value biased = mlir::arith::AddFOp::create(b, loc, args.sums, loadExtra(b, loc, args, 0));
    return mlir::arith::MulFOp::create(b, loc, biased, loadExtra(b, loc, args, 1)).getResult();
  };
  return spec;
}

TEST(GemmEpilogue, SeesFinishedSumsAndExtras) {
  for (CompiledGemm &gemm : productsOn(chainTargets(), biasAndGate)) {
    std::mt19937 rng = rx::test::generator();
    for (int64_t m : {int64_t(1), int64_t(4), int64_t(9), int64_t(300), drawnSize(rng, 100)})
      for (int64_t k : {int64_t(0), int64_t(5), int64_t(900), drawnSize(rng, 600)}) {
        int64_t n = m == 300 ? 165 : 50 + drawnSize(rng, 150);
        auto a = Matrix<float>::random(m, k, 0, rng), b = Matrix<float>::random(k, n, 0, rng);
        auto bias = Matrix<float>::random(1, n, 0, rng), gate = Matrix<float>::random(m, n, 2, rng);
        Matrix<float> c(m, n);
        rx_operand repeated = bias.operand();
        repeated.strides[0] = 0;
        gemm.launch(gemm.product, {a.operand(), b.operand(), repeated, gate.operand(), c.operand()},
                    {m, n, k}, {{0, gemm.extent(m, n)}});
        for (int64_t i = 0; i < m; ++i)
          for (int64_t j = 0; j < n; ++j)
            if (i % 7 == 0 || j > n - 40)
              ASSERT_EQ(c(i, j), (definition(gemm.spec, a, b, i, j) + bias(0, j)) * gate(i, j))
                  << m << " " << k << " at " << i << " " << j;
      }
  }
}

TEST(GemmBatch, TwoAxesWithABroadcastAndCuts) {
  for (const CpuTarget *target : chainTargets()) {
    GemmSpec spec;
    spec.target = target;
    spec.batchRank = 2;
    spec.transB = true;
    CompiledGemm gemm(spec);
    std::mt19937 rng = rx::test::generator();
    int64_t outer = 3, inner = 4;
    int64_t m = drawnSize(rng, 50), n = drawnSize(rng, 90), k = drawnSize(rng, 70);
    // B has no inner axis: the heads of a group share it.
    auto a = Matrix<float>::random(outer * inner * m, k, 0, rng);
    auto b = Matrix<float>::random(outer * n, k, 0, rng);
    Matrix<float> c(outer * inner * m, n);
    std::vector<rx_operand> operands = {{a.data, {inner * m * k, m * k, k, 1}},
                                        {b.data, {n * k, 0, k, 1}},
                                        {c.data, {inner * m * n, m * n, n, 1}}};
    int64_t extent = gemmExtent(spec, outer * inner, m, n);
    gemm.launch(gemm.product, operands, {outer, inner, m, n, k},
                {{5, extent}, {1, 5}, {0, 1}, {3, 3}});
    for (int64_t i = 0; i < outer * inner * m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        ChainSum<float> sum;
        for (int64_t s = 0; s < k; ++s)
          sum.add(a(i, s), b(i / (inner * m) * n + j, s));
        ASSERT_EQ(c(i, j), sum.value()) << i << " " << j;
      }
  }
}

} // namespace
} // namespace rx::compiler
