// Numbers of f32 as sums of bf16: what products on matrix units are made of.
//
// Three terms, each the rest of the former rounded to bf16, hold every f32 whose last term is not
// subnormal. Of the nine products of three and three terms the six largest carry f32 accuracy; what
// is left out is below 2^-25 of the product (Henry, Tang and Heinecke, "Leveraging the bfloat16
// Artificial Intelligence Datatype For Higher-Precision Computations", 2019). Numbers that have no
// more bits than one or two terms need no more terms: those of stored forms.
#pragma once

#include "compiler/lower/Gemm.h"
#include "compiler/lower/GemmWords.h"

namespace rx::compiler {

struct GemmTerms {
  /// Of products of order `amx`.
  explicit GemmTerms(const GemmSpec &spec);

  int64_t ofA, ofB;

  struct Product {
    int64_t a, b;
  };
  /// The products that are computed of every 32 steps of k, in this order, which is part of the
  /// bits. Neighbours share a term, so that two tiles of A and two of B are in registers at a time
  /// beside four of sums; of such orders this is one that LLVM allocates without copies.
  llvm::SmallVector<Product> products() const;
};

/// The terms of lanes of two vectors of f32, the largest first, each as GemmWords::rounded has it.
GemmEmitter::Values splitIntoTerms(GemmEmitter &emitter, const GemmWords &words, mlir::Value first,
                                   mlir::Value second, int64_t count);

} // namespace rx::compiler
