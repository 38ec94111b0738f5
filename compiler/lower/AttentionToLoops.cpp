#include "compiler/lower/AttentionToLoops.h"
#include "compiler/lower/GemmPacking.h"
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
        valueRows(panels.at(valueTile, e.constant(packedElements(attention, spec)))),
        values(viewOf(attention.mixed.getRhs())),
        valueDims(rxt::dimensionsOf(rxt::mapAt(attention.mixed.getMaps(), 1))),
        width(attention.width()), widthDim(attention.rows.rowRank()) {
    if (!products.rounds())
      return;
    GemmEmitter functions = products.functions();
    valuePack = buildPack(functions, "pack_values", panelWidth, valuesAreAlongKeys(),
                          /*padded=*/true, products.words());
  }

  void emit() {
    PanelHooks hooks;
    hooks.begin = [&] { clear(); };
    hooks.block = [&](Value from, Value to) { fetchValues(from, to); };
    hooks.weighed = [&](const KeyBlock &block) { valuePack ? mixPacked(block) : mix(block); };
    hooks.end = [&] { storeResult(); };
    panels.forPanels(hooks);
  }

  /// mixed[i][row] of a panel.
  static int64_t ownElements(Attention &attention) { return attention.width() * panelWidth; }
  /// With a block of values where a table places them, or they are rounded.
  static int64_t scratchElements(Attention &attention, const GemmSpec &spec) {
    int64_t copied = isPlaced(attention) ? SoftmaxPanels::keyBlock * attention.width() : 0;
    return panelElements(attention, spec) + packedElements(attention, spec) + copied;
  }

private:
  static bool isPlaced(Attention &attention) {
    return SoftmaxPanels::isPlaced(attention.mixed.getRhs());
  }
  static int64_t panelElements(Attention &attention, const GemmSpec &spec) {
    return SoftmaxPanels::scratchElements(attention.rows, ownElements(attention), spec);
  }

  /// Panels of [pairs of keys][32 elements of them], as words.
  static constexpr int64_t packedPanel = SoftmaxPanels::keyBlock / 2 * panelWidth;
  static int64_t packedElements(Attention &attention, const GemmSpec &spec) {
    bool packs = PanelProducts::wordsOf(spec).steps() > 1;
    return packs ? (attention.width() + panelWidth - 1) / panelWidth * packedPanel : 0;
  }

  bool valuesAreAlongKeys() { return !isPlaced(attention) && valueDims.back() == widthDim + 1; }

  /// The address of a dense value, and the stride of the axis that does not lie side by side.
  std::pair<Value, Value> valuesFrom(Value key) {
    auto start = llvm::map_to_vector(valueDims, [&](unsigned dim) {
      return dim < widthDim ? panels.batch[dim] : dim == widthDim + 1 ? key : e.constant(0);
    });
    unsigned outer = valuesAreAlongKeys() ? widthDim : widthDim + 1;
    return {e.address(values, start), SoftmaxPanels::strideOf(values, valueDims, outer)};
  }

  /// Values [from, to) to where products read them.
  void fetchValues(Value from, Value to) {
    if (isPlaced(attention))
      panels.copyRows(attention.mixed.getRhs(), valueDims, widthDim + 1, width, from, to,
                      valueRows);
    if (!valuePack)
      return;
    packedFrom = from;
    Value source = panels.rowIn(valueRows, from, width), stride = e.constant(width);
    if (!isPlaced(attention))
      std::tie(source, stride) = valuesFrom(from);
    func::CallOp::create(e.builder, e.loc, valuePack,
                         ValueRange{e.constant(width), e.sub(to, from), e.constant(panelWidth),
                                    source, stride, valueTile, e.constant(packedPanel)});
  }

  void clear() {
    e.forLoop(e.constant(0), e.constant(width * panelWidth), e.constant(lanes),
              [&](Value i) { panels.store(panels.number(0), panels.at(panels.own, i)); });
  }

  /// mixed[i][row] = mixed * scale + values * weights.
  void mix(const KeyBlock &block) {
    PanelProducts::Operands operands;
    operands.alongDepth = valuesAreAlongKeys();
    operands.depth = block.count;
    if (isPlaced(attention)) {
      operands.a = panels.rowIn(valueRows, block.first, width);
      operands.aStep = e.constant(width);
    } else {
      std::tie(operands.a, operands.aStep) = valuesFrom(block.first);
    }
    operands.b = block.tile;
    operands.c = panels.own;
    operands.strips = panels.strips;
    products.accumulate(e, operands, width, block.scale);
  }

  /// The same in pairs of keys, both operands rounded.
  void mixPacked(const KeyBlock &block) {
    panels.forStrips([&](Value lane) { panels.toWords(block.tile, block.count, lane); });
    PanelProducts::Operands operands;
    operands.alongDepth = false;
    operands.depth = e.div(e.add(block.count, e.constant(1)), e.constant(2));
    operands.aStep = e.constant(panelWidth);
    operands.b = block.tile;
    operands.strips = panels.strips;
    Value pair = e.div(e.sub(block.first, packedFrom), e.constant(2));
    Value first = panels.at(valueTile, e.mul(pair, e.constant(panelWidth)));
    auto mixColumns = [&](Value panel, int64_t columns) {
      operands.a = panels.at(first, e.mul(panel, e.constant(packedPanel)));
      operands.c = panels.at(panels.own, e.mul(panel, e.constant(panelWidth * panelWidth)));
      products.accumulate(e, operands, columns, block.scale);
    };
    int64_t whole = width / panelWidth, rest = width % panelWidth;
    e.forLoop(e.constant(0), e.constant(whole),
              [&](Value panel) { mixColumns(panel, panelWidth); });
    if (rest)
      mixColumns(e.constant(whole), rest);
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
  Value valueTile, valueRows; ///< a block of values as words, and of those that a table places
  func::FuncOp valuePack;     ///< to words; null where they are multiplied as they lie
  Value packedFrom;           ///< the first key of valueTile
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
  PanelProducts products(module, spec);
  AttentionEmitter(e, products, attention, spec, viewOf).emit();
}

} // namespace rx::compiler
