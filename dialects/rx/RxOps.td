//===- RxOps.td - the elaborated experiment --------------------*- tablegen -*-===//
#ifndef RX_OPS_TD
#define RX_OPS_TD

include "dialects/rx/RxDialect.td"
include "dialects/rxt/RxtTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

class Rx_Node<string mnemonic, list<Trait> traits = []> : Rx_Op<mnemonic, [Symbol, SymbolTable, NoTerminator, SingleBlock] # traits> {
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
}

def Rx_ModelOp : Rx_Node<"model", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a model of the experiment: a root of parts";
  let description = [{
    (C1) at the top of the module; (C2) holds parameters, constants of depth, parts, stacks, loops and forwards, of
    distinct names; (C3) every buffer that a parameter below names exists and has the type of the parameter's entries
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$of);
  let assemblyFormat = "$sym_name `of` $of attr-dict-with-keyword $body";
}

def Rx_PartOp : Rx_Node<"part"> {
  let summary = "a part of a model, an instance of the class `of`";
  let description = [{ (C1) below a model; (C2) as for `rx.model` }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$of);
  let assemblyFormat = "$sym_name `of` $of attr-dict-with-keyword $body";
}

def Rx_StackOp : Rx_Node<"stack"> {
  let summary = "`trips` layers with weights of their own; applying it runs them one after the other";
  let description = [{
    Its first argument is carried from trip to trip, the others are shared.

    (C1) below a model; (C2) runs at least once; (C3) holds one part, stack or loop; (C4) no loop around it has its index
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$index, I64Attr:$trips);
  let assemblyFormat = "$sym_name `over` $index `in` $trips attr-dict-with-keyword $body";
}

def Rx_LoopOp : Rx_Node<"loop"> {
  let summary = "the same weights, `trips` times";
  let description = [{ As `rx.stack`, but no parameter below it is indexed by its trip unless it says so in `per`. (C1) to (C4) too. }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrAttr:$index, I64Attr:$trips);
  let assemblyFormat = "$sym_name `over` $index `in` $trips attr-dict-with-keyword $body";
}

def Rx_ParamOp : Rx_Op<"param", [Symbol]> {
  let summary = "a parameter: one buffer, or a table with one entry per trip of the loops in `per`";
  let description = [{
    (C1) `per` names loops around it, outermost first; (C2) the table's trips are theirs; (C3) a buffer for every entry
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, StrArrayAttr:$per, FlatSymbolRefArrayAttr:$buffers);
  let assemblyFormat = "$sym_name `:` $type `per` $per `=` custom<BufferNames>($buffers) attr-dict";
  let hasVerifier = 1;
}

def Rx_DepthOp : Rx_Op<"depth", [Symbol]> {
  let summary = "a scalar that differs by depth, indexed by the trips of the loops in `per`";
  let description = [{ (C1), (C2) as for `rx.param`; (C3) entries are scalars; (C4) the value has their type and the shape of the trips }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, StrArrayAttr:$per, ElementsAttr:$value);
  let assemblyFormat = "$sym_name `:` $type `per` $per `=` $value attr-dict";
  let hasVerifier = 1;
}

def Rx_EquationsOp : Rx_Op<"equations", [Symbol, IsolatedFromAbove, SingleBlock]> {
  let summary = "what a forward computes, once for all parts that compute the same";
  let description = [{
    Parameters, constants of depth and parts are named as the part that runs the equations calls its own.

    (C1) at the top of the module; (C2) ends with `rx.return`
  }];
  let hasVerifier = 1;
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
}

def Rx_ForwardOp : Rx_Op<"forward", [Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "which equations a part runs for given argument shapes";
  let description = [{
    (C1) in a model or part; (C2) the equations exist, and the part has everything that they read and apply, of these types
  }];
  let hasVerifier = 1;
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$equations);
  let assemblyFormat = "$sym_name `by` $equations attr-dict";
  let extraClassDeclaration = [{
    /// What is computed; null if there are no such equations.
    EquationsOp findEquations(mlir::SymbolTableCollection &symbols);
  }];
}

def Rx_ProgramOp : Rx_Op<"program", [Symbol, IsolatedFromAbove, SingleBlock]> {
  let summary = "a program the runtime can run: a metric's step, a final formula";
  let description = [{
    `arguments` and `outputs` name the values; a role per argument says input or state.

    (C1) a name and a role per argument, a name per result, distinct each; (C2) a role is `input` or `state`; (C3) a
    state's next value is the result of its name, of the same type; (C4) ends with `rx.return`
  }];
  let hasVerifier = 1;
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$argumentNames, StrArrayAttr:$roles, StrArrayAttr:$outputNames);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name `takes` $argumentNames `as` $roles `gives` $outputNames attr-dict-with-keyword $body";
}

def Rx_ApplyOp : Rx_Op<"apply", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "apply a part (or a model) with one of its forwards";
  let description = [{
    `callee` is @part::@forward, seen from the part that runs the equations, or @model::@forward in a program; a forward of the
    same part is @forward.

    (C1) the callee exists; (C2) its arguments and results have these types; (C3) a stack or loop gives one result, of the
    type of its first input
  }];
  let arguments = (ins SymbolRefAttr:$callee, Variadic<Rxt_TensorOrTable>:$inputs);
  let results = (outs Variadic<Rxt_TensorType>:$results);
  let assemblyFormat = "$callee `(` $inputs `)` attr-dict `:` functional-type($inputs, results)";
}

def Rx_ReadOp : Rx_Op<"read", [Pure, HasParent<"EquationsOp">]> {
  let summary = "the value, at this depth, of a parameter or depth constant of the part that runs the equations";
  let description = [{ (C1) in equations; (C2) every part that runs them declares it, with entries of the result's type }];
  let arguments = (ins FlatSymbolRefAttr:$name);
  let results = (outs Rxt_TensorType:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
}

def Rx_ReturnOp : Rx_Op<"return", [Pure, Terminator, ReturnLike]> {
  let summary = "the value of equations or of a program";
  let description = [{ (C1) ends equations or a program }];
  let hasVerifier = 1;
  let arguments = (ins Variadic<Rxt_TensorType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif
