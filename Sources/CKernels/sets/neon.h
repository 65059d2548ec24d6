// arm64 as every processor has it: fused multiplication and addition, fp16.
#define CK_SUFFIX neon
#define CK_TARGET
#include "begin.h"
#include "neon_operations.h"

// Sixteen products of bytes, of 16 bits each, which hold even -128 * -128; pairs are added with 32 bits, then pairs of
// these.
CK_INLINE int32x4_t CK(add_sixteen_products)(int32x4_t sum, int8x16_t a, int8x16_t b) {
  const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(a), vget_low_s8(b)));
  const int32x4_t high = vpaddlq_s16(vmull_high_s8(a, b));
  return vaddq_s32(sum, vpaddq_s32(low, high));
}

#include "../kernels/all.h"
#include "end.h"
