// The text of a set's kernels, in the order in which one needs another.
#include "vectors.h"
// What multiplies pairs of bfloat16 defines CK_HAS_BF16, and these three.
#if !CK_HAS_BF16
CK_INLINE ck_v CK(pair_bf16)(ck_v first, ck_v second) {
  const ck_i low = (ck_i)((ck_u)CK(rounded_to_bf16)(first) >> 16);
  return (ck_v)(low | CK(rounded_to_bf16)(second));
}
CK_INLINE ck_v CK(pair_neighbours_bf16)(ck_v low, ck_v high) {
  const ck_v even =
      __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const ck_v odd =
      __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return CK(pair_bf16)(even, odd);
}
#define CK_ADD_BF16_PRODUCTS(sum, a, b) (sum)
#endif
#include "words.h"
#include "packing.h"
CK_PACKING(single, CK_SINGLE)
CK_PACKING(rounded, CK_ROUNDED)
#if CK_HAS_BF16
CK_PACKING(pairs, CK_PAIRS)
#endif
#undef CK_PACKING
#include "tile.h"
#if CK_HAS_BF16
CK_FUNCTION void CK(multiply_pairs)(
    const float *left, long left_panel, ck_right right, long words, long rows, long columns, ck_output output,
    ck_ahead ahead) {
  CK(multiply)(left, left_panel, right, words, rows, columns, output, ahead, CK_PAIRS);
}
CK_FUNCTION float CK(peak_pairs)(long rounds, float x, float y) { return CK(peak)(rounds, x, y, CK_PAIRS); }
#define CK_BF16_PRODUCT CK_PRODUCT(pairs, CK_PAIRS, multiply_pairs, peak_pairs)
#else
#define CK_BF16_PRODUCT CK_PRODUCT(rounded, CK_ROUNDED, multiply_fp32, peak_fp32)
#endif
#include "gemv.h"
#include "quantised.h"
#include "layers.h"
#include "attention.h"
#include "table.h"
