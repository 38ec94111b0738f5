#include "compiler/lower/PanelDecode.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// Integer lanes. All shift counts are below 32.
class Lanes {
public:
  explicit Lanes(GemmEmitter &e)
      : e(e), words(VectorType::get(e.lanes, e.builder.getI32Type())),
        halves(VectorType::get(e.lanes, e.builder.getI16Type())) {}

  Value splat(int64_t value) {
    auto attribute = DenseElementsAttr::get(
        words, APInt(32, static_cast<uint64_t>(value), /*isSigned=*/false, /*implicitTrunc=*/true));
    return arith::ConstantOp::create(e.builder, e.loc, attribute);
  }
  /// The same number, known at run time, in every lane.
  Value splat(Value number) {
    Value narrow = arith::TruncIOp::create(e.builder, e.loc, e.builder.getI32Type(), number);
    return vector::BroadcastOp::create(e.builder, e.loc, words, narrow);
  }
  Value mask(Value a, int64_t bits) {
    return arith::AndIOp::create(e.builder, e.loc, a, splat(bits));
  }
  Value merge(Value a, Value b) { return arith::OrIOp::create(e.builder, e.loc, a, b); }
  Value left(Value a, int64_t by) {
    return by ? arith::ShLIOp::create(e.builder, e.loc, a, splat(by)).getResult() : a;
  }
  Value right(Value a, int64_t by) {
    return by ? arith::ShRUIOp::create(e.builder, e.loc, a, splat(by)).getResult() : a;
  }
  Value right(Value a, Value by) { return arith::ShRUIOp::create(e.builder, e.loc, a, splat(by)); }
  /// Byte `index` of every lane, with its sign.
  Value signedByte(Value a, int64_t index) {
    return arith::ShRSIOp::create(e.builder, e.loc, left(a, 24 - 8 * index), splat(24));
  }
  /// Four unsigned bytes to signed ones, `bias` less. No byte carries into the next: all are below
  /// 128 - bias.
  Value lessBias(Value bytes, int64_t bias) {
    constexpr int64_t every = 0x01010101;
    Value shifted = arith::AddIOp::create(e.builder, e.loc, bytes, splat((0x80 - bias) * every));
    return arith::XOrIOp::create(e.builder, e.loc, shifted, splat(0x80 * every));
  }
  Value toFloat(Value a) { return arith::SIToFPOp::create(e.builder, e.loc, e.vectorType, a); }
  Value product(Value a, Value b) { return arith::MulFOp::create(e.builder, e.loc, a, b); }

  Value loadWords(Value pointer) {
    return LLVM::LoadOp::create(e.builder, e.loc, words, pointer, /*alignment=*/4);
  }
  Value loadHalves(Value pointer) {
    return LLVM::LoadOp::create(e.builder, e.loc, halves, pointer, /*alignment=*/2);
  }
  /// The low 16 bits of every lane.
  Value lowHalves(Value a) { return arith::TruncIOp::create(e.builder, e.loc, halves, a); }
  Value halfToFloat(Value bits) {
    auto type = VectorType::get(e.lanes, e.builder.getF16Type());
    Value half = arith::BitcastOp::create(e.builder, e.loc, type, bits);
    return arith::ExtFOp::create(e.builder, e.loc, e.vectorType, half);
  }
  Value bfloatToFloat(Value bits) {
    Value wide = arith::ExtUIOp::create(e.builder, e.loc, words, bits);
    return arith::BitcastOp::create(e.builder, e.loc, e.vectorType, left(wide, 16));
  }

private:
  GemmEmitter &e;
  VectorType words, halves;
};

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
class BlockDecoder : public PanelDecoder {
public:
  explicit BlockDecoder(const PanelForm &form) : form(form), layout(form.blockWords()) {}

  int64_t steps() const override { return groupSteps; }
  void decode(GemmEmitter &e, Value panel, Value group, Columns columns,
              Visit visit) const override {
    int64_t parts = form.blockElements() / groupSteps;
    Type byte = e.builder.getI8Type();
    Value block = parts == 1 ? group : e.div(group, e.constant(parts));
    Value part = parts == 1 ? e.constant(0) : e.rem(group, e.constant(parts));
    Value record = e.at(panel, e.mul(block, form.recordBytes()), byte);
    Value halves = e.at(record, 4 * layout.words * form.columns, byte);
    SmallVector<Place> places;
    SmallVector<Scale> scales;
    for (int64_t n = 0; n < columns.count; n += e.lanes) {
      Value column = e.add(columns.first, e.constant(n));
      places.push_back({e, Lanes(e), e.at(record, e.mul(column, 4), byte),
                        e.at(halves, e.mul(column, 2), byte), part});
      scales.push_back(scaleOf(places.back()));
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

protected:
  static constexpr int64_t groupSteps = 32;

  /// Some columns of a record: where their first word and their 16-bit fields are, and the part of
  /// the block (i64) that the group is.
  struct Place {
    GemmEmitter &e;
    Lanes lanes;
    Value words, halves, part;
  };

  /// Of steps 0 to 15 and 16 to 31. Without a minimum, elements are one rounded product.
  struct Scale {
    Value low, high, minusMinimum;
  };

  virtual Scale scaleOf(Place &place) const = 0;
  virtual Value codes(Place &place, int64_t w) const = 0;

  Value word(Place &place, Value index) const {
    Value offset = place.e.mul(index, 4 * form.columns);
    return place.lanes.loadWords(place.e.at(place.words, offset, place.e.builder.getI8Type()));
  }
  Value word(Place &place, int64_t index) const { return word(place, place.e.constant(index)); }
  /// The block's 16-bit field, a scale in f16.
  Value half(Place &place) const {
    return place.lanes.halfToFloat(place.lanes.loadHalves(place.halves));
  }

  PanelForm form;
  BlockWords layout;

private:
  Value element(GemmEmitter &e, Value code, const Scale &scale, int64_t w) const {
    Lanes lanes(e);
    Value number = lanes.toFloat(code), factor = w < 4 ? scale.low : scale.high;
    if (!scale.minusMinimum)
      return lanes.product(number, factor);
    // The product is exact (11 + 6 + 4 bits), so that fusing changes no bit.
    return vector::FMAOp::create(e.builder, e.loc, number, factor, scale.minusMinimum);
  }
};

class Q8Decoder : public BlockDecoder {
  using BlockDecoder::BlockDecoder;

  Scale scaleOf(Place &place) const override {
    Value d = half(place);
    return {d, d, {}};
  }
  Value codes(Place &place, int64_t w) const override { return word(place, w); }
};

/// Q4_0 and Q5_0: steps 0 to 15 in low nibbles, 16 to 31 in high ones, fifth bits before them.
class NibbleDecoder : public BlockDecoder {
  using BlockDecoder::BlockDecoder;

  Scale scaleOf(Place &place) const override {
    Value d = half(place);
    return {d, d, {}};
  }
  Value codes(Place &place, int64_t w) const override {
    Lanes &lanes = place.lanes;
    bool fifth = form.element == RX_Q5_0;
    Value nibbles = word(place, w % 4 + (fifth ? 1 : 0));
    Value bytes = lanes.mask(lanes.right(nibbles, w < 4 ? 0 : 4), 0x0F0F0F0F);
    if (!fifth)
      return lanes.lessBias(bytes, 8);
    Value bits = word(place, layout.spreadWord);
    bits = w < 4 ? lanes.left(bits, 4 - w) : lanes.right(bits, w - 4);
    return lanes.lessBias(lanes.merge(bytes, lanes.mask(bits, 0x10101010)), 16);
  }
};

/// Words: (d, dmin), three of packed scales, 32 of nibbles.
class Q4KDecoder : public BlockDecoder {
  using BlockDecoder::BlockDecoder;

  /// Parts 0 to 3 have their six bits in one byte each, parts 4 to 7 in two pieces.
  Scale scaleOf(Place &place) const override {
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
    Value d = lanes.halfToFloat(lanes.lowHalves(both));
    Value dmin = lanes.halfToFloat(lanes.lowHalves(lanes.right(both, 16)));
    Value factor = lanes.product(d, scale);
    Value minus = arith::NegFOp::create(e.builder, e.loc, lanes.product(dmin, minimum));
    return {factor, factor, minus};
  }
  Value codes(Place &place, int64_t w) const override {
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

  Scale scaleOf(Place &place) const override {
    GemmEmitter &e = place.e;
    Lanes &lanes = place.lanes;
    Value packed = word(place, e.add(e.constant(48), e.div(place.part, e.constant(2))));
    Value two = lanes.right(packed, e.mul(e.rem(place.part, e.constant(2)), 16));
    Value d = half(place);
    return {lanes.product(d, lanes.toFloat(lanes.signedByte(two, 0))),
            lanes.product(d, lanes.toFloat(lanes.signedByte(two, 1))),
            {}};
  }
  Value codes(Place &place, int64_t w) const override {
    GemmEmitter &e = place.e;
    Lanes &lanes = place.lanes;
    Value h = e.div(place.part, e.constant(4)), r = e.rem(place.part, e.constant(4));
    Value first = e.add(e.mul(h, 16), e.mul(e.rem(r, e.constant(2)), 8));
    Value nibbles =
        lanes.right(word(place, e.add(first, e.constant(w))), e.mul(e.div(r, e.constant(2)), 4));
    Value pairs = lanes.right(word(place, e.add(e.mul(h, 8), e.constant(32 + w))), e.mul(r, 2));
    Value bytes =
        lanes.merge(lanes.mask(nibbles, 0x0F0F0F0F), lanes.left(lanes.mask(pairs, 0x03030303), 4));
    return lanes.lessBias(bytes, 32);
  }
};

} // namespace

std::unique_ptr<PanelDecoder> makePanelDecoder(const PanelForm &form) {
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
    return std::make_unique<PlainDecoder>(form);
  }
}

func::FuncOp buildPanelDecode(GemmEmitter &e, const PanelForm &form) {
  std::unique_ptr<PanelDecoder> decoder = makePanelDecoder(form);
  SmallVector<Type> types = {e.i64, e.i64, e.ptr, e.i64, e.ptr, e.i64};
  auto body = [&](ValueRange args) {
    Value zero = e.constant(0), one = e.constant(1), steps = e.constant(decoder->steps());
    e.forEach(zero, args[0], one, [&](Value panel) {
      Value source = e.at(args[2], e.mul(panel, args[3]), e.builder.getI8Type());
      Value target = e.at(args[4], e.mul(panel, args[5]));
      e.forEach(zero, e.div(args[1], steps), one, [&](Value group) {
        Value first = e.at(target, e.mul(group, decoder->steps() * form.columns));
        auto storeStep = [&](int64_t step, ArrayRef<Value> columns) {
          for (auto [v, column] : llvm::enumerate(columns))
            e.store(column, e.at(first, step * form.columns + static_cast<int64_t>(v) * e.lanes));
        };
        decoder->decode(e, source, group, {zero, form.columns}, storeStep);
      });
    });
  };
  func::FuncOp function = e.function("decode_b", types, /*isPublic=*/false,
                                     {false, false, true, false, true, false}, body);
  function.setNoInline(true);
  return function;
}

} // namespace rx::compiler
