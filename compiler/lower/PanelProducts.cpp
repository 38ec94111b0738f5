#include "compiler/lower/PanelProducts.h"
#include "compiler/lower/FlushSubnormals.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

using rxt::LoopEmitter;
using Values = LoopEmitter::Values;

/// The body of one register tile.
class TileBuilder {
public:
  /// `scale` is null for a tile that starts at zero.
  TileBuilder(LoopEmitter &e, const GemmWords &words, bool alongDepth, int64_t rows, int64_t strips,
              ValueRange arguments, Value scale)
      : e(e), words(words), chainWords(PanelProducts::chain / words.steps()),
        alongDepth(alongDepth), rows(rows), strips(strips), depth(arguments[0]), a(arguments[1]),
        aStep(arguments[2]), b(arguments[3]), c(arguments[4]), scale(scale),
        element(e.builder.getF32Type()), vector(e.vectorOf(element)) {}

  void build() {
    if (alongDepth)
      for (int64_t row = 0; row < rows; ++row)
        aRows.push_back(at(a, e.mul(aStep, e.constant(row))));
    if (scale)
      storeSums(chain(e.constant(0), depth, scaledSums()));
    else
      e.forLoop(e.constant(0), e.max(depth, e.constant(1)), e.constant(chainWords),
                [&](Value first) {
                  Value last = e.min(e.add(first, e.constant(chainWords)), depth);
                  addToSums(first, chain(first, last, Values(rows * strips, zero())));
                });
  }

private:
  Value at(Value pointer, Value index) {
    return LLVM::GEPOp::create(e.builder, e.loc, pointer.getType(), element, pointer,
                               ValueRange(index));
  }
  Value at(Value pointer, int64_t index) {
    return LLVM::GEPOp::create(e.builder, e.loc, pointer.getType(), element, pointer,
                               ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)});
  }
  Value load(Type type, Value pointer) {
    return LLVM::LoadOp::create(e.builder, e.loc, type, pointer, 4);
  }

  void eachSum(function_ref<void(int64_t index, int64_t offset)> visit) {
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t s = 0; s < strips; ++s)
        visit(row * strips + s, row * PanelProducts::width + s * PanelProducts::strip);
  }

  Value zero() {
    return arith::ConstantOp::create(e.builder, e.loc, e.builder.getZeroAttr(vector));
  }

  /// Words [first, last) along k in one chain per sum.
  Values chain(Value first, Value last, const Values &sums) {
    // One word a trip: with more, the loads of A's elements move up and sums are spilled.
    return e.forCarry(first, last, e.constant(1), sums, [&](Value k, ValueRange carried) {
      Values next(carried);
      multiplyAdd(k, next);
      return next;
    });
  }

  void storeSums(const Values &sums) {
    eachSum([&](int64_t i, int64_t offset) {
      LLVM::StoreOp::create(e.builder, e.loc, sums[i], at(c, offset), 4);
    });
  }

  /// C = what it holds, which is nothing before the first chain, + sums.
  void addToSums(Value first, Values sums) {
    Value isFirst = e.compare(Predicate::eq, first, e.constant(0));
    eachSum([&](int64_t i, int64_t offset) {
      Value before = e.select(isFirst, zero(), load(vector, at(c, offset)));
      sums[i] = arith::AddFOp::create(e.builder, e.loc, before, sums[i]);
    });
    storeSums(sums);
  }

  /// What C holds times the scale.
  Values scaledSums() {
    Values sums(rows * strips), scales;
    for (int64_t s = 0; s < strips; ++s)
      scales.push_back(load(vector, at(scale, s * PanelProducts::strip)));
    eachSum([&](int64_t i, int64_t offset) {
      sums[i] = e.product(load(vector, at(c, offset)), scales[i % strips]);
    });
    return sums;
  }

  void multiplyAdd(Value k, Values &sums) {
    GemmEmitter products = emitterAt(e);
    Value row = at(b, e.mul(k, e.constant(PanelProducts::width)));
    Values columns;
    for (int64_t s = 0; s < strips; ++s)
      columns.push_back(load(vector, at(row, s * PanelProducts::strip)));
    Value column = alongDepth ? Value() : at(a, e.mul(k, aStep));
    for (int64_t m = 0; m < rows; ++m) {
      Value factor = load(element, alongDepth ? at(aRows[m], k) : at(column, m));
      for (int64_t s = 0; s < strips; ++s) {
        Value &sum = sums[m * strips + s];
        sum = words.multiplyAdd(products, factor, columns[s], sum);
      }
    }
  }

  LoopEmitter &e;
  const GemmWords &words;
  int64_t chainWords;
  bool alongDepth;
  int64_t rows, strips;
  Value depth, a, aStep, b, c, scale;
  Type element;
  VectorType vector;
  Values aRows;
};

Value offset(LoopEmitter &e, Value pointer, Value elements) {
  return LLVM::GEPOp::create(e.builder, e.loc, pointer.getType(), e.builder.getF32Type(), pointer,
                             ValueRange(elements));
}

} // namespace

GemmEmitter emitterAt(LoopEmitter &e) {
  auto module = e.builder.getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
  GemmEmitter emitter(module, /*elementBits=*/32, LoopEmitter::lanes);
  emitter.builder.restoreInsertionPoint(e.builder.saveInsertionPoint());
  return emitter;
}

GemmWords PanelProducts::wordsOf(const GemmSpec &spec) {
  bool rounds = spec.precision == Precision::BF16 && spec.path == GemmPath::Bulk;
  return {*spec.target, rounds ? rxk::TileOrder::Pairs : rxk::TileOrder::Chain};
}

PanelProducts::PanelProducts(ModuleOp module, const GemmSpec &spec)
    : module(module), target(*spec.target), ofWords(wordsOf(spec)) {}

GemmEmitter PanelProducts::functions() const {
  return GemmEmitter(module, /*elementBits=*/32, target.lanes(/*elementBits=*/32));
}

PanelProducts::Function PanelProducts::tileOf(Location loc, const Tile &tile) {
  std::string name = std::string(tile.accumulates ? "accumulate_" : "store_") +
                     (tile.alongDepth ? "rows_" : "columns_") + std::to_string(tile.rows) + "x" +
                     std::to_string(tile.strips);
  Function &known = tiles[name];
  if (!known)
    known = build(loc, tile, name);
  return known;
}

PanelProducts::Function PanelProducts::build(Location loc, const Tile &tile, StringRef name) {
  auto builder = OpBuilder::atBlockEnd(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(module.getContext()), i64 = builder.getI64Type();
  SmallVector<Type> types = {i64, pointer, i64, pointer, pointer};
  if (tile.accumulates)
    types.push_back(pointer);
  auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType(types, {}));
  function.setPrivate();
  keepOutOfLine(function);
  for (auto [index, type] : llvm::enumerate(types))
    if (type == pointer)
      function.setArgAttr(index, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
  builder.setInsertionPointToStart(function.addEntryBlock());
  LoopEmitter e(builder, loc, {});
  ValueRange arguments = function.getArguments();
  TileBuilder(e, ofWords, tile.alongDepth, tile.rows, tile.strips, arguments,
              tile.accumulates ? arguments[5] : Value())
      .build();
  func::ReturnOp::create(builder, loc);
  if (ofWords.steps() == 1)
    return function;
  GemmEmitter emitter(module, /*elementBits=*/32, LoopEmitter::lanes);
  return buildFlushingSubnormals(emitter, function);
}

void PanelProducts::callTile(LoopEmitter &e, int64_t rows, const Operands &o, Value row,
                             Value scale) {
  Value a = offset(e, o.a, o.alongDepth ? e.mul(row, o.aStep) : row);
  Value c = offset(e, o.c, e.mul(row, e.constant(width)));
  auto call = [&](int64_t strips, Value column) {
    Tile tile{o.alongDepth, static_cast<bool>(scale), rows, strips};
    Values arguments{o.depth, a, o.aStep, offset(e, o.b, column), offset(e, c, column)};
    if (scale)
      arguments.push_back(offset(e, scale, column));
    func::CallOp::create(e.builder, e.loc, tileOf(e.loc, tile), arguments);
    return Values();
  };
  Value zero = e.constant(0);
  if (tileStrips() == 1)
    e.forLoop(zero, o.strips, [&](Value s) { call(1, e.mul(s, e.constant(strip))); });
  else
    e.ifElse(
        e.compare(Predicate::eq, o.strips, e.constant(2)), [&] { return call(2, zero); },
        [&] { return call(1, zero); });
}

int64_t PanelProducts::mostRows() const { return target.vectorBits == 512 ? 12 : 6; }

int64_t PanelProducts::heightFor(int64_t rows) const {
  int64_t tiles = (rows + mostRows() - 1) / mostRows();
  return (rows + tiles - 1) / tiles;
}

void PanelProducts::store(LoopEmitter &e, const Operands &operands, int64_t usual) {
  // The last tile may overlap the one before it: its rows are computed again, to the same bits.
  int64_t rows = heightFor(usual);
  Value zero = e.constant(0), height = e.constant(rows);
  Value last = e.sub(operands.rows, height);
  auto tiles = [&] {
    e.forLoop(zero, operands.rows, height,
              [&](Value row) { callTile(e, rows, operands, e.min(row, last), Value()); });
    return Values();
  };
  auto single = [&] {
    e.forLoop(zero, operands.rows, [&](Value row) { callTile(e, 1, operands, row, Value()); });
    return Values();
  };
  e.ifElse(e.compare(Predicate::sge, last, zero), tiles, single);
}

void PanelProducts::accumulate(LoopEmitter &e, const Operands &operands, int64_t rows,
                               Value scale) {
  int64_t height = heightFor(rows), whole = rows / height * height;
  e.forLoop(e.constant(0), e.constant(whole), e.constant(height),
            [&](Value row) { callTile(e, height, operands, row, scale); });
  if (whole < rows)
    callTile(e, rows - whole, operands, e.constant(whole), scale);
}

} // namespace rx::compiler
