//===- TermScalars.cpp - one element of a term --------------------*- C++ -*-===//
#include "compiler/elaborate/Term.h"

#include "dialects/rxt/Rxt.h"

#include <algorithm>
#include <set>

using namespace rx;
using namespace rx::elaborate;
using namespace mlir;

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

namespace {

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

mlir::Value TermEmitter::emit(const TermPtr &term, Element wanted, const std::map<std::string, unsigned> &dims, const ReadValues &reads, Location loc) {
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
    return emitApply(*term, target, dims, reads, loc);
  }
  llvm_unreachable("all kinds of terms are handled");
}

mlir::Value TermEmitter::emitApply(const Term &term, Element target, const std::map<std::string, unsigned> &dims, const ReadValues &reads, Location loc) {
  Type type = elementType(target);
  Element inner = operandElement(term, term.element == Element::Bool ? Element::Literal : target);
  if (term.name == "cast")
    inner = term.arguments[0]->element;
  if ((term.name == "mod" || term.name == "idiv") && isWhole(term))
    inner = Element::I32;
  llvm::SmallVector<mlir::Value> operands;
  for (size_t i = 0; i < term.arguments.size(); ++i)
    operands.push_back(emit(term.arguments[i], term.name == "select" && i == 0 ? Element::Bool : inner, dims, reads, loc));
  if (inner == Element::Literal)
    inner = Element::F32;
  static const std::set<std::string> comparisons = {"eq", "ne", "lt", "le", "gt", "ge"};
  if (comparisons.count(term.name))
    return castTo(builder, loc, compare(builder, loc, term.name, operands[0], operands[1]), Element::Bool, target, type);
  if (term.name == "select")
    return castTo(builder, loc, arith::SelectOp::create(builder, loc, operands[0], operands[1], operands[2]), inner, target, type);
  if (term.name == "not") {
    mlir::Value one = arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(builder.getI1Type(), 1));
    return arith::XOrIOp::create(builder, loc, operands[0], one);
  }
  if (term.name == "cast")
    return castTo(builder, loc, castTo(builder, loc, operands[0], inner, term.element, elementType(term.element)), term.element, target, type);
  mlir::Value result = isFloat(inner) ? applyFloat(builder, loc, term.name, operands) : applyInteger(builder, loc, term.name, operands);
  assert(result && "operations are checked when the term is made");
  return castTo(builder, loc, result, inner, target, type);
}
