//===- Reads.cpp - subscripted tensors: plain, gathered, shifted, sliced ------===//
#include "compiler/elaborate/Affine.h"
#include "compiler/elaborate/Elaborator.h"

#include "dialects/rxt/Rxt.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Subscript;

namespace rx::elaborate {

/// One read of a tensor on its way to ops.
class SubscriptedRead {
public:
  SubscriptedRead(Elaborator &elaborator, Tensor tensor, const Expr &expr, const Frame &frame)
      : e(elaborator), tensor(std::move(tensor)), expr(expr), frame(frame),
        builder(frame.emission->builder), emitter(builder) {}

  Value value();

private:
  /// How one axis of the tensor is read.
  struct AxisRead {
    Affine affine;
    TermPtr gathered; // an integer tensor instead
    std::optional<Value> otherwise;
    diag::SourceRange range;
  };

  void checkRank();
  void collect(const Subscript &subscript);
  AxisRead slice(const Subscript &subscript, const Axis &axis);
  AxisRead index(const Subscript &subscript, const Axis &axis);
  void readOwn(const Axis &axis);
  void addFree(const Axis &axis);
  void addFreeOf(const Term &position, const AxisRead &read, const Axis &axis);

  bool isPlain() const;
  TermPtr plain() const;
  TermPtr gather();
  TermPtr window();
  void checkReach(const AxisRead &read, const Axis &axis);
  mlir::TypedAttr fillOf(const Value &otherwise);
  mlir::AffineExpr dim(const std::string &name) const {
    return builder.getAffineDimExpr(findAxis(free, name) - free.data());
  }
  bool isIndex(const std::string &name) const { return frame.indices && frame.indices->find(name); }
  mlir::Location location() const { return e.location(expr.range); }

  Elaborator &e;
  Tensor tensor;
  const Expr &expr;
  const Frame &frame;
  mlir::OpBuilder &builder;
  TermEmitter emitter;
  std::vector<AxisRead> reads;
  std::vector<Axis> free; // of the result
};

} // namespace rx::elaborate

Value Elaborator::subscriptTensor(const TermPtr &base, const Expr &expr, const Frame &frame) {
  // As a term, w[d, d] without subscripts would be its diagonal; between brackets each axis has an
  // index of its own.
  bool isWhole = base->kind == Term::Read && base->indices == labelsOf(base->tensor.axes);
  Tensor tensor = isWhole ? base->tensor : materialize(Value::tensor(base), expr.range, frame);
  return SubscriptedRead(*this, std::move(tensor), expr, frame).value();
}

//===----------------------------------------------------------------------===//
// What is read
//===----------------------------------------------------------------------===//

void SubscriptedRead::checkRank() {
  size_t rank = tensor.axes.size();
  size_t packs = std::count_if(expr.subscripts.begin(), expr.subscripts.end(),
                               [](const Subscript &s) { return s.kind == Subscript::Pack; });
  size_t given = expr.subscripts.size() - packs;
  if (packs > 1)
    e.fail("rank-mismatch",
           "`..` stands once between the brackets: it takes all axes that are not named",
           expr.range);
  if (given > rank || (!packs && given != rank))
    e.fail("rank-mismatch",
           "`" + std::string(expr.children[0]->range.text()) + "` has " + std::to_string(rank) +
               " axes " + labelsText(tensor.axes) + ", read with " + std::to_string(given) +
               " indices",
           expr.range, "`..` stands for the axes not named");
}

void SubscriptedRead::addFree(const Axis &axis) {
  Axis *known = findAxis(free, axis.label);
  if (!known)
    free.push_back(axis);
  else if (isUnknown(known->size))
    *known = axis;
}

/// The axis at its own index.
void SubscriptedRead::readOwn(const Axis &axis) {
  AxisRead read;
  read.affine.coefficients[axis.label] = SizeExpr(1);
  addFree(axis);
  reads.push_back(std::move(read));
}

void SubscriptedRead::collect(const Subscript &subscript) {
  if (subscript.kind == Subscript::Pack) {
    for (size_t n = tensor.axes.size() - (expr.subscripts.size() - 1); n > 0; --n)
      readOwn(tensor.axes[reads.size()]);
    return;
  }
  const Axis &axis = tensor.axes[reads.size()];
  // The name of the axis itself is its own index, although it is also a size in scope.
  if (subscript.kind == Subscript::Index && subscript.expr->kind == Expr::Name &&
      subscript.expr->text == axis.label && !isIndex(axis.label))
    return readOwn(axis);
  reads.push_back(subscript.kind == Subscript::Slice ? slice(subscript, axis)
                                                     : index(subscript, axis));
}

SubscriptedRead::AxisRead SubscriptedRead::slice(const Subscript &subscript, const Axis &axis) {
  Value begin = subscript.expr ? e.eval(*subscript.expr, frame) : Value::of(0);
  Value end = subscript.rangeEnd ? e.eval(*subscript.rangeEnd, frame) : Value::of(axis.size);
  if (begin.kind != Value::Int || end.kind != Value::Int)
    e.fail("type-mismatch", "the bounds of a slice are integers known before the run",
           subscript.range);
  AxisRead read;
  read.range = subscript.range;
  read.affine.coefficients[axis.label] = SizeExpr(1);
  read.affine.offset = begin.size;
  addFree({axis.label, end.size - begin.size, {subscript.range, ""}});
  return read;
}

SubscriptedRead::AxisRead SubscriptedRead::index(const Subscript &subscript, const Axis &axis) {
  const Expr &at = *subscript.expr;
  if (at.kind == Expr::Name && !isIndex(at.text) && !frame.scope->find(at.text))
    e.fail("unbound-index", "index `" + at.text + "` is used but never bound", at.range,
           "put it on the left of the equation, or reduce it: `sum[" + at.text + "](..)`");
  AxisRead read;
  read.range = subscript.range;
  TermPtr position = e.toTerm(e.eval(at, frame), at.range, frame);
  if (auto affine = affineOf(*position, e.isSymbolic())) {
    read.affine = *affine;
    addFreeOf(*position, read, axis);
  } else if (position->element == Element::I32) {
    read.gathered = position;
    for (auto &index : position->free)
      addFree(index);
  } else
    e.fail("type-mismatch",
           "a position is an index, an affine expression of indices, or an integer tensor",
           at.range);
  if (subscript.otherwise) {
    read.otherwise = e.eval(*subscript.otherwise, frame);
    if (!read.otherwise->isNumber())
      e.fail("not-yet-supported", "the value beyond the edge must be a number",
             subscript.otherwise->range);
  }
  return read;
}

/// A fresh index takes the range of the axis it reads.
void SubscriptedRead::addFreeOf(const Term &position, const AxisRead &read, const Axis &axis) {
  for (auto &index : position.free) {
    bool isFresh = isUnknown(index.size) && read.affine.isShift();
    bool isOpen = !isUnknown(index.size) && read.affine.isPlain() && !(index.size == axis.size) &&
                  frame.indices && !frame.indices->find(index.label)->has_value();
    addFree(isFresh || isOpen ? Axis{index.label, axis.size, axis.origin} : index);
  }
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// Plain reads need no op. The stated range of an index may be smaller than the axis: then it is a
/// window.
bool SubscriptedRead::isPlain() const {
  for (size_t i = 0; i < reads.size(); ++i) {
    const AxisRead &read = reads[i];
    if (read.gathered || read.otherwise || !read.affine.isPlain())
      return false;
    if (!(findAxis(free, read.affine.coefficients.begin()->first)->size == tensor.axes[i].size))
      return false;
  }
  return true;
}

TermPtr SubscriptedRead::plain() const {
  std::vector<std::string> names;
  for (auto &read : reads)
    names.push_back(read.affine.coefficients.begin()->first);
  TermPtr result = Term::read(tensor, names);
  for (auto &axis : result->free)
    axis.origin = findAxis(free, axis.label)->origin;
  return result;
}

TermPtr SubscriptedRead::gather() {
  llvm::SmallVector<mlir::AffineExpr> sourceMap, indexMap;
  uint64_t gatherAxis = 0;
  Tensor index;
  for (size_t i = 0; i < reads.size(); ++i) {
    if (!reads[i].gathered) {
      sourceMap.push_back(dim(reads[i].affine.coefficients.begin()->first));
      continue;
    }
    gatherAxis = i;
    index = e.materialize(Value::tensor(reads[i].gathered), reads[i].range, frame);
    for (auto &axis : index.axes)
      indexMap.push_back(dim(axis.label));
  }
  auto op = rxt::GatherOp::create(builder, location(), emitter.tensorType(tensor.element, free),
                                  tensor.value, index.value, gatherAxis,
                                  mlir::AffineMap::get(free.size(), 0, sourceMap, &e.context),
                                  mlir::AffineMap::get(free.size(), 0, indexMap, &e.context));
  return Term::read({op.getResult(), free, tensor.element});
}

void SubscriptedRead::checkReach(const AxisRead &read, const Axis &axis) {
  auto reach = extentOf(read.affine, free);
  if (read.otherwise)
    return;
  if (!reach && !e.isSymbolic())
    return;
  if (!reach)
    throw Undecided{read.range, "whether this read stays inside of axis `" + axis.label +
                                    "` depends on the sizes"};
  SizeExpr over = reach->second - (axis.size - SizeExpr(1));
  if ((reach->first.isConstant() && reach->first.constant() < 0) ||
      (over.isConstant() && over.constant() > 0))
    e.fail("out-of-range",
           "this read leaves the tensor: it reaches " + reach->first.str() + " .. " +
               reach->second.str() + ", but axis `" + axis.label + "` is 0 .. " +
               (axis.size - SizeExpr(1)).str(),
           read.range ? read.range : expr.range,
           "`else 0` gives the value beyond the edge; `i: a..b` states a smaller range");
  bool isInside = isPositive(reach->first) && isPositive(SizeExpr(0) - over);
  if (e.isSymbolic() && !isInside)
    throw Undecided{read.range ? read.range : expr.range,
                    "whether this read stays inside of axis `" + axis.label +
                        "` depends on the sizes"};
}

mlir::TypedAttr SubscriptedRead::fillOf(const Value &otherwise) {
  mlir::Type type = emitter.elementType(tensor.element);
  if (mlir::isa<mlir::FloatType>(type))
    return builder.getFloatAttr(type, otherwise.asDouble());
  return builder.getIntegerAttr(type, int64_t(otherwise.asDouble()));
}

TermPtr SubscriptedRead::window() {
  llvm::SmallVector<mlir::AffineExpr> results;
  llvm::SmallVector<mlir::Attribute> symbols;
  mlir::TypedAttr fill;
  for (size_t i = 0; i < reads.size(); ++i) {
    checkReach(reads[i], tensor.axes[i]);
    results.push_back(positionOf(
        reads[i].affine, builder, [&](const std::string &name) { return dim(name); }, symbols));
    if (!reads[i].otherwise)
      continue;
    mlir::TypedAttr beyond = fillOf(*reads[i].otherwise);
    if (fill && fill != beyond)
      e.fail("not-yet-supported", "one read has one value beyond its edges", expr.range,
             "read twice, one axis after the other");
    fill = beyond;
  }
  for (auto &axis : free)
    if (isUnknown(axis.size))
      e.fail("unbound-index", "index `" + axis.label + "` has no range here", expr.range,
             "state it on the left: `" + axis.label + ": n`");
  auto op = rxt::WindowOp::create(
      builder, location(), emitter.tensorType(tensor.element, free), tensor.value,
      mlir::AffineMap::get(free.size(), symbols.size(), results, &e.context),
      builder.getArrayAttr(symbols), fill);
  return Term::read({op.getResult(), free, tensor.element});
}

Value SubscriptedRead::value() {
  checkRank();
  for (auto &subscript : expr.subscripts)
    collect(subscript);
  size_t gathers = std::count_if(reads.begin(), reads.end(),
                                 [](const AxisRead &read) { return read.gathered != nullptr; });
  auto isShifted = [](const AxisRead &read) {
    return read.otherwise || (!read.gathered && !read.affine.isPlain());
  };
  if (gathers > 1 || (gathers == 1 && std::any_of(reads.begin(), reads.end(), isShifted)))
    e.fail("not-yet-supported", "a read that mixes integer tensors and shifted indices", expr.range,
           "name the shifted tensor first");
  TermPtr result = gathers ? gather() : isPlain() ? plain() : window();
  result->isIndexed = true;
  result->range = expr.range;
  return Value::tensor(result);
}
