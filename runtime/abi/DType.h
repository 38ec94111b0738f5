/* Element types and stored forms, shared with generated code and other languages: plain C.
 *
 * A tensor is stored in one form; block forms hold a fixed number of elements per block along the
 * contiguous axis (layouts: the GGUF specification). Stored form is not computed form: kernels
 * decode blocks tile by tile.
 *
 * The numbers are part of the ABI: they stand in bundles and checkpoints. Append, never renumber.
 */
#ifndef RX_ABI_DTYPE_H
#define RX_ABI_DTYPE_H

#include <stddef.h>
#include <stdint.h>

/* Any 32-bit number may be asked about, as one read from a file: C++ needs the width said for that,
 * C compilers choose it by themselves. */
#ifdef __cplusplus
extern "C" {
#define RX_DTYPE_WIDTH : uint32_t
#else
#define RX_DTYPE_WIDTH
#endif

typedef enum rx_dtype RX_DTYPE_WIDTH {
  RX_F32 = 0,
  RX_F64 = 1,
  RX_F16 = 2,
  RX_BF16 = 3,
  RX_I32 = 4,
  RX_I64 = 5,
  RX_U8 = 6,
  RX_BOOL = 7, /* one byte, 0 or 1 */

  RX_Q4_0 = 16,
  RX_Q4_1 = 17,
  RX_Q5_0 = 18,
  RX_Q5_1 = 19,
  RX_Q8_0 = 20,
  RX_Q4_K = 21,
  RX_Q5_K = 22,
  RX_Q6_K = 23
} rx_dtype;

#undef RX_DTYPE_WIDTH

/* Elements in one block: 1 for plain element types, 0 for a number that is no rx_dtype. */
static inline uint32_t rx_dtype_block_elements(rx_dtype type) {
  switch (type) {
  case RX_F32:
  case RX_F64:
  case RX_F16:
  case RX_BF16:
  case RX_I32:
  case RX_I64:
  case RX_U8:
  case RX_BOOL:
    return 1;
  case RX_Q4_0:
  case RX_Q4_1:
  case RX_Q5_0:
  case RX_Q5_1:
  case RX_Q8_0:
    return 32;
  case RX_Q4_K:
  case RX_Q5_K:
  case RX_Q6_K:
    return 256;
  }
  return 0;
}

/* Bytes of one block (of one element for plain types), 0 for a number that is no rx_dtype. */
static inline uint32_t rx_dtype_block_bytes(rx_dtype type) {
  switch (type) {
  case RX_F32:
  case RX_I32:
    return 4;
  case RX_F64:
  case RX_I64:
    return 8;
  case RX_F16:
  case RX_BF16:
    return 2;
  case RX_U8:
  case RX_BOOL:
    return 1;
  case RX_Q4_0:
    return 18;
  case RX_Q4_1:
    return 20;
  case RX_Q5_0:
    return 22;
  case RX_Q5_1:
    return 24;
  case RX_Q8_0:
    return 34;
  case RX_Q4_K:
    return 144;
  case RX_Q5_K:
    return 176;
  case RX_Q6_K:
    return 210;
  }
  return 0;
}

/* The lower-case name used in text forms and messages, NULL for a number that is no rx_dtype. */
static inline const char *rx_dtype_name(rx_dtype type) {
  switch (type) {
  case RX_F32:
    return "f32";
  case RX_F64:
    return "f64";
  case RX_F16:
    return "f16";
  case RX_BF16:
    return "bf16";
  case RX_I32:
    return "i32";
  case RX_I64:
    return "i64";
  case RX_U8:
    return "u8";
  case RX_BOOL:
    return "bool";
  case RX_Q4_0:
    return "q4_0";
  case RX_Q4_1:
    return "q4_1";
  case RX_Q5_0:
    return "q5_0";
  case RX_Q5_1:
    return "q5_1";
  case RX_Q8_0:
    return "q8_0";
  case RX_Q4_K:
    return "q4_k";
  case RX_Q5_K:
    return "q5_k";
  case RX_Q6_K:
    return "q6_k";
  }
  return NULL;
}

#ifdef __cplusplus
}
#endif

#endif
