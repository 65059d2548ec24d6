// What both AVX-512 sets have: 32 registers of sixteen floats. 6 rows of 4 registers of sums fill 24 of them.
#define CK_WIDTH 16
#define CK_VECTORS 4
#define CK_COLUMNS 64
#define CK_SIGNED_BYTES 0
#define CK_FUSES 1

CK_INLINE ck_v CK(times_power_of_two)(ck_v x, ck_v n) { return (ck_v)_mm512_scalef_ps((__m512)x, (__m512)n); }

CK_INLINE ck_v CK(load_fp16)(const void *address) {
  return (ck_v)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)address));
}
