/* The one interface between generated CPU code and whoever calls it. Plain C, 64-bit Linux; the
 * compiler emits functions of type rx_kernel and the runtime calls them. Nothing here may change
 * without raising RX_KERNEL_ABI, because compiled objects outlive the compiler in caches and
 * bundles. */
#ifndef RX_RUNTIME_ABI_KERNEL_H
#define RX_RUNTIME_ABI_KERNEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RX_KERNEL_ABI 1
#define RX_MAX_RANK 8
#define RX_SCRATCH_ALIGNMENT 64

/* One tensor. `data` addresses the element at index zero of every axis; strides count elements.
 * The innermost stride is 1 unless the kernel's manifest entry says otherwise. Strides past the
 * operand's rank are not read. */
typedef struct {
  void *data;
  int64_t strides[RX_MAX_RANK];
} rx_operand;

/* One call. The caller cuts [0, extent) of the kernel's parallel dimension (the manifest states the
 * extent as a formula of the sizes) into any number of parts, calls the kernel once per part, in
 * any order or at the same time, and gets the same bits whatever the cut. Empty parts are legal. */
typedef struct {
  const rx_operand *operands; /* inputs, then outputs, in the order of the kernel's signature */
  const int64_t *sizes; /* values of the kernel's size symbols, in the order of its signature */
  int64_t begin, end;   /* the part of the parallel dimension that this call computes */
  void *scratch; /* this thread's own, RX_SCRATCH_ALIGNMENT-aligned, of the size the manifest states
                  */
} rx_launch;

typedef void (*rx_kernel)(const rx_launch *);

#ifdef __cplusplus
}
#endif

#endif
