// Dot products of a few rows with lines of weights. A part of CKernels.h, which includes it.
#ifndef CKERNELS_FEW_ROWS_H
#define CKERNELS_FEW_ROWS_H

// As there; a file has its own diagnostics.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

// How a weight is stored.
enum { CK_FP32, CK_FP16, CK_BF16 };

CK_INLINE long ck_size_of(const int type) { return type == CK_FP32 ? 4 : 2; }

// Sixteen weights from any address, exactly.
CK_INLINE ck_float16 ck_load(const int type, const void *_Nonnull address) {
  if (type == CK_FP16) return ck_load_fp16(address);
  if (type == CK_BF16) return ck_load_bf16(address);
  ck_float16 x;
  __builtin_memcpy(&x, address, sizeof x);
  return x;
}

// sum + a·b in each lane, rounded once where the target can.
CK_INLINE ck_float16 ck_add_product(ck_float16 sum, ck_float16 a, ck_float16 b) {
#if CKERNELS_HAS_FMA
  return __builtin_elementwise_fma(a, b, sum);
#else
  return sum + a * b;
#endif
}

// The upper half to the lower one, until there is one lane.
CK_INLINE float ck_sum_of_lanes(ck_float16 x) {
  typedef float ck_float8 __attribute__((vector_size(32)));
  typedef float ck_float4 __attribute__((vector_size(16)));
  const ck_float8 eight = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                          __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  const ck_float4 four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
                         __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// Lines of weights, one after another.
typedef struct {
  const char *_Nonnull base;
  long lines;
  long count;  // Weights of a line.
  long bytes;  // From one line to the next.
} ck_weights;

// A few rows of values, and of the dot products that are wanted of them.
typedef struct {
  const float *_Nonnull x;
  float *_Nonnull dots;
  long rows;
  long stride;       // From one row of x to the next.
  long dots_stride;  // The same of the dot products.
} ck_few_rows;

// Adds the products of the places from `start` on.
CK_INLINE ck_float16 ck_add_last_products(
    const int type, ck_float16 sum, const char *_Nonnull weights, const float *_Nonnull x, long start, long count) {
  for (; start < count; start += 16) {
    const long lanes = count - start < 16 ? count - start : 16;
    char w[64] = {};
    float values[16] = {};
    __builtin_memcpy(w, weights + start * ck_size_of(type), lanes * ck_size_of(type));
    __builtin_memcpy(values, x + start, lanes * 4);
    sum = ck_add_product(sum, ck_load(type, w), ck_load(CK_FP32, values));
  }
  return sum;
}

// The dot products of up to three rows, from `first` on, with four lines of weights, from `line` on; those that are not
// there are the last once more, and left out. Eight sums of each row fill the registers: each is in two halves, since an
// addition waits for the one before it.
CK_INLINE void ck_rows_by_four_lines(
    const int type, const int rows, const ck_weights *_Nonnull w, const ck_few_rows *_Nonnull all, long line,
    long first) {
  const long bytes = w->bytes, left = w->lines - line, stride = all->stride;
  const char *const a = w->base + line * bytes;
  const char *const b = left > 1 ? a + bytes : a, *const c = left > 2 ? b + bytes : b;
  const char *const d = left > 3 ? c + bytes : c;
  const float *const x = all->x + first * stride;
  ck_float16 sums[3][2][4] = {};
  long start = 0;
  for (; start + 32 <= w->count; start += 32) {
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
      const long place = start + 16 * half, byte = place * ck_size_of(type);
      // The lines after these four, which the processor asks for too late where lines are short, and where it is at
      // work on these for long. One row of fp32 is read as fast without.
      if (type == CK_FP32 ? rows > 1 : half == 0) {
        const long next = byte + 4 * bytes;
        ck_prefetch(a + next);
        ck_prefetch(b + next);
        ck_prefetch(c + next);
        ck_prefetch(d + next);
      }
      const ck_float16 wa = ck_load(type, a + byte), wb = ck_load(type, b + byte);
      const ck_float16 wc = ck_load(type, c + byte), wd = ck_load(type, d + byte);
#pragma clang loop unroll(full)
      for (int row = 0; row < rows; row++) {
        const ck_float16 values = ck_load(CK_FP32, x + row * stride + place);
        ck_float16 *const sum = sums[row][half];
        sum[0] = ck_add_product(sum[0], wa, values);
        sum[1] = ck_add_product(sum[1], wb, values);
        sum[2] = ck_add_product(sum[2], wc, values);
        sum[3] = ck_add_product(sum[3], wd, values);
      }
    }
  }
  if (start == w->count && left >= 4) {
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
      float *const dots = all->dots + (first + row) * all->dots_stride + line;
#pragma clang loop unroll(full)
      for (int index = 0; index < 4; index++)
        dots[index] = ck_sum_of_lanes(sums[row][0][index] + sums[row][1][index]);
    }
    return;
  }
  // What is left over goes by memory, so that the loop above keeps its registers.
  ck_float16 near[3][4], far[3][4];
#pragma clang loop unroll(full)
  for (int row = 0; row < rows; row++) {
#pragma clang loop unroll(full)
    for (int index = 0; index < 4; index++) {
      near[row][index] = sums[row][0][index];
      far[row][index] = sums[row][1][index];
    }
  }
  const char *const lines[4] = {a, b, c, d};
  for (int row = 0; row < rows; row++) {
    float *const dots = all->dots + (first + row) * all->dots_stride + line;
    for (long index = 0; index < (left < 4 ? left : 4); index++) {
      const ck_float16 sum = ck_add_last_products(
          type, near[row][index], lines[index], x + row * stride, start, w->count);
      dots[index] = ck_sum_of_lanes(sum + far[row][index]);
    }
  }
}

CK_INLINE void ck_few_rows_product_of(
    const int type, const ck_weights *_Nonnull w, const ck_few_rows *_Nonnull all) {
  for (long line = 0; line < w->lines; line += 4) {
    // The four lines stay in the first-level cache for all rows.
    for (long row = 0; row < all->rows;) {
      const long left = all->rows - row;
      // Four are two and two: three and one would read the lines once more for one row alone.
      const int now = left == 1 ? 1 : left == 2 || left == 4 ? 2 : 3;
      if (now == 1) ck_rows_by_four_lines(type, 1, w, all, line, row);
      if (now == 2) ck_rows_by_four_lines(type, 2, w, all, line, row);
      if (now == 3) ck_rows_by_four_lines(type, 3, w, all, line, row);
      row += now;
    }
  }
}

// dots = x·Wᵀ. Which rows are computed with a row does not matter to its bits.
static inline void ck_few_rows_product(int type, ck_weights w, ck_few_rows all) {
  switch (type) {
    case CK_FP16: return ck_few_rows_product_of(CK_FP16, &w, &all);
    case CK_BF16: return ck_few_rows_product_of(CK_BF16, &w, &all);
    default: return ck_few_rows_product_of(CK_FP32, &w, &all);
  }
}

#pragma clang diagnostic pop

#endif
