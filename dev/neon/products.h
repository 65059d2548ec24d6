// Products: both factors packed, each word of them, and what the micro-kernel makes of them.

static const long product_rows[] = {1, 6, 7, 13, 65}, product_columns[] = {1, 16, 17, 65, 130};
static const long product_depths[] = {0, 1, 7, 16, 33, 65};

// A factor: (lines, depth) with gaps, or where its lines are adjacent (depth, lines).
struct factor {
  ck_lines lines;
  double *values;  // (lines, depth)
};

// Weights in files are of any type and lie at any address; values that we computed are fp32, at whole floats.
enum { COMPUTED, ADJACENT, STORED };

static struct factor factor(long lines, long depth, int type, int kind) {
  const int adjacent = kind == ADJACENT;
  const long size = type == CK_FP32 ? 4 : 2;
  const long rows = adjacent ? depth : lines, columns = adjacent ? lines : depth;
  const long stride = (columns + 3) * size + (kind == STORED);
  struct factor f = {{0, lines, depth, stride, type, adjacent}, malloc(8 * (size_t)(lines * depth + 1))};
  const long all = rows > 0 && columns > 0 ? (rows - 1) * stride + columns * size : 0;
  char *base = bytes(all + (kind == STORED));
  if (kind == STORED) base += (uintptr_t)base % 2 == 0;
  f.lines.base = base;
  for (long row = 0; row < rows; row++) {
    for (long column = 0; column < columns; column++) {
      double value = noise();
      if (type == CK_FP32) {
        const float single = (float)value;
        memcpy(base + row * stride + 4 * column, &single, 4);
      } else {
        // Of fp16 all but the largest exponents, subnormal numbers too.
        uint16_t bits = random_bits() & 0xBFFF;
        if (type == CK_BF16) bits = bits_of((float)value) >> 16;
        const uint32_t wide = (uint32_t)bits << 16;
        float single;
        memcpy(&single, &wide, 4);
        value = type == CK_FP16 ? fp16(bits) : single;
        memcpy(base + row * stride + 2 * column, &bits, 2);
      }
      f.values[adjacent ? column * depth + row : row * depth + column] = value;
    }
  }
  return f;
}

// A value as a product takes it: bf16 has eight significant bits.
static double taken(double value, int words) { return words == CK_SINGLE ? value : rounded(value, 8); }

static double depth_value(struct factor f, long line, long depth, int words) {
  return depth < f.lines.depth ? taken(f.values[line * f.lines.depth + depth], words) : 0;
}

// A word against the values that it should hold.
static void expect_word(float word, double first, double second, int words) {
  if (words != CK_PAIRS) {
    expect_exactly(word, first);
    return;
  }
  uint32_t bits;
  memcpy(&bits, &word, 4);
  const uint32_t halves[2] = {bits << 16, bits & 0xFFFF0000};
  float values[2];
  memcpy(values, halves, 8);
  expect_exactly(values[0], first);
  expect_exactly(values[1], second);
}

static void expect_packed(
    struct factor f, ck_product product, const float *panels, long words, long lines, long step, long panel) {
  for (long line = 0; line < f.lines.lines; line++)
    for (long word = 0; word < words; word++) {
      const long depth = word * product.depth_per_word;
      expect_word(
          panels[line / lines * panel + word * step + line % lines], depth_value(f, line, depth, product.words),
          depth_value(f, line, depth + 1, product.words), product.words);
    }
}

static void expect_product(
    struct factor left, struct factor right, int words, struct matrix c, const float *addend, long addend_stride,
    const float *bias, float scale) {
  const long depth = left.lines.depth;
  for (long row = 0; row < c.rows; row++)
    for (long column = 0; column < c.columns; column++) {
      double sum = 0, size = 0;
      for (long k = 0; k < depth; k++) {
        const double term = depth_value(left, row, k, words) * depth_value(right, column, k, words) * scale;
        sum += term;
        size += fabs(term);
      }
      const double more[2] = {bias ? bias[column] : 0, addend ? addend[row * addend_stride + column] : 0};
      size += fabs(more[0]) + fabs(more[1]);
      // Each of depth + 3 roundings moves the result by half a unit of what it rounds.
      expect(c.values[row * c.stride + column], sum + more[0] + more[1], (depth + 3) * 0x1p-24 * size);
    }
  expect_gaps(c);
}

static long whole(long count, long unit) { return (count + unit - 1) / unit * unit; }

static void check_product(ck_product product, long rows, long columns, long depth, int type) {
  const int left_kind = pick(2), right_kind = type == CK_FP32 ? pick(3) : STORED, in_rows = pick(2);
  const long words = whole(whole(depth, product.depth_per_word) / product.depth_per_word, product.word_grain);
  const struct factor left = factor(rows, depth, CK_FP32, left_kind);
  const struct factor right = factor(columns, depth, type, right_kind);
  const long left_panel = words * product.row_step, width = whole(columns, product.columns);
  float *a = unset(whole(rows, product.rows) / product.rows * left_panel);
  float *b = unset(width * words);
  const ck_right packed = {b, in_rows ? width : product.columns, in_rows ? product.columns : words * product.columns};
  product.pack_left(left.lines, a, words);
  product.pack_right(right.lines, b, words, packed.step, packed.panel);
  // With a grain the left factor is laid out as the set has it.
  if (product.word_grain == 1) expect_packed(left, product, a, words, product.rows, product.row_step, left_panel);
  expect_packed(right, product, b, words, product.columns, packed.step, packed.panel);

  struct matrix c = matrix(rows, columns);
  const struct matrix addend = matrix(rows, columns);
  const float *bias = pick(2) ? floats(columns) : 0;
  // What is added is none, another matrix, or c itself.
  const int adding = pick(3);
  const float *added = adding == 0 ? 0 : adding == 1 ? addend.values : c.values;
  const float *expected = adding == 2 ? c.before : added;
  const float scale = pick(2) ? 0.37f : 1;
  const ck_ahead ahead = {pick(2) ? addend.values : 0, addend.stride * 4, rows, columns * 4};
  product.multiply(
      a, left_panel, packed, words, rows, columns,
      (ck_output){c.values, c.stride, scale, added, addend.stride, bias}, ahead);
  expect_product(left, right, product.words, c, expected, addend.stride, bias, scale);
  free(left.values);
  free(right.values);
  release();
}

#define COUNT(array) ((int)(sizeof array / sizeof *array))

static void check_products(const char *name, ck_product product) {
  begin(name);
  for (int r = 0; r < COUNT(product_rows); r++)
    for (int c = 0; c < COUNT(product_columns); c++)
      for (int d = 0; d < COUNT(product_depths); d++)
        for (int type = CK_FP32; type <= CK_BF16; type++)
          check_product(product, product_rows[r], product_columns[c], product_depths[d], type);
  finish();
}

// The loop of the peak: a step adds x y to each lane, in pairs twice; or where it cannot, it is a x + y.
static void check_peak(const char *name, ck_product product, int fuses) {
  begin(name);
  const double lanes = product.peak_operations / 2 / product.depth_per_word, start = product.peak(0, 0.5f, 0.25f);
  expect_exactly((float)(start > 0), 1);
  for (int rounds = 1; rounds < 4; rounds++) {
    const double shrunk = ldexp(start, -rounds) + lanes * 0.5 * (1 - ldexp(1, -rounds));
    expect_exactly(
        product.peak(rounds, 0.5f, 0.25f),
        fuses ? start + lanes * rounds * 0.125 * product.depth_per_word : shrunk);
  }
  finish();
}

static void check_gemv_size(ck_kernels table, int type, long rows, long lines, long columns) {
  const struct factor x = factor(rows, columns, CK_FP32, COMPUTED);
  const struct factor w = factor(lines, columns, type, type == CK_FP32 && pick(2) ? COMPUTED : STORED);
  const long x_stride = x.lines.stride / 4;
  struct matrix c = matrix(rows, lines);
  const struct matrix addend = matrix(rows, lines);
  const int in_place = pick(2);
  const float *bias = pick(2) ? floats(lines) : 0, *expected = in_place ? c.before : addend.values;
  table.gemv[type](
      x.lines.base, x_stride, rows, w.lines.base, w.lines.stride, lines, columns,
      (ck_output){c.values, c.stride, 1, in_place ? c.values : addend.values, addend.stride, bias});
  expect_product(x, w, CK_SINGLE, c, expected, addend.stride, bias, 1);
  // A row has the same bits whatever rows are beside it.
  for (long row = 0; row < rows; row++) {
    float *one = unset(lines);
    table.gemv[type](
        (const float *)x.lines.base + row * x_stride, 0, 1, w.lines.base, w.lines.stride, lines, columns,
        (ck_output){one, 0, 1, expected + row * c.stride, 0, bias});
    for (long line = 0; line < lines; line++) expect_exactly(one[line], c.values[row * c.stride + line]);
  }
  free(x.values);
  free(w.values);
  release();
}

static void check_gemv(const char *name, ck_kernels table, int type) {
  begin(name);
  const long lines[] = {1, 4, 15, 16, 17, 33}, columns[] = {1, 7, 16, 17, 31, 32, 33, 100};
  for (long rows = 1; rows <= 5; rows++)
    for (int l = 0; l < COUNT(lines); l++)
      for (int k = 0; k < COUNT(columns); k++) check_gemv_size(table, type, rows, lines[l], columns[k]);
  finish();
}
