// y = x W' for a few rows of x, where each weight is read once from where it is stored: GEMV.swift.

// The dot products of one line of weights with up to three rows of x, in two halves each, since an addition waits for
// the one before it. A row's sums are the same whatever rows are beside it.
//
// Line after line, so that memory is read from front to back, and three rows' sums stay in registers where these hold
// four floats. Four lines at once, which share the loads of x, were a quarter slower on Zen 5 where weights come from
// memory, and with AVX2, whose registers they overflow, by a third where they do not.
CK_INLINE void CK(dots)(
    const float *x, long x_stride, int rows, const char *line, long columns, int type, float *dots) {
  const long size = CK(bytes)(type);
  ck_v near[3], far[3];
  CK_UNROLL for (int row = 0; row < 3; row++) near[row] = far[row] = (ck_v)0.0f;
  long start = 0;
  for (; start + 32 <= columns; start += 32) {
    const char *w = line + start * size;
    // The processor looks ahead less far: a fifth of a thread's speed with two bytes a value, nothing with four.
    if (type != CK_FP32) ck_prefetch(w + 8192);
    const ck_v first = CK(load_values)(w, type), second = CK(load_values)(w + 16 * size, type);
    CK_UNROLL for (int row = 0; row < rows; row++) {
      near[row] = CK(fma)(first, CK(load)(x + row * x_stride + start), near[row]);
      far[row] = CK(fma)(second, CK(load)(x + row * x_stride + start + 16), far[row]);
    }
  }
  for (; start < columns; start += 16) {
    const long lanes = columns - start;
    const ck_v w = CK(load_some_values)(line + start * size, type, lanes);
    CK_UNROLL for (int row = 0; row < rows; row++)
      near[row] = CK(fma)(w, CK(load_some)(x + row * x_stride + start, lanes, 0), near[row]);
  }
  CK_UNROLL for (int row = 0; row < rows; row++) dots[row * 16] = CK(sum)(near[row] + far[row]);
}

// Writes up to sixteen neighbours of a row of the product. c may be the addend: it is read first.
CK_INLINE void CK(complete)(ck_v product, long row, long column, long lanes, const ck_output *output) {
  ck_v values = product * output->scale;
  if (output->bias) values += CK(load_some)(output->bias + column, lanes, 0);
  if (output->addend)
    values += CK(load_some)(output->addend + row * output->addend_stride + column, lanes, 0);
  CK(store_some)(output->c + row * output->stride + column, values, lanes);
}

CK_INLINE void CK(gemv)(
    const float *x, long x_stride, long rows, const char *weight, long line_bytes, long lines, long columns,
    ck_output output, int type) {
  for (long first = 0; first < lines; first += 16) {
    const long lanes = lines - first < 16 ? lines - first : 16;
    for (long row = 0; row < rows; row += 3) {
      const int count = rows - row < 3 ? (int)(rows - row) : 3;
      const float *some = x + row * x_stride;
      float dots[3 * 16] = {0};
      for (long lane = 0; lane < lanes; lane++) {
        const char *line = weight + (first + lane) * line_bytes;
        if (count == 3) {
          CK(dots)(some, x_stride, 3, line, columns, type, dots + lane);
        } else if (count == 2) {
          CK(dots)(some, x_stride, 2, line, columns, type, dots + lane);
        } else {
          CK(dots)(some, x_stride, 1, line, columns, type, dots + lane);
        }
      }
      for (int index = 0; index < count; index++)
        CK(complete)(CK(load)(dots + index * 16), row + index, first, lanes, &output);
    }
  }
}

#define CK_GEMV(type_name, type)                                                                             \
  CK_FUNCTION void CK(gemv_##type_name)(                                                                     \
      const float *x, long x_stride, long rows, const void *weight, long line_bytes, long lines, long columns,     \
      ck_output output) {                                                                                    \
    CK(gemv)(x, x_stride, rows, (const char *)weight, line_bytes, lines, columns, output, type);             \
  }
CK_GEMV(fp32, CK_FP32)
CK_GEMV(fp16, CK_FP16)
CK_GEMV(bf16, CK_BF16)
#undef CK_GEMV
