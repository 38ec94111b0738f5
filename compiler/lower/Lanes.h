// Integers in the lanes of the GEMM generator's vectors. All shift counts are below 32.
#pragma once

#include "compiler/lower/GemmEmitter.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace rx::compiler {

/// The bits of a power of two as f32.
constexpr int64_t bitsOfPower(int64_t exponent) { return (exponent + 127) << 23; }

class Lanes {
public:
  using Value = mlir::Value;

  explicit Lanes(GemmEmitter &e)
      : e(e), words(mlir::VectorType::get(e.lanes, e.builder.getI32Type())),
        halves(mlir::VectorType::get(e.lanes, e.builder.getI16Type())) {}

  Value splat(int64_t value) {
    auto attribute =
        mlir::DenseElementsAttr::get(words, llvm::APInt(32, static_cast<uint64_t>(value),
                                                        /*isSigned=*/false,
                                                        /*implicitTrunc=*/true));
    return mlir::arith::ConstantOp::create(e.builder, e.loc, attribute);
  }
  /// The same i32, known at run time, in every lane.
  Value broadcast(Value number) {
    return mlir::vector::BroadcastOp::create(e.builder, e.loc, words, number);
  }
  /// The same i64, whose upper half does not count.
  Value splat(Value number) {
    return broadcast(
        mlir::arith::TruncIOp::create(e.builder, e.loc, e.builder.getI32Type(), number));
  }
  Value add(Value a, Value b) { return mlir::arith::AddIOp::create(e.builder, e.loc, a, b); }
  Value sub(Value a, Value b) { return mlir::arith::SubIOp::create(e.builder, e.loc, a, b); }
  Value mask(Value a, int64_t bits) {
    return mlir::arith::AndIOp::create(e.builder, e.loc, a, splat(bits));
  }
  Value merge(Value a, Value b) { return mlir::arith::OrIOp::create(e.builder, e.loc, a, b); }
  Value flip(Value a, int64_t bits) {
    return mlir::arith::XOrIOp::create(e.builder, e.loc, a, splat(bits));
  }
  Value larger(Value a, Value b) { return mlir::arith::MaxSIOp::create(e.builder, e.loc, a, b); }
  Value left(Value a, int64_t by) {
    return by ? mlir::arith::ShLIOp::create(e.builder, e.loc, a, splat(by)).getResult() : a;
  }
  Value left(Value a, Value by) {
    return mlir::arith::ShLIOp::create(e.builder, e.loc, a, splat(by));
  }
  Value right(Value a, int64_t by) {
    return by ? mlir::arith::ShRUIOp::create(e.builder, e.loc, a, splat(by)).getResult() : a;
  }
  Value right(Value a, Value by) {
    return mlir::arith::ShRUIOp::create(e.builder, e.loc, a, splat(by));
  }
  /// Keeps the sign.
  Value signedRight(Value a, int64_t by) {
    return mlir::arith::ShRSIOp::create(e.builder, e.loc, a, splat(by));
  }
  /// Byte `index` of every lane, with its sign.
  Value signedByte(Value a, int64_t index) { return signedRight(left(a, 24 - 8 * index), 24); }
  /// The same times 2^24: zeros below it.
  Value topByte(Value a, int64_t index) {
    if (index == 0)
      return left(a, 24);
    if (index == 3)
      return mask(a, 0xFF000000);
    int64_t count = 4 * e.lanes;
    auto type = mlir::VectorType::get(count, e.builder.getI8Type());
    llvm::SmallVector<int64_t> order(count, count); // a zero
    for (int64_t lane = 0; lane < e.lanes; ++lane)
      order[4 * lane + 3] = 4 * lane + index;
    Value bytes = mlir::vector::BitCastOp::create(e.builder, e.loc, type, a);
    Value zeros = mlir::vector::BitCastOp::create(e.builder, e.loc, type, splat(int64_t(0)));
    Value moved = mlir::vector::ShuffleOp::create(e.builder, e.loc, bytes, zeros, order);
    return mlir::vector::BitCastOp::create(e.builder, e.loc, words, moved);
  }
  /// Four unsigned bytes to signed ones, `bias` less. No byte carries into the next: all are below
  /// 128 - bias.
  Value lessBias(Value bytes, int64_t bias) {
    constexpr int64_t every = 0x01010101;
    return flip(add(bytes, splat((0x80 - bias) * every)), 0x80 * every);
  }

  /// Sum or maximum of all lanes, i32.
  Value total(Value a, mlir::vector::CombiningKind kind = mlir::vector::CombiningKind::ADD) {
    return mlir::vector::ReductionOp::create(e.builder, e.loc, kind, a);
  }

  Value bitsOf(Value floats) {
    return mlir::arith::BitcastOp::create(e.builder, e.loc, words, floats);
  }
  Value toFloat(Value a) {
    return mlir::arith::SIToFPOp::create(e.builder, e.loc, e.vectorType, a);
  }
  /// Ties to even; the rounded number fits.
  Value rounded(Value floats) {
    Value whole = mlir::math::RoundEvenOp::create(e.builder, e.loc, floats);
    return mlir::arith::FPToSIOp::create(e.builder, e.loc, words, whole);
  }
  Value product(Value a, Value b) { return mlir::arith::MulFOp::create(e.builder, e.loc, a, b); }
  Value multiplyAdd(Value a, Value b, Value sum) {
    return mlir::vector::FMAOp::create(e.builder, e.loc, a, b, sum);
  }

  Value loadWords(Value pointer) {
    return mlir::LLVM::LoadOp::create(e.builder, e.loc, words, pointer, /*alignment=*/4);
  }
  /// An i32 in memory, in every lane.
  Value loadBroadcast(Value pointer) { return broadcast(e.load(e.builder.getI32Type(), pointer)); }
  Value loadHalves(Value pointer) {
    return mlir::LLVM::LoadOp::create(e.builder, e.loc, halves, pointer, /*alignment=*/2);
  }
  /// Low bits of every lane, `bits` each, side by side.
  Value narrow(Value a, unsigned bits) {
    auto type = mlir::VectorType::get(e.lanes, e.builder.getIntegerType(bits));
    return mlir::arith::TruncIOp::create(e.builder, e.loc, type, a);
  }
  Value halfToFloat(Value bits) {
    auto type = mlir::VectorType::get(e.lanes, e.builder.getF16Type());
    Value half = mlir::arith::BitcastOp::create(e.builder, e.loc, type, bits);
    return mlir::arith::ExtFOp::create(e.builder, e.loc, e.vectorType, half);
  }
  Value bfloatToFloat(Value bits) {
    Value wide = mlir::arith::ExtUIOp::create(e.builder, e.loc, words, bits);
    return floatOf(left(wide, 16));
  }
  /// Words that hold two bf16 each: the low and the high one.
  Value lowBfloat(Value pairs) { return floatOf(left(pairs, 16)); }
  Value highBfloat(Value pairs) { return floatOf(mask(pairs, 0xFFFF0000)); }

private:
  Value floatOf(Value bits) {
    return mlir::arith::BitcastOp::create(e.builder, e.loc, e.vectorType, bits);
  }

  GemmEmitter &e;
  const mlir::VectorType words, halves;
};

} // namespace rx::compiler
