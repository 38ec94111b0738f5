// RUN: %rx-opt %s --split-input-file --verify-diagnostics

func.func @f(%a: vector<1x2xbf16>, %b: vector<2x16xbf16>, %c: vector<1x16xf32>) {
  // expected-error@+1 {{`chain` multiplies f32 or f64 and adds up the same}}
  %0 = rxk.tile_multiply chain %a, %b, %c : vector<1x2xbf16>, vector<2x16xbf16>, vector<1x16xf32>
  return
}

// -----

func.func @f(%a: vector<1x2xf32>, %b: vector<1x16x2xf32>, %c: vector<1x16xf32>) {
  // expected-error@+1 {{`pairs` multiplies bf16 and adds up f32}}
  %0 = rxk.tile_multiply pairs %a, %b, %c : vector<1x2xf32>, vector<1x16x2xf32>, vector<1x16xf32>
  return
}

// -----

func.func @f(%a: vector<2xbf16>, %b: vector<1x16x2xbf16>, %c: vector<1x16xf32>) {
  // expected-error@+1 {{a is [M, K] and sums are [M, N]}}
  %0 = rxk.tile_multiply pairs %a, %b, %c : vector<2xbf16>, vector<1x16x2xbf16>, vector<1x16xf32>
  return
}

// -----

func.func @f(%a: vector<1x2xbf16>, %b: vector<2x16xbf16>, %c: vector<1x16xf32>) {
  // expected-error@+1 {{b is [K / 2, N, 2] where a is [M, K] and sums are [M, N]}}
  %0 = rxk.tile_multiply pairs %a, %b, %c : vector<1x2xbf16>, vector<2x16xbf16>, vector<1x16xf32>
  return
}

// -----

func.func @f(%a: vector<2x3xf32>, %b: vector<3x16xf32>, %c: vector<1x16xf32>) {
  // expected-error@+1 {{b is [K, N] where a is [M, K] and sums are [M, N]}}
  %0 = rxk.tile_multiply chain %a, %b, %c : vector<2x3xf32>, vector<3x16xf32>, vector<1x16xf32>
  return
}

// -----

func.func @f(%a: vector<1x3xbf16>, %b: vector<1x16x2xbf16>, %c: vector<1x16xf32>) {
  // expected-error@+1 {{b is [K / 2, N, 2] where a is [M, K] and sums are [M, N]}}
  %0 = rxk.tile_multiply pairs %a, %b, %c : vector<1x3xbf16>, vector<1x16x2xbf16>, vector<1x16xf32>
  return
}

// -----

func.func @f(%a: vector<16x64xbf16>, %b: vector<32x16x2xbf16>, %c: vector<16x16xf32>) {
  // expected-error@+1 {{a tile register holds no more than [16, 32] bf16 or [16, 16] f32}}
  %0 = rxk.tile_multiply amx %a, %b, %c : vector<16x64xbf16>, vector<32x16x2xbf16>, vector<16x16xf32>
  return
}

// -----

func.func @f(%p: !llvm.ptr, %stride: i64) {
  // expected-error@+1 {{a tile register holds at most 16 rows of at most 64 bytes}}
  %0 = rxk.tile_load %p, %stride : !llvm.ptr -> vector<16x17xf32>
  return
}

// -----

func.func @f(%p: !llvm.ptr, %stride: i64, %tile: vector<17x16xf32>) {
  // expected-error@+1 {{a tile register holds at most 16 rows of at most 64 bytes}}
  rxk.tile_store %p, %stride, %tile : !llvm.ptr, vector<17x16xf32>
  return
}
