// Rows of quantised weights, sixteen side by side, multiplied as bytes: QuantizedGEMV.swift.

// Rounds one block of 32 values to bytes, the largest to 127 either way: QuantizedRows.swift.
CK_FUNCTION void CK(round_to_bytes)(const float *x, long index, ck_byte_rows rows) {
  const ck_v first = CK(load)(x), second = CK(load)(x + 16);
  // Sizes compare as their bits do, with those that are not numbers above infinity.
  const int bits = __builtin_reduce_max(
      __builtin_elementwise_max((ck_i)first & 0x7FFFFFFF, (ck_i)second & 0x7FFFFFFF));
  float largest;
  __builtin_memcpy(&largest, &bits, sizeof bits);
  // A block of zeros, or with a value that is not finite, which the scale then hands on.
  const float inverse = largest > 0 && largest < __builtin_inff() ? 127 / largest : 0;
  rows.scales[index] = largest / 127;
  // Adding 1.5 * 2^23 leaves a whole number in the low bits.
  const ck_i a = (ck_i)(first * inverse + 0x1.8p23f) - 0x4B400000;
  const ck_i b = (ck_i)(second * inverse + 0x1.8p23f) - 0x4B400000;
  int first_sum = 0, second_sum = 0;
  CK_UNROLL for (int lane = 0; lane < 16; lane++) {
    rows.bytes[index * 32 + lane] = (signed char)a[lane];
    rows.bytes[index * 32 + 16 + lane] = (signed char)b[lane];
    // Of the bytes, since a and b hold anything where a block is not finite, or too small for an inverse.
    first_sum += (signed char)a[lane];
    second_sum += (signed char)b[lane];
  }
  rows.sums[2 * index] = first_sum;
  rows.sums[2 * index + 1] = second_sum;
}

// Four bytes of x in every lane.
CK_INLINE ck_i CK(quad)(const signed char *bytes, long index) {
  int four;
  __builtin_memcpy(&four, bytes + 4 * index, sizeof four);
  return (ck_i)four;
}

// Of 32 columns: the sums of codes times x of the first sixteen and of the others, with the offset taken off.
typedef struct {
  ck_i first, second;
} CK(part_dots);

CK_INLINE CK(part_dots) CK(dots_of_part)(ck_byte_rows x, long index, const char *codes, ck_layout layout) {
  const signed char *bytes = x.bytes + index * 32;
  // Codes of eight bits lose their offset where products of bytes take a sign.
  const int has_sign = layout.bits == 8 && CK_SIGNED_BYTES;
  const int flip = has_sign ? (int)0x80808080 : 0, offset = has_sign ? 0 : layout.offset;
  CK(part_dots) dots = {(ck_i)(-offset * x.sums[2 * index]), (ck_i)(-offset * x.sums[2 * index + 1])};
  CK_UNROLL for (int quad = 0; quad < 4; quad++) {
    const ck_i first = CK(quad_of_codes)(codes, quad, layout.bits) ^ flip;
    const ck_i second = CK(quad_of_codes)(codes, quad + 4, layout.bits) ^ flip;
    dots.first = CK(add_byte_products)(dots.first, first, CK(quad)(bytes, quad));
    dots.second = CK(add_byte_products)(dots.second, second, CK(quad)(bytes, quad + 4));
  }
  return dots;
}

// Asks for what will be read soon. The processor by itself looks less far ahead, since scales and codes are read in turns:
// a thread of Zen 5 reads q2_K at 43 GB/s in place of 11, q6_K at 34 in place of 18, q8_0 at 47 in place of 39.
CK_INLINE void CK(ask_ahead)(const char *now, long bytes) {
  CK_UNROLL for (long line = 0; line < bytes; line += 64) ck_prefetch(now + 8192 + line);
}

// Adds a block of 32 columns: scale of x * (d * dots + least * sum of x).
CK_INLINE ck_v CK(add_single)(ck_v sum, ck_byte_rows x, long index, const char *block, ck_layout layout) {
  CK(ask_ahead)(block, ck_layout_bytes(layout));
  const CK(part_dots) dots = CK(dots_of_part)(x, index, block + ck_layout_codes(layout), layout);
  const float scale = x.scales[index];
  sum = CK(fma)(__builtin_convertvector(dots.first + dots.second, ck_v), CK(load_d)(block, layout) * scale, sum);
  if (!layout.mins) return sum;
  const float total = (float)(x.sums[2 * index] + x.sums[2 * index + 1]) * scale;
  return CK(fma)(CK(load_fp16)(block + 32), (ck_v)total, sum);
}

// Adds a block of several parts of 32 columns: d * sum of scale of x * (scale * dots), less the same of dmin, mins and
// sums of x. Within the parentheses numbers are whole.
CK_INLINE ck_v CK(add_parts)(ck_v sum, ck_byte_rows x, long index, const char *block, ck_layout layout) {
  const char *own = block + ck_layout_scales(layout), *codes = block + ck_layout_codes(layout);
  const long share = ck_layout_bytes(layout) / layout.parts;
  ck_v scaled = (ck_v)0.0f, least = (ck_v)0.0f;
  for (int part = 0; part < layout.parts; part++, index++) {
    CK(ask_ahead)(block + part * share, share);
    const CK(part_dots) dots = CK(dots_of_part)(x, index, codes, layout);
    const ck_v scale = (ck_v)x.scales[index];
    const int *sums = x.sums + 2 * index;
    ck_i whole = layout.scales == 2 ? dots.first * CK(load_bytes)(own) + dots.second * CK(load_bytes)(own + 16)
                                    : (dots.first + dots.second) * CK(load_bytes)(own);
    scaled = CK(fma)(__builtin_convertvector(whole, ck_v), scale, scaled);
    if (layout.mins) {
      const char *mins = own + 16 * layout.scales;
      whole = layout.scales == 2 ? CK(load_bytes)(mins) * sums[0] + CK(load_bytes)(mins + 16) * sums[1]
                                 : CK(load_bytes)(mins) * (sums[0] + sums[1]);
      least = CK(fma)(__builtin_convertvector(whole, ck_v), scale, least);
    }
    own += ck_layout_part_scales(layout);
    codes += 64 * layout.bits;
  }
  sum = CK(fma)(scaled, CK(load_d)(block, layout), sum);
  return layout.mins ? CK(fma)(-least, CK(load_fp16)(block + 32), sum) : sum;
}

// In two halves, since an addition waits for the one before it. What the layout is, is known where this is inlined.
CK_INLINE void CK(gemv_blocks)(
    ck_byte_rows x, long rows, const char *panel, long lanes, ck_output output, ck_layout layout) {
  const long blocks = x.blocks / layout.parts;
  for (long row = 0; row < rows; row++) {
    ck_v sums[2] = {(ck_v)0.0f, (ck_v)0.0f};
    for (long block = 0; block < blocks; block += 2) {
      CK_UNROLL for (long half = 0; half < 2; half++) {
        if (block + half >= blocks) continue;
        const long index = row * x.blocks + (block + half) * layout.parts;
        const char *weights = panel + (block + half) * ck_layout_bytes(layout);
        sums[half] = layout.parts == 1 ? CK(add_single)(sums[half], x, index, weights, layout)
                                       : CK(add_parts)(sums[half], x, index, weights, layout);
      }
    }
    CK(complete)(sums[0] + sums[1], row, 0, lanes, &output);
  }
}

CK_FUNCTION void CK(gemv_panel)(
    int layout, ck_byte_rows x, long rows, const void *panel, long lanes, ck_output output) {
  switch (layout) {
#define CK_PANEL_CASE(name, ...) \
  case CK_PANEL_##name:          \
    return CK(gemv_blocks)(      \
        x, rows, (const char *)panel, lanes, output, (ck_layout){__VA_ARGS__});
    CK_PANEL_LAYOUTS(CK_PANEL_CASE)
#undef CK_PANEL_CASE
  }
}
