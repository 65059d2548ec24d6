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

// Whether the target multiplies pairs of bfloat16.
#if defined(__AVX512BF16__)
#define CKERNELS_HAS_AVX512_BF16 1
#else
#define CKERNELS_HAS_AVX512_BF16 0
#endif

typedef float ck_float16 __attribute__((vector_size(64)));
typedef int ck_int16 __attribute__((vector_size(64)));

#if CKERNELS_HAS_AVX512_BF16
// sum + a₀·b₀ + a₁·b₁ in each lane, whose 32 bits are two bfloat16.
static inline __attribute__((always_inline)) ck_float16 ck_add_bf16_products(
    ck_float16 sum, ck_int16 a, ck_int16 b) {
  return (ck_float16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
}

// Thirty-two floats as sixteen pairs of bfloat16, rounded to nearest even: those of `low`, then those of `high`.
static inline __attribute__((always_inline)) ck_int16 ck_to_bf16(ck_float16 low, ck_float16 high) {
  return (ck_int16)_mm512_cvtne2ps_pbh((__m512)high, (__m512)low);
}
#endif

// Tells the processor that this thread is waiting for another.
static inline __attribute__((always_inline)) void ck_pause(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#endif
