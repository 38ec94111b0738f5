//===- LoopEmitter.h - builds the loops of a kernel -------------*- C++ -*-===//
//
// What an op's `emitLoops` writes its loops with. Numbers are computed in strips of 16 lanes along
// one dimension, on every target: which lanes take part is decided here and not by LLVM's
// vectoriser, so that an element's bits depend neither on the target's registers nor on how a
// kernel is cut into parts. For the same reason no op carries fast-math flags: products are
// contracted into `math.fma` before lowering or not at all.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/rxt/LoopPieces.h"
#include "dialects/rxt/Rxt.h"

#include <map>
#include <memory>
#include <optional>

namespace rx::rxt {

struct View;

/// Where a tensor in memory has its rows along one axis: row p of `axis` is the row of the memory
/// that `table` gives at the tensor's indices along `dims`, p among them.
struct RowPlaces {
  unsigned axis;
  llvm::SmallVector<unsigned> dims;
  std::shared_ptr<const View> table;
};

/// A tensor in memory, or one that is read through a window. Elements of i1 are stored as bytes, 0
/// or 1.
struct View {
  TensorType type;
  mlir::Value pointer;                    ///< !llvm.ptr to the element at index zero of every axis
  llvm::SmallVector<mlir::Value> strides; ///< i64, in elements; that of the last axis is constant 1
  WindowOp window;                        ///< null: the tensor is in memory, else this computes it
  std::shared_ptr<const View> source;     ///< the window's input
  std::shared_ptr<const RowPlaces> places; ///< null: rows lie in order
  /// i1: whether whole strips are stored past the caches (LoopEmitter::streams); null: never.
  mlir::Value streams;
  /// i64, elements: reading a strip also asks memory for the one so far behind it. Null: for none.
  mlir::Value ahead;

  /// What `window` makes of `source`; nothing is computed before it is read.
  static View through(WindowOp window, const View &source) {
    View view;
    view.type = window.getResult().getType();
    view.window = window;
    view.source = std::make_shared<const View>(source);
    return view;
  }
};

/// A point of an op's iteration space, or a strip of 16 points along `laneDim`.
struct Point {
  llvm::SmallVector<mlir::Value> indices; ///< i64, one per dimension; lane 0's along `laneDim`
  std::optional<unsigned> laneDim;        ///< none: a single point
  mlir::Value mask;     ///< vector<16xi1> of the lanes that exist; null when all do
  bool aligned = false; ///< lane 0 is at a multiple of 16
  std::optional<Piece> piece = std::nullopt; ///< in which the indices along `laneDim` lie
};

/// Where a strip reads an axis: at `at` (i64) and `step` further with every lane, or at a
/// vector<16xi64>.
struct Position {
  mlir::Value at;
  int64_t step = 0;
  int64_t multiple = 1; ///< `at` is known to be a multiple of it
  std::optional<Piece> piece = std::nullopt; ///< in which all lanes are known to lie
};

/// What surrounds the loops: the operands of one kernel call and the part of the result it
/// computes.
struct KernelFrame {
  llvm::SmallVector<View> inputs, results;
  std::map<std::string, mlir::Value, std::less<>> sizes; ///< i64, by size symbol
  std::map<std::string, View, std::less<>> presences;    ///< lengths and masks, by name
  mlir::Value begin, end;                                ///< of the parallel dimension
  llvm::SmallVector<mlir::Value> scratch; ///< !llvm.ptr to the parts of this thread's scratch
  /// By axis of the result the index at which the loops stay, null where they walk the whole axis.
  /// Absent: they walk the elements [begin, end).
  std::optional<llvm::SmallVector<mlir::Value>> fixed;
};

class LoopEmitter {
public:
  using Value = mlir::Value;
  using Values = llvm::SmallVector<Value>;
  static constexpr int64_t lanes = 16;

  LoopEmitter(mlir::OpBuilder &builder, mlir::Location loc, KernelFrame frame);

  const View &input(unsigned index) const { return frame.inputs[index]; }
  const View &result(unsigned index = 0) const { return frame.results[index]; }
  /// The lengths or mask that a presence name stands for; null if the kernel has no such operand.
  const View *presence(llvm::StringRef name) const {
    auto it = frame.presences.find(std::string_view(name));
    return it == frame.presences.end() ? nullptr : &it->second;
  }
  Value begin() const { return frame.begin; }
  Value end() const { return frame.end; }
  Value scratch(unsigned part = 0) const { return frame.scratch[part]; }
  /// Writes the loops of one of several ops of a kernel, at fixed indices of its result.
  LoopEmitter forOp(llvm::ArrayRef<View> inputs, const View &result,
                    llvm::ArrayRef<Value> fixed) const;

  //===-- Integers (i64) ---===//
  Value constant(int64_t value);
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b); ///< Of non-negative numbers, rounding down.
  Value rem(Value a, Value b); ///< Of non-negative numbers.
  Value min(Value a, Value b);
  Value max(Value a, Value b);
  Value compare(mlir::arith::CmpIPredicate predicate, Value a, Value b);
  Value select(Value condition, Value a, Value b);
  /// The value of a size polynomial.
  Value size(const SizeExpr &size);

  //===-- Control ---===//
  void forLoop(Value lo, Value hi, Value step, llvm::function_ref<void(Value)> body);
  void forLoop(Value lo, Value hi, llvm::function_ref<void(Value)> body) {
    forLoop(lo, hi, constant(1), body);
  }
  /// A loop that carries values; `body` maps (index, carried) to the next carried.
  Values forCarry(Value lo, Value hi, Value step, llvm::ArrayRef<Value> init,
                  llvm::function_ref<Values(Value, mlir::ValueRange)> body);
  /// Repeats `next` on a value, from `init` on, while `condition` holds of it.
  void whileLoop(Value init, llvm::function_ref<Value(Value)> condition,
                 llvm::function_ref<Value(Value)> next);
  void ifThen(Value condition, llvm::function_ref<void()> then);
  Values ifElse(Value condition, llvm::function_ref<Values()> then,
                llvm::function_ref<Values()> otherwise);

  /// [lo, hi) in strips of 16 lanes from `lo` on; the last one is masked if it is not whole.
  void forStrips(Value lo, Value hi, llvm::function_ref<void(Value first, Value mask)> body);
  Values forStripsCarry(Value lo, Value hi, llvm::ArrayRef<Value> init,
                        llvm::function_ref<Values(Value first, Value mask, mlir::ValueRange)> body);

  /// Elements [begin(), end()) of `type`, or those at the fixed indices, in row-major order, row by
  /// row: `body` gets the indices of all axes but the last, and the range of the last. A tensor
  /// without axes is one row [0, 1).
  void forRows(TensorType type,
               llvm::function_ref<void(llvm::ArrayRef<Value> outer, Value lo, Value hi)> body);

  /// The same elements in strips of lanes along the last axis, which start at multiples of 16: each
  /// end of the range moves up to one, or to the end of its row. One loop for each piece between
  /// `splits` of the last axis, which are multiples of 16.
  void forPoints(TensorType type, llvm::ArrayRef<int64_t> splits,
                 llvm::function_ref<void(const Point &)> body);
  void forPoints(TensorType type, llvm::function_ref<void(const Point &)> body) {
    forPoints(type, {}, body);
  }

  //===-- Elements ---===//
  /// The element of `view` that each axis reads at dimension `dims[axis]` of `point`: a vector if
  /// the lanes differ, else a scalar. Lanes outside the mask read as zero and touch no memory.
  Value load(const View &view, llvm::ArrayRef<unsigned> dims, const Point &point);
  /// The element at `indices`.
  Value load(const View &view, llvm::ArrayRef<Value> indices);
  /// Stores `value` (scalars are repeated in every lane) at the point; lanes run along the last
  /// axis.
  void store(Value value, const View &view, const Point &point);
  void store(Value value, const View &view, llvm::ArrayRef<Value> indices);
  /// Whether a result is better stored past the caches: it is too large for them, and its strips
  /// are whole lines. An ordinary store reads its line first, a third of what a copy moves. Null
  /// where that is never so. Who stores there ends with `orderStreams`.
  Value streams(const View &result);
  /// Makes what was stored past the caches visible to other threads, where `streams`.
  void orderStreams(Value streams);
  /// The elements at one position per axis: a scalar if the lanes do not differ; `mask` as above.
  Value loadAt(const View &view, llvm::ArrayRef<Position> positions, Value mask);
  /// The address of the element at `indices`.
  Value address(const View &view, llvm::ArrayRef<Value> indices);

  //===-- Lanes ---===//
  bool isVector(Value value) const { return mlir::isa<mlir::VectorType>(value.getType()); }
  mlir::VectorType vectorOf(mlir::Type element) const;
  Value splat(Value scalar); ///< Returns vectors as they are.
  Value iota(mlir::Type integer);
  Value allLanes();
  /// Lanes below `count`, which is at least 0 and at most 16.
  Value maskBelow(Value count);
  Value lane(Value vector, int64_t index);
  /// a * b of floats, a < b of integers, a and b of booleans (of which one may be null: true), in
  /// lanes if either is.
  Value product(Value a, Value b);
  Value less(Value a, Value b);
  Value both(Value a, Value b);
  /// Integers in i64, keeping the sign.
  Value widen(Value integer);
  /// The position along `dim` as i32: a vector along the lane dimension, else a scalar.
  Value position(const Point &point, unsigned dim);

  /// The value that `body` (of a map or reduce) yields at `point`, with `arguments` for its inputs.
  /// It is a scalar where every lane has the same.
  Value evaluate(mlir::Block &body, llvm::ArrayRef<Value> arguments, const Point &point);

  mlir::OpBuilder &builder;
  mlir::Location loc;

private:
  /// The positions with that along the axis of `places` as the table has it.
  llvm::SmallVector<Position> placed(const View &view, llvm::ArrayRef<Position> positions,
                                     Value mask);
  using RowBody = llvm::function_ref<void(llvm::ArrayRef<Value> outer, Value lo, Value hi)>;
  void forFixedRows(TensorType type, llvm::ArrayRef<Value> outer, RowBody body);
  /// Repeats the scalar of two values in lanes if the other is in lanes.
  void align(Value &a, Value &b) {
    if (isVector(a) != isVector(b))
      a = splat(a), b = splat(b);
  }
  Value storedToValue(Value stored, mlir::Type element);
  Value valueToStored(Value value, mlir::Type element);
  Value loadContiguous(const View &view, Value pointer, Value mask);
  Value loadScattered(const View &view, Value pointer, Value offsets, Value mask);
  mlir::Operation *cloneInLanes(mlir::Operation &op, llvm::ArrayRef<Value> operands);
  mlir::Value integerPower(mlir::Value base, mlir::Value exponent);
  Value divideSafely(mlir::Operation &op, Value dividend, Value divisor);

  KernelFrame frame;
};

} // namespace rx::rxt
