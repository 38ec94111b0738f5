//===- Term.h - index notation ----------------------------------*- C++ -*-===//
//
// The right side of an equation as a tree over named indices. A term becomes ops when a name is given to
// it: one rxt.map for what is elementwise, a contract or reduce per reducer, windows and gathers for reads
// at computed positions. Without subscripts a tensor is read at its own labels, so both notations are one.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/elaborate/Value.h"

#include "mlir/IR/Builders.h"

namespace rx::elaborate {

struct Term {
  enum Kind {
    Number, // number
    Position, // the value of an index, i32: name
    Size,   // a symbolic size as i32: size
    Read,   // tensor at indices, one name per axis
    Apply,  // name = operation, arguments
  } kind;
  Element element = Element::Literal;
  double number = 0;
  bool isInteger = false;
  std::string name;
  SizeExpr size;
  Tensor tensor;
  std::vector<std::string> indices;
  std::vector<TermPtr> arguments;
  /// Indices it depends on with their axes, in the order a tensor of it would have.
  std::vector<Axis> free;
  /// Some part was written with subscripts: outer products are then meant.
  bool isIndexed = false;
  diag::SourceRange range;

  static TermPtr literal(double value, bool isInteger);
  static TermPtr read(Tensor tensor);
  static TermPtr read(Tensor tensor, std::vector<std::string> indices);
  bool dependsOn(const std::string &index) const;
};

/// Builds terms into ops at the builder's insertion point.
class TermEmitter {
public:
  explicit TermEmitter(mlir::OpBuilder &builder) : builder(builder) {}

  mlir::Type elementType(Element element);
  mlir::Type tensorType(Element element, const std::vector<Axis> &axes);

  /// The term as a tensor with these axes, in this order.
  Tensor materialize(const TermPtr &term, const std::vector<Axis> &axes, mlir::Location location);
  /// The same with the term's own order.
  Tensor materialize(const TermPtr &term, mlir::Location location) { return materialize(term, term->free, location); }

  /// `kind[reduced](body)` as a term over the remaining indices. A sum of products of two tensors becomes
  /// an rxt.contract; factors that do not depend on a reduced index move out.
  TermPtr reduce(const std::string &kind, const std::vector<std::string> &reduced, const TermPtr &body, mlir::Location location);

private:
  using ReadValues = std::vector<std::pair<TermPtr, mlir::Value>>; // what each read is in a body
  mlir::Value emit(const TermPtr &term, Element wanted, const std::map<std::string, unsigned> &dims, const ReadValues &reads, mlir::Location location);
  mlir::Value emitApply(const Term &term, Element target, const std::map<std::string, unsigned> &dims, const ReadValues &reads, mlir::Location location);
  /// A sum of a product as an rxt.contract; null if it is none.
  TermPtr reduceAsContract(const std::vector<std::string> &reduced, const TermPtr &body, const std::vector<Axis> &axes, mlir::Location location);
  TermPtr reduceByLoops(const std::string &kind, const std::vector<std::string> &reduced, const TermPtr &body, const std::vector<Axis> &axes, mlir::Location location);
  TermPtr contract(const std::vector<std::string> &reduced, const TermPtr &left, const TermPtr &right, const std::vector<Axis> &axes,
                   mlir::Location location);

  mlir::OpBuilder &builder;
};

/// The size of an index whose range nothing has stated yet; it takes that of the axis it reads.
SizeExpr unknownSize(const std::string &index);
bool isUnknown(const SizeExpr &size);

mlir::ArrayAttr stringArray(mlir::Builder &builder, const std::vector<std::string> &list);

inline bool isFloat(Element e) { return e == Element::F32 || e == Element::F64; }

/// Element type of an operation on operands of these types; nothing if they do not mix.
std::optional<Element> promote(Element left, Element right);

} // namespace rx::elaborate
