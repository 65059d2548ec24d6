// The innermost loops of every product. PackedProduct.swift feeds them; Products.md of Kernels.docc says how.
//
// A tile of six rows of CK_VECTORS registers stays in registers from the first word to the last, while panels of both
// factors are read once from front to back. A set with few registers goes over a panel of columns in several tiles.

typedef float CK(register) __attribute__((ext_vector_type(CK_WIDTH)));
CK_INLINE CK(register) CK(load_register)(const float *p) {
  CK(register) v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// sum + a * b in each lane, over the values of a word.
CK_INLINE CK(register) CK(add_product)(CK(register) sum, float a, CK(register) b, int format) {
  return format == CK_PAIRS ? CK_ADD_BF16_PRODUCTS(sum, (CK(register))a, b) : CK_FMA((CK(register))a, b, sum);
}

// Six rows of CK_VECTORS registers of columns.
CK_INLINE void CK(tile)(
    const float *a, const float *b, long b_step, long words, float *c, long c_stride, const ck_output *output,
    const float *addend, const float *bias, int format) {
  CK_UNROLL for (long row = 0; row < 6; row++)
    CK_UNROLL for (long column = 0; column < CK_VECTORS * CK_WIDTH; column += 16)
      ck_prefetch_for_writing(c + row * c_stride + column);
  CK(register) sums[6][CK_VECTORS];
  CK_UNROLL for (int row = 0; row < 6; row++)
      CK_UNROLL for (int v = 0; v < CK_VECTORS; v++) sums[row][v] = (CK(register))0.0f;
  for (long word = 0; word < words; word++, a += 8, b += b_step) {
#if defined(__aarch64__)
    // Multiplied by a lane of a register, as it lies there. Elsewhere a load repeats a value in all lanes.
    float left __attribute__((ext_vector_type(8)));
    __builtin_memcpy(&left, a, sizeof left);
#else
    const float *const left = a;
#endif
    CK(register) right[CK_VECTORS];
    CK_UNROLL for (int v = 0; v < CK_VECTORS; v++)
        right[v] = CK(load_register)(b + v * CK_WIDTH);
    CK_UNROLL for (int row = 0; row < 6; row++)
        CK_UNROLL for (int v = 0; v < CK_VECTORS; v++)
            sums[row][v] = CK(add_product)(sums[row][v], left[row], right[v], format);
  }
  CK_UNROLL for (int row = 0; row < 6; row++)
      CK_UNROLL for (int v = 0; v < CK_VECTORS; v++) {
    CK(register) value = sums[row][v] * output->scale;
    if (bias) value += CK(load_register)(bias + v * CK_WIDTH);
    if (addend) value += CK(load_register)(addend + row * output->addend_stride + v * CK_WIDTH);
    __builtin_memcpy(c + row * c_stride + v * CK_WIDTH, &value, sizeof value);
  }
}

// Asks for what is read next, a few cache lines for each tile.
typedef struct {
  ck_ahead memory;
  long row, byte, per_tile;
} CK(prefetch);

CK_INLINE CK(prefetch) CK(begin_prefetch)(ck_ahead memory, long tiles) {
  const long lines = memory.base ? memory.rows * ((memory.bytes + 63) / 64) : 0;
  return (CK(prefetch)){memory, 0, 0, (lines + tiles - 1) / tiles};
}

CK_INLINE void CK(prefetch_some)(CK(prefetch) * p) {
  for (long line = 0; line < p->per_tile && p->row < p->memory.rows; line++) {
    ck_prefetch((const char *)p->memory.base + p->row * p->memory.stride + p->byte);
    p->byte += 64;
    if (p->byte >= p->memory.bytes) {
      p->byte = 0;
      p->row++;
    }
  }
}

// Copies the corner of a tile that is wanted, with what the output adds.
CK_INLINE void CK(copy_corner)(
    const float *tile, long tile_stride, long rows, long columns, float *c, const ck_output *output,
    const float *addend, const float *bias) {
  for (long row = 0; row < rows; row++) {
    for (long column = 0; column < columns; column += 16) {
      const long lanes = columns - column;
      ck_v values = CK(load_some)(tile + row * tile_stride + column, lanes, 0);
      if (bias) values += CK(load_some)(bias + column, lanes, 0);
      if (addend) values += CK(load_some)(addend + row * output->addend_stride + column, lanes, 0);
      CK(store_some)(c + row * output->stride + column, values, lanes);
    }
  }
}

// A tile of which only a corner is wanted: computed whole, and the corner copied.
CK_NOINLINE void CK(edge)(
    const float *a, const float *b, long b_step, long words, long rows, long columns, float *c,
    const ck_output *output, const float *addend, const float *bias, int format) {
  float scratch[6 * CK_VECTORS * CK_WIDTH];
  const long stride = CK_VECTORS * CK_WIDTH;
  if (format == CK_PAIRS) {
    CK(tile)(a, b, b_step, words, scratch, stride, output, 0, 0, CK_PAIRS);
  } else {
    CK(tile)(a, b, b_step, words, scratch, stride, output, 0, 0, CK_SINGLE);
  }
  CK(copy_corner)(scratch, stride, rows, columns, c, output, addend, bias);
}

// Every tile of c. A panel of the right factor stays in the nearest cache, while the left factor's panels come from
// the next one.
CK_INLINE void CK(multiply)(
    const float *left, long left_panel, ck_right right, long words, long rows, long columns, ck_output output,
    ck_ahead ahead, int format) {
  const long width = CK_VECTORS * CK_WIDTH;
  const long tiles = ((rows + 5) / 6) * ((columns + width - 1) / width);
  CK(prefetch) prefetch = CK(begin_prefetch)(ahead, tiles > 0 ? tiles : 1);
  for (long column = 0; column < columns; column += width) {
    const float *b = right.base + column / CK_COLUMNS * right.panel + column % CK_COLUMNS;
    const long tile_columns = columns - column < width ? columns - column : width;
    const float *bias = output.bias ? output.bias + column : 0;
    for (long row = 0; row < rows; row += 6) {
      CK(prefetch_some)(&prefetch);
      const float *a = left + row / 6 * left_panel;
      float *c = output.c + row * output.stride + column;
      const float *addend = output.addend ? output.addend + row * output.addend_stride + column : 0;
      const long tile_rows = rows - row < 6 ? rows - row : 6;
      if (tile_rows == 6 && tile_columns == width) {
        CK(tile)(a, b, right.step, words, c, output.stride, &output, addend, bias, format);
      } else {
        CK(edge)(a, b, right.step, words, tile_rows, tile_columns, c, &output, addend, bias, format);
      }
    }
  }
}

CK_FUNCTION void CK(multiply_fp32)(
    const float *left, long left_panel, ck_right right, long words, long rows, long columns, ck_output output,
    ck_ahead ahead) {
  CK(multiply)(left, left_panel, right, words, rows, columns, output, ahead, CK_SINGLE);
}

// The word of a pair of twice the same bfloat16, rounded towards zero.
CK_INLINE float CK(twice)(float x) {
  unsigned bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  bits = (bits & 0xFFFF0000) | bits >> 16;
  __builtin_memcpy(&x, &bits, sizeof bits);
  return x;
}

#define CK_CHAINS (6 * CK_VECTORS)

// As many chains as a tile has registers of sums: twelve keep two units of a latency up to six busy, twenty-four also
// the four units of some arm64 processors. They begin with different values, else they would be computed once. A step
// is that of a tile, a = a + x y; where that is two instructions, x y would be computed once, and it is a = a x + y.
// Returns the sum of all.
CK_INLINE float CK(peak)(long rounds, float x, float y, int format) {
  if (format == CK_PAIRS) {
    x = CK(twice)(x);
    y = CK(twice)(y);
  }
  CK(register) chains[CK_CHAINS];
  const CK(register) right = (CK(register))y;
  CK_UNROLL for (int chain = 0; chain < CK_CHAINS; chain++) chains[chain] = (CK(register))(float)chain;
  for (long round = 0; round < rounds; round++) {
    CK_UNROLL for (int chain = 0; chain < CK_CHAINS; chain++) chains[chain] =
        CK_FUSES ? CK(add_product)(chains[chain], x, right, format) : chains[chain] * x + right;
  }
  float sum = 0;
  for (int chain = 0; chain < CK_CHAINS; chain++)
    for (int lane = 0; lane < CK_WIDTH; lane++) sum += chains[chain][lane];
  return sum;
}

CK_FUNCTION float CK(peak_fp32)(long rounds, float x, float y) { return CK(peak)(rounds, x, y, CK_SINGLE); }
