//===- SymbolicSizes.h - sizes that stand for any number ---------*- C++ -*-===//
//
// While a definition is checked by itself its sizes are symbols. What is true of polynomials over
// them is true of every instance. Arithmetic that is no polynomial gives an opaque symbol, of which
// nothing is known but its name: whether it equals another size is left undecided, never guessed.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/diag/Source.h"
#include "runtime/abi/SizeExpr.h"

#include <set>

namespace rx::elaborate {

/// Thrown where the symbols do not say what follows; caught where the check of the definition
/// began.
struct Undecided {
  diag::SourceRange at;
  std::string why;
};

/// Thrown after a `require` has said more of the symbols: the definition is checked again with it.
struct Learned {};

class SymbolicSizes {
public:
  /// The size of this name, with what is known of it put in.
  SizeExpr symbol(const std::string &name) const;
  /// The result of arithmetic that is no polynomial; the same text gives the same symbol.
  SizeExpr opaque(const std::string &text);
  /// The trip of a stack or loop whose number of trips is a symbol.
  SizeExpr trip(const std::string &index);

  bool isOpaque(const SizeExpr &size) const { return hasAny(size, opaques); }
  bool dependsOnTrip(const SizeExpr &size) const { return hasAny(size, trips); }

  /// `require a == b`, `require mod(a, b) == 0`; false if that says nothing new that can be used.
  bool learnEqual(const SizeExpr &a, const SizeExpr &b);
  bool learnMultiple(const SizeExpr &a, const SizeExpr &b);

private:
  static bool hasAny(const SizeExpr &size, const std::set<std::string> &names);
  bool learn(const SizeExpr &symbol, const SizeExpr &value);

  std::map<std::string, SizeExpr> known;
  std::set<std::string> opaques, trips;
};

} // namespace rx::elaborate
