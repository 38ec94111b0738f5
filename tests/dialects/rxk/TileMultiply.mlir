// RUN: %rx-opt %s | %rx-opt | FileCheck %s
// RUN: %rx-opt --mlir-print-op-generic %s | %rx-opt | FileCheck %s

// CHECK-LABEL: func.func @chain
func.func @chain(%a: vector<1x1xf32>, %b: vector<1x16xf32>, %c: vector<1x16xf32>) -> vector<1x16xf32> {
  // CHECK-NEXT: rxk.tile_multiply chain %{{.*}}, %{{.*}}, %{{.*}} : vector<1x1xf32>, vector<1x16xf32>, vector<1x16xf32>
  %0 = rxk.tile_multiply chain %a, %b, %c : vector<1x1xf32>, vector<1x16xf32>, vector<1x16xf32>
  return %0 : vector<1x16xf32>
}

// CHECK-LABEL: func.func @pairs
func.func @pairs(%a: vector<1x2xbf16>, %b: vector<1x16x2xbf16>, %c: vector<1x16xf32>) -> vector<1x16xf32> {
  // CHECK-NEXT: rxk.tile_multiply pairs %{{.*}}, %{{.*}}, %{{.*}} : vector<1x2xbf16>, vector<1x16x2xbf16>, vector<1x16xf32>
  %0 = rxk.tile_multiply pairs %a, %b, %c : vector<1x2xbf16>, vector<1x16x2xbf16>, vector<1x16xf32>
  return %0 : vector<1x16xf32>
}

// CHECK-LABEL: func.func @amx
func.func @amx(%a: vector<16x32xbf16>, %b: vector<16x16x2xbf16>, %c: vector<16x16xf32>) -> vector<16x16xf32> {
  // CHECK-NEXT: rxk.tile_multiply amx %{{.*}}, %{{.*}}, %{{.*}} : vector<16x32xbf16>, vector<16x16x2xbf16>, vector<16x16xf32>
  %0 = rxk.tile_multiply amx %a, %b, %c : vector<16x32xbf16>, vector<16x16x2xbf16>, vector<16x16xf32>
  return %0 : vector<16x16xf32>
}

// CHECK-LABEL: func.func @memory
func.func @memory(%p: !llvm.ptr, %stride: i64) {
  // CHECK-NEXT: %[[TILE:.*]] = rxk.tile_load %{{.*}}, %{{.*}} : !llvm.ptr -> vector<16x16x2xbf16>
  %0 = rxk.tile_load %p, %stride : !llvm.ptr -> vector<16x16x2xbf16>
  // CHECK-NEXT: rxk.tile_store %{{.*}}, %{{.*}}, %[[TILE]] : !llvm.ptr, vector<16x16x2xbf16>
  rxk.tile_store %p, %stride, %0 : !llvm.ptr, vector<16x16x2xbf16>
  return
}
