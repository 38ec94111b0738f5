//===- Sort.cpp - order along an axis ---===//
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/LoopEmitter.h"
#include "dialects/rxt/Points.h"

#include <cmath>

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult SortOp::verify() {
  TensorType input = getInput().getType(), values = getValues().getType();
  TensorType positions = getPositions().getType();
  if (getAxis() >= static_cast<uint64_t>(input.rank()))
    return emitOpError() << "axis " << getAxis() << " does not exist: the input has "
                         << input.rank() << " axes";
  if (values != input)
    return emitOpError() << "values have the input's type " << input << ", not " << values;
  if (!positions.getElementType().isInteger(32) || positions.getAxes() != input.getAxes())
    return emitOpError() << "positions are i32 over the input's axes, not " << positions
                         << " for the input " << input;
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult SortOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &input = evaluation.tensor(getInput());
  ReferenceTensor values = evaluation.allocate(getValues().getType());
  ReferenceTensor positions = evaluation.allocate(getPositions().getType());
  int64_t length = input.shape[getAxis()], stride = input.strides()[getAxis()];
  std::vector<int64_t> lines = input.shape;
  lines[getAxis()] = length == 0 ? 0 : 1;
  Reader reader(input, identityDims(input.rank()), input.rank());
  forEachPoint(lines, [&](ArrayRef<int64_t> line) {
    int64_t start = reader.offset(line);
    auto element = [&](int64_t i) { return input.values[start + i * stride]; };
    // Strictly before; neither way round means equal, and then positions decide: stability.
    auto before = [&](int64_t i, int64_t j) {
      Scalar a = element(getDescending() ? j : i), b = element(getDescending() ? i : j);
      if (!isFloat(input.kind))
        return a.integer < b.integer;
      if (std::isnan(element(i).real) || std::isnan(element(j).real))
        return !std::isnan(element(i).real) && std::isnan(element(j).real);
      return a.real < b.real;
    };
    auto order = llvm::to_vector(llvm::seq<int64_t>(0, length));
    llvm::sort(order,
               [&](int64_t i, int64_t j) { return before(i, j) || (i < j && !before(j, i)); });
    for (int64_t i = 0; i < length; ++i) {
      values.values[start + i * stride] = element(order[i]);
      positions.values[start + i * stride].integer = order[i];
    }
  });
  evaluation.set(getValues(), std::move(values));
  evaluation.set(getPositions(), std::move(positions));
  return success();
}

//===-- CPU loops ---===//

namespace {

/// Sorts one line in place in the outputs, without scratch. Elements are ordered by value, then by
/// the position they came from: in that total order heapsort, which is not stable, gives the stable
/// result.
class HeapSort {
public:
  HeapSort(SortOp op, LoopEmitter &emitter, ArrayRef<Value> line)
      : op(op), e(emitter), builder(emitter.builder), line(line),
        length(e.size(op.getInput().getType().size(op.getAxis()))), one(e.constant(1)) {}

  void emit() {
    Value zero = e.constant(0);
    e.forLoop(zero, length, [&](Value at) {
      Value position = arith::TruncIOp::create(builder, e.loc, builder.getI32Type(), at);
      put(at, {e.load(e.input(0), indices(at)), position});
    });
    Value half = e.div(length, e.constant(2));
    e.forLoop(zero, half, [&](Value step) { siftDown(e.sub(e.sub(half, one), step), length); });
    e.forLoop(zero, e.sub(length, one), [&](Value step) {
      Value end = e.sub(e.sub(length, one), step);
      Element first = at(zero), last = at(end);
      put(zero, last);
      put(end, first);
      siftDown(zero, end);
    });
  }

private:
  struct Element {
    Value value, position;
  };

  /// Below `root`, [0, end) is a heap whose every parent comes after its children; makes it one
  /// with `root`.
  void siftDown(Value root, Value end) {
    auto leftOf = [&](Value parent) { return e.add(e.add(parent, parent), one); };
    e.whileLoop(
        root,
        [&](Value parent) { return e.compare(arith::CmpIPredicate::slt, leftOf(parent), end); },
        [&](Value parent) {
          Value left = leftOf(parent);
          Value right =
              e.min(e.add(left, one), e.sub(end, one)); // left, if there is no right child
          Value child = e.select(before(at(left), at(right)), right, left);
          Element upper = at(parent), lower = at(child);
          Value swap = before(upper, lower);
          e.ifThen(swap, [&] {
            put(parent, lower);
            put(child, upper);
          });
          return e.select(swap, child, end);
        });
  }

  /// Whether `a` comes before `b`. NaN comes last either way.
  Value before(const Element &a, const Element &b) {
    Value less = precedes(a.value, b.value), greater = precedes(b.value, a.value);
    Value truth = arith::ConstantIntOp::create(builder, e.loc, 1, 1);
    Value tie = arith::XOrIOp::create(builder, e.loc, either(less, greater), truth);
    Value earlier = e.compare(arith::CmpIPredicate::slt, a.position, b.position);
    return either(less, e.both(tie, earlier));
  }

  Value precedes(Value a, Value b) {
    bool descending = op.getDescending();
    if (!isa<FloatType>(a.getType())) {
      bool boolean = a.getType().isInteger(1); // true is -1 to a signed comparison
      auto less = boolean ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt;
      return e.compare(less, descending ? b : a, descending ? a : b);
    }
    auto compare = [&](arith::CmpFPredicate predicate, Value x, Value y) -> Value {
      return arith::CmpFOp::create(builder, e.loc, predicate, x, y);
    };
    Value onlyB =
        e.both(compare(arith::CmpFPredicate::ORD, a, a), compare(arith::CmpFPredicate::UNO, b, b));
    return either(compare(arith::CmpFPredicate::OLT, descending ? b : a, descending ? a : b),
                  onlyB);
  }

  Value either(Value a, Value b) { return arith::OrIOp::create(builder, e.loc, a, b); }

  SmallVector<Value> indices(Value at) {
    SmallVector<Value> all(line);
    all.insert(all.begin() + op.getAxis(), at);
    return all;
  }
  Element at(Value index) {
    return {e.load(e.result(0), indices(index)), e.load(e.result(1), indices(index))};
  }
  void put(Value index, const Element &element) {
    e.store(element.value, e.result(0), indices(index));
    e.store(element.position, e.result(1), indices(index));
  }

  SortOp op;
  LoopEmitter &e;
  OpBuilder &builder;
  ArrayRef<Value> line;
  Value length, one;
};

} // namespace

SizeExpr SortOp::parallelRows() {
  return axesWithout(getInput().getType(), getAxis()).elementCount();
}

LogicalResult SortOp::emitLoops(LoopEmitter &emitter) {
  TensorType lines = axesWithout(getInput().getType(), getAxis());
  emitter.forRows(lines, [&](ArrayRef<Value> outer, Value lo, Value hi) {
    emitter.forLoop(lo, hi, [&](Value last) {
      SmallVector<Value> line(outer);
      if (lines.rank() > 0)
        line.push_back(last);
      HeapSort(*this, emitter, line).emit();
    });
  });
  return success();
}

} // namespace rx::rxt
