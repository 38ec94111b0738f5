#include "compiler/lower/TileMultiply.h"
#include "compiler/lower/Lanes.h"
#include "compiler/lower/TileRegisters.h"
#include "dialects/rxk/Rxk.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// Products by vectors of a row's N sums, for orders whose chains begin with the sums.
class RowLowering {
public:
  RowLowering(ModuleOp module, rxk::TileMultiplyOp op, const CpuTarget &target)
      : op(op), target(target), sumsType(cast<VectorType>(op.getSums().getType())),
        e(module, sumsType.getElementTypeBitWidth(), sumsType.getDimSize(1)), lanes(e) {
    e.builder.setInsertionPoint(op);
  }

  Value result() {
    int64_t rows = sumsType.getDimSize(0);
    int64_t depth = cast<VectorType>(op.getA().getType()).getDimSize(1);
    SmallVector<Value> results;
    for (int64_t m = 0; m < rows; ++m) {
      Value sums = slice(op.getSums(), m);
      if (op.getOrder() == rxk::TileOrder::Chain)
        for (int64_t k = 0; k < depth; ++k)
          sums = lanes.multiplyAdd(factor(m, k), slice(op.getB(), k), sums);
      else
        for (int64_t pair = 0; pair < depth / 2; ++pair)
          sums = addPair(m, pair, sums);
      results.push_back(sums);
    }
    if (rows == 1)
      return shaped(results[0], sumsType);
    Value all = arith::ConstantOp::create(e.builder, e.loc, e.builder.getZeroAttr(sumsType));
    for (auto [m, row] : llvm::enumerate(results))
      all = vector::InsertOp::create(e.builder, e.loc, row, all, static_cast<int64_t>(m));
    return all;
  }

private:
  Value shaped(Value vector, VectorType type) {
    return vector::ShapeCastOp::create(e.builder, e.loc, type, vector);
  }
  /// Element `index` of the first axis, flat.
  Value slice(Value vector, int64_t index) {
    auto type = cast<VectorType>(vector.getType());
    auto flat = VectorType::get(type.getNumElements() / type.getDimSize(0), type.getElementType());
    if (type.getDimSize(0) != 1)
      vector = vector::ExtractOp::create(e.builder, e.loc, vector, index);
    return shaped(vector, flat);
  }
  Value bitcast(Value vector, int64_t count, Type element) {
    return vector::BitCastOp::create(e.builder, e.loc, VectorType::get(count, element), vector);
  }

  /// a[m, k] in every lane.
  Value factor(int64_t m, int64_t k) {
    return e.splat(vector::ExtractOp::create(e.builder, e.loc, op.getA(), ArrayRef({m, k})));
  }

  /// Adds the products of steps 2 pair + 1 and 2 pair. Both factors of a lane are a word, the
  /// earlier one in its low half.
  Value addPair(int64_t m, int64_t pair, Value sums) {
    Type word = e.builder.getI32Type();
    Value row = slice(op.getA(), m);
    Value words = bitcast(row, cast<VectorType>(row.getType()).getDimSize(0) / 2, word);
    Value a = lanes.broadcast(vector::ExtractOp::create(e.builder, e.loc, words, pair));
    Value b = bitcast(slice(op.getB(), pair), e.lanes, word);
    if (target.computes(rxk::TileOrder::Pairs) && e.lanes == 16) {
      Type bf16 = e.builder.getBF16Type();
      Value operands[] = {sums, bitcast(a, 32, bf16), bitcast(b, 32, bf16)};
      auto name = e.builder.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512");
      return LLVM::CallIntrinsicOp::create(e.builder, e.loc, e.vectorType, name, operands)
          .getResult(0);
    }
    sums = lanes.multiplyAdd(lanes.highBfloat(a), lanes.highBfloat(b), sums);
    return lanes.multiplyAdd(lanes.lowBfloat(a), lanes.lowBfloat(b), sums);
  }

  rxk::TileMultiplyOp op;
  const CpuTarget &target;
  VectorType sumsType;
  GemmEmitter e;
  Lanes lanes;
};

} // namespace

void lowerTileMultiplies(ModuleOp module, const CpuTarget &target) {
  bool hasTiles = false;
  module.walk([&](rxk::TileMultiplyOp op) {
    if (op.getOrder() == rxk::TileOrder::Amx) {
      hasTiles = true;
      return;
    }
    op.replaceAllUsesWith(RowLowering(module, op, target).result());
    op.erase();
  });
  if (hasTiles)
    lowerTileRegisters(
        module, target.computes(rxk::TileOrder::Amx) ? TileRegisters::Amx : TileRegisters::Emulated,
        target.lanes(/*elementBits=*/32));
}

} // namespace rx::compiler
