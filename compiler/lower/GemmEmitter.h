// Short names for the ops that the GEMM generator emits. All integers are i64.
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Builders.h"
#include <functional>

namespace rx::compiler {

/// Code of its own, called: for what is long or has many callers.
void keepOutOfLine(mlir::func::FuncOp function);

class GemmEmitter {
public:
  using Value = mlir::Value;
  using Values = llvm::SmallVector<Value>;

  GemmEmitter(mlir::ModuleOp module, unsigned elementBits, int64_t lanes);

  Value constant(int64_t value);
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value mul(Value a, int64_t b) { return mul(a, constant(b)); }
  Value div(Value a, Value b); ///< Of non-negative numbers, rounding down.
  Value rem(Value a, Value b); ///< Of non-negative numbers.
  Value ceilDiv(Value a, Value b);
  Value ceilDiv(Value a, int64_t b) { return ceilDiv(a, constant(b)); }
  Value roundUp(Value a, int64_t multiple) { return mul(ceilDiv(a, multiple), multiple); }
  Value min(Value a, Value b);
  Value max(Value a, Value b);
  Value compare(mlir::arith::CmpIPredicate predicate, Value a, Value b);
  Value both(Value a, Value b);
  Value select(Value condition, Value a, Value b);

  /// Address of element `index` of an array of elements (or of `type`) at `pointer`.
  Value at(Value pointer, Value index, mlir::Type type = {});
  Value at(Value pointer, int64_t index, mlir::Type type = {});
  Value load(mlir::Type type, Value pointer);
  Value loadVector(Value pointer) { return load(vectorType, pointer); }
  /// Lanes outside `mask` read as zero and touch no memory. A null mask means all lanes.
  Value loadMasked(Value pointer, Value mask);
  void store(Value value, Value pointer);
  void storeMasked(Value value, Value pointer, Value mask);
  /// Brings the cache line at `pointer`, which need not be valid, into L2.
  void prefetch(Value pointer);
  static constexpr int64_t cacheLine = 64;
  Value zeroVector();
  Value addFloats(Value a, Value b);
  Value splat(Value scalar);
  /// Mask of the lanes below `count` (which may be negative or beyond the lanes).
  Value maskBelow(Value count);

  void forEach(Value from, Value to, Value step, llvm::function_ref<void(Value)> body);
  /// A loop that carries values; `body` maps (index, carried) to the next carried.
  Values forCarry(Value from, Value to, Value step, llvm::ArrayRef<Value> init,
                  llvm::function_ref<Values(Value, mlir::ValueRange)> body);
  /// Vectors [n, n + lanes) of `count` elements; the last, if it is not whole, with a mask.
  void forVectors(Value count, llvm::function_ref<void(Value n, Value mask)> body);
  void ifThen(Value condition, llvm::function_ref<void()> then);
  void ifElse(Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise);

  /// Emits cases[value - 1] for each value from 1 to the number of cases.
  void switchFrom1(Value value, llvm::ArrayRef<std::function<void()>> cases);

  /// A function without results; `body` receives its arguments. Pointers marked in `noalias` get
  /// llvm.noalias.
  mlir::func::FuncOp function(llvm::StringRef name, llvm::ArrayRef<mlir::Type> types, bool isPublic,
                              llvm::ArrayRef<bool> noalias,
                              llvm::function_ref<void(mlir::ValueRange)> body);
  void call(mlir::func::FuncOp callee, llvm::ArrayRef<Value> arguments);

  mlir::OpBuilder builder;
  const mlir::Location loc;
  const int64_t lanes;
  const int64_t elementBytes;
  const mlir::Type elementType, i64, ptr;
  const mlir::VectorType vectorType;

private:
  mlir::ModuleOp module;
};

} // namespace rx::compiler
