#include "compiler/lower/GemmTerms.h"
#include "compiler/lower/Lanes.h"

using namespace mlir;

namespace rx::compiler {

/// How many terms hold every number of a form: 8 bits each. A code of Q4_0 or Q5_0 times a scale of
/// f16 has 15.
static int64_t termsOf(rx_dtype form) {
  switch (form) {
  case RX_BF16:
    return 1;
  case RX_F16:
  case RX_Q4_0:
  case RX_Q5_0:
    return 2;
  default:
    return 3;
  }
}

GemmTerms::GemmTerms(const GemmSpec &spec) : ofA(1), ofB(1) {
  if (spec.precision == Precision::BF16)
    return;
  ofA = 3;
  ofB = spec.packedB ? termsOf(spec.formB) : 3;
}

SmallVector<GemmTerms::Product> GemmTerms::products() const {
  SmallVector<Product> all;
  for (Product product : {Product{0, 2}, {0, 1}, {0, 0}, {2, 0}, {1, 0}, {1, 1}})
    if (product.a < ofA && product.b < ofB)
      all.push_back(product);
  return all;
}

GemmEmitter::Values splitIntoTerms(GemmEmitter &e, const GemmWords &words, Value first,
                                   Value second, int64_t count) {
  GemmEmitter::Values terms;
  auto less = [&](Value number, Value halves, int64_t from) -> Value {
    SmallVector<int64_t> own = llvm::to_vector(llvm::seq<int64_t>(from, from + e.lanes));
    Value term = vector::ShuffleOp::create(e.builder, e.loc, halves, halves, own);
    return arith::SubFOp::create(e.builder, e.loc, number, Lanes(e).bfloatToFloat(term));
  };
  for (int64_t term = 0; term < count; ++term) {
    terms.push_back(words.rounded(e, first, second));
    first = less(first, terms.back(), 0);
    second = less(second, terms.back(), e.lanes);
  }
  return terms;
}

} // namespace rx::compiler
