#include "compiler/lower/GemmPacking.h"

using namespace mlir;

namespace rx::compiler {

int64_t packSlack(int64_t lanes) { return lanes; }

/// (a, b) -> the lanes of (a, b) that `pick` maps each (128-bit block, lane in block) to; lanes of
/// b are numbered after those of a.
static Value shufflePair(GemmEmitter &e, Value a, Value b,
                         function_ref<int64_t(int64_t block, int64_t lane)> pick) {
  int64_t perBlock = 16 / e.elementBytes;
  SmallVector<int64_t> mask;
  for (int64_t i = 0; i < e.lanes; ++i)
    mask.push_back(pick(i / perBlock, i % perBlock));
  return vector::ShuffleOp::create(e.builder, e.loc, a, b, mask);
}

/// Interleaves pairs of `width` lanes inside every 128-bit block, the unpack instructions: `half` 0
/// takes the lower half of each block, 1 the upper.
static Value unpack(GemmEmitter &e, Value a, Value b, int64_t width, int64_t half) {
  int64_t perBlock = 16 / e.elementBytes;
  return shufflePair(e, a, b, [&](int64_t block, int64_t lane) {
    int64_t source = half * perBlock / 2 + lane / (2 * width) * width + lane % width;
    return block * perBlock + source + (lane / width % 2 ? e.lanes : 0);
  });
}

/// The even (`odd` = 0) or odd 128-bit blocks of a, then those of b: vperm2f128, vshuff32x4.
static Value gatherBlocks(GemmEmitter &e, Value a, Value b, int64_t odd) {
  int64_t perBlock = 16 / e.elementBytes, blocks = e.lanes / perBlock;
  return shufflePair(e, a, b, [&](int64_t block, int64_t lane) {
    int64_t half = blocks / 2;
    int64_t source = (block % half * 2 + odd) * perBlock + lane;
    return source + (block / half ? e.lanes : 0);
  });
}

void transposeInRegisters(GemmEmitter &e, GemmEmitter::Values &rows) {
  int64_t perBlock = 16 / e.elementBytes;
  // Inside the 128-bit blocks: afterwards vector perBlock * g + c holds, in block q, column
  // perBlock * q + c of rows perBlock * g ....
  for (int64_t width = 1; width < perBlock; width *= 2) {
    GemmEmitter::Values next(rows);
    for (int64_t i = 0; i < e.lanes; ++i)
      if ((i & width) == 0) {
        int64_t low = i, high = i + width;
        // Row order inside a group follows the unpack network: width 1 leaves (lo, hi) of a pair in
        // place, width 2 spreads them to columns (0, 1) and (2, 3).
        next[low] = unpack(e, rows[low], rows[high], width, 0);
        next[high] = unpack(e, rows[low], rows[high], width, 1);
      }
    rows = next;
  }
  if (perBlock == 4) // lo/hi of width 1 are columns 01 and 23: bring columns into order
    for (int64_t group = 0; group < e.lanes; group += 4)
      std::swap(rows[group + 1], rows[group + 2]);
  // Blocks between the groups, a transposition of (lanes / perBlock)^2 blocks by rounds of
  // even/odd gathering (the perfect shuffle, log2 times).
  for (int64_t blocks = e.lanes / perBlock, round = 1; round < blocks; round *= 2) {
    GemmEmitter::Values next(rows);
    for (int64_t group = 0; group < blocks / 2; ++group)
      for (int64_t c = 0; c < perBlock; ++c) {
        Value a = rows[2 * group * perBlock + c], b = rows[(2 * group + 1) * perBlock + c];
        next[group * perBlock + c] = gatherBlocks(e, a, b, 0);
        next[(group + blocks / 2) * perBlock + c] = gatherBlocks(e, a, b, 1);
      }
    rows = next;
  }
}

namespace {

/// How many rows ahead of a copy memory is asked for; a few hundred nanoseconds of copying.
constexpr int64_t copyAhead = 16;

/// The body of one tile: `valid` of its `size` positions exist.
class TilePacker {
public:
  TilePacker(GemmEmitter &e, const GemmWords &words, int64_t maxTile, Value depth, Value stride,
             Value size, Value valid, Value source, Value target)
      : e(e), words(words), chunks((maxTile + e.lanes - 1) / e.lanes), depth(depth), stride(stride),
        size(size), valid(valid), source(source), target(target) {}

  void copyRows() {
    GemmEmitter::Values masks;
    for (int64_t chunk = 0; chunk < chunks; ++chunk)
      masks.push_back(e.maskBelow(e.sub(valid, e.constant(chunk * e.lanes))));
    e.forEach(e.constant(0), words.count(e, depth), e.constant(1), [&](Value word) {
      Value from = e.at(source, e.mul(word, stepStride())), to = e.at(target, e.mul(word, size));
      for (int64_t chunk = 0; chunk < chunks; ++chunk)
        e.store(across(word, e.at(from, chunk * e.lanes), masks[chunk]), e.at(to, chunk * e.lanes));
    });
  }

  /// Whole tiles that are as wide as their panel, side by side: k outside, so that memory sees long
  /// pieces of rows.
  void copyPanels(Value tiles, Value targetStep) {
    e.forEach(e.constant(0), words.count(e, depth), e.constant(1), [&](Value word) {
      Value from = e.at(source, e.mul(word, stepStride())), to = e.at(target, e.mul(word, size));
      Value ahead = e.at(from, e.mul(stride, copyAhead));
      e.forEach(e.constant(0), tiles, e.constant(1), [&](Value tile) {
        Value first = e.mul(tile, size);
        for (int64_t chunk = 0; chunk < chunks; ++chunk) {
          for (int64_t step = 0; step < words.steps(); ++step)
            e.prefetch(e.at(e.at(e.at(ahead, first), chunk * e.lanes), e.mul(stride, step)));
          e.store(across(word, e.at(e.at(from, first), chunk * e.lanes), Value()),
                  e.at(e.at(to, e.mul(tile, targetStep)), chunk * e.lanes));
        }
      });
    });
  }

  void transpose() {
    int64_t steps = words.steps() * e.lanes;
    Value whole = e.mul(e.div(depth, e.constant(steps)), steps);
    e.forEach(e.constant(0), whole, e.constant(steps),
              [&](Value k) { transposeBlock(k, Value()); });
    Value rest = e.sub(depth, whole);
    e.ifThen(exists(0, rest), [&] { transposeBlock(whole, rest); });
  }

private:
  Value stepStride() { return e.mul(stride, words.steps()); }

  /// The word of lanes that lie side by side, from its first step on; a step beyond the depth is
  /// not read. A null mask means all lanes.
  Value across(Value word, Value from, Value mask) {
    if (words.steps() == 1)
      return words.across(e, {e.loadMasked(from, mask)});
    Value second = e.add(e.mul(word, words.steps()), e.constant(1));
    Value lanes = e.select(e.compare(arith::CmpIPredicate::slt, second, depth), e.constant(e.lanes),
                           e.constant(0));
    Value inDepth = e.maskBelow(lanes);
    return words.across(e,
                        {e.loadMasked(from, mask),
                         e.loadMasked(e.at(from, stride), mask ? e.both(mask, inDepth) : inDepth)});
  }

  /// `lanes` words of a row from `from` on, or of its first `rest` steps.
  Value along(Value from, Value rest) {
    GemmEmitter::Values vectors;
    for (int64_t first = 0; first < words.steps() * e.lanes; first += e.lanes)
      vectors.push_back(e.loadMasked(e.at(from, first),
                                     rest ? e.maskBelow(e.sub(rest, e.constant(first))) : Value()));
    return words.along(e, vectors);
  }

  /// `lanes` words of every position from step k on, or those of `rest` steps. Positions beyond the
  /// valid ones repeat the last one: they are never used, and must only be readable. Vectors are
  /// stored in ascending order, so that what one writes beyond its word is overwritten by the next.
  /// The same steps of the next tile are fetched meanwhile: rows are too short for prefetchers to
  /// learn.
  void transposeBlock(Value k, Value rest) {
    Value last = e.sub(valid, e.constant(1));
    SmallVector<GemmEmitter::Values> blocks;
    for (int64_t chunk = 0; chunk < chunks; ++chunk) {
      GemmEmitter::Values rows;
      for (int64_t i = 0; i < e.lanes; ++i) {
        Value row = e.min(e.constant(chunk * e.lanes + i), last);
        Value from = e.at(e.at(source, e.mul(row, stride)), k);
        rows.push_back(along(from, rest));
        if (!rest)
          for (int64_t first = 0; first < words.steps() * e.lanes; first += e.lanes)
            e.prefetch(e.at(e.at(from, first), e.mul(stride, chunks * e.lanes)));
      }
      transposeInRegisters(e, rows);
      blocks.push_back(rows);
    }
    Value to = e.at(target, e.mul(e.div(k, e.constant(words.steps())), size));
    for (int64_t i = 0; i < e.lanes; ++i, to = e.at(to, size)) {
      auto storeWord = [&] {
        for (int64_t chunk = 0; chunk < chunks; ++chunk)
          e.store(blocks[chunk][i], e.at(to, chunk * e.lanes));
      };
      if (rest)
        e.ifThen(exists(i * words.steps(), rest), storeWord);
      else
        storeWord();
    }
  }

  Value exists(int64_t step, Value rest) {
    return e.compare(arith::CmpIPredicate::slt, e.constant(step), rest);
  }

  GemmEmitter &e;
  const GemmWords &words;
  int64_t chunks;
  Value depth, stride, size, valid, source, target;
};

} // namespace

func::FuncOp buildPack(GemmEmitter &e, StringRef name, int64_t maxTile, bool alongDepth,
                       bool padded, const GemmWords &words) {
  SmallVector<Type> types = {e.i64, e.i64, e.i64, e.ptr, e.i64, e.ptr, e.i64};
  auto body = [&](ValueRange args) {
    Value extent = args[0], depth = args[1], tile = args[2], source = args[3], stride = args[4],
          target = args[5], targetStep = args[6];
    Value start = e.constant(0);
    if (padded && !alongDepth) {
      Value tiles = e.div(extent, tile);
      TilePacker(e, words, maxTile, depth, stride, tile, tile, source, target)
          .copyPanels(tiles, targetStep);
      start = e.mul(tiles, tile);
    }
    e.forEach(start, extent, tile, [&](Value first) {
      Value valid = e.min(tile, e.sub(extent, first));
      Value from = e.at(source, alongDepth ? e.mul(first, stride) : first);
      Value to = e.at(target, e.mul(e.div(first, tile), targetStep));
      TilePacker packer(e, words, maxTile, depth, stride, padded ? tile : valid, valid, from, to);
      if (alongDepth)
        packer.transpose();
      else
        packer.copyRows();
    });
  };
  func::FuncOp function = e.function(name, types, /*isPublic=*/false,
                                     {false, false, false, true, false, true, false}, body);
  keepOutOfLine(function);
  return function;
}

} // namespace rx::compiler
