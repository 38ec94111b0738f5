// math.exp of f32 as arithmetic.
//
//   exp(x) = 2^n * exp(r),  n the integer nearest to x / ln 2,  r = x - n ln 2,
//
// with a polynomial of degree 6 for exp(r), |r| <= ln 2 / 2, in Horner's scheme: relative error
// 3.2e-9, as coefficients of f32. Rounding makes it 1.0 ulp at most. Results below 2^-126 are 0.
// (Range reduction in two steps: Cody and Waite, "Software Manual for the Elementary Functions",
// 1980; n by adding 1.5 * 2^23, whose bits then hold it.)
// Seventeen operations without a branch; MLIR's own expansion has about twice as many.
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace rx::compiler {

void populateExpandExpPatterns(mlir::RewritePatternSet &patterns);

} // namespace rx::compiler
