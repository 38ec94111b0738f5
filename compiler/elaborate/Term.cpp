#include "compiler/elaborate/Term.h"

#include "dialects/rxt/Rxt.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace rx;
using namespace rx::elaborate;
using namespace mlir;

TermPtr Term::literal(double value, bool isInteger) {
  auto term = std::make_shared<Term>();
  term->kind = Number;
  term->number = value;
  term->isInteger = isInteger;
  return term;
}

TermPtr Term::read(Tensor tensor) {
  std::vector<std::string> labels;
  for (auto &axis : tensor.axes)
    labels.push_back(axis.label);
  return read(std::move(tensor), std::move(labels));
}

TermPtr Term::read(Tensor tensor, std::vector<std::string> indices) {
  auto term = std::make_shared<Term>();
  term->kind = Read;
  term->element = tensor.element;
  for (size_t i = 0; i < indices.size(); ++i) {
    bool seen = std::any_of(term->free.begin(), term->free.end(), [&](const Axis &a) { return a.label == indices[i]; });
    if (!seen)
      term->free.push_back({indices[i], tensor.axes[i].size, tensor.axes[i].origin});
  }
  term->tensor = std::move(tensor);
  term->indices = std::move(indices);
  return term;
}

SizeExpr rx::elaborate::unknownSize(const std::string &index) { return SizeExpr::symbol("__" + index); }

bool rx::elaborate::isUnknown(const SizeExpr &size) { return size.str().rfind("__", 0) == 0; }

ArrayAttr rx::elaborate::stringArray(Builder &builder, const std::vector<std::string> &list) {
  return builder.getStrArrayAttr(llvm::SmallVector<llvm::StringRef>(list.begin(), list.end()));
}

bool Term::dependsOn(const std::string &index) const {
  return std::any_of(free.begin(), free.end(), [&](const Axis &a) { return a.label == index; });
}

std::optional<Element> rx::elaborate::promote(Element left, Element right) {
  if (left == right)
    return left;
  if (left == Element::Literal || left == Element::Bool)
    return right == Element::Literal ? left : right;
  if (right == Element::Literal || right == Element::Bool)
    return left;
  return std::nullopt;
}

mlir::Type TermEmitter::elementType(Element element) {
  switch (element) {
  case Element::Bool: return builder.getI1Type();
  case Element::I32: return builder.getI32Type();
  case Element::F64: return builder.getF64Type();
  default: return builder.getF32Type();
  }
}

mlir::Type TermEmitter::tensorType(Element element, const std::vector<Axis> &axes) {
  llvm::SmallVector<SizeExpr> sizes;
  for (auto &axis : axes)
    sizes.push_back(axis.size);
  return rxt::TensorType::get(elementType(element), sizes);
}

//===----------------------------------------------------------------------===//
// Scalar code
//===----------------------------------------------------------------------===//

namespace {

bool isFloat(Element e) { return e == Element::F32 || e == Element::F64; }

/// The element type in which an operation's operands are computed.
Element operandElement(const Term &term, Element wanted) {
  Element element = Element::Literal;
  size_t first = term.name == "select" ? 1 : 0;
  for (size_t i = first; i < term.arguments.size(); ++i)
    element = promote(element, term.arguments[i]->element).value_or(Element::F32);
  if (element == Element::Literal)
    return wanted == Element::Literal || wanted == Element::Bool ? Element::F32 : wanted;
  return element;
}

/// Made of positions, sizes and whole numbers only: computed in integers, whatever it is used for.
bool isWhole(const Term &term) {
  if (term.kind == Term::Number)
    return term.isInteger;
  if (term.kind != Term::Apply)
    return term.kind != Term::Read;
  static const std::set<std::string> closed = {"add", "sub", "mul", "neg", "min", "max", "mod", "idiv", "abs"};
  return closed.count(term.name) && std::all_of(term.arguments.begin(), term.arguments.end(), [](const TermPtr &a) { return isWhole(*a); });
}

mlir::Value castTo(OpBuilder &b, Location loc, mlir::Value value, Element from, Element to, Type type) {
  if (from == to || value.getType() == type)
    return value;
  if (from == Element::Bool)
    return isFloat(to) ? arith::UIToFPOp::create(b, loc, type, value).getResult() : arith::ExtUIOp::create(b, loc, type, value).getResult();
  if (from == Element::I32)
    return isFloat(to) ? arith::SIToFPOp::create(b, loc, type, value).getResult() : value;
  if (to == Element::I32)
    return arith::FPToSIOp::create(b, loc, type, value);
  if (to == Element::F64)
    return arith::ExtFOp::create(b, loc, type, value);
  return arith::TruncFOp::create(b, loc, type, value);
}

mlir::Value compare(OpBuilder &b, Location loc, const std::string &name, mlir::Value x, mlir::Value y) {
  static const std::map<std::string, std::pair<arith::CmpFPredicate, arith::CmpIPredicate>> predicates = {
      {"eq", {arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq}},  {"ne", {arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne}},
      {"lt", {arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt}}, {"le", {arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle}},
      {"gt", {arith::CmpFPredicate::OGT, arith::CmpIPredicate::sgt}}, {"ge", {arith::CmpFPredicate::OGE, arith::CmpIPredicate::sge}}};
  auto &[floating, integer] = predicates.at(name);
  if (isa<FloatType>(x.getType()))
    return arith::CmpFOp::create(b, loc, floating, x, y);
  return arith::CmpIOp::create(b, loc, integer, x, y);
}

mlir::Value applyFloat(OpBuilder &b, Location loc, const std::string &name, llvm::ArrayRef<mlir::Value> v) {
  if (name == "add") return arith::AddFOp::create(b, loc, v[0], v[1]);
  if (name == "sub") return arith::SubFOp::create(b, loc, v[0], v[1]);
  if (name == "mul") return arith::MulFOp::create(b, loc, v[0], v[1]);
  if (name == "div") return arith::DivFOp::create(b, loc, v[0], v[1]);
  if (name == "pow") return math::PowFOp::create(b, loc, v[0], v[1]);
  if (name == "min") return arith::MinNumFOp::create(b, loc, v[0], v[1]);
  if (name == "max") return arith::MaxNumFOp::create(b, loc, v[0], v[1]);
  if (name == "neg") return arith::NegFOp::create(b, loc, v[0]);
  if (name == "exp") return math::ExpOp::create(b, loc, v[0]);
  if (name == "log") return math::LogOp::create(b, loc, v[0]);
  if (name == "sqrt") return math::SqrtOp::create(b, loc, v[0]);
  if (name == "rsqrt") return math::RsqrtOp::create(b, loc, v[0]);
  if (name == "sin") return math::SinOp::create(b, loc, v[0]);
  if (name == "cos") return math::CosOp::create(b, loc, v[0]);
  if (name == "tanh") return math::TanhOp::create(b, loc, v[0]);
  if (name == "erf") return math::ErfOp::create(b, loc, v[0]);
  if (name == "abs") return math::AbsFOp::create(b, loc, v[0]);
  if (name == "floor") return math::FloorOp::create(b, loc, v[0]);
  if (name == "idiv" || name == "mod") {
    mlir::Value quotient = math::FloorOp::create(b, loc, arith::DivFOp::create(b, loc, v[0], v[1]));
    return name == "idiv" ? quotient : arith::SubFOp::create(b, loc, v[0], arith::MulFOp::create(b, loc, v[1], quotient)).getResult();
  }
  return {};
}

mlir::Value applyInteger(OpBuilder &b, Location loc, const std::string &name, llvm::ArrayRef<mlir::Value> v) {
  if (name == "add") return arith::AddIOp::create(b, loc, v[0], v[1]);
  if (name == "sub") return arith::SubIOp::create(b, loc, v[0], v[1]);
  if (name == "mul") return arith::MulIOp::create(b, loc, v[0], v[1]);
  if (name == "idiv") return arith::FloorDivSIOp::create(b, loc, v[0], v[1]);
  if (name == "mod") // as at elaboration: the sign of the divisor
    return arith::SubIOp::create(b, loc, v[0], arith::MulIOp::create(b, loc, v[1], arith::FloorDivSIOp::create(b, loc, v[0], v[1])));
  if (name == "min") return arith::MinSIOp::create(b, loc, v[0], v[1]);
  if (name == "max") return arith::MaxSIOp::create(b, loc, v[0], v[1]);
  if (name == "and") return arith::AndIOp::create(b, loc, v[0], v[1]);
  if (name == "or") return arith::OrIOp::create(b, loc, v[0], v[1]);
  return {};
}

} // namespace

mlir::Value TermEmitter::emit(const TermPtr &term, Element wanted, const std::map<std::string, unsigned> &dims,
                              const std::vector<std::pair<TermPtr, mlir::Value>> &reads, Location loc) {
  Element target = wanted == Element::Literal ? (term->element == Element::Literal ? Element::F32 : term->element) : wanted;
  Type type = elementType(target);
  switch (term->kind) {
  case Term::Number:
    if (isFloat(target))
      return arith::ConstantOp::create(builder, loc, builder.getFloatAttr(type, term->number));
    return arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, int64_t(term->number)));
  case Term::Position:
    return castTo(builder, loc, rxt::IndexOp::create(builder, loc, builder.getI32Type(), int64_t(dims.at(term->name))), Element::I32, target, type);
  case Term::Size:
    return castTo(builder, loc, rxt::SizeOp::create(builder, loc, builder.getI32Type(), term->size.str()), Element::I32, target, type);
  case Term::Read:
    for (auto &[read, value] : reads)
      if (read->tensor.value == term->tensor.value && read->indices == term->indices)
        return castTo(builder, loc, value, term->element, target, type);
    llvm_unreachable("read was not collected");
  case Term::Apply:
    break;
  }
  Element inner = operandElement(*term, term->element == Element::Bool || term->name == "cast" ? Element::Literal : target);
  if (term->name == "cast")
    inner = term->arguments[0]->element;
  if ((term->name == "mod" || term->name == "idiv") && isWhole(*term))
    inner = Element::I32;
  llvm::SmallVector<mlir::Value> operands;
  for (size_t i = 0; i < term->arguments.size(); ++i)
    operands.push_back(emit(term->arguments[i], term->name == "select" && i == 0 ? Element::Bool : inner, dims, reads, loc));
  if (inner == Element::Literal)
    inner = Element::F32;
  static const std::set<std::string> comparisons = {"eq", "ne", "lt", "le", "gt", "ge"};
  if (comparisons.count(term->name))
    return castTo(builder, loc, compare(builder, loc, term->name, operands[0], operands[1]), Element::Bool, target, type);
  if (term->name == "select")
    return castTo(builder, loc, arith::SelectOp::create(builder, loc, operands[0], operands[1], operands[2]), inner, target, type);
  if (term->name == "not") {
    mlir::Value one = arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(builder.getI1Type(), 1));
    return arith::XOrIOp::create(builder, loc, operands[0], one);
  }
  if (term->name == "cast")
    return castTo(builder, loc, castTo(builder, loc, operands[0], inner, term->element, elementType(term->element)), term->element, target, type);
  mlir::Value result = isFloat(inner) ? applyFloat(builder, loc, term->name, operands) : applyInteger(builder, loc, term->name, operands);
  assert(result && "operations are checked when the term is made");
  return castTo(builder, loc, result, inner, target, type);
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

static void collectReads(const TermPtr &term, std::vector<TermPtr> &reads) {
  if (term->kind == Term::Read) {
    bool known = std::any_of(reads.begin(), reads.end(),
                             [&](const TermPtr &r) { return r->tensor.value == term->tensor.value && r->indices == term->indices; });
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
  std::vector<std::pair<TermPtr, mlir::Value>> open(OpBuilder &b, Region &region, TermEmitter &emitter, Location loc) const {
    Block &block = region.emplaceBlock();
    std::vector<std::pair<TermPtr, mlir::Value>> values;
    for (auto &read : reads)
      values.push_back({read, block.addArgument(emitter.elementType(read->element), loc)});
    b.setInsertionPointToEnd(&block);
    return values;
  }
};

std::vector<std::string> labels(const std::vector<Axis> &axes) {
  std::vector<std::string> names;
  for (auto &axis : axes)
    names.push_back(axis.label);
  return names;
}

} // namespace

Tensor TermEmitter::materialize(const TermPtr &term, const std::vector<Axis> &axes, Location loc) {
  Element element = term->element == Element::Literal ? Element::F32 : term->element;
  if (term->kind == Term::Read && term->indices == labels(axes)) {
    Tensor tensor = term->tensor;
    tensor.axes = axes;
    return tensor;
  }
  Nest nest(builder, term, labels(axes));
  OpBuilder::InsertionGuard guard(builder);
  auto op = rxt::MapOp::create(builder, loc, tensorType(element, axes), nest.inputs, builder.getArrayAttr(nest.maps));
  auto values = nest.open(builder, op.getBody(), *this, loc);
  mlir::Value result = emit(term, element, nest.dims, values, loc);
  rxt::YieldOp::create(builder, loc, ValueRange{result});
  return {op.getResult(), axes, element};
}

TermPtr TermEmitter::contract(const std::vector<std::string> &reduced, const TermPtr &left, const TermPtr &right, const std::vector<Axis> &axes,
                              Location loc) {
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
    for (auto &index : plain ? term->indices : labels(term->free))
      results.push_back(builder.getAffineDimExpr(dims.at(index)));
    maps.push_back(AffineMapAttr::get(AffineMap::get(dims.size(), 0, results, builder.getContext())));
  }
  auto op = rxt::ContractOp::create(builder, loc, tensorType(left->element, axes), operands[0].value, operands[1].value, builder.getArrayAttr(maps));
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

TermPtr TermEmitter::reduce(const std::string &kind, const std::vector<std::string> &reduced, const TermPtr &body, Location loc) {
  auto isReduced = [&](const std::string &name) { return std::find(reduced.begin(), reduced.end(), name) != reduced.end(); };
  std::vector<Axis> axes;
  for (auto &axis : body->free)
    if (!isReduced(axis.label))
      axes.push_back(axis);
  if (kind == "sum" && isFloat(body->element)) {
    std::vector<TermPtr> all, inside, outside;
    factors(body, all);
    for (auto &factor : all)
      (std::any_of(factor->free.begin(), factor->free.end(), [&](const Axis &a) { return isReduced(a.label); }) ? inside : outside).push_back(factor);
    bool isProduct = inside.size() == 2 && inside[0]->element == body->element && inside[1]->element == body->element;
    bool both = isProduct, exclusive = false;
    for (auto &name : reduced)
      both = both && inside[0]->dependsOn(name) && inside[1]->dependsOn(name);
    for (int side = 0; isProduct && side < 2; ++side)
      for (auto &axis : inside[side]->free)
        exclusive = exclusive || (!isReduced(axis.label) && !inside[1 - side]->dependsOn(axis.label));
    if (both && exclusive) {
      std::vector<Axis> inner;
      for (auto &axis : axes)
        if (inside[0]->dependsOn(axis.label) || inside[1]->dependsOn(axis.label))
          inner.push_back(axis);
      TermPtr result = contract(reduced, inside[0], inside[1], inner, loc);
      result->isIndexed = body->isIndexed;
      for (auto &factor : outside)
        result = product(result, factor);
      result->free = axes; // the order of the body, not of the factors
      return result;
    }
  }
  std::vector<std::string> order = labels(axes);
  order.insert(order.end(), reduced.begin(), reduced.end());
  Nest nest(builder, body, order);
  static const std::map<std::string, rxt::ReduceKind> kinds = {
      {"sum", rxt::ReduceKind::Sum}, {"mean", rxt::ReduceKind::Sum}, {"prod", rxt::ReduceKind::Prod},     {"max", rxt::ReduceKind::Max},
      {"min", rxt::ReduceKind::Min}, {"any", rxt::ReduceKind::Any},  {"all", rxt::ReduceKind::All},       {"argmax", rxt::ReduceKind::ArgMax},
      {"argmin", rxt::ReduceKind::ArgMin}};
  bool isArg = kind == "argmax" || kind == "argmin", isLogic = kind == "any" || kind == "all";
  Element element = isLogic ? Element::Bool : body->element == Element::Literal ? Element::F32 : body->element;
  if (!isLogic && element == Element::Bool)
    element = Element::F32; // counting truths
  Element resultElement = isArg ? Element::I32 : element;
  TermPtr result;
  {
    OpBuilder::InsertionGuard guard(builder);
    auto op = rxt::ReduceOp::create(builder, loc, tensorType(resultElement, axes), kinds.at(kind), nest.inputs, builder.getArrayAttr(nest.maps));
    auto values = nest.open(builder, op.getBody(), *this, loc);
    mlir::Value value = emit(body, element, nest.dims, values, loc);
    rxt::YieldOp::create(builder, loc, ValueRange{value});
    result = Term::read({op.getResult(), axes, resultElement});
  }
  result->isIndexed = body->isIndexed;
  if (kind != "mean")
    return result;
  SizeExpr count(1);
  for (auto &axis : body->free)
    if (isReduced(axis.label))
      count = count * axis.size;
  auto divided = std::make_shared<Term>();
  divided->kind = Term::Apply;
  divided->name = "div";
  divided->element = element;
  TermPtr divisor = count.isConstant() ? Term::literal(double(count.constant()), true) : std::make_shared<Term>();
  if (!count.isConstant()) {
    divisor->kind = Term::Size;
    divisor->element = Element::Literal;
    divisor->size = count;
  }
  divided->arguments = {result, divisor};
  divided->free = axes;
  divided->isIndexed = body->isIndexed;
  return divided;
}
