//===- RxDialect.td - which experiment? ------------------------*- tablegen -*-===//
#ifndef RX_DIALECT_TD
#define RX_DIALECT_TD

include "mlir/IR/OpBase.td"

def Rx_Dialect : Dialect {
  let name = "rx";
  let cppNamespace = "::rx::rxd";
  let summary = "Which experiment? Models with their parts, sharing and depth as declared structure";
  let description = [{
    A model is a tree of parts. A `rx.stack` has one set of weights per trip, a `rx.loop` the same weights on
    every trip; what differs by depth is a `rx.depth` constant or a parameter with that trip in `per`. A
    forward holds the equations of one part, already as rxt ops, and applies other parts by name. Inlining
    the applications gives rxt.
  }];
  let dependentDialects = ["::rx::rxt::RxtDialect"];
}

class Rx_Op<string mnemonic, list<Trait> traits = []> : Op<Rx_Dialect, mnemonic, traits>;

#endif
