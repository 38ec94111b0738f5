// Which axes of a program run along a text, and who reads which positions of them.
#pragma once

#include "compiler/passes/MaskedValues.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

#include <optional>
#include <string>

namespace rx::compiler {

/// What an axis along the text counts: positions that are computed now, or all positions up to each
/// of them.
enum class Positions { Own, Prefix };

/// Every value of a function has up to two axes of one size symbol, that of the text. A value with
/// one is computed position by position. A value with two (scores of queries and keys) has one
/// along the positions computed, and one along those they read: which is which follows from what is
/// reduced later. Where an op reads a value of the first kind along the second axis, it reads all
/// positions so far; such values are what a cache holds.
///
/// That later positions make no difference is proved where an axis is reduced (CausalMask.h); how
/// far back earlier ones do is found there, too. What is not pointwise along the text and not a
/// masked read of what came before is an error at the author's line.
class CausalAxes {
public:
  /// `symbol` is the size of the text; the first axis of the argument that has it counts texts.
  static mlir::FailureOr<CausalAxes> of(mlir::func::FuncOp function, llvm::StringRef symbol);

  /// None for an axis that does not run along the text.
  std::optional<Positions> positions(mlir::Value value, unsigned axis) const;
  /// Values with one axis along the text whose earlier positions are read, in program order.
  llvm::ArrayRef<mlir::Value> cached() const { return caches; }
  bool readsPrefix(mlir::OpOperand &use) const { return prefixReads.contains(&use); }
  /// How many positions of a cached value a position reads at most, its own among them, in each
  /// trip of the loops around the value; none where nothing is known to limit it.
  std::optional<PerTrip> reach(mlir::Value cached) const;
  /// Whether a value without an axis of texts needs one, first, because texts of a batch stand at
  /// different positions, and the value depends on its own.
  bool differsByText(mlir::Value value) const { return byText.contains(value); }
  /// The axis of a value along the text, of those that have one.
  unsigned axisOf(mlir::Value value) const;
  /// The axis of texts, if the value has it.
  std::optional<unsigned> textsAxis(mlir::Value value) const;

  llvm::StringRef symbol() const { return text; }
  llvm::StringRef textsSymbol() const { return texts; }

private:
  mlir::LogicalResult analyse(mlir::func::FuncOp function);
  mlir::LogicalResult findTexts(mlir::func::FuncOp function);
  // Backwards: what users want of a value's axes.
  mlir::LogicalResult visitBlock(mlir::Block &block);
  mlir::LogicalResult visit(mlir::Operation &op);
  mlir::LogicalResult visitIterated(mlir::Operation &op);
  mlir::LogicalResult visitLoop(mlir::Operation &op);
  mlir::LogicalResult demand(mlir::OpOperand &use, unsigned axis, Positions wanted);
  /// Every axis of an operand as a computed value has it.
  mlir::LogicalResult demandOwn(mlir::OpOperand &use);
  mlir::LogicalResult demandLike(mlir::OpOperand &use, mlir::Value other);
  // Forwards: that later positions make no difference, and what differs by text.
  mlir::LogicalResult checkBlock(mlir::Block &block);
  mlir::LogicalResult checkIterated(mlir::Operation &op);
  mlir::LogicalResult checkFold(mlir::Operation &op, unsigned dim, std::optional<unsigned> query);
  void passThroughLoop(rxt::LoopOp loop);
  /// The reach of ops of one block that read, all of them, a value along its keys.
  std::optional<PerTrip> reachOf(llvm::ArrayRef<mlir::Operation *> readers,
                                 mlir::Block *block) const;
  bool dependsOnPosition(mlir::Operation &op) const;

  bool isAlongText(rxt::AxisAttr axis) const { return axis.getSize() == text; }
  llvm::SmallVector<unsigned> axesAlongText(mlir::Value value) const;
  /// The dimensions along the text of an op that computes point by point.
  llvm::SmallVector<std::optional<Positions>> dimsOf(mlir::Operation &op) const;

  std::string text, texts;
  llvm::DenseMap<std::pair<mlir::Value, unsigned>, Positions> ofPairs; // of values with two axes
  llvm::DenseSet<mlir::OpOperand *> prefixReads;
  llvm::SetVector<mlir::Value> wantedCaches;
  llvm::SmallVector<mlir::Value> caches;
  llvm::DenseSet<mlir::Value> byText;
  MaskedValues later{Side::Later}, earlier{Side::Earlier};
  llvm::DenseMap<mlir::Operation *, std::optional<PerTrip>> folds; ///< their reach
};

} // namespace rx::compiler
