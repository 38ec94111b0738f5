// Rows of a matrix that lies in panels, alone and with what is computed on them: the expanded
// values, bit by bit, in every form, on every target and however the kernel is cut.
#include "compiler/lower/PanelUses.h"
#include "mlir/Parser/Parser.h"
#include "tests/compiler/lower/loops/LoopHarness.h"
#include "tests/tools/StoredMatrix.h"

using namespace mlir;

namespace rx::compiler {
namespace {

using runtime::test::StoredMatrix;

constexpr int64_t rows = 70, depth = 512;
constexpr llvm::StringLiteral gather = R"(
!e = !rxt.tensor<f32[70, 512]>
!i = !rxt.tensor<i32[b]>
!y = !rxt.tensor<f32[b, 512]>
#all = affine_map<(d0, d1) -> (d0, d1)>
func.func @k(%e: !e, %i: !i) -> !y {
  %y = rxt.gather %e at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!e, !i) -> !y
)";
constexpr llvm::StringLiteral scale = R"(
  %z = rxt.map(%y) by [#all] {
  ^bb0(%a: f32):
    %c = arith.constant 3.0 : f32
    %m = arith.mulf %a, %c : f32
    rxt.yield %m : f32
  } : (!y) -> !y
)";

class GatherPanels : public LoopTest, public testing::WithParamInterface<rx_dtype> {
protected:
  /// The kernel of `body` gives rows of the matrix times `factor`.
  void checkRows(const std::string &body, float factor) {
    auto module = parseSourceString<ModuleOp>(gather.str() + body, &context);
    ASSERT_TRUE(module);
    auto kernel = module->lookupSymbol<func::FuncOp>("k");
    EXPECT_EQ(panelUse(kernel, 0), PanelUse::Rows);
    StoredMatrix matrix(GetParam(), rows, depth, rng);
    std::vector<int32_t> ids = {69, 0, 33, 33, 31, 32, 1};
    for (int64_t more = drawn(20); more > 0; --more)
      ids.push_back(static_cast<int32_t>(rng() % rows));
    for (const CpuTarget &target : cpuTargets())
      if (hostRuns(target))
        checkOn(target, kernel, matrix, ids, factor);
  }

private:
  void checkOn(const CpuTarget &target, func::FuncOp kernel, const StoredMatrix &matrix,
               std::vector<int32_t> &ids, float factor) {
    SCOPED_TRACE(target.name.str());
    PanelForm form{GetParam(), target.gemm.vectors * target.lanes(/*elementBits=*/32)};
    kernel.setArgAttr(0, formAttribute, StringAttr::get(&context, form.str()));
    FailureOr<LoweredKernel> lowered = KernelLowering(target).lower(kernel);
    ASSERT_TRUE(succeeded(lowered));
    rx_kernel function = codeOf(**lowered->module, target);
    auto count = static_cast<int64_t>(ids.size());
    SizeExpr::Bindings sizes = {{"b", count}};
    int64_t extent = *lowered->extent.evaluate(sizes);
    std::vector<std::byte> panels = matrix.packed(form);
    GuardedBytes memory(panels.size());
    std::memcpy(memory.data, panels.data(), panels.size());
    for (int64_t cut : {int64_t(0), extent / 3, extent - 1}) {
      GuardedBytes result(ids.size() * depth * sizeof(float));
      alignas(64) char scratch[1 << 14];
      ASSERT_LE(*lowered->scratchBytes.evaluate(sizes), int64_t(sizeof scratch));
      rx_operand operands[] = {{memory.data, {}}, {ids.data(), {1}}, {result.data, {depth, 1}}};
      for (auto [begin, end] : {std::pair(cut, extent), {int64_t(0), cut}}) {
        rx_launch launch{operands, &count, begin, end, scratch};
        function(&launch);
      }
      auto *values = reinterpret_cast<const float *>(result.data);
      for (int64_t row = 0; row < count; ++row)
        for (int64_t k = 0; k < depth; ++k)
          ASSERT_EQ(values[row * depth + k], matrix.values[ids[row] * depth + k] * factor)
              << "element " << k << " of row " << row << ", cut at " << cut;
    }
  }
};

TEST_P(GatherPanels, Alone) { checkRows("  return %y : !y\n}", 1); }

TEST_P(GatherPanels, AndWhatIsComputedOnThem) { checkRows(scale.str() + "  return %z : !y\n}", 3); }

INSTANTIATE_TEST_SUITE_P(Forms, GatherPanels, testing::ValuesIn(runtime::test::panelElements()),
                         [](auto &info) { return std::string(rx_dtype_name(info.param)); });

} // namespace
} // namespace rx::compiler
