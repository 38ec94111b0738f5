//===- TermOps.cpp - terms as rxt ops ------------------------------*- C++ -*-===//
#include "compiler/elaborate/Term.h"

#include "dialects/rxt/Rxt.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using namespace mlir;

static void collectReads(const TermPtr &term, std::vector<TermPtr> &reads) {
  if (term->kind == Term::Read) {
    bool known = std::any_of(reads.begin(), reads.end(), [&](const TermPtr &r) {
      return r->tensor.value == term->tensor.value && r->indices == term->indices;
    });
    if (!known)
      reads.push_back(term);
  }
  for (auto &argument : term->arguments)
    collectReads(argument, reads);
}

namespace {

/// Everything a map and a reduce have in common: inputs, their maps, the body's frame.
struct Nest {
  std::vector<TermPtr> reads;
  std::map<std::string, unsigned> dims;
  llvm::SmallVector<mlir::Value> inputs;
  llvm::SmallVector<Attribute> maps;

  Nest(OpBuilder &b, const TermPtr &body, const std::vector<std::string> &order) {
    for (auto &name : order)
      dims.emplace(name, dims.size());
    collectReads(body, reads);
    for (auto &read : reads) {
      inputs.push_back(read->tensor.value);
      maps.push_back(AffineMapAttr::get(map(b, read->indices)));
    }
  }

  AffineMap map(OpBuilder &b, const std::vector<std::string> &indices) const {
    llvm::SmallVector<AffineExpr> results;
    for (auto &index : indices)
      results.push_back(b.getAffineDimExpr(dims.at(index)));
    return AffineMap::get(dims.size(), 0, results, b.getContext());
  }

  /// An entry block with one scalar per input; returns what each read is in it.
  std::vector<std::pair<TermPtr, mlir::Value>> open(OpBuilder &b, Region &region,
                                                    TermEmitter &emitter, Location loc) const {
    Block &block = region.emplaceBlock();
    std::vector<std::pair<TermPtr, mlir::Value>> values;
    for (auto &read : reads)
      values.push_back({read, block.addArgument(emitter.elementType(read->element), loc)});
    b.setInsertionPointToEnd(&block);
    return values;
  }
};

} // namespace

Tensor TermEmitter::materialize(const TermPtr &term, const std::vector<Axis> &axes, Location loc) {
  Element element = term->element == Element::Literal ? Element::F32 : term->element;
  if (term->kind == Term::Read && term->indices == labelsOf(axes)) {
    Tensor tensor = term->tensor;
    tensor.axes = axes;
    return tensor;
  }
  Nest nest(builder, term, labelsOf(axes));
  OpBuilder::InsertionGuard guard(builder);
  auto op = rxt::MapOp::create(builder, loc, tensorType(element, axes), nest.inputs,
                               builder.getArrayAttr(nest.maps));
  auto values = nest.open(builder, op.getBody(), *this, loc);
  mlir::Value result = emit(term, element, nest.dims, values, loc);
  rxt::YieldOp::create(builder, loc, ValueRange{result});
  return {op.getResult(), axes, element};
}

TermPtr TermEmitter::contract(const std::vector<std::string> &reduced, const TermPtr &left,
                              const TermPtr &right, const std::vector<Axis> &axes, Location loc) {
  std::map<std::string, unsigned> dims;
  for (auto &axis : axes)
    dims.emplace(axis.label, dims.size());
  for (auto &name : reduced)
    dims.emplace(name, dims.size());
  llvm::SmallVector<Attribute> maps;
  Tensor operands[2];
  for (int side = 0; side < 2; ++side) {
    const TermPtr &term = side ? right : left;
    bool plain = term->kind == Term::Read && term->indices.size() == term->free.size();
    operands[side] = plain ? term->tensor : materialize(term, loc);
    llvm::SmallVector<AffineExpr> results;
    for (auto &index : plain ? term->indices : labelsOf(term->free))
      results.push_back(builder.getAffineDimExpr(dims.at(index)));
    maps.push_back(
        AffineMapAttr::get(AffineMap::get(dims.size(), 0, results, builder.getContext())));
  }
  auto op =
      rxt::ContractOp::create(builder, loc, tensorType(left->element, axes), operands[0].value,
                              operands[1].value, builder.getArrayAttr(maps));
  return Term::read({op.getResult(), axes, left->element});
}

/// The factors of a product, in order.
static void factors(const TermPtr &term, std::vector<TermPtr> &list) {
  if (term->kind == Term::Apply && term->name == "mul")
    for (auto &argument : term->arguments)
      factors(argument, list);
  else
    list.push_back(term);
}

static TermPtr product(const TermPtr &left, const TermPtr &right) {
  auto term = std::make_shared<Term>();
  term->kind = Term::Apply;
  term->name = "mul";
  term->element = promote(left->element, right->element).value_or(left->element);
  term->arguments = {left, right};
  term->free = left->free;
  for (auto &axis : right->free)
    if (!term->dependsOn(axis.label))
      term->free.push_back(axis);
  term->isIndexed = left->isIndexed || right->isIndexed;
  term->range = left->range;
  return term;
}

static bool contains(const std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TermPtr TermEmitter::reduceAsContract(const std::vector<std::string> &reduced, const TermPtr &body,
                                      const std::vector<Axis> &axes, Location loc) {
  std::vector<TermPtr> all, inside, outside;
  factors(body, all);
  for (auto &factor : all)
    (std::any_of(factor->free.begin(), factor->free.end(),
                 [&](const Axis &a) { return contains(reduced, a.label); })
         ? inside
         : outside)
        .push_back(factor);
  bool isProduct = inside.size() == 2 && inside[0]->element == body->element &&
                   inside[1]->element == body->element;
  if (!isProduct)
    return nullptr;
  for (auto &name : reduced)
    if (!inside[0]->dependsOn(name) || !inside[1]->dependsOn(name))
      return nullptr;
  bool exclusive = false; // some index belongs to one factor only: else it is no matrix product
  for (int side = 0; side < 2; ++side)
    for (auto &axis : inside[side]->free)
      exclusive =
          exclusive || (!contains(reduced, axis.label) && !inside[1 - side]->dependsOn(axis.label));
  if (!exclusive)
    return nullptr;
  std::vector<Axis> inner;
  std::copy_if(axes.begin(), axes.end(), std::back_inserter(inner), [&](const Axis &axis) {
    return inside[0]->dependsOn(axis.label) || inside[1]->dependsOn(axis.label);
  });
  TermPtr result = contract(reduced, inside[0], inside[1], inner, loc);
  result->isIndexed = body->isIndexed;
  for (auto &factor : outside)
    result = product(result, factor);
  result->free = axes; // the order of the body, not of the factors
  return result;
}

TermPtr TermEmitter::reduceByLoops(const std::string &kind, const std::vector<std::string> &reduced,
                                   const TermPtr &body, const std::vector<Axis> &axes,
                                   Location loc) {
  static const std::map<std::string, rxt::ReduceKind> kinds = {
      {"sum", rxt::ReduceKind::Sum},      {"mean", rxt::ReduceKind::Sum},
      {"prod", rxt::ReduceKind::Prod},    {"max", rxt::ReduceKind::Max},
      {"min", rxt::ReduceKind::Min},      {"any", rxt::ReduceKind::Any},
      {"all", rxt::ReduceKind::All},      {"argmax", rxt::ReduceKind::ArgMax},
      {"argmin", rxt::ReduceKind::ArgMin}};
  std::vector<std::string> order = labelsOf(axes);
  order.insert(order.end(), reduced.begin(), reduced.end());
  Nest nest(builder, body, order);
  bool isArg = kind == "argmax" || kind == "argmin", isLogic = kind == "any" || kind == "all";
  Element element = isLogic                             ? Element::Bool
                    : body->element == Element::Literal ? Element::F32
                                                        : body->element;
  if (!isLogic && element == Element::Bool)
    element = Element::F32; // counting truths
  Element resultElement = isArg ? Element::I32 : element;
  OpBuilder::InsertionGuard guard(builder);
  auto op = rxt::ReduceOp::create(builder, loc, tensorType(resultElement, axes), kinds.at(kind),
                                  nest.inputs, builder.getArrayAttr(nest.maps));
  auto values = nest.open(builder, op.getBody(), *this, loc);
  mlir::Value value = emit(body, element, nest.dims, values, loc);
  rxt::YieldOp::create(builder, loc, ValueRange{value});
  TermPtr result = Term::read({op.getResult(), axes, resultElement});
  result->isIndexed = body->isIndexed;
  return result;
}

static TermPtr dividedByCount(const TermPtr &sum, const SizeExpr &count) {
  TermPtr divisor = Term::literal(double(count.constant()), true);
  if (!count.isConstant()) {
    divisor = std::make_shared<Term>();
    divisor->kind = Term::Size;
    divisor->size = count;
  }
  auto divided = std::make_shared<Term>();
  divided->kind = Term::Apply;
  divided->name = "div";
  divided->element = sum->element;
  divided->arguments = {sum, divisor};
  divided->free = sum->free;
  divided->isIndexed = sum->isIndexed;
  return divided;
}

TermPtr TermEmitter::reduce(const std::string &kind, const std::vector<std::string> &reduced,
                            const TermPtr &body, Location loc) {
  std::vector<Axis> axes;
  SizeExpr count(1);
  for (auto &axis : body->free)
    if (contains(reduced, axis.label))
      count = count * axis.size;
    else
      axes.push_back(axis);
  if (kind == "sum" && isFloat(body->element))
    if (TermPtr result = reduceAsContract(reduced, body, axes, loc))
      return result;
  TermPtr result = reduceByLoops(kind, reduced, body, axes, loc);
  return kind == "mean" ? dividedByCount(result, count) : result;
}
