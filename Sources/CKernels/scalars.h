// Single values and single instructions, for any target.
#ifndef CK_SCALARS_H
#define CK_SCALARS_H

#define CK_SCALAR static inline __attribute__((always_inline))

// The fp16 of these bits, exactly.
CK_SCALAR float ck_widen_fp16(unsigned short bits) {
  const unsigned sign = (unsigned)(bits & 0x8000) << 16;
  const unsigned rest = (unsigned)(bits & 0x7FFF) << 13;
  // As a float, `rest` has an exponent that is too small by 112; fp16's infinity and NaN need the largest.
  union { unsigned bits; float value; } x = {.bits = rest};
  x.value *= 0x1p112f;
  if (rest >= 0x0F800000) x.bits |= 0x7F800000;
  x.bits |= sign;
  return x.value;
}

// The bfloat16 of these bits, exactly.
CK_SCALAR float ck_widen_bf16(unsigned short bits) {
  union { unsigned bits; float value; } x = {.bits = (unsigned)bits << 16};
  return x.value;
}

// Asks for a cache line that will be read soon. Any address will do.
CK_SCALAR void ck_prefetch(const void *_Nonnull address) { __builtin_prefetch(address, 0, 2); }

// The same for a line that will be written.
CK_SCALAR void ck_prefetch_for_writing(const void *_Nonnull address) { __builtin_prefetch(address, 1, 3); }

// Tells the processor that this thread is waiting for another.
CK_SCALAR void ck_pause(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#endif
