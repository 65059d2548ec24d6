// y = x W' for a few rows of x, where each weight is read once from where it is stored: GEMV.swift.

// The dot products of four lines of weights with up to three rows of x, in two halves each, since an addition waits for
// the one before it: three rows fill 24 registers of AVX-512's. A row's sums are the same whatever rows are beside it.
CK_INLINE void CK(dots)(
    const float *x, long x_stride, int rows, const char *const lines[4], long line_bytes, long columns, int type,
    float *dots) {
  const long size = CK(bytes)(type);
  ck_v near[4][3], far[4][3];
  for (int line = 0; line < 4; line++)
    for (int row = 0; row < 3; row++) near[line][row] = far[line][row] = (ck_v)0.0f;
  long start = 0;
  for (; start + 32 <= columns; start += 32) {
    for (int line = 0; line < 4; line++) {
      const char *w = lines[line] + start * size;
      // The lines after these four, which the processor asks for too late where lines are short, and where it is at work
      // on these for long: a quarter of a thread's speed with two bytes a value; nothing for one row of four bytes.
      if (type != CK_FP32 || rows > 1) {
        ck_prefetch(w + 4 * line_bytes);
        if (type == CK_FP32) ck_prefetch(w + 4 * line_bytes + 64);
      }
      const ck_v first = CK(load_values)(w, type), second = CK(load_values)(w + 16 * size, type);
      for (int row = 0; row < rows; row++) {
        near[line][row] = CK(fma)(first, CK(load)(x + row * x_stride + start), near[line][row]);
        far[line][row] = CK(fma)(second, CK(load)(x + row * x_stride + start + 16), far[line][row]);
      }
    }
  }
  for (; start < columns; start += 16) {
    const long lanes = columns - start;
    for (int line = 0; line < 4; line++) {
      const ck_v w = CK(load_some_values)(lines[line] + start * size, type, lanes);
      for (int row = 0; row < rows; row++)
        near[line][row] =
            CK(fma)(w, CK(load_some)(x + row * x_stride + start, lanes, 0), near[line][row]);
    }
  }
  for (int row = 0; row < rows; row++)
    for (int line = 0; line < 4; line++) dots[row * 16 + line] = CK(sum)(near[line][row] + far[line][row]);
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
  for (long line = 0; line < lines; line += 16) {
    const long lanes = lines - line < 16 ? lines - line : 16;
    for (long row = 0; row < rows; row += 3) {
      const int count = rows - row < 3 ? (int)(rows - row) : 3;
      float dots[3 * 16];
      for (int quad = 0; quad < 16; quad += 4) {
        // Lines that are not there repeat the last.
        const char *four[4];
        for (int index = 0; index < 4; index++) {
          const long wanted = quad + index < lanes ? quad + index : lanes - 1;
          four[index] = weight + (line + wanted) * line_bytes;
        }
        const float *some = x + row * x_stride;
        if (count == 3) {
          CK(dots)(some, x_stride, 3, four, line_bytes, columns, type, dots + quad);
        } else if (count == 2) {
          CK(dots)(some, x_stride, 2, four, line_bytes, columns, type, dots + quad);
        } else {
          CK(dots)(some, x_stride, 1, four, line_bytes, columns, type, dots + quad);
        }
      }
      for (int index = 0; index < count; index++)
        CK(complete)(CK(load)(dots + index * 16), row + index, line, lanes, &output);
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
