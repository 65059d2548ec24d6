// AVX-512 as the first processors had it (Skylake-X), and where its bf16 is slower than fp32 (Intel's).
#define CK_SUFFIX avx512
#define CK_TARGET \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c,bmi,bmi2"), min_vector_width(512)))
#include "begin.h"
#include "avx512_operations.h"
#define CK_HAS_BF16 0

// sum + a0 b0 + a1 b1 + a2 b2 + a3 b3 in each lane, whose 32 bits are four bytes, of a without and of b with a sign.
CK_INLINE ck_i CK(add_byte_products)(ck_i sum, ck_i a, ck_i b) {
  const __m512i x = (__m512i)a, y = (__m512i)b;
  const __m512i even = _mm512_madd_epi16(
      _mm512_and_si512(x, _mm512_set1_epi16(0xFF)), _mm512_srai_epi16(_mm512_slli_epi16(y, 8), 8));
  const __m512i odd = _mm512_madd_epi16(_mm512_srli_epi16(x, 8), _mm512_srai_epi16(y, 8));
  return sum + (ck_i)_mm512_add_epi32(even, odd);
}

#include "../kernels/all.h"
#include "end.h"
