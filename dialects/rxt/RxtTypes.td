//===- RxtTypes.td - tensors with named sizes and presence -----*- tablegen -*-===//
#ifndef RXT_TYPES_TD
#define RXT_TYPES_TD

include "dialects/rxt/RxtDialect.td"

def Rxt_Presence : I32EnumAttr<"Presence", "which elements of an axis exist", [
    I32EnumAttrCase<"All", 0, "all">,
    I32EnumAttrCase<"Length", 1, "length">,
    I32EnumAttrCase<"Mask", 2, "mask">]> {
  let cppNamespace = "::rx::rxt";
  let genSpecializedAttr = 0;
}

def Rxt_AxisAttr : AttrDef<Rxt_Dialect, "Axis"> {
  let mnemonic = "axis";
  let summary = "size and presence of one axis";
  let description = [{
    `size` is the canonical text of a polynomial (`SizeExpr`). `bound` is the static upper bound of a
    ragged axis (`s max 1024`), or -1. Two axes have the same presence iff kind and name are equal: two
    different presences never unify silently.
  }];
  let parameters = (ins StringRefParameter<"canonical polynomial">:$size, "int64_t":$bound,
                        "::rx::rxt::Presence":$presence, StringRefParameter<"name of the presence">:$presenceName);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    static AxisAttr get(::mlir::MLIRContext *context, const ::rx::SizeExpr &size);
    ::rx::SizeExpr sizeExpr() const;
    bool isPlain() const { return getBound() < 0 && getPresence() == Presence::All; }
  }];
}

class Rxt_Type<string name, string typeMnemonic> : TypeDef<Rxt_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def Rxt_TensorType : Rxt_Type<"Tensor", "tensor"> {
  let summary = "a value-semantic tensor, `!rxt.tensor<f32[b, t, 640]>`";
  let parameters = (ins "::mlir::Type":$elementType, ArrayRefParameter<"::rx::rxt::AxisAttr">:$axes);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// All elements present, sizes as given.
    static TensorType get(::mlir::Type elementType, ::llvm::ArrayRef<::rx::SizeExpr> sizes);
    int64_t rank() const { return getAxes().size(); }
    ::rx::SizeExpr size(int64_t axis) const { return getAxes()[axis].sizeExpr(); }
    ::llvm::SmallVector<::rx::SizeExpr> sizes() const;
    ::rx::SizeExpr elementCount() const;
  }];
}

def Rxt_TableType : Rxt_Type<"Table", "table"> {
  let summary = "a table of buffers, one entry per trip, `!rxt.table<[2, 9] x f32[1024, 640]>`";
  let description = [{
    Entries are separate buffers: the layers of a file are not contiguous and need not be stored in the
    same form. Indexing by a loop strips the first trip count; with none left the entry is a tensor.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$trips, "::rx::rxt::TensorType":$entry);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// The type of one row: a table with one trip count less, or the entry.
    ::mlir::Type row() const;
  }];
}

def Rxt_TensorOrTable : AnyTypeOf<[Rxt_TensorType, Rxt_TableType]>;

#endif
