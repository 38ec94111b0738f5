//===- RxOps.td - the elaborated experiment --------------------*- tablegen -*-===//
#ifndef RX_OPS_TD
#define RX_OPS_TD

include "dialects/rx/RxDialect.td"
include "dialects/rxt/RxtTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

class Rx_Node<string mnemonic> : Rx_Op<mnemonic, [Symbol, SymbolTable, NoTerminator, SingleBlock]> {
  let regions = (region SizedRegion<1>:$body);
}

def Rx_ModelOp : Rx_Node<"model"> {
  let summary = "a model of the experiment: a root of parts";
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$of);
  let assemblyFormat = "$sym_name `of` $of attr-dict-with-keyword $body";
}

def Rx_PartOp : Rx_Node<"part"> {
  let summary = "a part of a model, an instance of the class `of`";
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$of);
  let assemblyFormat = "$sym_name `of` $of attr-dict-with-keyword $body";
}

def Rx_StackOp : Rx_Node<"stack"> {
  let summary = "`trips` layers with weights of their own; applying it runs them one after the other";
  let description = [{ The body holds one part. Its first argument is carried from trip to trip, the others are shared. }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$index, I64Attr:$trips);
  let assemblyFormat = "$sym_name `over` $index `in` $trips attr-dict-with-keyword $body";
}

def Rx_LoopOp : Rx_Node<"loop"> {
  let summary = "the same weights, `trips` times";
  let description = [{ As `rx.stack`, but no parameter below it is indexed by its trip unless it says so in `per`. }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$index, I64Attr:$trips);
  let assemblyFormat = "$sym_name `over` $index `in` $trips attr-dict-with-keyword $body";
}

def Rx_ParamOp : Rx_Op<"param", [Symbol]> {
  let summary = "a parameter: one buffer, or a table with one entry per trip of the loops in `per`";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, StrArrayAttr:$per, FlatSymbolRefArrayAttr:$buffers);
  let assemblyFormat = "$sym_name `:` $type `per` $per `=` $buffers attr-dict";
}

def Rx_DepthOp : Rx_Op<"depth", [Symbol]> {
  let summary = "a scalar that differs by depth, indexed by the trips of the loops in `per`";
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, StrArrayAttr:$per, ElementsAttr:$value);
  let assemblyFormat = "$sym_name `:` $type `per` $per `=` $value attr-dict";
}

def Rx_ForwardOp : Rx_Op<"forward", [Symbol, IsolatedFromAbove, SingleBlock]> {
  let summary = "the equations of a part for given argument shapes";
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
}

def Rx_ProgramOp : Rx_Op<"program", [Symbol, IsolatedFromAbove, SingleBlock]> {
  let summary = "a program the runtime can run: a metric's step, a final formula";
  let description = [{ `arguments` and `outputs` name the values; a role per argument says input or state. }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$argumentNames, StrArrayAttr:$roles, StrArrayAttr:$outputNames);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name `takes` $argumentNames `as` $roles `gives` $outputNames attr-dict-with-keyword $body";
}

def Rx_ApplyOp : Rx_Op<"apply", [Pure]> {
  let summary = "apply a part (or a model) with one of its forwards";
  let description = [{ `callee` is @part::@forward, seen from the part whose forward this stands in, or @model::@forward in a program. }];
  let arguments = (ins SymbolRefAttr:$callee, Variadic<Rxt_TensorOrTable>:$inputs);
  let results = (outs Variadic<Rxt_TensorType>:$results);
  let assemblyFormat = "$callee `(` $inputs `)` attr-dict `:` functional-type($inputs, results)";
}

def Rx_ReadOp : Rx_Op<"read", [Pure]> {
  let summary = "the value, at this depth, of a parameter or depth constant of the enclosing part";
  let arguments = (ins FlatSymbolRefAttr:$name);
  let results = (outs Rxt_TensorType:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
}

def Rx_ReturnOp : Rx_Op<"return", [Pure, Terminator, ReturnLike]> {
  let summary = "the value of a forward or program";
  let arguments = (ins Variadic<Rxt_TensorType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif
