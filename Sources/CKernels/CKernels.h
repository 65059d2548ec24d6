// What Swift cannot say: which instructions the target has, and the few that no Swift operator means.
// Header-only; every function inlines into the Swift that calls it.
#ifndef CKERNELS_H
#define CKERNELS_H

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Whether the target fuses a multiplication and an addition into one instruction. Where it does not, Swift's
// `addingProduct` calls the C library once for each lane.
#if defined(__FMA__) || defined(__aarch64__)
#define CKERNELS_HAS_FMA 1
#else
#define CKERNELS_HAS_FMA 0
#endif

// Whether the target has 32 registers of 16 floats.
#if defined(__AVX512F__)
#define CKERNELS_HAS_AVX512 1
#else
#define CKERNELS_HAS_AVX512 0
#endif

// Whether the target multiplies bytes four at a time.
#if defined(__AVX512VNNI__)
#define CKERNELS_HAS_AVX512_VNNI 1
#else
#define CKERNELS_HAS_AVX512_VNNI 0
#endif

// Whether the target multiplies pairs of bfloat16.
#if defined(__AVX512BF16__)
#define CKERNELS_HAS_AVX512_BF16 1
#else
#define CKERNELS_HAS_AVX512_BF16 0
#endif

typedef float ck_float16 __attribute__((vector_size(64)));
typedef int ck_int16 __attribute__((vector_size(64)));
typedef unsigned ck_uint16 __attribute__((vector_size(64)));
typedef unsigned short ck_ushort16 __attribute__((vector_size(32)));
typedef short ck_short32 __attribute__((vector_size(64)));

// Sixteen floats go through memory on targets without such registers. No matter: everything inlines.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define CK_INLINE static inline __attribute__((always_inline))

// sum + a₀·b₀ + a₁·b₁ in each lane, whose 32 bits are two bfloat16, the first in the low ones.
CK_INLINE ck_float16 ck_add_bf16_products(ck_float16 sum, ck_int16 a, ck_int16 b) {
#if CKERNELS_HAS_AVX512_BF16
  return (ck_float16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
  // A bfloat16 is the upper half of a float.
  const ck_int16 upper = (ck_int16){} + (int)0xFFFF0000;
  sum += (ck_float16)(a << 16) * (ck_float16)(b << 16);
  return sum + (ck_float16)(a & upper) * (ck_float16)(b & upper);
#endif
}

// x·2ⁿ in each lane for a whole n of at most 254 either way: gradually 0 and +∞ beyond the range of floats.
CK_INLINE ck_float16 ck_times_power_of_two(ck_float16 x, ck_float16 n) {
#if CKERNELS_HAS_AVX512
  return (ck_float16)_mm512_scalef_ps((__m512)x, (__m512)n);
#else
  // As two factors, each a normal number even where the product is subnormal or +∞. Adding 1.5·2²³ leaves n in
  // the low bits; the exponent of a float begins at the 23rd.
  const ck_int16 bits = (ck_int16)(n + 0x1.8p23f) - 0x4B400000;
  const ck_int16 half = bits >> 1;
  return x * (ck_float16)((half + 127) << 23) * (ck_float16)((bits - half + 127) << 23);
#endif
}

// The upper halves of sixteen floats rounded to bfloat16, to nearest and half to even; a NaN stays one.
CK_INLINE ck_int16 ck_rounded_to_bf16(ck_float16 x) {
  const ck_int16 bits = (ck_int16)x;
  const ck_int16 rounded = bits + 0x7FFF + ((bits >> 16) & 1);
  const ck_int16 is_nan = x != x;
  return (rounded & ~is_nan) | (0x7FC00000 & is_nan);
}

// Pairs of bfloat16, of `first` in the low halves and of `second` in the high ones.
CK_INLINE ck_int16 ck_pair_bf16(ck_float16 first, ck_float16 second) {
#if CKERNELS_HAS_AVX512_BF16
  // One after the other, then interleaved.
  const ck_short32 both = (ck_short32)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
  return (ck_int16)__builtin_shufflevector(
      both, both, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27,
      12, 28, 13, 29, 14, 30, 15, 31);
#else
  const ck_int16 low = (ck_int16)((ck_uint16)ck_rounded_to_bf16(first) >> 16);
  return low | (ck_rounded_to_bf16(second) & (int)0xFFFF0000);
#endif
}

// Pairs of bfloat16 of thirty-two floats one after the other: x₀ and x₁, x₂ and x₃, …
CK_INLINE ck_int16 ck_pair_neighbours_bf16(ck_float16 low, ck_float16 high) {
#if CKERNELS_HAS_AVX512_BF16
  return (ck_int16)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
#else
  const ck_float16 even = __builtin_shufflevector(
      low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const ck_float16 odd = __builtin_shufflevector(
      low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return ck_pair_bf16(even, odd);
#endif
}

// The fp16 of these bits, exactly.
CK_INLINE float ck_widen_fp16(unsigned short bits) {
  const unsigned sign = (unsigned)(bits & 0x8000) << 16;
  const unsigned rest = (unsigned)(bits & 0x7FFF) << 13;
  // As a float, `rest` has an exponent that is too small by 112; fp16's infinity and NaN need the largest.
  union { unsigned bits; float value; } x = {.bits = rest};
  x.value *= 0x1p112f;
  if (rest >= 0x0F800000) x.bits |= 0x7F800000;
  x.bits |= sign;
  return x.value;
}

// Sixteen fp16 from any address, exactly.
CK_INLINE ck_float16 ck_load_fp16(const void *_Nonnull address) {
#if CKERNELS_HAS_AVX512
  return (ck_float16)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)address));
#else
  unsigned short bits[16];
  __builtin_memcpy(bits, address, sizeof bits);
  ck_float16 x;
  for (int lane = 0; lane < 16; lane++) x[lane] = ck_widen_fp16(bits[lane]);
  return x;
#endif
}

// Sixteen bfloat16 from any address, exactly.
CK_INLINE ck_float16 ck_load_bf16(const void *_Nonnull address) {
  ck_ushort16 bits;
  __builtin_memcpy(&bits, address, sizeof bits);
  return (ck_float16)(__builtin_convertvector(bits, ck_uint16) << 16);
}

// sum + a₀·b₀ + a₁·b₁ + a₂·b₂ + a₃·b₃ in each lane, whose 32 bits are four bytes, of a without and of b with a
// sign.
CK_INLINE ck_int16 ck_add_byte_products(ck_int16 sum, ck_int16 a, ck_int16 b) {
#if CKERNELS_HAS_AVX512_VNNI
  return (ck_int16)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#else
  for (int place = 0; place < 32; place += 8)
    sum += ((a >> place) & 0xFF) * ((ck_int16)((ck_uint16)b << (24 - place)) >> 24);
  return sum;
#endif
}

// Each lane's whole number as a float.
CK_INLINE ck_float16 ck_floats(ck_int16 x) { return __builtin_convertvector(x, ck_float16); }

// a₀, b₀, a₁, b₁, … of the lower halves, and of the upper ones.
CK_INLINE ck_float16 ck_interleave_low(ck_float16 a, ck_float16 b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
CK_INLINE ck_float16 ck_interleave_high(ck_float16 a, ck_float16 b) {
  return __builtin_shufflevector(
      a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// Asks for a cache line that will be read soon. Any address will do.
CK_INLINE void ck_prefetch(const void *_Nonnull address) { __builtin_prefetch(address, 0, 2); }

// The same for a line that will be written.
CK_INLINE void ck_prefetch_for_writing(const void *_Nonnull address) { __builtin_prefetch(address, 1, 3); }

// Tells the processor that this thread is waiting for another.
CK_INLINE void ck_pause(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#include "FewRows.h"

#pragma clang diagnostic pop

#endif
