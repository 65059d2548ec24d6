// Quantised weights, sixteen lines side by side, multiplied as bytes.

#define LAYOUT_NAMES(name, ...) \
  {"gemv_panel " #name, "pack_panel " #name " fp32", "pack_panel " #name " bf16"},
static const struct {
  const char *gemv, *fp32, *bf16;
} layout_names[] = {CK_PANEL_LAYOUTS(LAYOUT_NAMES)};

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
    const ck_byte_rows rows = {bytes(32), bytes(4), bytes(8), 1};
    table.round_to_bytes(x, 0, rows);
    float largest = 0;
    int is_finite = 1, sums[2] = {0, 0};
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
      sums[i / 16] += rows.bytes[i];
    }
    for (int half = 0; half < 2; half++) expect_exactly((float)rows.sums[half], sums[half]);
  }
  finish();
}

// Rows of bytes with their sums. Every byte may be there, also -128; `scale` is that of each block, or 0 for noise.
static ck_byte_rows byte_rows(long rows, long blocks, float scale) {
  const long count = rows * blocks;
  ck_byte_rows x = {bytes(32 * count), floats(count), bytes(8 * count), blocks};
  for (long block = 0; block < count; block++) {
    if (scale != 0) x.scales[block] = scale;
    x.sums[2 * block] = x.sums[2 * block + 1] = 0;
    for (int i = 0; i < 32; i++) {
      const uint32_t random = random_bits();
      x.bytes[32 * block + i] = (signed char)(random >> 8 & 3 ? random : random & 4 ? 0x80 : 0x7F);
      x.sums[2 * block + i / 16] += x.bytes[32 * block + i];
    }
  }
  return x;
}

// Blocks of random bytes; `extreme` ones have the smallest and the largest only, and whole scales.
static unsigned char *panel(long blocks, ck_layout layout, int extreme) {
  const long size = ck_layout_bytes(layout);
  unsigned char *result = bytes(blocks * size);
  for (long block = 0; block < blocks; block++) {
    unsigned char *p = result + block * size;
    for (long i = 0; i < size; i++) {
      const uint32_t random = random_bits();
      p[i] = (unsigned char)(extreme ? (random & 1 ? 0xFF : 0) : random);
    }
    for (int line = 0; line < 16 * (1 + layout.mins); line++) {
      const uint16_t scale = extreme ? 0x3C00 : random_bits() & 0xBFFF;  // 1, or any small one.
      memcpy(p + 2 * line, &scale, 2);
    }
  }
  return result;
}

// What a place of a block says: PanelLayout.swift has the picture. A value is d * scale * (code - offset) less dmin * min;
// without whole scales, dmin is added.
struct place {
  float d, dmin;
  int scale, min, code;
};

static struct place place_of(const unsigned char *block, int line, int column, ck_layout layout) {
  struct place result = {0, 0, 1, -1, 0};
  const int part = column / 32, at = column % 32, half = at / 16, quad = at / 4;
  uint16_t bits;
  memcpy(&bits, block + 2 * line, 2);
  result.d = fp16(bits) / layout.divisor;
  if (layout.mins) {
    memcpy(&bits, block + 32 + 2 * line, 2);
    result.dmin = fp16(bits);
  }
  const unsigned char *p = block + 32 * (1 + layout.mins);
  if (layout.scales) {
    const unsigned char *own = p + part * 16 * layout.scales * (1 + layout.mins) + line;
    const int index = layout.scales == 2 ? half : 0;
    result.scale = (signed char)own[16 * index];
    result.min = layout.mins ? (signed char)own[16 * (layout.scales + index)] : 0;
  }
  p += layout.parts * 16 * layout.scales * (1 + layout.mins) + part * 64 * layout.bits + 4 * line + at % 4;
  int shift = 0;
  if (layout.bits == 8) result.code = p[64 * quad];
  if (layout.bits < 8 && layout.bits & 4) {
    result.code = p[64 * (quad % 4)] >> 4 * half & 15;
    p += 64 * 4;
    shift = 4;
  }
  if (layout.bits & 2) {
    result.code |= (p[64 * (quad / 4)] >> 2 * (quad % 4) & 3) << shift;
    p += 64 * 2;
    shift += 2;
  }
  if (layout.bits & 1) result.code |= (p[0] >> quad & 1) << shift;
  result.code -= layout.offset;
  return result;
}

static void check_byte_product(ck_kernels table, int index, long rows, long blocks, long lanes, int exact) {
  const ck_layout layout = ck_layout_of(index);
  const ck_byte_rows x = byte_rows(rows, blocks * layout.parts, exact ? 1 : 0);
  const unsigned char *weights = panel(blocks, layout, exact);
  struct matrix c = matrix(rows, lanes);
  const float *bias = exact ? 0 : floats(lanes);
  const ck_output output = {c.values, c.stride, 1, exact ? 0 : c.values, c.stride, bias};
  table.gemv_panel(index, x, rows, weights, lanes, output);
  for (long row = 0; row < rows; row++)
    for (int line = 0; line < lanes; line++) {
      double sum = exact ? 0 : bias[line] + (double)c.before[row * c.stride + line];
      double slack = fabs(sum);
      for (long column = 0; column < blocks * layout.parts * 32; column++) {
        const long width = 32 * layout.parts;
        const struct place w =
            place_of(weights + column / width * ck_layout_bytes(layout), line, (int)(column % width), layout);
        const double byte = x.bytes[row * x.blocks * 32 + column], scale = x.scales[row * x.blocks + column / 32];
        const double term = byte * scale * w.d * w.scale * w.code, least = byte * scale * w.dmin * w.min;
        sum += term - least;
        slack += fabs(term) + fabs(least);
      }
      // With scales of 1 all sums are whole numbers, mostly below 2^24.
      const int is_whole = exact && slack < 0x1p24;
      expect(c.values[row * c.stride + line], sum, is_whole ? 0 : (blocks * layout.parts + 4) * 0x1p-23 * slack);
    }
  expect_gaps(c);
  release();
}

static void check_byte_products(ck_kernels table) {
  const long lanes[] = {1, 7, 13, 16};
  for (int layout = 0; layout < CK_PANEL_COUNT; layout++) {
    begin(layout_names[layout].gemv);
    const long most = ck_layout_of(layout).parts == 1 ? 13 : 4;
    for (long rows = 1; rows <= 3; rows++)
      for (int lane = 0; lane < COUNT(lanes); lane++)
        for (long blocks = 1; blocks <= most; blocks += 3)
          for (int exact = 0; exact < 2; exact++)
            check_byte_product(table, layout, rows, blocks, lanes[lane], exact);
    finish();
  }
}

// Blocks unpacked for products of many rows: rounded after each operation.
static void check_packed_panels(ck_product product, int is_fp32) {
  const long per_word = product.depth_per_word;
  for (int index = 0; index < CK_PANEL_COUNT; index++) {
    const ck_layout layout = ck_layout_of(index);
    begin(is_fp32 ? layout_names[index].fp32 : layout_names[index].bf16);
    for (long count = 1; count <= 3; count += 2) {
      const unsigned char *source = panel(count, layout, 0);
      const long width = 32 * layout.parts, words = count * width / per_word, step = product.columns;
      float *target = unset((words - 1) * step + 16);
      product.pack_panel(index, source, count, target, step);
      for (long depth = 0; depth < count * width; depth += per_word)
        for (int line = 0; line < 16; line++) {
          double values[2] = {0, 0};
          for (int half = 0; half < per_word; half++) {
            const struct place w =
                place_of(source + depth / width * ck_layout_bytes(layout), line, (int)(depth % width) + half, layout);
            const double value = rounded(rounded(w.d * (double)w.scale, 24) * w.code, 24);
            const double least = rounded(w.dmin * (double)w.min, 24);
            values[half] = taken(layout.mins ? rounded(value - least, 24) : value, product.words);
          }
          expect_word(target[depth / per_word * step + line], values[0], values[1], product.words);
        }
    }
    finish();
  }
}
