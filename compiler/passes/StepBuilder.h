// Writes a program that reads a text step by step.
#pragma once

#include "compiler/passes/SlotTables.h"

namespace rx::compiler {

/// Which of the programs that are derived from one.
struct Variant {
  llvm::StringRef suffix, path;
  bool hasResults;
};

/// A copy of a function whose values along the text have some more positions of it, and read the
/// others in caches:
///
///   at[b, i]        = table[start[b] + i]              where the new positions lie
///   cache'          = cache with rows[b, i] at at[b, i]
///   prefix[b, p, ..] = cache'[b, table[p], ..]          all positions, as far as they are kept
///
/// Slots of a cache take the place of positions: those of one text are neighbours, as they are read.
/// The caches of all trips of a loop are one tensor, which the loop carries; a trip has its own
/// table of places in it.
class StepBuilder {
public:
  StepBuilder(mlir::func::FuncOp source, const CausalAxes &axes, const SlotTables &tables,
              const Variant &variant, llvm::StringRef base)
      : source(source), axes(axes), tables(tables), variant(variant), base(base), builder(source) {}

  void build();

private:
  using Value = mlir::Value;

  /// What the block being written has for caches and positions.
  struct Scope {
    Value start;                               ///< i32[b]: the first new position of each text
    llvm::DenseMap<Value, Value> cache;        ///< by cached value of the source
    llvm::DenseMap<unsigned, Value> slots, at; ///< by slot table: all positions, the new ones
  };

  /// Sizes of axes along the text, and the first axis of what differs by text.
  rxt::TensorType typeOf(Value value) const;
  /// Of a cache of `value`: slots where that has positions.
  rxt::TensorType cacheType(Value value) const;
  rxt::AxisAttr axis(const SizeExpr &size) const {
    return rxt::AxisAttr::get(builder.getContext(), size);
  }
  SizeExpr texts() const { return SizeExpr::symbol(axes.textsSymbol().str()); }
  SizeExpr newPositions() const { return SizeExpr::symbol(axes.symbol().str()); }

  //===-- The function ---===//
  void begin();
  Value addInput(mlir::Type type, llvm::ArrayRef<mlir::NamedAttribute> attributes);
  Value addInput(mlir::Type type, const llvm::Twine &name, llvm::StringRef role);
  /// Those of the source, the start, slot tables and caches.
  void addInputs();
  void addResult(Value value, mlir::DictionaryAttr attributes);
  /// Returns the results, and the caches.
  void end();
  Value makePlaces();
  Value placesIn(unsigned table, Value places);

  //===-- Ops ---===//
  void cloneBlock(mlir::Block &block);
  void cloneOp(mlir::Operation &op);
  void cloneIterated(mlir::Operation &op);
  void addStart(mlir::Operation *copy, mlir::Operation &op);
  Value operandOf(mlir::OpOperand &use);

  //===-- Loops (StepLoops.cpp) ---===//
  void cloneLoop(rxt::LoopOp loop);
  rxt::LoopOp makeLoop(rxt::LoopOp loop, llvm::ArrayRef<unsigned> tablesBelow,
                       llvm::ArrayRef<Value> cachesBelow);
  void enterLoop(rxt::LoopOp loop, rxt::LoopOp copy, llvm::ArrayRef<unsigned> tablesBelow,
                 llvm::ArrayRef<Value> cachesBelow);
  llvm::SmallVector<Value> cachesBelow(mlir::Operation *loop) const;

  //===-- Caches ---===//
  void finishCached(Value value);
  Value append(Value value);
  Value readPrefix(Value value, Value cache);

  mlir::func::FuncOp source;
  const CausalAxes &axes;
  const SlotTables &tables;
  const Variant &variant;
  llvm::StringRef base;
  mlir::OpBuilder builder;
  mlir::func::FuncOp function; ///< being written
  llvm::SmallVector<Value> results;
  llvm::DenseMap<Value, Value> made;     ///< by value of the source
  llvm::DenseMap<Value, Value> prefixes; ///< of cached values, over all positions
  Scope scope;
};

/// Erases ops of a block that compute nothing that is read.
void eraseUnread(mlir::Block &block);

} // namespace rx::compiler
