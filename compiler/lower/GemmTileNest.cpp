#include "compiler/lower/GemmTileNest.h"
#include "compiler/lower/GemmDirect.h"
#include "compiler/lower/GemmMagnitudes.h"
#include "compiler/lower/GemmPacking.h"
#include "compiler/lower/GemmTileKernel.h"
#include "compiler/lower/GemmTilePacking.h"
#include "compiler/lower/PanelDecode.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {
namespace {

constexpr int64_t width = GemmTilePacking::width;
/// Rows whose magnitudes are noted at a time, columns of a block of B.
constexpr int64_t mostRows = 1024, mostColumns = 8 * width;
/// Steps of a block, whole blocks of every stored form: 8 panels of B stay near 1 MiB.
int64_t depthBlock(const GemmTerms &terms) {
  return terms.ofB == 3 ? 768 : terms.ofB == 2 ? 1024 : 2048;
}

/// Regions of a thread's scratch, in elements.
struct TileScratch {
  explicit TileScratch(const GemmSpec &spec) {
    GemmTerms terms(spec);
    int64_t depth = depthBlock(terms), groups = depth / GemmTilePacking::groupSteps;
    int64_t at = 0;
    auto region = [&](int64_t elements) {
      int64_t start = at;
      at += (elements + 15) / 16 * 16;
      return start;
    };
    tilesA = region(groups * GemmTilePacking::groupBytes(terms.ofA) / 4);
    tilesB = region(groups * GemmTilePacking::groupBytes(terms.ofB) / 4 * mostColumns / width);
    panel = region(width * depth + packSlack(spec.target->lanes(32)));
    edge = region(width * width);
    rows = region(mostRows + width);
    columns = region(mostColumns);
    chain = region(width);
    direct = region(spec.target->gemm.directRows * spec.target->gemm.directColumns);
    total = at;
  }
  int64_t tilesA, tilesB;
  int64_t panel;         ///< f32, on its way into tiles
  int64_t edge;          ///< a tile of C that is not whole
  int64_t rows, columns; ///< i32: bits of the largest magnitudes
  int64_t chain;         ///< sums of one panel of a row
  int64_t direct;        ///< of GemmDirect
  int64_t total;
};

/// Block of C: its rows and columns, and those of k.
struct Block {
  Value begin, end;
};

class TileNestBuilder {
public:
  TileNestBuilder(GemmEmitter &e, const GemmSpec &spec)
      : e(e), spec(spec), chains(chainSpec(spec)), scratch(spec), terms(spec), packing(e, spec),
        finish(e, spec), noFinish(e, chains), form(gemmPanelForm(spec)),
        decodes(spec.packedB && spec.formB != RX_F32), judges(spec.precision == Precision::F32) {
    GemmWords elements(*spec.target, rxk::TileOrder::Chain);
    if (decodes)
      expand = buildPanelDecode(e, form, elements);
    else if (!spec.packedB)
      expand = buildPack(e, "pack_b", width, spec.transB, /*padded=*/true, elements);
    kernel = buildGemmTileKernel(e, terms);
    if (judges)
      direct = buildGemmDirect(e, chains, noFinish);
  }

  void body(const GemmRange &arguments) {
    range = arguments;
    Value step = e.constant(mostRows);
    forBlocks({range.rowBegin, range.rowEnd}, step, [&](Block rows) {
      forBlocks({range.columnBegin, range.columnEnd}, e.constant(mostColumns), [&](Block columns) {
        clear(region(scratch.rows), mostRows + width);
        clear(region(scratch.columns), mostColumns);
        // Once where K = 0, so that zeros are stored.
        Block depth{e.constant(0), e.max(range.depth, e.constant(1))};
        forBlocks(depth, e.constant(depthBlock(terms)), [&](Block k) {
          k.end = e.min(k.end, range.depth);
          addDepth(rows, columns, k);
        });
        if (judges)
          correct(rows, columns);
        finish.call({startC(rows.begin, columns.begin), range.cStride, size(rows), size(columns),
                     rows.begin, columns.begin},
                    range.extras);
      });
    });
  }

private:
  /// What rows and columns take that are not ordinary: one row at a time, without an epilogue.
  static GemmSpec chainSpec(const GemmSpec &spec) {
    GemmSpec chains = spec;
    chains.path = GemmPath::Step; // code for single rows only
    chains.epilogue = {};
    return chains;
  }

  void addDepth(const Block &rows, const Block &columns, const Block &k) {
    Value depth = size(k), groups = e.ceilDiv(depth, GemmTilePacking::groupSteps);
    Value panelBytes = e.mul(groups, GemmTilePacking::groupBytes(terms.ofB));
    auto tilesOf = [&](Value column) {
      Value index = e.div(e.sub(column, columns.begin), e.constant(width));
      return e.at(region(scratch.tilesB), e.mul(index, panelBytes), e.builder.getI8Type());
    };
    forPanels(columns, [&](Block panel) {
      packing.packB({stepsOfB(panel, k), Value(), Value(), depth, tilesOf(panel.begin),
                     e.at(region(scratch.columns), e.sub(panel.begin, columns.begin)), Value()});
    });
    forPanels(rows, [&](Block panel) {
      Value tiles = region(scratch.tilesA);
      packing.packA({startA(panel.begin, k.begin), range.aStride, size(panel), depth, tiles,
                     e.at(region(scratch.rows), e.sub(panel.begin, rows.begin)),
                     region(scratch.panel)});
      forPanels(columns, [&](Block other) {
        multiply(panel, other, {groups, tiles, tilesOf(other.begin)},
                 e.compare(Predicate::ne, k.begin, e.constant(0)));
      });
    });
  }

  struct Tiles {
    Value groups, a, b;
  };
  void multiply(const Block &rows, const Block &columns, const Tiles &tiles, Value resume) {
    Value c = startC(rows.begin, columns.begin), full = e.constant(width);
    Value isWhole = e.both(e.compare(Predicate::eq, size(rows), full),
                           e.compare(Predicate::eq, size(columns), full));
    auto run = [&](Value to, Value stride) {
      e.call(kernel, {tiles.groups, tiles.a, tiles.b, to, stride, resume});
    };
    auto throughEdge = [&] {
      Value edge = region(scratch.edge);
      auto copy = [&](Value from, Value fromStride, Value to, Value toStride) {
        e.forEach(e.constant(0), size(rows), e.constant(1), [&](Value row) {
          for (int64_t lane = 0; lane < width; lane += e.lanes) {
            Value mask = e.maskBelow(e.sub(size(columns), e.constant(lane)));
            Value source = e.at(e.at(from, e.mul(row, fromStride)), lane);
            e.storeMasked(e.loadMasked(source, mask), e.at(e.at(to, e.mul(row, toStride)), lane),
                          mask);
          }
        });
      };
      clear(edge, width * width);
      e.ifThen(resume, [&] { copy(c, range.cStride, edge, full); });
      run(edge, full);
      copy(edge, full, c, range.cStride);
    };
    e.ifElse(
        isWhole, [&] { run(c, range.cStride); }, throughEdge);
  }

  //===--------------------------------------------------------------------===//
  // Rows and columns that are not ordinary
  //===--------------------------------------------------------------------===//

  void correct(const Block &rows, const Block &columns) {
    GemmMagnitudes ofRows(e, region(scratch.rows), size(rows));
    GemmMagnitudes ofColumns(e, region(scratch.columns), size(columns));
    Value columnsAreUnusual = ofColumns.anyUnusual(), one = e.constant(1);
    Value some = arith::OrIOp::create(e.builder, e.loc, columnsAreUnusual, ofRows.anyUnusual());
    e.ifThen(some, [&] {
      e.forEach(e.constant(0), size(rows), one, [&](Value index) {
        Value row = e.add(rows.begin, index);
        e.ifElse(
            ofRows.isUnusual(index), [&] { chainsOf(row, columns, startC(row, columns.begin)); },
            [&] {
              e.ifThen(columnsAreUnusual, [&] {
                forPanels(columns, [&](Block panel) {
                  correctPanel(row, ofColumns, e.sub(panel.begin, columns.begin), panel);
                });
              });
            });
      });
    });
  }

  /// The unusual columns of a panel, in an ordinary row.
  void correctPanel(Value row, GemmMagnitudes &ofColumns, Value first, const Block &panel) {
    GemmEmitter::Values masks;
    for (int64_t lane = 0; lane < width; lane += e.lanes)
      masks.push_back(ofColumns.areUnusual(e.add(first, e.constant(lane))));
    e.ifThen(ofColumns.any(masks), [&] {
      Value sums = region(scratch.chain);
      chainsOf(row, panel, sums);
      for (auto [index, mask] : llvm::enumerate(masks)) {
        int64_t lane = static_cast<int64_t>(index) * e.lanes;
        e.storeMasked(e.loadVector(e.at(sums, lane)), e.at(startC(row, panel.begin), lane), mask);
      }
    });
  }

  /// Elements of a row as chains of fused multiply-adds.
  void chainsOf(Value row, const Block &columns, Value target) {
    GemmDirectCall call{startA(row, e.constant(0)),
                        range.aStride,
                        spec.packedB ? panelsAt(e.constant(0), columns.begin)
                                     : sourceB(e.constant(0), columns.begin),
                        range.bStride,
                        target,
                        e.constant(width),
                        range.depth,
                        e.constant(1),
                        size(columns),
                        row,
                        columns.begin,
                        region(scratch.direct),
                        range.extras};
    e.call(direct, call.flatten());
  }

  //===--------------------------------------------------------------------===//
  // Operands
  //===--------------------------------------------------------------------===//

  /// A panel of B as f32, step after step.
  Value stepsOfB(const Block &panel, const Block &k) {
    if (spec.packedB && !decodes)
      return panelsAt(k.begin, panel.begin);
    Value target = region(scratch.panel), none = e.constant(0);
    if (decodes)
      e.call(expand, {e.constant(1), size(k), panelsAt(k.begin, panel.begin), none, target, none});
    else
      e.call(expand, {size(panel), size(k), e.constant(width), sourceB(k.begin, panel.begin),
                      range.bStride, target, none});
    return target;
  }

  Value panelBytes(Value depth) {
    return e.mul(e.div(depth, e.constant(form.blockElements())), form.recordBytes());
  }
  Value panelsAt(Value depth, Value column) {
    Value panels = e.mul(e.div(column, e.constant(width)), panelBytes(range.depth));
    return e.at(range.b, e.add(panels, panelBytes(depth)), e.builder.getI8Type());
  }
  Value sourceB(Value depth, Value column) {
    return stored(range.b, range.bStride, spec.transB, column, depth);
  }
  Value startA(Value row, Value depth) {
    return stored(range.a, range.aStride, !spec.transA, row, depth);
  }
  /// Element `index` of step `depth` of a matrix that is stored along k or across.
  Value stored(Value matrix, Value stride, bool alongDepth, Value index, Value depth) {
    return alongDepth ? e.at(e.at(matrix, e.mul(index, stride)), depth)
                      : e.at(e.at(matrix, e.mul(depth, stride)), index);
  }
  Value startC(Value row, Value column) {
    return e.at(e.at(range.c, e.mul(row, range.cStride)), column);
  }

  Value region(int64_t start) { return e.at(range.scratch, start); }
  void clear(Value address, int64_t elements) {
    e.forEach(e.constant(0), e.constant(elements), e.constant(e.lanes),
              [&](Value i) { e.store(e.zeroVector(), e.at(address, i)); });
  }
  Value size(const Block &block) { return e.sub(block.end, block.begin); }
  void forBlocks(const Block &all, Value step, function_ref<void(Block)> body) {
    e.forEach(all.begin, all.end, step, [&](Value begin) {
      body({begin, e.min(e.add(begin, step), all.end)});
    });
  }
  void forPanels(const Block &all, function_ref<void(Block)> body) {
    forBlocks(all, e.constant(width), body);
  }

  GemmEmitter &e;
  const GemmSpec &spec;
  GemmSpec chains;
  TileScratch scratch;
  GemmTerms terms;
  GemmTilePacking packing;
  GemmFinish finish, noFinish;
  PanelForm form; ///< Of packed B.
  bool decodes;   ///< B is panels of another form than f32.
  bool judges;
  func::FuncOp expand, kernel, direct;
  GemmRange range;
};

} // namespace

int64_t tileScratchElements(const GemmSpec &spec) { return TileScratch(spec).total; }

func::FuncOp buildGemmTileRange(GemmEmitter &e, const GemmSpec &spec) {
  TileNestBuilder nest(e, spec);
  return e.function("range", GemmRange::types(e, spec), /*isPublic=*/false, {},
                    [&](ValueRange arguments) { nest.body(GemmRange::unflatten(arguments)); });
}

} // namespace rx::compiler
