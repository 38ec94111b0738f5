#include "compiler/lower/SoftmaxPanels.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace rx::compiler {

using rxt::LoopEmitter;
using Values = LoopEmitter::Values;

constexpr int64_t width = PanelProducts::width, lanes = LoopEmitter::lanes;

//===-- Keys in blocks, multiplied as they lie ---===//

/// Stores the queries of the panel row by row, and prepares them once for all keys.
void SoftmaxPanels::prepareQueries() {
  rxt::View view = viewOf(rows.scores.getLhs());
  SmallVector<unsigned> dims = rxt::dimensionsOf(rxt::mapAt(rows.scores.getMaps(), 0));
  Value count = e.mul(strips, e.constant(lanes)), depth = e.constant(rows.depth());
  e.forLoop(e.constant(0), count, [&](Value row) {
    Values places;
    for (unsigned axis = 0; axis < rowAxes; ++axis)
      places.push_back(rowIndex(axis, row));
    Value target = at(queries, e.mul(row, depth));
    e.forLoop(e.constant(0), depth, [&](Value i) {
      auto index = llvm::map_to_vector(dims, [&](unsigned dim) {
        return dim < batchRank ? batch[dim] : dim < keyDim ? places[dim - batchRank] : i;
      });
      LLVM::StoreOp::create(e.builder, e.loc, e.load(view, index), at(target, i), 4);
    });
  });
  func::CallOp::create(e.builder, e.loc, blocks->prepare,
                       ValueRange{queries, depth, count, depth, preparedRows});
}

/// The products have keys along lanes: squares of them are transposed.
void SoftmaxPanels::computeScoresOfBlocks(const KeyBlock &block) {
  Value zero = e.constant(0), stride = e.constant(scoresStride);
  Value columns = e.constant(keyForm.columns);
  Value offset = e.rem(block.first, e.constant(keyBlock)), start = e.sub(block.first, offset);
  GemmRange range;
  range.a = queries;
  range.aStride = range.depth = e.constant(rows.depth());
  range.b = viewOf(rows.scores.getRhs()).pointer;
  range.bStride = zero; // that of panels is not read
  range.c = at(keyTile, e.sub(zero, start));
  range.cStride = stride;
  range.rowBegin = zero;
  range.rowEnd = e.mul(strips, e.constant(lanes));
  range.columnBegin = e.mul(e.div(block.first, columns), columns);
  range.columnEnd = e.add(block.first, block.count);
  range.scratch = preparedRows;
  func::CallOp::create(e.builder, e.loc, blocks->multiply, range.flatten());
  forStrips([&](Value lane) {
    e.forLoop(zero, block.count, e.constant(lanes), [&](Value key) {
      Values square;
      for (int64_t l = 0; l < lanes; ++l) {
        Value row = e.mul(e.add(lane, e.constant(l)), stride);
        square.push_back(load(at(keyTile, e.add(row, e.add(offset, key)))));
      }
      transpose(square);
      for (int64_t l = 0; l < lanes; ++l) {
        Value row = e.mul(e.add(key, e.constant(l)), e.constant(width));
        store(square[l], at(block.tile, e.add(row, lane)));
      }
    });
  });
}

} // namespace rx::compiler
