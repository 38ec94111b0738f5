#include "compiler/lower/BlockDot.h"
#include "compiler/lower/Lanes.h"

using namespace mlir;

namespace rx::compiler {

static Value bytesOf(GemmEmitter &e, Value vector) {
  auto type = VectorType::get(4 * e.lanes, e.builder.getI8Type());
  return vector::BitCastOp::create(e.builder, e.loc, type, vector);
}

void BlockDot::storePieces(Value high, Value low, int64_t first, Value target) const {
  Lanes lanes(e);
  Value p1 = lanes.signedRight(lanes.add(low, lanes.splat(128)), 8);
  Value p0 = lanes.sub(low, lanes.left(p1, 8));
  int64_t plane = 0;
  for (Value digits : {high, p1, p0})
    LLVM::StoreOp::create(e.builder, e.loc, lanes.narrow(digits, 8),
                          e.at(target, steps * plane++ + first, e.builder.getI8Type()), 1);
}

SmallVector<BlockDot::Sums> BlockDot::products(ArrayRef<Value> words, ArrayRef<Value> pieces,
                                               int64_t first, int64_t count,
                                               ArrayRef<Sums> start) const {
  Lanes lanes(e);
  auto codes = llvm::map_to_vector(words, [&](Value word) { return bytesOf(e, word); });
  // LLVM's name of the 256-bit form stands for AVX-VNNI's, too.
  auto instruction = e.builder.getStringAttr("llvm.x86.avx512.vpdpbusd." + Twine(32 * e.lanes));
  auto add = [&](Value sum, Value piecesOfRow, int64_t plane, int64_t word) -> Value {
    Value digits = e.at(piecesOfRow, steps * plane + 4 * word, e.builder.getI8Type());
    SmallVector<Value> operands = {sum, codes[word], bytesOf(e, lanes.loadBroadcast(digits))};
    return LLVM::CallIntrinsicOp::create(e.builder, e.loc, sum.getType(), instruction, operands)
        .getResult(0);
  };
  SmallVector<Sums> sums(start);
  SmallVector<Value> middles(sums.size(), lanes.splat(int64_t(0)));
  for (int64_t word = first; word < first + count; ++word)
    for (auto [sum, middle, piece] : llvm::zip(sums, middles, pieces)) {
      sum.high = add(sum.high, piece, 0, word);
      middle = add(middle, piece, 1, word);
      sum.low = add(sum.low, piece, 2, word);
    }
  for (auto [sum, middle] : llvm::zip(sums, middles))
    sum.low = lanes.add(lanes.left(middle, 8), sum.low);
  return sums;
}

} // namespace rx::compiler
