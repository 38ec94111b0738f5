#include "compiler/lower/PanelDecode.h"
#include "compiler/lower/Lanes.h"

using namespace mlir;

namespace rx::compiler {
namespace {

//===----------------------------------------------------------------------===//
// Plain elements
//===----------------------------------------------------------------------===//

class PlainDecoder : public PanelDecoder {
public:
  explicit PlainDecoder(const PanelForm &form) : form(form) {}

  int64_t steps() const override { return 1; }
  void decode(GemmEmitter &e, Value panel, Value group, Columns columns,
              Visit visit) const override {
    Type byte = e.builder.getI8Type();
    int64_t bytes = rx_dtype_block_bytes(form.element);
    Value offset = e.add(e.mul(group, form.recordBytes()), e.mul(columns.first, bytes));
    Value first = e.at(panel, offset, byte);
    GemmEmitter::Values values;
    for (int64_t n = 0; n < columns.count; n += e.lanes)
      values.push_back(convert(e, e.at(first, n * bytes, byte)));
    visit(0, values);
  }

private:
  Value convert(GemmEmitter &e, Value pointer) const {
    Lanes lanes(e);
    if (form.element == RX_F32)
      return e.loadVector(pointer);
    Value bits = lanes.loadHalves(pointer);
    return form.element == RX_F16 ? lanes.halfToFloat(bits) : lanes.bfloatToFloat(bits);
  }

  PanelForm form;
};

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// A group is 32 steps, a block or a part of one. Codes come as words of four signed bytes, steps
/// 4w to 4w + 3; an element is code * scale, or code * scale - minimum.
class BlockDecoder : public PanelDecoder, public PanelCodes {
public:
  explicit BlockDecoder(const PanelForm &form) : PanelCodes(form), layout(form.blockWords()) {}

  int64_t steps() const override { return groupSteps; }
  void decode(GemmEmitter &e, Value panel, Value group, Columns columns,
              Visit visit) const override {
    Type byte = e.builder.getI8Type();
    int64_t parts = this->parts();
    Value block = parts == 1 ? group : e.div(group, e.constant(parts));
    Value part = parts == 1 ? e.constant(0) : e.rem(group, e.constant(parts));
    Value record = e.at(panel, e.mul(block, form.recordBytes()), byte);
    SmallVector<Place> places;
    SmallVector<Scales> scales;
    for (int64_t n = 0; n < columns.count; n += e.lanes) {
      places.push_back(placeAt(e, record, e.add(columns.first, e.constant(n)), part));
      scales.push_back(scalesOf(places.back()));
    }
    for (int64_t w = 0; w < groupSteps / 4; ++w) {
      GemmEmitter::Values words;
      for (Place &each : places)
        words.push_back(codes(each, w));
      for (int64_t index = 0; index < 4; ++index) {
        GemmEmitter::Values values;
        for (auto [word, scale] : llvm::zip(words, scales))
          values.push_back(element(e, Lanes(e).signedByte(word, index), scale, w));
        visit(4 * w + index, values);
      }
    }
  }

  std::unique_ptr<Group> group(GemmEmitter &e, Value record, Value part, Value column,
                               Sign sign) const override {
    return std::make_unique<PlacedGroup>(*this, placeAt(e, record, column, part), sign);
  }

protected:
  /// Some columns of a record: where their first word and their 16-bit fields are, and the part of
  /// the block (i64) that the group is.
  struct Place {
    GemmEmitter &e;
    Lanes lanes;
    Value words, halves, part;
  };

  class PlacedGroup : public Group {
  public:
    PlacedGroup(const BlockDecoder &decoder, Place place, Sign sign)
        : decoder(decoder), place(place), sign(sign) {}
    Scales scales() override { return decoder.scalesOf(place); }
    Value word(int64_t w) override {
      return sign == Sign::Signed ? decoder.signedBytes(place, w) : decoder.bytes(place, w);
    }

  private:
    const BlockDecoder &decoder;
    Place place;
    Sign sign;
  };

  virtual Scales scalesOf(Place &place) const = 0;
  /// Codes of steps 4w to 4w + 3, unsigned and bias() too large.
  virtual Value bytes(Place &place, int64_t w) const = 0;
  /// The same with their signs.
  virtual Value codes(Place &place, int64_t w) const {
    return bias() ? place.lanes.lessBias(bytes(place, w), bias()) : bytes(place, w);
  }

  /// The same times 2^signedPower(), where that saves operations: in the upper bits of a byte a
  /// code becomes signed by flipping its highest bit.
  virtual Value signedBytes(Place &place, int64_t w) const { return codes(place, w); }

  Value word(Place &place, Value index) const {
    Value offset = place.e.mul(index, 4 * form.columns);
    return place.lanes.loadWords(place.e.at(place.words, offset, place.e.builder.getI8Type()));
  }
  Value word(Place &place, int64_t index) const { return word(place, place.e.constant(index)); }
  /// The block's 16-bit field, a scale in f16.
  Value half(Place &place) const {
    return place.lanes.halfToFloat(place.lanes.loadHalves(place.halves));
  }

  BlockWords layout;

private:
  Place placeAt(GemmEmitter &e, Value record, Value column, Value part) const {
    Type byte = e.builder.getI8Type();
    Value halves = e.at(record, 4 * layout.words * form.columns, byte);
    return {e, Lanes(e), e.at(record, e.mul(column, 4), byte), e.at(halves, e.mul(column, 2), byte),
            part};
  }

  Value element(GemmEmitter &e, Value code, const Scales &scale, int64_t w) const {
    Lanes lanes(e);
    Value number = lanes.toFloat(code), factor = w < 4 ? scale.low : scale.high;
    if (!scale.minusMinimum)
      return lanes.product(number, factor);
    // The product is exact (11 + 6 + 4 bits), so that fusing changes no bit.
    return lanes.multiplyAdd(number, factor, scale.minusMinimum);
  }
};

class Q8Decoder : public BlockDecoder {
  using BlockDecoder::BlockDecoder;

  Scales scalesOf(Place &place) const override {
    Value d = half(place);
    return {d, d, {}};
  }
  int64_t bias() const override { return 128; }
  Value bytes(Place &place, int64_t w) const override {
    return place.lanes.flip(word(place, w), 0x80808080);
  }
  Value codes(Place &place, int64_t w) const override { return word(place, w); }
};

/// Q4_0 and Q5_0: steps 0 to 15 in low nibbles, 16 to 31 in high ones, fifth bits before them.
class NibbleDecoder : public BlockDecoder {
  using BlockDecoder::BlockDecoder;

  Scales scalesOf(Place &place) const override {
    Value d = half(place);
    return {d, d, {}};
  }
  int64_t bias() const override { return form.element == RX_Q5_0 ? 16 : 8; }
  Value bytes(Place &place, int64_t w) const override {
    Lanes &lanes = place.lanes;
    bool fifth = form.element == RX_Q5_0;
    Value nibbles = word(place, w % 4 + (fifth ? 1 : 0));
    Value bytes = lanes.mask(lanes.right(nibbles, w < 4 ? 0 : 4), 0x0F0F0F0F);
    if (!fifth)
      return bytes;
    Value bits = word(place, layout.spreadWord);
    bits = w < 4 ? lanes.left(bits, 4 - w) : lanes.right(bits, w - 4);
    return lanes.merge(bytes, lanes.mask(bits, 0x10101010));
  }
  int64_t signedPower() const override { return form.element == RX_Q5_0 ? 3 : 4; }
  Value signedBytes(Place &place, int64_t w) const override {
    Lanes &lanes = place.lanes;
    bool fifth = form.element == RX_Q5_0;
    Value nibbles = word(place, w % 4 + (fifth ? 1 : 0));
    if (!fifth)
      return lanes.flip(lanes.mask(lanes.left(nibbles, w < 4 ? 4 : 0), 0xF0F0F0F0), 0x80808080);
    nibbles = w < 4 ? lanes.left(nibbles, 3) : lanes.right(nibbles, 1);
    Value bits = lanes.left(lanes.flip(word(place, layout.spreadWord), 0xFFFFFFFF), 7 - w);
    return lanes.merge(lanes.mask(nibbles, 0x78787878), lanes.mask(bits, 0x80808080));
  }
};

/// Words: (d, dmin), three of packed scales, 32 of nibbles.
class Q4KDecoder : public BlockDecoder {
  using BlockDecoder::BlockDecoder;

  /// Parts 0 to 3 have their six bits in one byte each, parts 4 to 7 in two pieces.
  Scales scalesOf(Place &place) const override {
    GemmEmitter &e = place.e;
    Lanes &lanes = place.lanes;
    Value shift = e.mul(e.rem(place.part, e.constant(4)), 8);
    Value a = lanes.right(word(place, 1), shift), b = lanes.right(word(place, 2), shift);
    Value c = lanes.right(word(place, 3), shift);
    Value isLow = e.compare(arith::CmpIPredicate::slt, place.part, e.constant(4));
    auto pick = [&](Value whole, Value lowBits, Value highBits) {
      Value pieces = lanes.merge(lanes.mask(lowBits, 15), lanes.mask(lanes.right(highBits, 2), 48));
      return lanes.toFloat(e.select(isLow, lanes.mask(whole, 63), pieces));
    };
    Value scale = pick(a, c, a), minimum = pick(b, lanes.right(c, 4), b);
    Value both = word(place, int64_t(0));
    Value d = lanes.halfToFloat(lanes.narrow(both, 16));
    Value dmin = lanes.halfToFloat(lanes.narrow(lanes.right(both, 16), 16));
    Value factor = lanes.product(d, scale);
    Value minus = arith::NegFOp::create(e.builder, e.loc, lanes.product(dmin, minimum));
    return {factor, factor, minus};
  }
  int64_t bias() const override { return 0; }
  bool hasMinimum() const override { return true; }
  Value bytes(Place &place, int64_t w) const override {
    GemmEmitter &e = place.e;
    Value pair = e.div(place.part, e.constant(2)), high = e.rem(place.part, e.constant(2));
    Value nibbles = word(place, e.add(e.mul(pair, 8), e.constant(4 + w)));
    return place.lanes.mask(place.lanes.right(nibbles, e.mul(high, 4)), 0x0F0F0F0F);
  }
};

/// Words: 32 of low nibbles, 16 of upper pairs of bits, 4 of signed scales; d is the half. Part p
/// of half h = p / 4, r = p % 4, takes nibbles r / 2 of words 16h + 8 (r % 2), and pairs r.
class Q6KDecoder : public BlockDecoder {
  using BlockDecoder::BlockDecoder;

  Scales scalesOf(Place &place) const override {
    GemmEmitter &e = place.e;
    Lanes &lanes = place.lanes;
    Value packed = word(place, e.add(e.constant(48), e.div(place.part, e.constant(2))));
    Value two = lanes.right(packed, e.mul(e.rem(place.part, e.constant(2)), 16));
    Value d = half(place);
    return {lanes.product(d, lanes.toFloat(lanes.signedByte(two, 0))),
            lanes.product(d, lanes.toFloat(lanes.signedByte(two, 1))),
            {}};
  }
  int64_t bias() const override { return 32; }
  bool hasTwoScales() const override { return true; }
  Value bytes(Place &place, int64_t w) const override {
    GemmEmitter &e = place.e;
    Lanes &lanes = place.lanes;
    Pieces pieces = piecesOf(place, w);
    Value pairs = lanes.right(pieces.pairs, e.mul(pieces.r, 2));
    return lanes.merge(lanes.mask(pieces.nibbles, 0x0F0F0F0F),
                       lanes.left(lanes.mask(pairs, 0x03030303), 4));
  }
  int64_t signedPower() const override { return 2; }
  Value signedBytes(Place &place, int64_t w) const override {
    GemmEmitter &e = place.e;
    Lanes &lanes = place.lanes;
    Pieces pieces = piecesOf(place, w);
    Value pairs = lanes.left(pieces.pairs, e.sub(e.constant(6), e.mul(pieces.r, 2)));
    return lanes.flip(lanes.merge(lanes.mask(lanes.left(pieces.nibbles, 2), 0x3C3C3C3C),
                                  lanes.mask(pairs, 0xC0C0C0C0)),
                      0x80808080);
  }

  struct Pieces {
    Value nibbles; ///< the lowest four bits of each byte
    Value pairs;   ///< pair r (i64) of each byte
    Value r;
  };
  Pieces piecesOf(Place &place, int64_t w) const {
    GemmEmitter &e = place.e;
    Value h = e.div(place.part, e.constant(4)), r = e.rem(place.part, e.constant(4));
    Value first = e.add(e.mul(h, 16), e.mul(e.rem(r, e.constant(2)), 8));
    Value nibbles = place.lanes.right(word(place, e.add(first, e.constant(w))),
                                      e.mul(e.div(r, e.constant(2)), 4));
    return {nibbles, word(place, e.add(e.mul(h, 8), e.constant(32 + w))), r};
  }
};

} // namespace

/// Null for plain elements.
static std::unique_ptr<BlockDecoder> makeBlockDecoder(const PanelForm &form) {
  switch (form.element) {
  case RX_Q8_0:
    return std::make_unique<Q8Decoder>(form);
  case RX_Q4_0:
  case RX_Q5_0:
    return std::make_unique<NibbleDecoder>(form);
  case RX_Q4_K:
    return std::make_unique<Q4KDecoder>(form);
  case RX_Q6_K:
    return std::make_unique<Q6KDecoder>(form);
  default:
    assert(form.blockElements() == 1 && "no decoder for this form");
    return nullptr;
  }
}

std::unique_ptr<PanelDecoder> makePanelDecoder(const PanelForm &form) {
  if (auto blocks = makeBlockDecoder(form))
    return blocks;
  return std::make_unique<PlainDecoder>(form);
}

std::unique_ptr<PanelCodes> makePanelCodes(const PanelForm &form) { return makeBlockDecoder(form); }

namespace {

/// Decodes one panel into words.
class WordWriter {
public:
  WordWriter(GemmEmitter &e, const PanelForm &form, const PanelDecoder &decoder,
             const GemmWords &words)
      : e(e), form(form), decoder(decoder), words(words) {}

  void panel(Value source, Value target, Value depth) {
    int64_t groups = decoder.steps() % words.steps() == 0 ? 1 : words.steps();
    Value all = e.div(depth, e.constant(decoder.steps()));
    Value whole = e.sub(all, e.rem(all, e.constant(groups)));
    e.forEach(e.constant(0), whole, e.constant(groups),
              [&](Value group) { decodeGroups(source, target, group, groups); });
    if (groups > 1) // a last step without a partner
      e.forEach(whole, all, e.constant(1),
                [&](Value group) { decodeGroups(source, target, group, 1); });
  }

private:
  void decodeGroups(Value source, Value target, Value group, int64_t groups) {
    Value word = e.div(e.mul(group, decoder.steps()), e.constant(words.steps()));
    Value first = e.at(target, e.mul(word, form.columns));
    SmallVector<GemmEmitter::Values> steps; // of the word that is not whole yet
    int64_t written = 0;
    auto writeWord = [&] {
      for (int64_t v = 0; v < form.columns / e.lanes; ++v) {
        GemmEmitter::Values vectors;
        for (const GemmEmitter::Values &step : steps)
          vectors.push_back(step[v]);
        e.store(words.across(e, vectors), e.at(first, written * form.columns + v * e.lanes));
      }
      ++written;
      steps.clear();
    };
    for (int64_t i = 0; i < groups; ++i)
      decoder.decode(e, source, e.add(group, e.constant(i)), {e.constant(0), form.columns},
                     [&](int64_t, ArrayRef<Value> columns) {
                       steps.emplace_back(columns);
                       if (static_cast<int64_t>(steps.size()) == words.steps())
                         writeWord();
                     });
    if (steps.empty())
      return;
    steps.emplace_back(form.columns / e.lanes, e.zeroVector());
    writeWord();
  }

  GemmEmitter &e;
  const PanelForm &form;
  const PanelDecoder &decoder;
  const GemmWords &words;
};

} // namespace

func::FuncOp buildPanelDecode(GemmEmitter &e, const PanelForm &form, const GemmWords &words) {
  std::unique_ptr<PanelDecoder> decoder = makePanelDecoder(form);
  SmallVector<Type> types = {e.i64, e.i64, e.ptr, e.i64, e.ptr, e.i64};
  auto body = [&](ValueRange args) {
    WordWriter writer(e, form, *decoder, words);
    e.forEach(e.constant(0), args[0], e.constant(1), [&](Value panel) {
      writer.panel(e.at(args[2], e.mul(panel, args[3]), e.builder.getI8Type()),
                   e.at(args[4], e.mul(panel, args[5])), args[1]);
    });
  };
  func::FuncOp function = e.function("decode_b", types, /*isPublic=*/false,
                                     {false, false, true, false, true, false}, body);
  keepOutOfLine(function);
  return function;
}

} // namespace rx::compiler
