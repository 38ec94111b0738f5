//===- LoopEmitter.cpp - builds the loops of a kernel ----------------------===//
#include "dialects/rxt/LoopEmitter.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::rxt {

LoopEmitter::LoopEmitter(OpBuilder &builder, Location loc, KernelFrame frame)
    : builder(builder), loc(loc), frame(std::move(frame)) {}

LoopEmitter LoopEmitter::forOp(ArrayRef<View> inputs, const View &result,
                               ArrayRef<Value> fixed) const {
  KernelFrame own;
  own.inputs.assign(inputs.begin(), inputs.end());
  own.results.push_back(result);
  own.sizes = frame.sizes;
  own.presences = frame.presences;
  own.fixed.emplace(fixed);
  return LoopEmitter(builder, loc, std::move(own));
}

//===-- Integers ---===//

Value LoopEmitter::constant(int64_t value) {
  return arith::ConstantIntOp::create(builder, loc, value, 64);
}
Value LoopEmitter::add(Value a, Value b) { return arith::AddIOp::create(builder, loc, a, b); }
Value LoopEmitter::sub(Value a, Value b) { return arith::SubIOp::create(builder, loc, a, b); }
Value LoopEmitter::mul(Value a, Value b) { return arith::MulIOp::create(builder, loc, a, b); }
Value LoopEmitter::div(Value a, Value b) { return arith::DivUIOp::create(builder, loc, a, b); }
Value LoopEmitter::rem(Value a, Value b) { return arith::RemUIOp::create(builder, loc, a, b); }
Value LoopEmitter::min(Value a, Value b) { return arith::MinSIOp::create(builder, loc, a, b); }
Value LoopEmitter::max(Value a, Value b) { return arith::MaxSIOp::create(builder, loc, a, b); }
Value LoopEmitter::compare(Predicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(builder, loc, predicate, a, b);
}
Value LoopEmitter::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(builder, loc, condition, a, b);
}

Value LoopEmitter::size(const SizeExpr &size) {
  Value sum = constant(0);
  for (auto &[monomial, coefficient] : size.monomials()) {
    Value term = constant(coefficient);
    for (const std::string &symbol : monomial)
      term = mul(term, frame.sizes.find(symbol)->second);
    sum = add(sum, term);
  }
  return sum;
}

//===-- Control ---===//

void LoopEmitter::forLoop(Value lo, Value hi, Value step, function_ref<void(Value)> body) {
  auto loop = scf::ForOp::create(builder, loc, lo, hi, step);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

LoopEmitter::Values LoopEmitter::forCarry(Value lo, Value hi, Value step, ArrayRef<Value> init,
                                          function_ref<Values(Value, ValueRange)> body) {
  auto loop = scf::ForOp::create(builder, loc, lo, hi, step, init);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!init.empty()) // else the loop was built with its terminator
    scf::YieldOp::create(builder, loc, next);
  return Values(loop.getResults());
}

void LoopEmitter::whileLoop(Value init, function_ref<Value(Value)> condition,
                            function_ref<Value(Value)> next) {
  scf::WhileOp::create(
      builder, loc, TypeRange{init.getType()}, ValueRange{init},
      [&](OpBuilder &, Location, ValueRange arguments) {
        scf::ConditionOp::create(builder, loc, condition(arguments[0]), arguments);
      },
      [&](OpBuilder &, Location, ValueRange arguments) {
        scf::YieldOp::create(builder, loc, next(arguments[0]));
      });
}

void LoopEmitter::ifThen(Value condition, function_ref<void()> then) {
  auto branch = scf::IfOp::create(builder, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  then();
}

LoopEmitter::Values LoopEmitter::ifElse(Value condition, function_ref<Values()> then,
                                        function_ref<Values()> otherwise) {
  auto branch = scf::IfOp::create(
      builder, loc, condition,
      [&](OpBuilder &, Location) { scf::YieldOp::create(builder, loc, then()); },
      [&](OpBuilder &, Location) { scf::YieldOp::create(builder, loc, otherwise()); });
  return Values(branch.getResults());
}

void LoopEmitter::forStrips(Value lo, Value hi, function_ref<void(Value, Value)> body) {
  forStripsCarry(lo, hi, {}, [&](Value first, Value mask, ValueRange) {
    body(first, mask);
    return Values();
  });
}

LoopEmitter::Values
LoopEmitter::forStripsCarry(Value lo, Value hi, ArrayRef<Value> init,
                            function_ref<Values(Value, Value, ValueRange)> body) {
  Value rest = rem(max(sub(hi, lo), constant(0)), constant(lanes));
  Value whole = sub(hi, rest);
  Values carried = forCarry(lo, whole, constant(lanes), init, [&](Value first, ValueRange values) {
    return body(first, Value(), values);
  });
  Value some = compare(Predicate::sgt, rest, constant(0));
  auto last = [&] { return body(whole, maskBelow(rest), carried); };
  if (!init.empty())
    return ifElse(some, last, [&] { return carried; });
  ifThen(some, [&] { last(); });
  return {};
}

void LoopEmitter::forFixedRows(TensorType type, ArrayRef<Value> outer, RowBody body) {
  Value zero = constant(0), one = constant(1);
  if (type.rank() == 0)
    return body({}, zero, one);
  unsigned axis = outer.size();
  Value fixed = (*frame.fixed)[axis];
  if (axis + 1 == type.rank())
    return fixed ? body(outer, fixed, add(fixed, one)) : body(outer, zero, size(type.size(axis)));
  auto inside = [&](Value index) {
    Values longer(outer);
    longer.push_back(index);
    forFixedRows(type, longer, body);
  };
  fixed ? inside(fixed) : forLoop(zero, size(type.size(axis)), inside);
}

void LoopEmitter::forRows(TensorType type, RowBody body) {
  if (frame.fixed)
    return forFixedRows(type, {}, body);
  Value zero = constant(0), one = constant(1);
  if (type.rank() == 0)
    return ifThen(compare(Predicate::slt, begin(), end()), [&] { body({}, zero, one); });
  // With no elements there is nothing in [begin, end), but a division by zero would trap before
  // that.
  Value length = size(type.size(type.rank() - 1)), divisor = max(length, one);
  Value first = div(begin(), divisor);
  Value last = div(sub(add(end(), divisor), one), divisor);
  forLoop(first, last, [&](Value row) {
    Values outer(type.rank() - 1);
    Value linear = row;
    for (int64_t axis = type.rank() - 1; axis-- > 0;) {
      Value extent = axis == 0 ? Value() : size(type.size(axis));
      outer[axis] = axis == 0 ? linear : rem(linear, extent);
      linear = axis == 0 ? linear : div(linear, extent);
    }
    Value start = mul(row, length);
    body(outer, max(sub(begin(), start), zero), min(sub(end(), start), length));
  });
}

/// Pieces of [0, size) between splits.
static SmallVector<Piece> piecesOf(const SizeExpr &size, ArrayRef<int64_t> splits) {
  int64_t end = size.isConstant() ? size.constant() : INT64_MAX;
  SmallVector<Piece> pieces = {{0, end}};
  for (int64_t split : splits)
    if (split < end) {
      pieces.back().end = split;
      pieces.push_back({split, end});
    }
  return pieces;
}

void LoopEmitter::forPoints(TensorType type, ArrayRef<int64_t> splits,
                            function_ref<void(const Point &)> body) {
  forRows(type, [&](ArrayRef<Value> outer, Value lo, Value hi) {
    if (type.rank() == 0)
      return body(Point());
    if (frame.fixed && frame.fixed->back()) {
      Point point{Values(outer), std::nullopt, Value()};
      point.indices.push_back(lo);
      return body(point);
    }
    // One function maps the end of a part and the beginning of the next: nothing is lost or done
    // twice.
    Value length = size(type.size(type.rank() - 1)), width = constant(lanes);
    auto strip = [&](Value at) {
      Value up = mul(div(add(at, constant(lanes - 1)), width), width);
      return min(up, length);
    };
    Value begin = strip(lo), end = strip(hi);
    for (Piece piece : piecesOf(type.size(type.rank() - 1), splits)) {
      Value from = piece.begin == 0 ? begin : max(begin, constant(piece.begin));
      Value to = piece.end == INT64_MAX ? end : min(end, constant(piece.end));
      forStrips(from, to, [&](Value first, Value mask) {
        Point point{Values(outer), type.rank() - 1, mask, /*aligned=*/true, piece};
        point.indices.push_back(first);
        body(point);
      });
    }
  });
}

} // namespace rx::rxt
