// AVX-512 with products of bfloat16 pairs and of bytes (Zen 4 and later; Cooper Lake, Sapphire Rapids).
#define CK_SUFFIX avx512bf16
#define CK_TARGET                                                                                     \
  __attribute__((                                                                                     \
      target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,avx2,fma,f16c,bmi,bmi2"),      \
      min_vector_width(512)))
#include "begin.h"
#include "avx512_operations.h"
#define CK_HAS_BF16 1
#define CK_ADD_BF16_PRODUCTS(sum, a, b) \
  ((ck_v)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(a), (__m512bh)(b)))

CK_INLINE ck_i CK(add_byte_products)(ck_i sum, ck_i a, ck_i b) {
  return (ck_i)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
}

// Pairs of bfloat16, of `first` in the low halves and of `second` in the high ones: one after the other, then
// interleaved.
CK_INLINE ck_v CK(pair_bf16)(ck_v first, ck_v second) {
  typedef short ck_shorts __attribute__((ext_vector_type(32)));
  const ck_shorts both = (ck_shorts)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
  return (ck_v)__builtin_shufflevector(
      both, both, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
      14, 30, 15, 31);
}

// Pairs of thirty-two floats one after the other: x0 and x1, x2 and x3, ...
CK_INLINE ck_v CK(pair_neighbours_bf16)(ck_v low, ck_v high) {
  return (ck_v)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
}

#include "../kernels/all.h"
#include "end.h"
