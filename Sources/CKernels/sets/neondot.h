// arm64 with dot products of bytes (Cortex-A55 and A76, Apple's A13 and M1, Graviton 2, and later).
//
// Products of bfloat16 pairs, which some of these have too, are left alone, and bfloat16 is widened: what `bfdot` and
// `bfmmla` compute depends on the processor. Without FEAT_EBF16 they round each sum of two products to odd, flush
// subnormal numbers and ignore the rounding mode; with it, and as the system sets FPCR.EBF, they do none of these. A
// set's results are the same bits wherever it runs.
#define CK_SUFFIX neondot
#define CK_TARGET __attribute__((target("dotprod")))
#include "begin.h"
#include "neon_operations.h"

CK_INLINE int32x4_t CK(add_sixteen_products)(int32x4_t sum, int8x16_t a, int8x16_t b) {
  return vdotq_s32(sum, a, b);
}

#include "../kernels/all.h"
#include "end.h"
