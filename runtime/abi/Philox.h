/*===- Philox.h - random numbers as functions of what they are for -*- C -*-===*\
|*
|* Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011), and
|* how rxc's draws use it. Compiler, generated kernels and runtime must agree on every bit, so the whole
|* definition is here, in plain C, depending on nothing.
|*
|* A draw is a function of (seed, path, step, index): the run's seed, the draw's name in the program, the
|* training step and the logical row-major index of the element. One block of four words serves one element.
|*
\*===----------------------------------------------------------------------===*/
#ifndef RX_ABI_PHILOX_H
#define RX_ABI_PHILOX_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t word[4];
} rx_philox_block;

/* Ten rounds; the constants are the paper's. */
static inline rx_philox_block rx_philox4x32_10(rx_philox_block counter, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    uint64_t product0 = (uint64_t)0xD2511F53u * counter.word[0];
    uint64_t product1 = (uint64_t)0xCD9E8D57u * counter.word[2];
    rx_philox_block next;
    next.word[0] = (uint32_t)(product1 >> 32) ^ counter.word[1] ^ key0;
    next.word[1] = (uint32_t)product1;
    next.word[2] = (uint32_t)(product0 >> 32) ^ counter.word[3] ^ key1;
    next.word[3] = (uint32_t)product0;
    counter = next;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

/* FNV-1a, 64 bit, of the draw's path. */
static inline uint64_t rx_path_hash(const char *path, size_t length) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < length; ++i)
    hash = (hash ^ (unsigned char)path[i]) * 0x100000001b3u;
  return hash;
}

/* The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): neighbouring seeds share no bits of key. */
static inline uint64_t rx_mix64(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/* The four words of one element: key = mix(seed) xor path hash, counter = (index, step), low words first. */
static inline rx_philox_block rx_draw(int64_t seed, uint64_t path_hash, int64_t step, int64_t index) {
  uint64_t key = rx_mix64((uint64_t)seed) ^ path_hash;
  rx_philox_block counter = {{(uint32_t)(uint64_t)index, (uint32_t)((uint64_t)index >> 32),
                              (uint32_t)(uint64_t)step, (uint32_t)((uint64_t)step >> 32)}};
  return rx_philox4x32_10(counter, (uint32_t)key, (uint32_t)(key >> 32));
}

/* [0, 1) in steps of 2^-24: exact in f32. */
static inline float rx_unit_f32(uint32_t word) { return (float)(word >> 8) * 0x1p-24f; }

/* [0, 1) in steps of 2^-53: exact in f64. */
static inline double rx_unit_f64(uint32_t low, uint32_t high) {
  return (double)((((uint64_t)high << 32) | low) >> 11) * 0x1p-53;
}

/* [0, range) by the high word of a product; the bias is below range / 2^32. */
static inline uint32_t rx_below(uint32_t word, uint32_t range) {
  return (uint32_t)(((uint64_t)word * range) >> 32);
}

/* How elements come from words w0 .. w3 (f64 elements take u from (w0, w1) and v from (w2, w3)):
 *   uniform      u = unit(w0); min(a + u * (b - a), the largest element below b)
 *   normal       u = unit(w0), v = unit(w1); a + b * sqrt(-2 log(1 - u)) * cos(2 pi v)   (Box-Muller)
 *   uniform_int  a + below(w0, b - a)
 *   bernoulli    unit_f32(w0) < a
 */

#endif
