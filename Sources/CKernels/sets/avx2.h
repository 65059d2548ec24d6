// Sixteen registers of eight floats, fused multiplication and addition, fp16 (Haswell, Zen, and later).
#define CK_SUFFIX avx2
#define CK_TARGET __attribute__((target("avx2,fma,f16c,bmi,bmi2")))
#include "begin.h"

// Twelve registers of sums, two of the right factor, one or two of the left.
#define CK_WIDTH 8
#define CK_VECTORS 2
#define CK_COLUMNS 16
#define CK_HAS_BF16 0
#define CK_SIGNED_BYTES 0
#define CK_FUSES 1

#include "two_factors.h"

CK_INLINE ck_v CK(load_fp16)(const void *address) {
  const __m256 low = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)address));
  const __m256 high = _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)address + 1));
  ck_v x;
  __builtin_memcpy(&x, &low, sizeof low);
  __builtin_memcpy((char *)&x + 32, &high, sizeof high);
  return x;
}

CK_INLINE __m256i CK(byte_products)(__m256i a, __m256i b) {
  // Of each pair of bytes the even one and the odd one as 16 bits: maddubs would saturate.
  const __m256i even = _mm256_madd_epi16(
      _mm256_and_si256(a, _mm256_set1_epi16(0xFF)), _mm256_srai_epi16(_mm256_slli_epi16(b, 8), 8));
  const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(a, 8), _mm256_srai_epi16(b, 8));
  return _mm256_add_epi32(even, odd);
}

// sum + a0 b0 + a1 b1 + a2 b2 + a3 b3 in each lane, whose 32 bits are four bytes, of a without and of b with a sign.
CK_INLINE ck_i CK(add_byte_products)(ck_i sum, ck_i a, ck_i b) {
  __m256i x[2], y[2];
  __builtin_memcpy(x, &a, sizeof a);
  __builtin_memcpy(y, &b, sizeof b);
  x[0] = CK(byte_products)(x[0], y[0]);
  x[1] = CK(byte_products)(x[1], y[1]);
  __builtin_memcpy(&a, x, sizeof a);
  return sum + a;
}

#include "../kernels/all.h"
#include "end.h"
