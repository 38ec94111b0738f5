#include "compiler/lower/TileRegisters.h"
#include "compiler/lower/Lanes.h"
#include "dialects/rxk/Rxk.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Transforms/DialectConversion.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// A tile is rows of bytes; the last two axes of B lie in one row.
struct TileShape {
  explicit TileShape(Type type) {
    auto vector = cast<VectorType>(type);
    rows = vector.getDimSize(0);
    rowBytes = vector.getNumElements() / rows * vector.getElementTypeBitWidth() / 8;
  }
  int64_t rows, rowBytes;
};

bool isTile(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getRank() > 1;
}

template <typename Op> class TilePattern : public OpConversionPattern<Op> {
public:
  TilePattern(TypeConverter &types, MLIRContext *context)
      : OpConversionPattern<Op>(types, context) {}

protected:
  static Value integer(OpBuilder &b, Location loc, int64_t value, unsigned bits) {
    return arith::ConstantIntOp::create(b, loc, value, bits);
  }
};

//===----------------------------------------------------------------------===//
// Registers of AMX
//===----------------------------------------------------------------------===//

/// The intrinsics with shapes as operands, from which LLVM makes the function's one ldtilecfg.
LLVM::CallIntrinsicOp callAmx(OpBuilder &b, Location loc, StringRef name, bool hasResult,
                              ArrayRef<int64_t> shape, ValueRange operands) {
  SmallVector<Value> all;
  for (int64_t size : shape)
    all.push_back(arith::ConstantIntOp::create(b, loc, size, 16));
  all.append(operands.begin(), operands.end());
  auto intrinsic = b.getStringAttr("llvm.x86." + name + ".internal");
  if (!hasResult)
    return LLVM::CallIntrinsicOp::create(b, loc, intrinsic, all);
  return LLVM::CallIntrinsicOp::create(b, loc, LLVM::LLVMX86AMXType::get(b.getContext()), intrinsic,
                                       all);
}

struct LoadAmx : TilePattern<rxk::TileLoadOp> {
  using TilePattern::TilePattern;
  LogicalResult matchAndRewrite(rxk::TileLoadOp op, OpAdaptor operands,
                                ConversionPatternRewriter &b) const override {
    TileShape shape(op.getTile().getType());
    b.replaceOp(op, callAmx(b, op.getLoc(), "tileloadd64", true, {shape.rows, shape.rowBytes},
                            operands.getOperands()));
    return success();
  }
};

struct StoreAmx : TilePattern<rxk::TileStoreOp> {
  using TilePattern::TilePattern;
  LogicalResult matchAndRewrite(rxk::TileStoreOp op, OpAdaptor operands,
                                ConversionPatternRewriter &b) const override {
    TileShape shape(op.getTile().getType());
    callAmx(b, op.getLoc(), "tilestored64", false, {shape.rows, shape.rowBytes},
            {operands.getAddress(), operands.getStride(), operands.getTile()});
    b.eraseOp(op);
    return success();
  }
};

struct ZeroAmx : TilePattern<arith::ConstantOp> {
  using TilePattern::TilePattern;
  LogicalResult matchAndRewrite(arith::ConstantOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    TileShape shape(op.getType());
    b.replaceOp(op, callAmx(b, op.getLoc(), "tilezero", true, {shape.rows, shape.rowBytes}, {}));
    return success();
  }
};

struct MultiplyAmx : TilePattern<rxk::TileMultiplyOp> {
  using TilePattern::TilePattern;
  LogicalResult matchAndRewrite(rxk::TileMultiplyOp op, OpAdaptor operands,
                                ConversionPatternRewriter &b) const override {
    TileShape a(op.getA().getType()), sums(op.getSums().getType());
    b.replaceOp(op,
                callAmx(b, op.getLoc(), "tdpbf16ps", true, {sums.rows, sums.rowBytes, a.rowBytes},
                        {operands.getSums(), operands.getA(), operands.getB()}));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Tiles on the stack
//===----------------------------------------------------------------------===//
//
// Every op that makes a tile owns a place on its function's stack. A loop carries addresses: sums
// that a loop carries are read, row by row, before or while their next value is written.

Value placeFor(OpBuilder &b, Operation *op, TileShape shape) {
  OpBuilder::InsertionGuard guard(b);
  auto function = op->getParentOfType<func::FuncOp>();
  b.setInsertionPointToStart(&function.getBody().front());
  Value count = arith::ConstantIntOp::create(b, op->getLoc(), shape.rows * shape.rowBytes, 64);
  return LLVM::AllocaOp::create(b, op->getLoc(), LLVM::LLVMPointerType::get(b.getContext()),
                                b.getI8Type(), count, /*alignment=*/64);
}

/// Copies rows that lie `fromStride` and `toStride` bytes apart.
void copyRows(OpBuilder &b, Location loc, TileShape shape, Value from, Value fromStride, Value to,
              Value toStride) {
  auto row = VectorType::get(shape.rowBytes, b.getI8Type());
  auto at = [&](Value base, Value stride, int64_t m) -> Value {
    Value offset =
        arith::MulIOp::create(b, loc, stride, arith::ConstantIntOp::create(b, loc, m, 64));
    return LLVM::GEPOp::create(b, loc, base.getType(), b.getI8Type(), base, ValueRange(offset));
  };
  for (int64_t m = 0; m < shape.rows; ++m) {
    Value bytes = LLVM::LoadOp::create(b, loc, row, at(from, fromStride, m), /*alignment=*/1);
    LLVM::StoreOp::create(b, loc, bytes, at(to, toStride, m), /*alignment=*/1);
  }
}

struct LoadEmulated : TilePattern<rxk::TileLoadOp> {
  using TilePattern::TilePattern;
  LogicalResult matchAndRewrite(rxk::TileLoadOp op, OpAdaptor operands,
                                ConversionPatternRewriter &b) const override {
    TileShape shape(op.getTile().getType());
    Value place = placeFor(b, op, shape);
    copyRows(b, op.getLoc(), shape, operands.getAddress(), operands.getStride(), place,
             integer(b, op.getLoc(), shape.rowBytes, 64));
    b.replaceOp(op, place);
    return success();
  }
};

struct StoreEmulated : TilePattern<rxk::TileStoreOp> {
  using TilePattern::TilePattern;
  LogicalResult matchAndRewrite(rxk::TileStoreOp op, OpAdaptor operands,
                                ConversionPatternRewriter &b) const override {
    TileShape shape(op.getTile().getType());
    copyRows(b, op.getLoc(), shape, operands.getTile(), integer(b, op.getLoc(), shape.rowBytes, 64),
             operands.getAddress(), operands.getStride());
    b.eraseOp(op);
    return success();
  }
};

struct ZeroEmulated : TilePattern<arith::ConstantOp> {
  using TilePattern::TilePattern;
  LogicalResult matchAndRewrite(arith::ConstantOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    TileShape shape(op.getType());
    Value place = placeFor(b, op, shape);
    auto bytes = VectorType::get(shape.rows * shape.rowBytes, b.getI8Type());
    Value zero = arith::ConstantOp::create(b, op.getLoc(), b.getZeroAttr(bytes));
    LLVM::StoreOp::create(b, op.getLoc(), zero, place, /*alignment=*/64);
    b.replaceOp(op, place);
    return success();
  }
};

/// func(result, a, b, sums), all of them dense tiles in memory; result may be sums.
class EmulationBuilder {
public:
  EmulationBuilder(ModuleOp module, rxk::TileMultiplyOp op, int64_t lanes)
      : module(module), sums(op.getSums().getType()),
        depth(TileShape(op.getA().getType()).rowBytes / 2), e(module, /*elementBits=*/32, lanes),
        lanes(e) {}

  func::FuncOp find() {
    std::string name = "multiply_tiles_" + std::to_string(sums.rows) + "x" +
                       std::to_string(sums.rowBytes / 4) + "x" + std::to_string(depth);
    if (auto known = module.lookupSymbol<func::FuncOp>(name))
      return known;
    SmallVector<Type> types(4, e.ptr);
    func::FuncOp made = e.function(name, types, /*isPublic=*/false, {},
                                   [&](ValueRange v) { body(v[0], v[1], v[2], v[3]); });
    keepOutOfLine(made);
    return made;
  }

private:
  void body(Value result, Value a, Value b, Value before) {
    Value zero = e.constant(0), one = e.constant(1), columns = e.constant(sums.rowBytes / 4);
    e.forEach(zero, e.constant(sums.rows), one, [&](Value m) {
      e.forEach(zero, columns, e.constant(e.lanes), [&](Value n) {
        Value pairs = e.constant(depth / 2);
        auto halves = e.forCarry(
            zero, pairs, one, {e.zeroVector(), e.zeroVector()},
            [&](Value pair, ValueRange carried) {
              Value own = e.add(e.mul(m, depth / 2), pair);
              Value other = e.add(e.mul(pair, columns), n);
              Value x = lanes.loadBroadcast(e.at(a, own));
              Value y = lanes.loadWords(e.at(b, other));
              return GemmEmitter::Values{
                  lanes.multiplyAdd(lanes.lowBfloat(x), lanes.lowBfloat(y), carried[0]),
                  lanes.multiplyAdd(lanes.highBfloat(x), lanes.highBfloat(y), carried[1])};
            });
        Value at = e.add(e.mul(m, columns), n);
        Value products = e.addFloats(halves[0], halves[1]);
        e.store(e.addFloats(e.loadVector(e.at(before, at)), products), e.at(result, at));
      });
    });
  }

  ModuleOp module;
  TileShape sums;
  int64_t depth;
  GemmEmitter e;
  Lanes lanes;
};

struct MultiplyEmulated : TilePattern<rxk::TileMultiplyOp> {
  MultiplyEmulated(TypeConverter &types, MLIRContext *context, int64_t lanes)
      : TilePattern(types, context), lanes(lanes) {}
  LogicalResult matchAndRewrite(rxk::TileMultiplyOp op, OpAdaptor operands,
                                ConversionPatternRewriter &b) const override {
    func::FuncOp callee = EmulationBuilder(op->getParentOfType<ModuleOp>(), op, lanes).find();
    Value place = placeFor(b, op, TileShape(op.getResult().getType()));
    func::CallOp::create(b, op.getLoc(), callee,
                         ValueRange{place, operands.getA(), operands.getB(), operands.getSums()});
    b.replaceOp(op, place);
    return success();
  }
  int64_t lanes;
};

} // namespace

void lowerTileRegisters(ModuleOp module, TileRegisters registers, int64_t lanes) {
  MLIRContext *context = module.getContext();
  bool isAmx = registers == TileRegisters::Amx;
  Type held =
      isAmx ? Type(LLVM::LLVMX86AMXType::get(context)) : Type(LLVM::LLVMPointerType::get(context));
  TypeConverter types;
  types.addConversion([](Type type) { return type; });
  types.addConversion([held](VectorType type) -> Type { return isTile(type) ? held : type; });

  ConversionTarget legal(*context);
  legal.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  legal.addIllegalOp<rxk::TileLoadOp, rxk::TileStoreOp, rxk::TileMultiplyOp>();
  legal.addDynamicallyLegalOp<arith::ConstantOp>(
      [](arith::ConstantOp op) { return !isTile(op.getType()); });
  RewritePatternSet patterns(context);
  scf::populateSCFStructuralTypeConversionsAndLegality(types, patterns, legal);
  if (isAmx)
    patterns.add<LoadAmx, StoreAmx, ZeroAmx, MultiplyAmx>(types, context);
  else {
    patterns.add<LoadEmulated, StoreEmulated, ZeroEmulated>(types, context);
    patterns.add<MultiplyEmulated>(types, context, lanes);
  }
  if (failed(applyPartialConversion(module, legal, std::move(patterns))))
    llvm::report_fatal_error("a tile is used by an op that does not know tiles");
}

} // namespace rx::compiler
