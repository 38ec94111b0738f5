#include "compiler/lower/AttentionToLoops.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace rx::compiler {
namespace {

using rxt::LoopEmitter;
using Values = LoopEmitter::Values;

constexpr int64_t panelWidth = PanelProducts::width, lanes = LoopEmitter::lanes;

class AttentionEmitter {
public:
  AttentionEmitter(LoopEmitter &e, PanelProducts &products, Attention &attention,
                   const GemmSpec &spec, ViewOf viewOf)
      : e(e), products(products), attention(attention),
        panels(e, products, attention.rows, ownElements(attention), spec, viewOf),
        valueTile(panels.at(e.scratch(), e.constant(panelElements(attention, spec)))),
        values(viewOf(attention.mixed.getRhs())),
        valueDims(rxt::dimensionsOf(rxt::mapAt(attention.mixed.getMaps(), 1))),
        width(attention.width()), widthDim(attention.rows.rowRank()) {}

  void emit() {
    PanelHooks hooks;
    hooks.begin = [&] { clear(); };
    if (isPlaced(attention))
      hooks.block = [&](Value from, Value to) {
        panels.copyRows(attention.mixed.getRhs(), valueDims, widthDim + 1, width, from, to,
                        valueTile);
      };
    hooks.weighed = [&](const KeyBlock &block) { mix(block); };
    hooks.end = [&] { storeResult(); };
    panels.forPanels(hooks);
  }

  /// mixed[i][row] of a panel.
  static int64_t ownElements(Attention &attention) { return attention.width() * panelWidth; }
  /// With a block of values where a table places them.
  static int64_t scratchElements(Attention &attention, const GemmSpec &spec) {
    int64_t values = isPlaced(attention) ? SoftmaxPanels::keyBlock * attention.width() : 0;
    return panelElements(attention, spec) + values;
  }

private:
  static bool isPlaced(Attention &attention) {
    return SoftmaxPanels::isPlaced(attention.mixed.getRhs());
  }
  static int64_t panelElements(Attention &attention, const GemmSpec &spec) {
    return SoftmaxPanels::scratchElements(attention.rows, ownElements(attention), spec);
  }

  void clear() {
    e.forLoop(e.constant(0), e.constant(width * panelWidth), e.constant(lanes),
              [&](Value i) { panels.store(panels.number(0), panels.at(panels.own, i)); });
  }

  /// mixed[i][row] = mixed * scale + values * weights.
  void mix(const KeyBlock &block) {
    PanelProducts::Operands operands;
    unsigned keyDim = widthDim + 1;
    operands.alongDepth = valueDims.back() == keyDim;
    operands.depth = block.count;
    if (isPlaced(attention)) {
      operands.a = panels.rowIn(valueTile, block.first, width);
      operands.aStep = e.constant(width);
    } else {
      Values start;
      for (unsigned dim : valueDims)
        start.push_back(dim < widthDim  ? panels.batch[dim]
                        : dim == keyDim ? block.first
                                        : e.constant(0));
      operands.a = e.address(values, start);
      operands.aStep =
          SoftmaxPanels::strideOf(values, valueDims, operands.alongDepth ? widthDim : keyDim);
    }
    operands.b = block.tile;
    operands.c = panels.own;
    operands.strips = panels.strips;
    products.accumulate(e, operands, width, block.scale);
  }

  //===-- mixed / sum ---===//

  Value mixedAt(Value i, Value lane) {
    return panels.at(panels.own, e.add(e.mul(i, e.constant(panelWidth)), lane));
  }

  /// Where the result has the elements i.. of the row at `lane`.
  Values indices(Value lane, Value i) {
    Values inMixed = panels.indicesOf(lane);
    inMixed.push_back(i);
    // Axis a of `mixed` is read at axis dims[a] of the result.
    auto dims = rxt::dimensionsOf(rxt::mapAt(attention.result.getMaps(), 0));
    Values inResult(dims.size());
    for (auto [axis, dim] : llvm::enumerate(dims))
      inResult[dim] = inMixed[axis];
    return inResult;
  }

  bool resultIsAlongRows() {
    auto dims = rxt::dimensionsOf(rxt::mapAt(attention.result.getMaps(), 0));
    return dims.back() == widthDim; // the last axis of the result
  }

  /// Lanes that repeat the last row store what that row's lane stores.
  void storeResult() {
    int64_t inSquares = resultIsAlongRows() ? width / lanes * lanes : 0;
    panels.forStrips([&](Value lane) {
      Value sums = panels.sumsOf(lane);
      e.forLoop(e.constant(0), e.constant(inSquares), e.constant(lanes),
                [&](Value i) { storeSquare(i, lane, sums); });
      e.forLoop(e.constant(inSquares), e.constant(width),
                [&](Value i) { storeColumn(i, lane, sums); });
    });
  }

  Value quotient(Value i, Value lane, Value sums) {
    return arith::DivFOp::create(e.builder, e.loc, panels.load(mixedAt(i, lane)), sums);
  }

  void storeSquare(Value i, Value lane, Value sums) {
    Values square;
    for (int64_t l = 0; l < lanes; ++l)
      square.push_back(quotient(e.add(i, e.constant(l)), lane, sums));
    panels.transpose(square);
    for (int64_t l = 0; l < lanes; ++l)
      panels.store(square[l], e.address(e.result(), indices(e.add(lane, e.constant(l)), i)));
  }

  void storeColumn(Value i, Value lane, Value sums) {
    Value column = quotient(i, lane, sums);
    for (int64_t l = 0; l < lanes; ++l)
      e.store(e.lane(column, l), e.result(), indices(e.add(lane, e.constant(l)), i));
  }

  LoopEmitter &e;
  PanelProducts &products;
  Attention &attention;
  SoftmaxPanels panels;
  Value valueTile; ///< a block of values, where a table places them
  rxt::View values;
  SmallVector<unsigned> valueDims;
  int64_t width;
  unsigned widthDim;
};

} // namespace

int64_t attentionScratchBytes(Attention &attention, const GemmSpec &spec) {
  return AttentionEmitter::scratchElements(attention, spec) * 4;
}

void emitAttention(LoopEmitter &e, ModuleOp module, Attention &attention, const GemmSpec &spec,
                   ViewOf viewOf) {
  PanelProducts products(module, *spec.target);
  AttentionEmitter(e, products, attention, spec, viewOf).emit();
}

} // namespace rx::compiler
