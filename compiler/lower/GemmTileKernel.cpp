#include "compiler/lower/GemmTileKernel.h"
#include "compiler/lower/FlushSubnormals.h"
#include "compiler/lower/GemmTilePacking.h"
#include "dialects/rxk/Rxk.h"

using namespace mlir;

namespace rx::compiler {
namespace {

constexpr int64_t tileBytes = GemmTilePacking::tileBytes;

class TileKernel {
public:
  TileKernel(GemmEmitter &e, const GemmTerms &terms)
      : e(e), terms(terms), ofA(VectorType::get({16, 32}, e.builder.getBF16Type())),
        ofB(VectorType::get({16, 16, 2}, e.builder.getBF16Type())),
        ofC(VectorType::get({16, 16}, e.elementType)) {}

  void body(Value groups, Value a, Value b, Value c, Value cStep, Value resume) {
    Value stride = e.mul(cStep, e.elementBytes);
    auto places = [&](int64_t tile) {
      Value row = tile / 2 ? e.at(c, e.mul(cStep, 16)) : c;
      return e.at(row, tile % 2 * 16);
    };
    auto start = scf::IfOp::create(e.builder, e.loc, SmallVector<Type>(4, ofC), resume,
                                   /*withElseRegion=*/true);
    {
      OpBuilder::InsertionGuard guard(e.builder);
      e.builder.setInsertionPointToStart(start.thenBlock());
      GemmEmitter::Values sums;
      for (int64_t tile = 0; tile < 4; ++tile)
        sums.push_back(load(ofC, places(tile), stride));
      scf::YieldOp::create(e.builder, e.loc, sums);
      e.builder.setInsertionPointToStart(start.elseBlock());
      sums.clear();
      for (int64_t tile = 0; tile < 4; ++tile)
        sums.push_back(arith::ConstantOp::create(e.builder, e.loc, e.builder.getZeroAttr(ofC)));
      scf::YieldOp::create(e.builder, e.loc, sums);
    }
    GemmEmitter::Values sums =
        e.forCarry(e.constant(0), groups, e.constant(1), GemmEmitter::Values(start.getResults()),
                   [&](Value group, ValueRange carried) { return addGroup(group, a, b, carried); });
    for (auto [tile, sum] : llvm::enumerate(sums))
      rxk::TileStoreOp::create(e.builder, e.loc, places(static_cast<int64_t>(tile)), stride, sum);
  }

private:
  Value load(VectorType type, Value address, Value stride) {
    return rxk::TileLoadOp::create(e.builder, e.loc, type, address, stride);
  }
  /// Both tiles of a term.
  void loadTerm(VectorType type, Value group, int64_t term, GemmEmitter::Values &tiles) {
    tiles.clear();
    for (int64_t half : {0, 1})
      tiles.push_back(load(type, e.at(group, (2 * term + half) * tileBytes, e.builder.getI8Type()),
                           e.constant(tileBytes / 16)));
  }

  GemmEmitter::Values addGroup(Value group, Value a, Value b, ValueRange before) {
    GemmEmitter::Values sums(before), tilesOfA, tilesOfB;
    auto groupAt = [&](Value panel, int64_t count) {
      return e.at(panel, e.mul(group, GemmTilePacking::groupBytes(count)), e.builder.getI8Type());
    };
    Value groupOfA = groupAt(a, terms.ofA), groupOfB = groupAt(b, terms.ofB);
    GemmTerms::Product held{-1, -1};
    for (GemmTerms::Product product : terms.products()) {
      if (product.a != held.a)
        loadTerm(ofA, groupOfA, product.a, tilesOfA);
      if (product.b != held.b)
        loadTerm(ofB, groupOfB, product.b, tilesOfB);
      held = product;
      for (auto [tile, sum] : llvm::enumerate(sums))
        sum = rxk::TileMultiplyOp::create(e.builder, e.loc, rxk::TileOrder::Amx, tilesOfA[tile / 2],
                                          tilesOfB[tile % 2], sum);
    }
    return sums;
  }

  GemmEmitter &e;
  const GemmTerms &terms;
  VectorType ofA, ofB, ofC;
};

} // namespace

func::FuncOp buildGemmTileKernel(GemmEmitter &e, const GemmTerms &terms) {
  SmallVector<Type> types = {e.i64, e.ptr, e.ptr, e.ptr, e.i64, e.builder.getI1Type()};
  func::FuncOp kernel = e.function("tile_32x32", types, /*isPublic=*/false, {}, [&](ValueRange v) {
    TileKernel(e, terms).body(v[0], v[1], v[2], v[3], v[4], v[5]);
  });
  return buildFlushingSubnormals(e, kernel);
}

} // namespace rx::compiler
