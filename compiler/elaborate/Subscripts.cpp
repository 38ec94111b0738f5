//===- Subscripts.cpp - reads: plain, affine, gathered, sliced ---*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include "dialects/rxt/Rxt.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Subscript;

namespace {

/// `sum of coefficient * index + sum of quotients and remainders by constants + offset`.
struct Affine {
  struct Rounded;
  std::map<std::string, int64_t> coefficients;
  std::vector<Rounded> rounded;
  SizeExpr offset;
  bool isConstant() const { return coefficients.empty() && rounded.empty(); }
  bool isPlain() const { return coefficients.size() == 1 && coefficients.begin()->second == 1 && rounded.empty() && offset == SizeExpr(0); }
};

/// `div(of, by)` or `mod(of, by)`; axes are split and merged with them.
struct Affine::Rounded {
  bool isRemainder;
  Affine of;
  int64_t by;
};

std::optional<Affine> affineOf(const Term &term) {
  auto constant = [](SizeExpr size) {
    Affine a;
    a.offset = std::move(size);
    return a;
  };
  if (term.kind == Term::Number && term.isInteger)
    return constant(SizeExpr(int64_t(term.number)));
  if (term.kind == Term::Size)
    return constant(term.size);
  if (term.kind == Term::Position) {
    Affine a;
    a.coefficients[term.name] = 1;
    return a;
  }
  if (term.kind != Term::Apply || term.arguments.empty())
    return std::nullopt;
  auto left = affineOf(*term.arguments[0]);
  if (!left)
    return std::nullopt;
  auto scale = [](Affine a, int64_t factor) {
    for (auto &[name, coefficient] : a.coefficients)
      coefficient *= factor;
    a.offset = a.offset * SizeExpr(factor);
    return a;
  };
  if (term.name == "neg")
    return scale(*left, -1);
  if (term.arguments.size() != 2)
    return std::nullopt;
  auto right = affineOf(*term.arguments[1]);
  if (!right)
    return std::nullopt;
  bool byConstant = right->isConstant() && right->offset.isConstant() && right->offset.constant() > 0;
  if ((term.name == "idiv" || term.name == "mod") && byConstant) {
    Affine a;
    a.rounded.push_back({term.name == "mod", *left, right->offset.constant()});
    return a;
  }
  if (term.name == "add" || term.name == "sub") {
    if (term.name == "sub" && !right->rounded.empty())
      return std::nullopt;
    Affine other = scale(*right, term.name == "sub" ? -1 : 1);
    left->rounded.insert(left->rounded.end(), other.rounded.begin(), other.rounded.end());
    for (auto &[name, coefficient] : other.coefficients)
      if ((left->coefficients[name] += coefficient) == 0)
        left->coefficients.erase(name);
    left->offset = left->offset + other.offset;
    return left;
  }
  if (term.name == "mul") {
    if (right->isConstant() && right->offset.isConstant() && left->rounded.empty())
      return scale(*left, right->offset.constant());
    if (left->isConstant() && left->offset.isConstant() && right->rounded.empty())
      return scale(*right, left->offset.constant());
  }
  return std::nullopt;
}

/// How one axis of the base is read.
struct AxisRead {
  Affine affine;
  TermPtr gathered;        // an integer tensor instead
  std::optional<Value> otherwise;
  diag::SourceRange range;
};

void addAxis(std::vector<Axis> &axes, const Axis &axis) {
  for (auto &known : axes)
    if (known.label == axis.label) {
      if (isUnknown(known.size))
        known = axis;
      return;
    }
  axes.push_back(axis);
}

/// The largest and smallest position an affine read takes, if the ranges of its indices are known.
std::optional<std::pair<SizeExpr, SizeExpr>> extent(const Affine &affine, const std::vector<Axis> &axes) {
  SizeExpr low = affine.offset, high = affine.offset;
  for (auto &[name, coefficient] : affine.coefficients) {
    auto found = std::find_if(axes.begin(), axes.end(), [&, n = name](const Axis &a) { return a.label == n; });
    if (found == axes.end() || isUnknown(found->size))
      return std::nullopt;
    SizeExpr last = (found->size - SizeExpr(1)) * SizeExpr(coefficient);
    (coefficient > 0 ? high : low) = (coefficient > 0 ? high : low) + last;
  }
  for (auto &part : affine.rounded) {
    auto inner = extent(part.of, axes);
    if (!inner || !inner->first.isConstant() || !inner->second.isConstant())
      return std::nullopt;
    int64_t first = inner->first.constant() / part.by, last = inner->second.constant() / part.by;
    low = low + SizeExpr(part.isRemainder ? 0 : first);
    high = high + SizeExpr(part.isRemainder ? (last > first ? part.by - 1 : inner->second.constant() % part.by) : last);
  }
  return std::pair(low, high);
}

/// The position as MLIR writes it; sizes that are no constants become symbols.
mlir::AffineExpr position(const Affine &affine, mlir::OpBuilder &builder, llvm::function_ref<mlir::AffineExpr(const std::string &)> dim,
                          llvm::SmallVectorImpl<mlir::Attribute> &symbols) {
  mlir::AffineExpr result = builder.getAffineConstantExpr(affine.offset.isConstant() ? affine.offset.constant() : 0);
  if (!affine.offset.isConstant()) {
    result = builder.getAffineSymbolExpr(symbols.size());
    symbols.push_back(builder.getStringAttr(affine.offset.str()));
  }
  for (auto &[name, coefficient] : affine.coefficients)
    result = result + dim(name) * coefficient;
  for (auto &part : affine.rounded) {
    mlir::AffineExpr inner = position(part.of, builder, dim, symbols);
    result = result + (part.isRemainder ? inner % part.by : inner.floorDiv(part.by));
  }
  return result;
}

} // namespace

/// `relaxed[2, 64]`: the variant made at these values of the `for`s, outermost first; fewer give a smaller family.
Value Elaborator::variantsOf(const Value &family, const Expr &expr, const Frame &frame) {
  Value chosen = family;
  chosen.list.clear();
  chosen.choices.clear();
  std::vector<Value> wanted;
  for (auto &subscript : expr.subscripts) {
    if (subscript.kind != Subscript::Index)
      fail("type-mismatch", "a variant is chosen by values, one for each `for`", subscript.range);
    wanted.push_back(eval(*subscript.expr, frame));
  }
  size_t depth = family.choices[0]->all.size();
  if (wanted.size() > depth)
    fail("rank-mismatch", "`" + std::string(expr.children[0]->range.text()) + "` is made under " + std::to_string(depth) + " `for`s, here are " + std::to_string(wanted.size()) + " values", expr.range);
  auto same = [](const Value &a, const Value &b) { return a.isNumber() ? b.isNumber() && a.asDouble() == b.asDouble() : a.kind == b.kind && a.text == b.text && a.label == b.label; };
  for (size_t i = 0; i < family.list.size(); ++i) {
    auto &made = family.choices[i]->all;
    bool fits = true;
    for (size_t k = 0; k < wanted.size(); ++k)
      fits = fits && same(made[k].second, wanted[k]);
    if (!fits)
      continue;
    chosen.list.push_back(family.list[i]);
    chosen.choices.push_back(std::make_shared<Fields>(*family.choices[i]));
  }
  if (chosen.list.empty())
    fail("out-of-range", "`" + std::string(expr.children[0]->range.text()) + "` has no such variant", expr.range, "it varies over " + [&] {
      std::string names;
      for (auto &[name, value] : family.choices[0]->all)
        names += (names.empty() ? "" : ", ") + name;
      return names;
    }());
  return wanted.size() == depth ? chosen.list[0] : chosen;
}

Value Elaborator::evalSubscripted(const Expr &expr, const Frame &frame) {
  Value base = eval(*expr.children[0], frame);
  if (base.kind == Value::List) {
    Value at = expr.subscripts.size() == 1 && expr.subscripts[0].expr ? eval(*expr.subscripts[0].expr, frame) : Value();
    if (!at.isConstantInt() || at.size.constant() < 0 || at.size.constant() >= int64_t(base.list.size()))
      fail("out-of-range", "a list of " + std::to_string(base.list.size()) + " is read at another position", expr.range);
    return base.list[at.size.constant()];
  }
  if (base.kind == Value::Family)
    return variantsOf(base, expr, frame);
  if (base.kind == Value::Model && base.node->kind != Node::Model) {
    Value at = expr.subscripts.size() == 1 && expr.subscripts[0].expr ? eval(*expr.subscripts[0].expr, frame) : Value();
    int64_t count = base.node->depths();
    if (!at.isConstantInt() || at.size.constant() < 0 || at.size.constant() >= count)
      fail("out-of-range", "`" + std::string(expr.children[0]->range.text()) + "` has " + std::to_string(count) + " layers, numbered from 0", expr.range);
    Value v;
    v.kind = Value::Layer;
    v.layers = {{base.node, at.size.constant()}};
    v.origin = {expr.range, ""};
    return v;
  }
  if (base.kind != Value::TensorTerm && base.kind != Value::Depth)
    fail("type-mismatch", base.describe() + " has no axes to index", expr.range);
  return subscriptTensor(toTerm(base, expr.children[0]->range, frame), expr, frame);
}

Value Elaborator::subscriptTensor(const TermPtr &base, const Expr &expr, const Frame &frame) {
  TermEmitter emitter(frame.emission->builder);
  Tensor tensor = materialize(Value::tensor(base), expr.range, frame);
  size_t rank = tensor.axes.size(), given = 0;
  bool hasPack = false;
  for (auto &s : expr.subscripts)
    s.kind == Subscript::Pack ? void(hasPack = true) : void(++given);
  if (given > rank || (!hasPack && given != rank)) {
    std::string labels;
    for (auto &axis : tensor.axes)
      labels += (labels.empty() ? "" : ", ") + axis.label;
    fail("rank-mismatch", "`" + std::string(expr.children[0]->range.text()) + "` has " + std::to_string(rank) + " axes [" + labels + "], read with " +
                              std::to_string(given) + " indices", expr.range, "`..` stands for the axes not named");
  }
  std::vector<AxisRead> reads;
  std::vector<Axis> free;
  bool otherwise = false;
  for (auto &subscript : expr.subscripts) {
    if (subscript.kind == Subscript::Pack) {
      for (size_t n = rank - given; n > 0; --n) {
        const Axis &axis = tensor.axes[reads.size()];
        AxisRead read;
        read.affine.coefficients[axis.label] = 1;
        addAxis(free, axis);
        reads.push_back(read);
      }
      continue;
    }
    const Axis &axis = tensor.axes[reads.size()];
    AxisRead read;
    read.range = subscript.range;
    if (subscript.kind == Subscript::Slice) {
      Value begin = subscript.expr ? eval(*subscript.expr, frame) : Value::of(0);
      Value end = subscript.rangeEnd ? eval(*subscript.rangeEnd, frame) : Value::of(axis.size);
      if (begin.kind != Value::Int || end.kind != Value::Int)
        fail("type-mismatch", "the bounds of a slice are integers known before the run", subscript.range);
      read.affine.coefficients[axis.label] = 1;
      read.affine.offset = begin.size;
      addAxis(free, {axis.label, end.size - begin.size, {subscript.range, ""}});
      reads.push_back(read);
      continue;
    }
    const Expr *at = subscript.expr.get();
    // The name of the axis itself is its own index, although it is also a size in scope.
    if (at->kind == Expr::Name && at->text == axis.label && !(frame.indices && frame.indices->find(at->text))) {
      read.affine.coefficients[axis.label] = 1;
      addAxis(free, axis);
      reads.push_back(read);
      continue;
    }
    bool unbound = at->kind == Expr::Name && !(frame.indices && frame.indices->find(at->text)) && !frame.scope->find(at->text);
    if (unbound)
      fail("unbound-index", "index `" + at->text + "` is used but never bound", at->range,
           "put it on the left of the equation, or reduce it: `sum[" + at->text + "](..)`");
    Value position = eval(*at, frame);
    TermPtr term = toTerm(position, at->range, frame);
    if (auto affine = affineOf(*term)) {
      read.affine = *affine;
      for (auto &free_ : term->free) {
        Axis known = free_;
        if (isUnknown(known.size) && read.affine.rounded.empty() && read.affine.coefficients.size() == 1 && std::abs(read.affine.coefficients.begin()->second) == 1)
          known = {known.label, axis.size, axis.origin}; // a fresh index takes the range of the axis it reads
        else if (read.affine.isPlain() && !(known.size == axis.size) && frame.indices && frame.indices->find(known.label)->has_value() == false)
          known = {known.label, axis.size, axis.origin};
        addAxis(free, known);
      }
    } else if (term->element == Element::I32) {
      read.gathered = term;
      for (auto &index : term->free)
        addAxis(free, index);
    } else {
      fail("type-mismatch", "a position is an index, an affine expression of indices, or an integer tensor", at->range);
    }
    if (subscript.otherwise) {
      read.otherwise = eval(*subscript.otherwise, frame);
      if (!read.otherwise->isNumber())
        fail("not-yet-supported", "the value beyond the edge must be a number", subscript.otherwise->range);
      otherwise = true;
    }
    reads.push_back(std::move(read));
  }
  // Plain reads need no op. The stated range of an index may be smaller than the axis: then it is a window.
  bool plain = !otherwise;
  std::vector<std::string> names;
  for (size_t i = 0; i < reads.size() && plain; ++i) {
    plain = !reads[i].gathered && reads[i].affine.isPlain();
    if (!plain)
      break;
    names.push_back(reads[i].affine.coefficients.begin()->first);
    for (auto &axis : free)
      if (axis.label == names.back() && !(axis.size == tensor.axes[i].size))
        plain = false;
  }
  TermPtr result;
  mlir::OpBuilder &builder = frame.emission->builder;
  auto loc = location(expr.range, frame.emission);
  auto dim = [&](const std::string &name) {
    for (size_t i = 0; i < free.size(); ++i)
      if (free[i].label == name)
        return builder.getAffineDimExpr(i);
    llvm_unreachable("index of a read is free in it");
  };
  size_t gathers = std::count_if(reads.begin(), reads.end(), [](const AxisRead &r) { return r.gathered != nullptr; });
  if (plain) {
    result = Term::read(tensor, names);
    for (auto &axis : result->free)
      for (auto &stated : free)
        if (stated.label == axis.label)
          axis.origin = stated.origin;
  } else if (gathers == 1 && std::all_of(reads.begin(), reads.end(), [](const AxisRead &r) { return r.gathered || r.affine.isPlain(); })) {
    llvm::SmallVector<mlir::AffineExpr> sourceMap, indexMap;
    int64_t gatherAxis = 0;
    Tensor index;
    for (size_t i = 0; i < reads.size(); ++i)
      if (reads[i].gathered) {
        gatherAxis = i;
        index = materialize(Value::tensor(reads[i].gathered), reads[i].range, frame);
        for (auto &axis : index.axes)
          indexMap.push_back(dim(axis.label));
      } else
        sourceMap.push_back(dim(reads[i].affine.coefficients.begin()->first));
    auto op = rxt::GatherOp::create(builder, loc, emitter.tensorType(tensor.element, free), tensor.value, index.value, uint64_t(gatherAxis),
                                    mlir::AffineMap::get(free.size(), 0, sourceMap, &context), mlir::AffineMap::get(free.size(), 0, indexMap, &context));
    result = Term::read({op.getResult(), free, tensor.element});
  } else if (gathers > 0) {
    fail("not-yet-supported", "a read that mixes integer tensors and shifted indices", expr.range, "name the shifted tensor first");
  } else {
    llvm::SmallVector<mlir::AffineExpr> results;
    llvm::SmallVector<mlir::Attribute> symbols;
    mlir::TypedAttr fill;
    for (size_t i = 0; i < reads.size(); ++i) {
      const Axis &axis = tensor.axes[i];
      const Affine &affine = reads[i].affine;
      if (auto reach = extent(affine, free); reach && !reads[i].otherwise) {
        SizeExpr over = reach->second - (axis.size - SizeExpr(1));
        if ((reach->first.isConstant() && reach->first.constant() < 0) || (over.isConstant() && over.constant() > 0))
          fail("out-of-range", "this read leaves the tensor: it reaches " + reach->first.str() + " .. " + reach->second.str() + ", but axis `" + axis.label +
                                   "` is 0 .. " + (axis.size - SizeExpr(1)).str(), reads[i].range ? reads[i].range : expr.range,
               "`else 0` gives the value beyond the edge; `i: a..b` states a smaller range");
      }
      results.push_back(position(affine, builder, dim, symbols));
      if (reads[i].otherwise) {
        double value = reads[i].otherwise->asDouble();
        mlir::Type type = emitter.elementType(tensor.element);
        fill = mlir::isa<mlir::FloatType>(type) ? mlir::TypedAttr(builder.getFloatAttr(type, value)) : mlir::TypedAttr(builder.getIntegerAttr(type, int64_t(value)));
      }
    }
    for (auto &axis : free)
      if (isUnknown(axis.size))
        fail("unbound-index", "index `" + axis.label + "` has no range here", expr.range, "state it on the left: `" + axis.label + ": n`");
    auto op = rxt::WindowOp::create(builder, loc, emitter.tensorType(tensor.element, free), tensor.value,
                                    mlir::AffineMap::get(free.size(), symbols.size(), results, &context), builder.getArrayAttr(symbols), fill);
    result = Term::read({op.getResult(), free, tensor.element});
  }
  result->isIndexed = true;
  result->range = expr.range;
  return Value::tensor(result);
}
