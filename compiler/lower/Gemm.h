// Generator of matrix products C[m, n] = epilogue(sum over k of A(m, k) * B(k, n)) for CPUs.
//
// Order of summation (the promise that everything else may rely on): on path `bulk`, an output
// element is the sum, in order and from +0, of chains of gemmChain fused multiply-adds, k
// ascending, each of them from +0; the last may be shorter. Sums wait in C between chains, and
// storing an f32 is exact. So the bits of an element depend on its row of A, its column of B and
// nothing else: not on M, N, blocking, threads, packing, strides or target. The error grows with
// gemmChain + K / gemmChain instead of K (Blanchard, Higham and Mary, "A Class of Fast and Accurate
// Summation Algorithms", 2020): one chain of 2048 was most of the error of a whole model.
// With Precision::BF16 operands are rounded first, and in a chain the odd one of each pair of steps
// comes before the even one (order `pairs` of rxk.tile_multiply, as vdpbf16ps has it); a last step
// without a partner is a pair with zeros. All of such a product has subnormal numbers as zeros.
// On matrix units both precisions have an order of their own: GemmTileNest.
//
// The blocking is that of BLIS (Van Zee and van de Geijn, "BLIS: A Framework for Rapidly
// Instantiating BLAS Functionality", 2015): panels of B in L1, blocks of A in L2, register tiles
// of rows x (vectors * lanes).
#pragma once

#include "compiler/lower/Precision.h"
#include "compiler/target/CpuTarget.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "runtime/abi/PanelForm.h"
#include <functional>
#include <string>

namespace rx::compiler {

/// Steps of k in a chain of fused multiply-adds.
inline constexpr int64_t gemmChain = 256;

/// What an epilogue sees of an operand beyond A, B and C: !llvm.ptr to its element at (batch, 0, 0)
/// and its strides (i64, in elements) along rows and columns.
struct GemmExtra {
  mlir::Value pointer, rowStride, columnStride;
};

/// One vector of finished sums, about to be stored.
struct GemmEpilogueArgs {
  mlir::Value sums;        ///< vector<lanes x T>
  mlir::Value mask;        ///< vector<lanes x i1> of the lanes inside C; null when all are
  mlir::Value row, column; ///< i64: m, and n of lane 0
  llvm::ArrayRef<GemmExtra> extras;
};

/// Returns the vector<lanes x T> to store. Reads beyond the mask are out of bounds.
using GemmEpilogue =
    std::function<mlir::Value(mlir::OpBuilder &, mlir::Location, const GemmEpilogueArgs &)>;

/// Where a product stands: in programs that take many rows at once, or in those that advance row by
/// row. Known when it is compiled, because the bits of an element may depend on it; they never
/// depend on M. `Step` changes products with weights in blocks (GemmBlocks).
enum class GemmPath { Bulk, Step };

/// Signature of the kernel that buildGemm makes:
///   operands: A, B, extras..., C, each with axes [batch..., row, column] as stored;
///   sizes: batch..., M, N, K (each may be 0; K = 0 gives the epilogue of zeros).
/// A batch stride may be 0 (broadcast). C overlaps no other operand, extras
/// included: it holds partial sums on the way.
struct GemmSpec {
  std::string name = "gemm";
  const CpuTarget *target = nullptr;
  unsigned elementBits = 32; ///< 32 or 64
  bool transA = false;       ///< A is stored [K, M] instead of [M, K]; its last axis has stride 1
  bool transB = false;       ///< B is stored [N, K] instead of [K, N]; its last axis has stride 1
  bool packedB = false;      ///< B is panels (gemmPanelForm); only its batch strides are read
  rx_dtype formB = RX_F32;   ///< element form of panels of f32 products; decoded on the way
  GemmPath path = GemmPath::Bulk;
  Precision precision = Precision::F32; ///< Of products of f32 on path `bulk`.
  unsigned batchRank = 0;               ///< Up to RX_MAX_RANK - 2.
  unsigned extraInputs = 0;
  GemmEpilogue epilogue; ///< Empty: store the sums.
};

/// In which order products are added up: that of the target for bf16 where operands are rounded, or
/// split exactly for a matrix unit, else `chain`.
rxk::TileOrder gemmOrder(const GemmSpec &spec);

/// A module whose one public function, an rx_kernel called spec.name, computes the product.
mlir::OwningOpRef<mlir::ModuleOp> buildGemm(mlir::MLIRContext &context, const GemmSpec &spec);

/// A module whose one public function packs B (operand 0, stored as transB says) into panels
/// [ceil(N / panelColumns)][K][panelColumns] (operand 1); columns beyond N hold unspecified
/// numbers, which no product uses. Sizes: N, K. Parallel dimension: panels. Uses no scratch.
mlir::OwningOpRef<mlir::ModuleOp> buildGemmPackB(mlir::MLIRContext &context, const GemmSpec &spec);

/// How packed B lies in memory. With RX_F32, as buildGemmPackB writes it.
PanelForm gemmPanelForm(const GemmSpec &spec);

/// Columns of a panel of packed B.
int64_t gemmPanelColumns(const GemmSpec &spec);

/// Bytes of scratch that a thread needs, whatever the sizes.
int64_t gemmScratchBytes(const GemmSpec &spec);

/// Extent of the parallel dimension: batch * max(ceil(M / tileRows), ceil(N / panelColumns), 1).
/// Per batch element, the kernel cuts columns if they have at least as many tiles as the rows, else
/// rows, so that threads duplicate the packing of the smaller operand.
int64_t gemmExtent(const GemmSpec &spec, int64_t batch, int64_t m, int64_t n);

} // namespace rx::compiler
