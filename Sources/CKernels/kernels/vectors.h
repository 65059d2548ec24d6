// Sixteen lanes at a time: loads and stores of any number of values, sums, and elementary functions.
//
// A set has defined CK(times_power_of_two), CK(load_fp16) and CK(add_byte_products); CK_SIGNED_BYTES as 1 if the last
// one's first factor has a sign; and CK_FUSES as 1 if a multiplication and an addition are one instruction.

#if CK_FUSES
#define CK_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define CK_FMA(a, b, c) ((a) * (b) + (c))
#endif

CK_INLINE ck_v CK(fma)(ck_v a, ck_v b, ck_v c) { return CK_FMA(a, b, c); }

// At any address: the values of weights in a file begin wherever its header ends.
CK_INLINE ck_v CK(load)(const void *p) {
  ck_v v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

CK_INLINE void CK(store)(float *p, ck_v v) { __builtin_memcpy(p, &v, sizeof v); }

// The first `lanes` values, the rest of the vector `padding`.
CK_INLINE ck_v CK(load_some)(const float *p, long lanes, float padding) {
  if (lanes >= 16) return CK(load)(p);
  ck_v v = (ck_v)(padding);
  for (long lane = 0; lane < lanes; lane++) v[lane] = p[lane];
  return v;
}

CK_INLINE void CK(store_some)(float *p, ck_v v, long lanes) {
  if (lanes >= 16) return CK(store)(p, v);
  for (long lane = 0; lane < lanes; lane++) p[lane] = v[lane];
}

CK_INLINE ck_v CK(load_bf16)(const void *address) {
  unsigned short __attribute__((ext_vector_type(16))) bits;
  __builtin_memcpy(&bits, address, sizeof bits);
  return (ck_v)(__builtin_convertvector(bits, ck_u) << 16);
}

// Sixteen stored values, at any alignment. `type` is known where this is inlined.
CK_INLINE ck_v CK(load_values)(const void *p, int type) {
  if (type == CK_FP16) return CK(load_fp16)(p);
  if (type == CK_BF16) return CK(load_bf16)(p);
  return CK(load)(p);
}

// The first `lanes` of them, the rest of the vector 0.
CK_INLINE ck_v CK(load_some_values)(const void *p, int type, long lanes) {
  if (lanes >= 16) return CK(load_values)(p, type);
  ck_v v = (ck_v)0.0f;
  for (long lane = 0; lane < lanes; lane++) {
    float single = 0;
    unsigned short half = 0;
    if (type == CK_FP32) __builtin_memcpy(&single, (const char *)p + 4 * lane, sizeof single);
    if (type != CK_FP32) __builtin_memcpy(&half, (const char *)p + 2 * lane, sizeof half);
    v[lane] = type == CK_FP32 ? single : type == CK_FP16 ? ck_widen_fp16(half) : ck_widen_bf16(half);
  }
  return v;
}

CK_INLINE long CK(bytes)(int type) { return type == CK_FP32 ? 4 : 2; }

// a in the lanes where the mask is -1, b where it is 0.
CK_INLINE ck_v CK(select)(ck_i mask, ck_v a, ck_v b) {
  return (ck_v)((mask & (ck_i)a) | (~mask & (ck_i)b));
}

// The larger of each pair; the first where either is not a number.
CK_INLINE ck_v CK(larger)(ck_v a, ck_v b) { return CK(select)(b > a, b, a); }

// Halves are added until one lane is left.
CK_INLINE float CK(sum)(ck_v x) {
  typedef float v8 __attribute__((ext_vector_type(8)));
  typedef float v4 __attribute__((ext_vector_type(4)));
  const v8 eight = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
                   + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  const v4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3)
                  + __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

CK_INLINE float CK(largest_lane)(ck_v x) {
  float largest = x[0];
  CK_UNROLL for (int lane = 1; lane < 16; lane++) largest = x[lane] > largest ? x[lane] : largest;
  return largest;
}

// e^x, with a relative error below 1.5e-7 (about 1.2 units in the last place) where multiplications and additions fuse
// and the result is a normal number; 2.5e-7 in the portable set. It underflows gradually to 0, overflows to infinity,
// and a NaN stays a NaN.
//
// x = n ln 2 + r with |r| <= ln 2 / 2, so that e^x = 2^n e^r. The polynomial for e^r is a minimax fit of
// (e^r - 1 - r) / r^2 with five coefficients: relative error 3e-9 before rounding.
CK_INLINE ck_v CK(exp)(ck_v x) {
  // Beyond these the result is 0 or infinite anyway. Comparisons with NaN are false, so a NaN passes through.
  x = CK(select)(x < -110.0f, (ck_v)(-110.0f), x);
  x = CK(select)(x > 90.0f, (ck_v)(90.0f), x);
  // Adding 1.5 * 2^23 leaves no bits for a fraction: it rounds to nearest.
  const ck_v magic = (ck_v)(0x1.8p23f);
  const ck_v n = CK(fma)(x, (ck_v)(0x1.715476p0f), magic) - magic;
  // ln 2 in two parts, the first of so few bits that its product with n is exact.
  ck_v r = CK(fma)(n, (ck_v)(-0x1.62e4p-1f), x);
  r = CK(fma)(n, (ck_v)(-0x1.7f7d1cp-20f), r);
  ck_v polynomial = (ck_v)(0.0013814599f);
  polynomial = CK(fma)(polynomial, r, (ck_v)(0.008368717f));
  polynomial = CK(fma)(polynomial, r, (ck_v)(0.041668388f));
  polynomial = CK(fma)(polynomial, r, (ck_v)(0.16666521f));
  polynomial = CK(fma)(polynomial, r, (ck_v)(0.49999993f));
  return CK(times_power_of_two)(CK(fma)(polynomial, r * r, r) + 1.0f, n);
}

// 1 / (1 + e^-x).
CK_INLINE ck_v CK(logistic)(ck_v x) { return 1.0f / (1.0f + CK(exp)(-x)); }

// tanh x, with a relative error below 4e-7; a NaN stays a NaN.
//
// Away from 0 it is 1 - 2 / (e^2|x| + 1) with the sign of x. Near 0 that is a difference of near numbers, so there it
// is the polynomial of Cephes' tanhf (Moshier 1989), x + x^3 P(x^2).
CK_INLINE ck_v CK(hyperbolic_tangent)(ck_v x) {
  const ck_v size = CK(select)(x < 0.0f, -x, x);
  const ck_v far = 1.0f - 2.0f / (CK(exp)(2.0f * size) + 1.0f);
  const ck_v square = x * x;
  ck_v polynomial = (ck_v)(-0.0057049887f);
  polynomial = CK(fma)(polynomial, square, (ck_v)(0.020639088f));
  polynomial = CK(fma)(polynomial, square, (ck_v)(-0.053739715f));
  polynomial = CK(fma)(polynomial, square, (ck_v)(0.13331442f));
  polynomial = CK(fma)(polynomial, square, (ck_v)(-0.33333282f));
  const ck_v near = CK(fma)(polynomial * square, x, x);
  return CK(select)(size < 0.625f, near, CK(select)(x < 0.0f, -far, far));
}

// The upper halves of sixteen floats rounded to bfloat16, to nearest and half to even; a NaN stays one.
CK_INLINE ck_i CK(rounded_to_bf16)(ck_v x) {
  const ck_i bits = (ck_i)x;
  const ck_i rounded = bits + 0x7FFF + ((bits >> 16) & 1);
  const ck_i is_nan = x != x;
  return ((rounded & ~is_nan) | (0x7FC00000 & is_nan)) & (int)0xFFFF0000;
}

// Of each quarter, which are four lanes: a0, b0, a1, b1. Or of the first two quarters, whole: a0, b0, a1, b1.
CK_INLINE ck_v CK(deal_low)(ck_v a, ck_v b, int quarters) {
  return quarters ? __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
                  : __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
}

// Of each quarter: a2, b2, a3, b3. Or of the last two quarters, whole.
CK_INLINE ck_v CK(deal_high)(ck_v a, ck_v b, int quarters) {
  return quarters
             ? __builtin_shufflevector(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
             : __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
}

// Four lines become the transpose of what is in each quarter, or of their quarters: they are dealt out again twice,
// like two halves of a pack of cards. The results go to every `step`th line.
CK_INLINE void CK(transpose_four)(ck_v a, ck_v b, ck_v c, ck_v d, ck_v *lines, int step, int quarters) {
  const ck_v first = CK(deal_low)(a, c, quarters), second = CK(deal_high)(a, c, quarters);
  const ck_v third = CK(deal_low)(b, d, quarters), fourth = CK(deal_high)(b, d, quarters);
  lines[0] = CK(deal_low)(first, third, quarters);
  lines[step] = CK(deal_high)(first, third, quarters);
  lines[2 * step] = CK(deal_low)(second, fourth, quarters);
  lines[3 * step] = CK(deal_high)(second, fourth, quarters);
}

// Sixteen lines of sixteen become the transpose: each four by four of them for itself, which needs no lane to leave its
// quarter; then the fours change places, where registers of four lanes have nothing to do.
CK_INLINE void CK(transpose_sixteen)(ck_v lines[16]) {
  ck_v fours[16];
  CK_UNROLL for (int i = 0; i < 16; i += 4)
      CK(transpose_four)(lines[i], lines[i + 1], lines[i + 2], lines[i + 3], fours + i, 1, 0);
  CK_UNROLL for (int i = 0; i < 4; i++)
      CK(transpose_four)(fours[i], fours[4 + i], fours[8 + i], fours[12 + i], lines + i, 4, 1);
}
