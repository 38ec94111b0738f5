#include "compiler/lower/LogSumExpToLoops.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <limits>

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

using rxt::LoopEmitter;
using Values = LoopEmitter::Values;

constexpr int64_t width = PanelProducts::width, lanes = LoopEmitter::lanes;

class LogSumExpEmitter {
public:
  LogSumExpEmitter(LoopEmitter &e, PanelProducts &products, LogSumExp &group, ValueRange returned,
                   const GemmSpec &spec, ViewOf viewOf)
      : e(e), group(group), returned(returned), viewOf(viewOf),
        panels(e, products, group.rows, ownElements, spec, viewOf) {}

  void emit() {
    PanelHooks hooks;
    if (group.chosen) {
      hooks.begin = [&] {
        panels.forStrips([&](Value lane) {
          panels.store(panels.number(std::numeric_limits<double>::quiet_NaN()), chosenAt(lane));
        });
      };
      bool ofScores = group.chosen.getSource() == group.rows.scores.getResult();
      (ofScores ? hooks.scored : hooks.equated) = [&](const KeyBlock &block, Value lane) {
        choose(block, lane);
      };
    }
    hooks.end = [&] { panels.forStrips([&](Value lane) { storeResults(lane); }); };
    panels.forPanels(hooks);
  }

  /// chosen[row] of a panel.
  static constexpr int64_t ownElements = width;

private:
  Value chosenAt(Value lane) { return panels.at(panels.own, lane); }

  /// Takes the elements of the rows whose key is in the block.
  void choose(const KeyBlock &block, Value lane) {
    // Dimensions of the index are those of the gather's result, whose axes are rows in some order.
    auto rowOf = rxt::dimensionsOf(group.chosen.getSourceMap());
    SmallVector<unsigned> dims;
    for (unsigned dim : rxt::dimensionsOf(group.chosen.getIndexMap()))
      dims.push_back(llvm::find(rowOf, dim) - rowOf.begin());
    auto positions = panels.positions(dims, lane, [&](unsigned) { return Value(); });
    Value key = e.widen(e.splat(e.loadAt(viewOf(group.chosen.getIndex()), positions, Value())));
    Value inBlock = e.sub(key, e.splat(block.first));
    // Negative numbers are large as unsigned ones.
    Value here = e.compare(Predicate::ult, inBlock, e.splat(block.count));
    Value offsets = e.add(e.mul(inBlock, e.splat(e.constant(width))),
                          e.add(e.splat(lane), e.iota(e.builder.getI64Type())));
    Value pointers = LLVM::GEPOp::create(e.builder, e.loc, e.vectorOf(block.tile.getType()),
                                         e.builder.getF32Type(), block.tile, ValueRange(offsets));
    Value before = panels.load(chosenAt(lane));
    Value now = LLVM::masked_gather::create(e.builder, e.loc, before.getType(), pointers, here,
                                            ValueRange(before), e.builder.getI32IntegerAttr(4));
    panels.store(now, chosenAt(lane));
  }

  void storeResults(Value lane) {
    for (auto [index, value] : llvm::enumerate(returned)) {
      bool isChosen = group.chosen && value == group.chosen.getResult();
      Value elements = isChosen                              ? panels.load(chosenAt(lane))
                       : value == group.rows.max.getResult() ? panels.maximaOf(lane)
                                                             : panels.sumsOf(lane);
      for (int64_t l = 0; l < lanes; ++l) {
        Values row = panels.indicesOf(e.add(lane, e.constant(l)));
        if (isChosen)
          row = inChosen(row);
        e.store(e.lane(elements, l), e.result(index), row);
      }
    }
  }

  Values inChosen(const Values &row) {
    Values indices(row.size());
    for (auto [axis, dim] : llvm::enumerate(rxt::dimensionsOf(group.chosen.getSourceMap())))
      indices[dim] = row[axis];
    return indices;
  }

  LoopEmitter &e;
  LogSumExp &group;
  ValueRange returned;
  ViewOf viewOf;
  SoftmaxPanels panels;
};

} // namespace

int64_t logSumExpScratchBytes(LogSumExp &group, const GemmSpec &spec) {
  return SoftmaxPanels::scratchElements(group.rows, LogSumExpEmitter::ownElements, spec) * 4;
}

void emitLogSumExp(LoopEmitter &e, ModuleOp module, LogSumExp &group, ValueRange returned,
                   const GemmSpec &spec, ViewOf viewOf) {
  PanelProducts products(module, spec);
  LogSumExpEmitter(e, products, group, returned, spec, viewOf).emit();
}

} // namespace rx::compiler
