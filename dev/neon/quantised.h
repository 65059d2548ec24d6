// Weights in blocks of 32, sixteen lines side by side, multiplied as bytes.

static void check_round_to_bytes(ck_kernels table) {
  begin("round_to_bytes");
  for (int block = 0; block < 12; block++) {
    float *x = floats(32);
    // Ordinary values, zeros, large and small ones, ones without an inverse, and what is not finite.
    const float sizes[] = {3, 0, 1e30f, 1e-30f, 1e-38f};
    for (int i = 0; i < 32; i++) x[i] *= block < COUNT(sizes) ? sizes[block] : 7;
    if (block == 5) x[9] = INFINITY;
    if (block == 6) x[0] = NAN;
    if (block == 7) x[5] = x[21] = x[22] = x[23] = NAN;
    if (block == 8) x[17] = -INFINITY, x[18] = NAN;
    const ck_byte_rows rows = {bytes(32), bytes(4), bytes(4), 1};
    table.round_to_bytes(x, 0, rows);
    float largest = 0;
    int is_finite = 1, sum = 0;
    for (int i = 0; i < 32; i++) {
      largest = fmaxf(largest, fabsf(x[i]));
      if (!isfinite(x[i])) is_finite = 0;
    }
    // A row that is not finite must give a result that is not.
    if (!is_finite) {
      expect_exactly((float)!isfinite(rows.scales[0]), 1);
      continue;
    }
    expect(rows.scales[0], largest / 127., largest * 0x1p-23 + 0x1p-149);
    const float inverse = largest > 0 ? 127 / largest : 0;
    for (int i = 0; i < 32; i++) {
      expect_exactly(rows.bytes[i], isfinite(inverse) ? rintf(x[i] * inverse) : 0);
      sum += rows.bytes[i];
    }
    expect_exactly((float)rows.sums[0], sum);
  }
  finish();
}

// Rows of bytes with their sums. Every byte may be there, also -128; `scale` is that of each block, or 0 for noise.
static ck_byte_rows byte_rows(long rows, long blocks, float scale) {
  const long count = rows * blocks;
  ck_byte_rows x = {bytes(32 * count), floats(count), bytes(4 * count), blocks};
  for (long block = 0; block < count; block++) {
    if (scale != 0) x.scales[block] = scale;
    int sum = 0;
    for (int i = 0; i < 32; i++) {
      const uint32_t random = random_bits();
      x.bytes[32 * block + i] = (signed char)(random >> 8 & 3 ? random : random & 4 ? 0x80 : 0x7F);
      sum += x.bytes[32 * block + i];
    }
    x.sums[block] = sum;
  }
  return x;
}

// `extreme` blocks have the smallest and the largest bytes only.
static unsigned char *panel(long blocks, int bits, int extreme) {
  const long size = bits == 8 ? 34 : 18;
  unsigned char *result = bytes(blocks * 16 * size);
  for (long block = 0; block < blocks; block++) {
    unsigned char *p = result + block * 16 * size;
    for (long i = 0; i < 16 * size; i++) {
      const uint32_t random = random_bits();
      p[i] = (unsigned char)(extreme ? (random & 1 ? 0xFF : 0) : random);
    }
    for (int line = 0; line < 16; line++) {
      const uint16_t scale = extreme ? 0x3C00 : random_bits() & 0xBFFF;  // 1, or any small one.
      memcpy(p + 2 * line, &scale, 2);
    }
  }
  return result;
}

// The sum of one line's products in a block, a whole number.
static int block_dot(const unsigned char *block, int line, const signed char *x, int bits) {
  int sum = 0;
  for (int place = 0; place < 32; place++) {
    const int byte = block[32 + 64 * (place / 4 % (bits == 8 ? 8 : 4)) + 4 * line + place % 4];
    sum += x[place] * (bits == 8 ? byte - 128 : (place < 16 ? byte & 15 : byte >> 4) - 8);
  }
  return sum;
}

static void check_byte_product(ck_kernels table, int bits, long rows, long blocks, long lanes, int exact) {
  const long size = bits == 8 ? 34 : 18;
  const ck_byte_rows x = byte_rows(rows, blocks, exact ? 1 : 0);
  const unsigned char *weights = panel(blocks, bits, exact);
  struct matrix c = matrix(rows, lanes);
  const float *bias = exact ? 0 : floats(lanes);
  const ck_output output = {c.values, c.stride, 1, exact ? 0 : c.values, c.stride, bias};
  (bits == 8 ? table.gemv_q8 : table.gemv_q4)(x, rows, weights, lanes, output);
  for (long row = 0; row < rows; row++)
    for (int line = 0; line < lanes; line++) {
      double sum = exact ? 0 : bias[line] + (double)c.before[row * c.stride + line];
      double slack = exact ? 0 : fabs(bias[line]) + fabs(c.before[row * c.stride + line]);
      for (long block = 0; block < blocks; block++) {
        const unsigned char *p = weights + block * 16 * size;
        uint16_t scale;
        memcpy(&scale, p + 2 * line, 2);
        const long index = row * blocks + block;
        const double term =
            block_dot(p, line, x.bytes + 32 * index, bits) * fp16(scale) * (double)x.scales[index];
        sum += term;
        slack += fabs(term);
      }
      // With scales of 1 all sums are whole numbers below 2^24.
      expect(c.values[row * c.stride + line], sum, exact ? 0 : (blocks + 4) * 0x1p-23 * slack);
    }
  expect_gaps(c);
  release();
}

static void check_byte_products(const char *name, ck_kernels table, int bits) {
  begin(name);
  const long lanes[] = {1, 7, 13, 16};
  for (long rows = 1; rows <= 3; rows++)
    for (int lane = 0; lane < COUNT(lanes); lane++)
      for (long blocks = 1; blocks <= 13; blocks += 3)
        for (int exact = 0; exact < 2; exact++)
          check_byte_product(table, bits, rows, blocks, lanes[lane], exact);
  finish();
}
