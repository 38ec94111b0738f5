// Products of rows with panels of blocks, block by block: the two kinds of arithmetic that
// GemmBlocks has, and the loops that they share.
#pragma once

#include "compiler/lower/Gemm.h"
#include "compiler/lower/Lanes.h"
#include "compiler/lower/PanelDecode.h"
#include <memory>

namespace rx::compiler {

/// Some rows of A, element (row, k) at a[row * stride + k]; `depth` is whole blocks.
struct BlockRows {
  mlir::Value a, stride, rows, depth;
};

/// Rows that are prepared and the panels of some columns, as values inside their function.
struct BlockPanels {
  using Value = mlir::Value;

  Value prepared;   ///< what BlockSums::prepare wrote
  Value b, bStep;   ///< first panel; bytes between panels
  Value c, cStride; ///< first row and column
  Value rows, columns, depth;
  Value resume;     ///< i64: whether sums begin with what is in C
  Value scratch;    ///< BlockSumsSizes::scratchElements
  Value a, aStride; ///< the rows themselves

  llvm::SmallVector<Value> flatten() const {
    return {prepared, b, bStep, c, cStride, rows, columns, depth, resume, scratch, a, aStride};
  }
  static BlockPanels unflatten(mlir::ValueRange v) {
    return {v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10], v[11]};
  }
};

class BlockSums {
public:
  using Value = mlir::Value;
  /// Steps of k in a block of a row.
  static constexpr int64_t steps = PanelCodes::groupSteps;

  /// The arithmetic of the target. Emits private functions.
  static std::unique_ptr<BlockSums> make(GemmEmitter &emitter, const GemmSpec &spec);
  virtual ~BlockSums() = default;

  /// How many bytes ahead of the reads lines must be fetched to hide memory's latency.
  virtual int64_t leastAhead() const = 0;
  /// Rows with a number of 2^boundPower or more are not ordinary.
  virtual int64_t boundPower() const = 0;
  /// Writes what `multiply` needs of rows. Those that are not ordinary[row] (i32) get any sums.
  virtual void prepare(const BlockRows &rows, Value ordinary, Value prepared) = 0;
  /// Adds the products of prepared rows with panels to C.
  void multiply(const BlockPanels &call) { e.call(function, call.flatten()); }

protected:
  BlockSums(GemmEmitter &e, const GemmSpec &spec)
      : e(e), lanes(e), form(gemmPanelForm(spec)), codes(makePanelCodes(form)) {}
  /// To be called by `make`.
  void build();

  /// Adds the products of the rows of `call` with panel `index` (i64) to their sums.
  virtual void addPanel(Value index) = 0;
  Value panelAt(Value index) { return bytesAt(call.b, e.mul(index, call.bStep)); }
  /// Where sums begin in call.scratch, in elements.
  virtual int64_t firstSum() const { return 0; }
  /// form.columns sums of a row.
  Value sumsOf(Value row) {
    Value sums = e.at(call.scratch, e.mul(row, form.columns));
    return firstSum() ? e.at(sums, firstSum()) : sums;
  }

  /// `share` of `shares` of the lines that follow `record` in memory at some distance, of as many
  /// bytes as it has: at least `records` records away, and far enough for memory's latency. Many
  /// lines at once would hold up the loads, hence the shares.
  void fetchAhead(Value record, Value share, int64_t shares, int64_t records);
  Value records() { return e.div(call.depth, e.constant(form.blockElements())); }
  Value bytesAt(Value pointer, Value offset) {
    return e.at(pointer, offset, e.builder.getI8Type());
  }
  /// The f32 at that byte, in every lane.
  Value everywhere(Value numbers, int64_t byte) {
    return e.splat(e.load(e.elementType, e.at(numbers, byte, e.builder.getI8Type())));
  }
  Value splat(float value) {
    auto attribute = mlir::DenseElementsAttr::get(e.vectorType, value);
    return mlir::arith::ConstantOp::create(e.builder, e.loc, attribute);
  }

  GemmEmitter &e;
  Lanes lanes;
  PanelForm form;
  std::unique_ptr<PanelCodes> codes;
  BlockPanels call;

private:
  void body();
  void forSums(Value column, llvm::function_ref<void(Value c, Value sums, Value mask)> visit);

  mlir::func::FuncOp function;
};

/// Whether blocks are multiplied as integers (IntegerSums) or in chains of fused multiply-adds
/// (ChainSums).
bool hasIntegerSums(const CpuTarget &target);

/// What blocks of rows and the sums of a panel take.
struct BlockSumsSizes {
  int64_t preparedBytes;   ///< of a block of a row; prepare writes rows * (depth / steps) of them
  int64_t scratchElements; ///< of BlockPanels::scratch
};
BlockSumsSizes blockSumsSizes(const GemmSpec &spec, int64_t rows);

} // namespace rx::compiler
