/* Kernels by hand, compiled as a bundle's shared object is: what generated code looks like to the
 * runtime. All operands are dense f32 unless said otherwise. */
#include "runtime/abi/Kernel.h"

static const float *input(const rx_launch *call, int index) { return call->operands[index].data; }
static float *output(const rx_launch *call, int index) { return call->operands[index].data; }

/* out[r, n] = a[r, n] + b[r, n]; sizes: n, r */
void test_add(const rx_launch *call) {
  int64_t n = call->sizes[0];
  for (int64_t i = call->begin * n; i < call->end * n; ++i)
    output(call, 2)[i] = input(call, 0)[i] + input(call, 1)[i];
}

/* out[r, n] = x[r, n] * w[n]; sizes: n, r */
void test_scale(const rx_launch *call) {
  int64_t n = call->sizes[0];
  for (int64_t r = call->begin; r < call->end; ++r)
    for (int64_t i = 0; i < n; ++i)
      output(call, 2)[r * n + i] = input(call, 0)[r * n + i] * input(call, 1)[i];
}

/* out[r] = sum over n of x[r, n], through scratch of n floats; sizes: n, r */
void test_row_sum(const rx_launch *call) {
  int64_t n = call->sizes[0];
  float *copy = call->scratch;
  for (int64_t r = call->begin; r < call->end; ++r) {
    for (int64_t i = 0; i < n; ++i)
      copy[i] = input(call, 0)[r * n + i];
    float sum = 0;
    for (int64_t i = 0; i < n; ++i)
      sum += copy[i];
    output(call, 1)[r] = sum;
  }
}

/* out[r] = begin of the part that computed row r (i64): shows the cut. sizes: r */
void test_cut(const rx_launch *call) {
  for (int64_t r = call->begin; r < call->end; ++r)
    ((int64_t *)call->operands[0].data)[r] = call->begin;
}

/* out[] (i32) = trip[] (i32) * 10; no sizes */
void test_trip_times_ten(const rx_launch *call) {
  for (int64_t r = call->begin; r < call->end; ++r)
    *(int32_t *)call->operands[1].data = *(const int32_t *)call->operands[0].data * 10;
}

/* out[] (bool) = x[] (f32) > 0; no sizes */
void test_positive(const rx_launch *call) {
  for (int64_t r = call->begin; r < call->end; ++r)
    *(unsigned char *)call->operands[1].data = *input(call, 0) > 0;
}

/* out[] = 1; out[] = 2: variants of one kernel. No sizes */
void test_one(const rx_launch *call) {
  for (int64_t r = call->begin; r < call->end; ++r)
    *output(call, 1) = 1;
}
void test_two(const rx_launch *call) {
  for (int64_t r = call->begin; r < call->end; ++r)
    *output(call, 1) = 2;
}
