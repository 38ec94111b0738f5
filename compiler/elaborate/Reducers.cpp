//===- Reducers.cpp - sums, extremes and joins -------------------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include "dialects/rxt/Rxt.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;

/// The names in the brackets of a reducer, in order; their stated ranges go into `indices`.
std::vector<std::string> Elaborator::reducedIndices(const Expr &callee, IndexScope &indices,
                                                    const Frame &frame) {
  std::vector<std::string> reduced;
  for (auto &subscript : callee.subscripts) {
    if (subscript.kind != ast::Subscript::Index || subscript.expr->kind != Expr::Name)
      fail("syntax", "a reducer names its indices, `sum[e](..)` or `sum[j: 3](..)`",
           subscript.range);
    std::optional<Axis> stated;
    if (subscript.rangeEnd)
      stated =
          Axis{subscript.expr->text, eval(*subscript.rangeEnd, frame).size, {subscript.range, ""}};
    indices.names[subscript.expr->text] = stated;
    reduced.push_back(subscript.expr->text);
  }
  return reduced;
}

Value Elaborator::callReducer(const std::string &kind, const Expr &callee, const Expr &call,
                              const Frame &frame) {
  if (call.arguments.size() != 1)
    fail("argument-count", "`" + kind + "[..]` takes one expression", call.range);
  if (!frame.emission)
    return reduceConfigured(kind, callee, call, frame);
  IndexScope indices;
  indices.parent = frame.indices;
  std::vector<std::string> reduced = reducedIndices(callee, indices, frame);
  Frame inner = frame;
  inner.indices = &indices;
  TermPtr body =
      toTerm(eval(*call.arguments[0].value, inner), call.arguments[0].value->range, inner);
  for (size_t i = 0; i < reduced.size(); ++i) {
    const Axis *found = findAxis(body->free, reduced[i]);
    if (!found || isUnknown(found->size))
      fail("unbound-index", "`" + kind + "` has no axis `" + reduced[i] + "` to reduce",
           callee.subscripts[i].range,
           body->free.empty() ? "" : "the expression has the axes " + labelsText(body->free));
  }
  TermPtr result = TermEmitter(frame.emission->builder)
                       .reduce(kind, reduced, body, location(call.range));
  result->range = call.range;
  return Value::tensor(result);
}

/// A reducer over what is known before the run: numbers, or the layers of a model.
Value Elaborator::reduceConfigured(const std::string &kind, const Expr &callee, const Expr &call,
                                   const Frame &frame) {
  if (callee.subscripts.size() != 1 || !callee.subscripts[0].rangeEnd ||
      callee.subscripts[0].expr->kind != Expr::Name)
    fail("syntax", "outside a `forward`, `fn` or `metric` a reducer names one index with its range",
         callee.range, "`" + kind + "[b: 3](..)`");
  Value count = eval(*callee.subscripts[0].rangeEnd, frame);
  if (symbols && count.kind == Value::Int && !count.isConstantInt())
    throw Undecided{callee.subscripts[0].range, "how many terms this has depends on the sizes"};
  if (!count.isConstantInt() || count.size.constant() < 1)
    fail("type-mismatch",
         "the range of an index is an integer of at least 1, this is " + count.describe(),
         callee.subscripts[0].range);
  Value result;
  for (int64_t i = 0; i < count.size.constant(); ++i) {
    Frame inner = frame;
    inner.scope = std::make_shared<Scope>(frame.scope);
    inner.scope->names[callee.subscripts[0].expr->text] = Value::of(i);
    Value next = eval(*call.arguments[0].value, inner);
    bool isSum = kind == "sum" || kind == "mean";
    if (next.kind == Value::Layer ? !isSum
                                  : !next.isNumber() || kind == "argmax" || kind == "argmin")
      fail("type-mismatch", "`" + kind + "` has no value before the run for " + next.describe(),
           call.arguments[0].value->range, "tensors have values in a `forward`, `fn` or `metric`");
    if (i == 0)
      result = next;
    else if (next.kind != result.kind && (next.kind == Value::Layer || result.kind == Value::Layer))
      fail("type-mismatch", "the terms of a `" + kind + "` are all numbers or all layers",
           call.arguments[0].value->range);
    else if (next.kind == Value::Layer)
      result.layers.insert(result.layers.end(), next.layers.begin(), next.layers.end());
    else
      result = arithmetic(isSum            ? "add"
                          : kind == "prod" ? "mul"
                                           : kind,
                          {result, next}, call.range, frame, {});
  }
  if (result.kind == Value::Layer)
    result.text = kind;
  else if (kind == "mean")
    result = arithmetic("div", {result, count}, call.range, frame, {});
  result.origin = {call.range, ""};
  return result;
}

//===----------------------------------------------------------------------===//
// Joins
//===----------------------------------------------------------------------===//

/// The parts of a `join` beside each other: `axes` are those of the result, `axes[along]` the
/// joined one.
void Elaborator::checkJoin(const std::vector<Tensor> &parts, size_t along, const Expr &call) {
  const std::vector<Axis> &axes = parts[0].axes;
  for (size_t p = 1; p < parts.size(); ++p) {
    const std::vector<Axis> &own = parts[p].axes;
    const diag::SourceRange &here = call.arguments[p].value->range,
                            &first = call.arguments[0].value->range;
    if (own.size() != axes.size())
      fail("rank-mismatch",
           "the parts of a `join` have the same axes, here " + labelsText(axes) + " and " +
               labelsText(own),
           call.range, "", {{first, labelsText(axes)}, {here, labelsText(own)}});
    for (size_t i = 0; i < axes.size(); ++i)
      if (i != along && (own[i].label != axes[i].label || differ(axes[i].size, own[i].size, here)))
        fail("dim-mismatch", "the parts of a `join` differ in axis `" + own[i].label + "`",
             call.range, "",
             {{first,
               axes[i].label + " = " + axes[i].size.str() + " (" + axes[i].origin.str() + ")"},
              {here, own[i].label + " = " + own[i].size.str() + " (" + own[i].origin.str() + ")"}});
  }
}

/// `part` at the positions of the joined tensor, moved by `begin` along one axis; what lies beyond
/// it is zero.
TermPtr Elaborator::movedPart(const Tensor &part, const std::vector<Axis> &axes, size_t along,
                              const SizeExpr &begin, const diag::SourceRange &range,
                              const Frame &frame) {
  mlir::OpBuilder &builder = frame.emission->builder;
  TermEmitter emitter(builder);
  llvm::SmallVector<mlir::AffineExpr> position;
  llvm::SmallVector<mlir::Attribute> symbols;
  for (size_t i = 0; i < axes.size(); ++i)
    position.push_back(builder.getAffineDimExpr(i));
  if (begin.isConstant())
    position[along] = position[along] - begin.constant();
  else {
    position[along] = position[along] - builder.getAffineSymbolExpr(0);
    symbols.push_back(builder.getStringAttr(begin.str()));
  }
  auto zero = mlir::cast<mlir::TypedAttr>(builder.getZeroAttr(emitter.elementType(part.element)));
  auto op = rxt::WindowOp::create(
      builder, location(range), emitter.tensorType(part.element, axes), part.value,
      mlir::AffineMap::get(axes.size(), symbols.size(), position, &context),
      builder.getArrayAttr(symbols), zero);
  return Term::read({op.getResult(), axes, part.element});
}

/// `join[e](a, b, ..)`: side by side along `e`; what lies beyond a part is never read.
Value Elaborator::callJoin(const Expr &callee, const Expr &call, const Frame &frame) {
  std::string label = callee.subscripts.size() == 1 && callee.subscripts[0].expr
                          ? callee.subscripts[0].expr->text
                          : "";
  std::vector<Tensor> parts;
  SizeExpr total(0);
  for (auto &argument : call.arguments) {
    parts.push_back(materialize(eval(*argument.value, frame), argument.value->range, frame));
    const Axis *joinedAxis = findAxis(parts.back().axes, label);
    if (!joinedAxis)
      fail("unbound-index", "this part has no axis `" + label + "` to join along",
           argument.value->range, "it has the axes " + labelsText(parts.back().axes));
    total = total + joinedAxis->size;
  }
  if (parts.empty())
    fail("argument-count", "`join` needs at least one part", call.range);
  std::vector<Axis> axes = parts[0].axes;
  size_t along = findAxis(axes, label) - axes.data();
  checkJoin(parts, along, call);
  axes[along].size = total;
  TermPtr result;
  SizeExpr begin(0);
  for (auto &part : parts) {
    TermPtr moved = movedPart(part, axes, along, begin, call.range, frame);
    if (!result)
      result = moved;
    else {
      auto at = std::make_shared<Term>();
      at->kind = Term::Position;
      at->name = label;
      at->free = {axes[along]};
      TermPtr edge = toTerm(Value::of(begin), call.range, frame);
      result = apply("select", {apply("lt", {at, edge}, call.range), result, moved}, call.range);
      result->free = axes;
    }
    begin = begin + part.axes[along].size;
  }
  return Value::tensor(result);
}
