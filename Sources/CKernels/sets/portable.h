// Any processor: vectors as the compiler splits them for the build's target, no fused multiplication and addition.
#define CK_SUFFIX portable
#define CK_TARGET
#include "begin.h"

#define CK_WIDTH 4
#define CK_VECTORS 2
#define CK_COLUMNS 16
#define CK_HAS_BF16 0
#define CK_SIGNED_BYTES 0
#define CK_FUSES 0

#include "two_factors.h"

CK_INLINE ck_v CK(load_fp16)(const void *address) {
  unsigned short bits[16];
  __builtin_memcpy(bits, address, sizeof bits);
  ck_v x = (ck_v)0.0f;
  for (int lane = 0; lane < 16; lane++) x[lane] = ck_widen_fp16(bits[lane]);
  return x;
}

// sum + a0 b0 + a1 b1 + a2 b2 + a3 b3 in each lane, whose 32 bits are four bytes, of a without and of b with a sign.
CK_INLINE ck_i CK(add_byte_products)(ck_i sum, ck_i a, ck_i b) {
#if defined(__x86_64__)
  // Of each pair of bytes the even one and the odd one as 16 bits, whose products a processor adds in pairs.
  __m128i x[4], y[4];
  __builtin_memcpy(x, &a, sizeof x);
  __builtin_memcpy(y, &b, sizeof y);
  for (int part = 0; part < 4; part++) {
    const __m128i even = _mm_madd_epi16(
        _mm_and_si128(x[part], _mm_set1_epi16(0xFF)), _mm_srai_epi16(_mm_slli_epi16(y[part], 8), 8));
    const __m128i odd = _mm_madd_epi16(_mm_srli_epi16(x[part], 8), _mm_srai_epi16(y[part], 8));
    x[part] = _mm_add_epi32(even, odd);
  }
  __builtin_memcpy(&a, x, sizeof a);
  return sum + a;
#else
  for (int place = 0; place < 32; place += 8)
    sum += ((a >> place) & 0xFF) * ((ck_i)((ck_u)b << (24 - place)) >> 24);
  return sum;
#endif
}

#include "../kernels/all.h"
#include "end.h"
