#include "compiler/lower/GemmTilePacking.h"
#include "compiler/lower/GemmPacking.h"
#include "compiler/lower/Lanes.h"

using namespace mlir;
using Kind = mlir::vector::CombiningKind;

namespace rx::compiler {

GemmTilePacking::GemmTilePacking(GemmEmitter &e, const GemmSpec &spec)
    : e(e), spec(spec), terms(spec), words(*spec.target, rxk::TileOrder::Pairs) {
  assert(e.lanes == width / 2);
  SmallVector<Type> types = {e.ptr, e.i64, e.i64, e.i64, e.ptr, e.ptr};
  auto build = [&](StringRef name, void (GemmTilePacking::*body)(const Panel &)) {
    func::FuncOp function =
        e.function(name, types, /*isPublic=*/false, {false, false, false, false, true, true},
                   [&](ValueRange v) {
                     (this->*body)({v[0], v[1], v[2], v[3], v[4], v[5], Value()});
                   });
    keepOutOfLine(function);
    return function;
  };
  columns = build("tiles_of_columns", &GemmTilePacking::columnsBody);
  if (!spec.transA) {
    rows = build("tiles_of_rows", &GemmTilePacking::rowsBody);
    return;
  }
  transposed = build("tiles_of_steps", &GemmTilePacking::transposedBody);
  GemmWords elements(*spec.target, rxk::TileOrder::Chain);
  steps = buildPack(e, "pack_steps", width, /*alongDepth=*/false, /*padded=*/true, elements);
}

void GemmTilePacking::packA(const Panel &panel) {
  if (!spec.transA)
    return e.call(
        rows, {panel.source, panel.stride, panel.extent, panel.depth, panel.target, panel.most});
  e.call(steps, {panel.extent, panel.depth, e.constant(width), panel.source, panel.stride,
                 panel.room, e.constant(0)});
  e.call(transposed,
         {panel.room, panel.stride, panel.extent, panel.depth, panel.target, panel.most});
}

void GemmTilePacking::packB(const Panel &panel) {
  Value none = e.constant(0);
  e.call(columns, {panel.source, none, none, panel.depth, panel.target, panel.most});
}

void GemmTilePacking::forGroups(Value depth, function_ref<void(Value, bool)> body) {
  Value whole = e.div(depth, e.constant(groupSteps)), one = e.constant(1);
  e.forEach(e.constant(0), whole, one, [&](Value group) { body(group, true); });
  e.forEach(whole, e.ceilDiv(depth, groupSteps), one, [&](Value group) { body(group, false); });
}

/// The bits of the largest magnitude so far, lane by lane. A NaN is above all numbers.
Value GemmTilePacking::largerOf(Value most, ArrayRef<Value> numbers) {
  Lanes lanes(e);
  for (Value each : numbers)
    most = lanes.larger(most, lanes.mask(lanes.bitsOf(each), 0x7FFFFFFF));
  return most;
}

/// Raises what is at `address` to `most`, lanes of i32.
void GemmTilePacking::raise(Value address, Value most) {
  Lanes lanes(e);
  e.store(lanes.larger(lanes.loadWords(address), most), address);
}

/// The terms of two vectors, each as row `row` of a tile: `half` is which of the panel's two.
void GemmTilePacking::storeTerms(const GemmEmitter::Values &rowsOfTerms, Value group, int64_t half,
                                 Value row, Value target) {
  Type byte = e.builder.getI8Type();
  int64_t count = static_cast<int64_t>(rowsOfTerms.size());
  Value inTile = e.add(e.mul(group, groupBytes(count)), e.mul(row, tileBytes / 16));
  for (auto [term, halves] : llvm::enumerate(rowsOfTerms)) {
    int64_t tile = static_cast<int64_t>(term) * 2 + half;
    LLVM::StoreOp::create(e.builder, e.loc, halves,
                          e.at(e.at(target, inTile, byte), tile * tileBytes, byte),
                          /*alignment=*/64);
  }
}

/// A stored along k: rows of tiles as they lie. Rows that do not exist repeat the last one.
void GemmTilePacking::rowsBody(const Panel &panel) {
  Lanes lanes(e);
  for (int64_t half : {0, 1})
    e.forEach(e.constant(0), e.constant(16), e.constant(1), [&](Value inTile) {
      Value row = e.add(inTile, e.constant(16 * half));
      Value existing = e.min(row, e.sub(panel.extent, e.constant(1)));
      Value from = e.at(panel.source, e.mul(existing, panel.stride));
      Type word = e.builder.getI32Type();
      Value noted = e.at(panel.most, row, word);
      forGroups(panel.depth, [&](Value group, bool isWhole) {
        Value k = e.mul(group, groupSteps);
        GemmEmitter::Values numbers;
        for (int64_t piece : {int64_t(0), e.lanes}) {
          Value left = e.sub(panel.depth, e.add(k, e.constant(piece)));
          numbers.push_back(
              e.loadMasked(e.at(e.at(from, k), piece), isWhole ? Value() : e.maskBelow(left)));
        }
        Value most = lanes.total(largerOf(lanes.splat(0), numbers), Kind::MAXSI);
        Value before = LLVM::LoadOp::create(e.builder, e.loc, word, noted, /*alignment=*/4);
        e.store(e.max(before, most), noted);
        storeTerms(splitIntoTerms(e, words, numbers[0], numbers[1], terms.ofA), group, half, inTile,
                   panel.target);
      });
    });
}

Value GemmTilePacking::stepOf(const Panel &panel, Value step, int64_t column, bool exists) {
  Value address = e.at(e.at(panel.source, e.mul(step, width)), column);
  if (exists)
    return e.loadVector(address);
  Value inDepth = e.compare(arith::CmpIPredicate::slt, step, panel.depth);
  return e.loadMasked(address, e.maskBelow(e.select(inDepth, e.constant(e.lanes), e.constant(0))));
}

/// B: pairs of steps, column by column.
void GemmTilePacking::columnsBody(const Panel &panel) {
  for (int64_t half : {0, 1}) {
    int64_t column = half * e.lanes;
    Value most = e.at(panel.most, column);
    forGroups(panel.depth, [&](Value group, bool isWhole) {
      Value begin = e.mul(group, groupSteps);
      Value noted = e.forCarry(
          e.constant(0), e.constant(groupSteps / 2), e.constant(1), {Lanes(e).loadWords(most)},
          [&](Value pair, ValueRange carried) -> GemmEmitter::Values {
            Value step = e.add(begin, e.mul(pair, 2));
            Value first = stepOf(panel, step, column, isWhole);
            Value second = stepOf(panel, e.add(step, e.constant(1)), column, isWhole);
            GemmEmitter::Values parts = splitIntoTerms(e, words, first, second, terms.ofB);
            for (Value &part : parts)
              part = words.interleaved(e, part);
            storeTerms(parts, group, half, pair, panel.target);
            return {largerOf(carried[0], {first, second})};
          })[0];
      e.store(noted, most);
    });
  }
}

/// A stored across k, copied side by side: squares are transposed in registers.
void GemmTilePacking::transposedBody(const Panel &panel) {
  for (int64_t half : {0, 1})
    forGroups(panel.depth, [&](Value group, bool isWhole) {
      int64_t column = half * e.lanes;
      GemmEmitter::Values squares[2];
      for (auto [index, square] : llvm::enumerate(squares)) {
        for (int64_t i = 0; i < e.lanes; ++i) {
          Value step = e.add(e.mul(group, groupSteps),
                             e.constant(static_cast<int64_t>(index) * e.lanes + i));
          square.push_back(stepOf(panel, step, column, isWhole));
        }
        raise(e.at(panel.most, column), largerOf(Lanes(e).splat(0), square));
        transposeInRegisters(e, square);
      }
      for (int64_t row = 0; row < e.lanes; ++row)
        storeTerms(splitIntoTerms(e, words, squares[0][row], squares[1][row], terms.ofA), group,
                   half, e.constant(row), panel.target);
    });
}

} // namespace rx::compiler
