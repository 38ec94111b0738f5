#include "compiler/lower/ChainSums.h"
#include <cmath>

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

BlockSumsSizes ChainSums::sizes(const GemmSpec &spec, int64_t rows) {
  PanelForm form = gemmPanelForm(spec);
  int64_t paddedRows = (rows + tileRows - 1) / tileRows * tileRows;
  auto codes = makePanelCodes(form);
  int64_t preparedBytes = codes->hasMinimum() ? 4 : 0; // a sum
  return {preparedBytes, groupsAtOnce * groupElements(*codes, form) + paddedRows * form.columns};
}

int64_t ChainSums::groupElements(const PanelCodes &codes, const PanelForm &form) {
  return (steps + factors(codes)) * form.columns;
}

//===----------------------------------------------------------------------===//
// Sums of the numbers of blocks
//===----------------------------------------------------------------------===//

void ChainSums::prepare(const BlockRows &rows, Value, Value prepared) {
  if (!codes->hasMinimum())
    return;
  Value zero = e.constant(0), one = e.constant(1), blocks = e.div(rows.depth, e.constant(steps));
  e.forEach(zero, blocks, one, [&](Value block) {
    e.forEach(zero, rows.rows, one, [&](Value row) {
      e.store(sumOfBlock(rows, row, block), e.at(prepared, e.add(e.mul(block, rows.rows), row)));
    });
  });
}

/// Halves are added to each other until one number is left, whatever the lanes.
Value ChainSums::sumOfBlock(const BlockRows &rows, Value row, Value block) {
  Value numbers = e.at(e.at(rows.a, e.mul(row, rows.stride)), e.mul(block, steps));
  Sums vectors;
  for (int64_t step = 0; step < steps; step += e.lanes)
    vectors.push_back(e.loadVector(e.at(numbers, step)));
  for (size_t half = vectors.size() / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; ++i)
      vectors[i] = e.addFloats(vectors[i], vectors[i + half]);
  Value sum = vectors.front();
  for (int64_t half = e.lanes / 2; half > 0; half /= 2) {
    auto slice = [&](int64_t first) -> Value {
      return vector::ExtractStridedSliceOp::create(e.builder, e.loc, sum, ArrayRef{first},
                                                   ArrayRef{half}, ArrayRef<int64_t>{1});
    };
    sum = e.addFloats(slice(0), slice(half));
  }
  return vector::ExtractOp::create(e.builder, e.loc, sum, ArrayRef<int64_t>{0});
}

//===----------------------------------------------------------------------===//
// Chains
//===----------------------------------------------------------------------===//

void ChainSums::addPanel(Value index) {
  Value groups = e.mul(records(), codes->parts()), zero = e.constant(0), one = e.constant(1);
  e.ifElse(
      e.compare(Predicate::eq, call.rows, one),
      [&] {
        Value panel = panelAt(index), atOnce = e.constant(groupsAtOnce);
        Value whole = e.sub(groups, e.rem(groups, atOnce));
        e.forEach(zero, whole, atOnce, [&](Value first) { addToRow(panel, first, groupsAtOnce); });
        if (codes->parts() % groupsAtOnce != 0)
          e.forEach(whole, groups, one, [&](Value last) { addToRow(panel, last, 1); });
      },
      [&] {
        // Groups are counted over all panels of the call.
        Value first = e.mul(index, groups), end = e.add(first, groups);
        e.ifThen(
            e.both(e.compare(Predicate::eq, index, zero), e.compare(Predicate::sgt, groups, zero)),
            [&] {
              Group begin = group(zero, zero);
              decode({begin, open(begin, call.b), 0, vectors()});
            });
        e.forEach(first, end, one, [&](Value each) { addToTiles(index, groups, each); });
      });
}

ChainSums::Group ChainSums::group(Value index, Value slot) {
  Value numbers = e.at(call.scratch, e.mul(slot, groupElements(*codes, form)));
  return {index, numbers, e.at(numbers, steps * form.columns)};
}

ChainSums::Codes ChainSums::open(const Group &group, Value panel) {
  Value parts = e.constant(codes->parts()), part = e.rem(group.index, parts);
  Value record = bytesAt(panel, e.mul(e.div(group.index, parts), form.recordBytes()));
  fetchAhead(record, part, codes->parts(), /*records=*/1);
  // Codes become f32 in the topmost of four bytes.
  Value unit = splat(std::ldexp(1.0f, static_cast<int>(-24 - codes->signedPower())));
  Codes opened;
  for (int64_t column = 0; column < form.columns; column += e.lanes) {
    opened.push_back(codes->group(e, record, part, e.constant(column), PanelCodes::Sign::Signed));
    PanelCodes::Scales scales = opened.back()->scales();
    e.store(lanes.product(scales.low, unit), e.at(group.scales, column));
    if (codes->hasTwoScales())
      e.store(lanes.product(scales.high, unit), e.at(group.scales, form.columns + column));
    else if (codes->hasMinimum())
      e.store(scales.minusMinimum, e.at(group.scales, form.columns + column));
  }
  return opened;
}

Value ChainSums::number(Value word, int64_t step) {
  return lanes.toFloat(lanes.topByte(word, step % 4));
}

void ChainSums::advance(Sums &chains, int64_t step, Value factor, const Sums &columns) {
  for (auto [chain, column] : llvm::zip(chains, columns))
    chain = beginsChain(step) ? lanes.product(factor, column)
                              : lanes.multiplyAdd(factor, column, chain);
}

void ChainSums::finish(Sums &sums, const Sums &chains, int64_t step, const Group &group,
                       Value row) {
  bool isSecondScale = codes->hasTwoScales() && step >= steps / 2;
  Value scales = e.at(group.scales, isSecondScale ? form.columns : 0), total;
  if (codes->hasMinimum())
    total = load(e.at(call.prepared, e.add(e.mul(group.index, call.rows), row)), 0);
  for (int64_t v = 0; v < vectors(); ++v) {
    Value scale = e.loadVector(e.at(scales, v * e.lanes));
    sums[v] = lanes.multiplyAdd(chains[v], scale, sums[v]);
    if (total) {
      Value minusMinimum = e.loadVector(e.at(scales, form.columns + v * e.lanes));
      sums[v] = lanes.multiplyAdd(minusMinimum, total, sums[v]);
    }
  }
}

ChainSums::Sums ChainSums::loadSums(Value row) {
  Sums sums;
  for (int64_t v = 0; v < vectors(); ++v)
    sums.push_back(e.loadVector(e.at(sumsOf(row), v * e.lanes)));
  return sums;
}

void ChainSums::storeSums(const Sums &sums, Value row) {
  for (int64_t v = 0; v < vectors(); ++v)
    e.store(sums[v], e.at(sumsOf(row), v * e.lanes));
}

/// Adds `count` groups from `first` on to the only row.
void ChainSums::addToRow(Value panel, Value first, int64_t count) {
  SmallVector<Group> groups;
  SmallVector<Codes> opened;
  SmallVector<Sums> chains(count, Sums(vectors())), words = chains;
  SmallVector<SmallVector<std::pair<int64_t, Sums>>> ended(count); // with a last step
  for (int64_t n = 0; n < count; ++n) {
    groups.push_back(group(e.add(first, e.constant(n)), e.constant(n)));
    opened.push_back(open(groups.back(), panel));
  }
  Value numbers = e.at(call.a, e.mul(first, steps));
  for (int64_t step = 0; step < steps; ++step)
    for (int64_t n = 0; n < count; ++n) {
      Sums columns;
      for (int64_t v = 0; v < vectors(); ++v) {
        if (step % 4 == 0)
          words[n][v] = opened[n][v]->word(step / 4);
        columns.push_back(number(words[n][v], step));
      }
      advance(chains[n], step, load(numbers, n * steps + step), columns);
      if (endsChain(step))
        ended[n].push_back({step, chains[n]});
    }

  Value row = e.constant(0);
  Sums sums = loadSums(row);
  for (int64_t n = 0; n < count; ++n)
    for (const auto &[step, chain] : ended[n])
      finish(sums, chain, step, groups[n], row);
  storeSums(sums, row);
}

void ChainSums::decodeStep(const Decoding &decoding, int64_t step, Sums &words) {
  for (int64_t v = decoding.first; v < decoding.end; ++v) {
    if (step % 4 == 0)
      words[v] = decoding.codes[v]->word(step / 4);
    e.store(number(words[v], step),
            e.at(decoding.group.numbers, step * form.columns + v * e.lanes));
  }
}

void ChainSums::decode(const Decoding &decoding) {
  Sums words(vectors());
  for (int64_t step = 0; step < steps; ++step)
    decodeStep(decoding, step, words);
}

/// Adds group `each`, which is decoded, to all rows of panel `panel`; meanwhile the next one is
/// decoded, by two tiles if there are as many, so that neither waits for it.
void ChainSums::addToTiles(Value panel, Value groups, Value each) {
  Value one = e.constant(1), two = e.constant(groupsAtOnce), zero = e.constant(0);
  Value index = e.sub(each, e.mul(panel, groups));
  Group now = group(index, e.rem(each, two));
  // The next of this panel or the first of the next panel, if there is one.
  Value lastPanel = e.sub(e.ceilDiv(call.columns, form.columns), one);
  Value isLast = e.compare(Predicate::eq, e.add(index, one), groups);
  Value nextPanel = e.select(isLast, e.min(e.add(panel, one), lastPanel), panel);
  Group next = group(e.select(isLast, zero, e.add(index, one)), e.rem(e.add(each, one), two));
  Codes opened = open(next, panelAt(nextPanel));
  Value second = e.constant(tileRows);
  auto tile = [&](Value row, int64_t first, int64_t end) {
    addToTile(now, row, Decoding{next, opened, first, end});
  };
  e.ifElse(
      e.compare(Predicate::sle, call.rows, second), [&] { tile(zero, 0, vectors()); },
      [&] {
        tile(zero, 0, vectors() / 2);
        tile(second, vectors() / 2, vectors());
      });
  e.forEach(e.add(second, second), call.rows, second,
            [&](Value row) { addToTile(now, row, std::nullopt); });
}

/// Rows beyond those that exist repeat the last one; their sums are there, but mean nothing.
void ChainSums::addToTile(const Group &group, Value firstRow, std::optional<Decoding> decoding) {
  SmallVector<Value> existing, numbers;
  SmallVector<Sums> chains(tileRows, Sums(vectors()));
  for (int64_t r = 0; r < tileRows; ++r) {
    Value row = e.add(firstRow, e.constant(r));
    existing.push_back(e.min(row, e.sub(call.rows, e.constant(1))));
    Value a = e.at(call.a, e.mul(existing.back(), call.aStride));
    numbers.push_back(e.at(a, e.mul(group.index, steps)));
  }
  Sums words(vectors());
  for (int64_t step = 0; step < steps; ++step) {
    Sums columns;
    for (int64_t v = 0; v < vectors(); ++v)
      columns.push_back(e.loadVector(e.at(group.numbers, step * form.columns + v * e.lanes)));
    if (decoding)
      decodeStep(*decoding, step, words);
    for (int64_t r = 0; r < tileRows; ++r)
      advance(chains[r], step, load(numbers[r], step), columns);
    for (int64_t r = 0; endsChain(step) && r < tileRows; ++r) {
      Value row = e.add(firstRow, e.constant(r));
      Sums sums = loadSums(row);
      finish(sums, chains[r], step, group, existing[r]);
      storeSums(sums, row);
    }
  }
}

} // namespace rx::compiler
