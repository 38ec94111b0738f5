#include "compiler/lower/BlockDot.h"
#include "compiler/lower/Lanes.h"

using namespace mlir;

namespace rx::compiler {
namespace {

Value callIntrinsic(GemmEmitter &e, StringRef name, Type result, ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(e.builder, e.loc, result, e.builder.getStringAttr(name),
                                       operands)
      .getResult(0);
}

Value bitcast(GemmEmitter &e, Value vector, unsigned elementBits) {
  int64_t count = e.lanes * 32 / elementBits;
  auto type = VectorType::get(count, e.builder.getIntegerType(elementBits));
  return vector::BitCastOp::create(e.builder, e.loc, type, vector);
}

/// Three planes of signed bytes: high, and low = p1 * 256 + p0.
class ByteDot : public BlockDot {
  int64_t pieceBytes() const override { return 3 * steps; }

  void storePieces(GemmEmitter &e, Value high, Value low, int64_t first,
                   Value target) const override {
    Lanes lanes(e);
    Value p1 = lanes.signedRight(lanes.add(low, lanes.splat(128)), 8);
    Value p0 = lanes.sub(low, lanes.left(p1, 8));
    int64_t plane = 0;
    for (Value digits : {high, p1, p0})
      LLVM::StoreOp::create(e.builder, e.loc, lanes.narrow(digits, 8),
                            e.at(target, steps * plane++ + first, e.builder.getI8Type()), 1);
  }

  Values prepare(GemmEmitter &e, ArrayRef<Value> words) const override {
    return llvm::map_to_vector(words, [&](Value word) { return bitcast(e, word, 8); });
  }

  Sums products(GemmEmitter &e, ArrayRef<Value> prepared, Value pieces, int64_t first,
                int64_t words, Sums start) const override {
    Lanes lanes(e);
    auto add = [&](Value sum, int64_t plane, int64_t word) {
      Value digits = e.at(pieces, steps * plane + 4 * word, e.builder.getI8Type());
      return callIntrinsic(e, "llvm.x86.avx512.vpdpbusd.512", sum.getType(),
                           {sum, prepared[word], bitcast(e, lanes.loadBroadcast(digits), 8)});
    };
    // Three chains side by side: with one row, their latency is all there is to wait for.
    Value high = start.high, middle = lanes.splat(0), low = start.low;
    for (int64_t word = first; word < first + words; ++word) {
      high = add(high, 0, word);
      middle = add(middle, 1, word);
      low = add(low, 2, word);
    }
    return {high, lanes.add(lanes.left(middle, 8), low)};
  }
};

/// Pieces of 16 bits, codes 0 and 2 of a word and 1 and 3.
class WordDot : public BlockDot {
  int64_t pieceBytes() const override { return 2 * 2 * steps; }

  void storePieces(GemmEmitter &e, Value high, Value low, int64_t first,
                   Value target) const override {
    SmallVector<int64_t> order;
    for (int64_t word = 0; word < e.lanes; word += 4)
      order.append({word, word + 2, word + 1, word + 3});
    int64_t piece = 0;
    for (Value numbers : {high, low}) {
      Value narrow = Lanes(e).narrow(numbers, 16);
      LLVM::StoreOp::create(e.builder, e.loc,
                            vector::ShuffleOp::create(e.builder, e.loc, narrow, narrow, order),
                            e.at(target, 2 * (steps * piece++ + first), e.builder.getI8Type()), 2);
    }
  }

  Values prepare(GemmEmitter &e, ArrayRef<Value> words) const override {
    Lanes lanes(e);
    Values prepared;
    for (Value word : words)
      for (Value bytes : {word, lanes.right(word, 8)})
        prepared.push_back(bitcast(e, lanes.mask(bytes, 0x00FF00FF), 16));
    return prepared;
  }

  Sums products(GemmEmitter &e, ArrayRef<Value> prepared, Value pieces, int64_t first,
                int64_t words, Sums start) const override {
    Lanes lanes(e);
    StringRef name = e.lanes == 16 ? "llvm.x86.avx512.pmaddw.d.512" : "llvm.x86.avx2.pmadd.wd";
    auto add = [&](Value sum, int64_t piece, int64_t pair) {
      Value two = e.at(pieces, 2 * (steps * piece + 2 * pair), e.builder.getI8Type());
      Value numbers = bitcast(e, lanes.loadBroadcast(two), 16);
      return lanes.add(sum, callIntrinsic(e, name, sum.getType(), {prepared[pair], numbers}));
    };
    Sums sums = start;
    for (int64_t pair = 2 * first; pair < 2 * (first + words); ++pair) {
      sums.high = add(sums.high, 0, pair);
      sums.low = add(sums.low, 1, pair);
    }
    return sums;
  }
};

} // namespace

std::unique_ptr<BlockDot> makeBlockDot(const CpuTarget &target) {
  if (target.hasByteDots)
    return std::make_unique<ByteDot>();
  return std::make_unique<WordDot>();
}

} // namespace rx::compiler
