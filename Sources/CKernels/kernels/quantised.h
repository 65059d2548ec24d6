// Rows of weights in blocks of 32, sixteen side by side, multiplied as bytes: QuantizedGEMV.swift.

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
  int sum = 0;
  CK_UNROLL for (int lane = 0; lane < 16; lane++) {
    rows.bytes[index * 32 + lane] = (signed char)a[lane];
    rows.bytes[index * 32 + 16 + lane] = (signed char)b[lane];
    // Of the bytes, since a and b hold anything where a block is not finite, or too small for an inverse.
    sum += (signed char)a[lane] + (signed char)b[lane];
  }
  rows.sums[index] = sum;
}

// Four bytes of x in every lane.
CK_INLINE ck_i CK(quad)(const signed char *bytes, long index) {
  int four;
  __builtin_memcpy(&four, bytes + 4 * index, sizeof four);
  return (ck_i)four;
}

CK_INLINE ck_v CK(add_scaled)(ck_v sum, ck_i dots, const char *scales, float scale) {
  return CK(fma)(__builtin_convertvector(dots, ck_v), CK(load_fp16)(scales) * scale, sum);
}

// Four bytes of q8 in each lane, which are stored as w + 128: back to w where products of bytes take that.
CK_INLINE ck_i CK(load_q8)(const char *bytes) {
  const ck_i stored = CK(load_ints)(bytes);
  return CK_SIGNED_BYTES ? stored ^ (int)0x80808080 : stored;
}

// Adds scale of x * scale of w * sum of w x of one block: elsewhere of (w + 128) x - 128 x.
CK_INLINE ck_v CK(add_q8_block)(ck_v sum, ck_byte_rows x, long index, const char *block) {
  const signed char *bytes = x.bytes + index * 32;
  ck_i first = (ck_i)(CK_SIGNED_BYTES ? 0 : -128 * x.sums[index]), second = (ck_i)0;
  CK_UNROLL for (int pair = 0; pair < 8; pair += 2) {
    first = CK(add_byte_products)(first, CK(load_q8)(block + 32 + 64 * pair), CK(quad)(bytes, pair));
    second = CK(add_byte_products)(second, CK(load_q8)(block + 96 + 64 * pair), CK(quad)(bytes, pair + 1));
  }
  return CK(add_scaled)(sum, first + second, block, x.scales[index]);
}

// Adds scale of x * scale of w * sum of (w + 8 - 8) x of one block.
CK_INLINE ck_v CK(add_q4_block)(ck_v sum, ck_byte_rows x, long index, const char *block) {
  const signed char *bytes = x.bytes + index * 32;
  ck_i low = (ck_i)(-8 * x.sums[index]), high = (ck_i)0;
  CK_UNROLL for (int place = 0; place < 4; place++) {
    const ck_i both = CK(load_ints)(block + 32 + 64 * place);
    low = CK(add_byte_products)(low, both & 0x0F0F0F0F, CK(quad)(bytes, place));
    high = CK(add_byte_products)(high, (both >> 4) & 0x0F0F0F0F, CK(quad)(bytes, place + 4));
  }
  return CK(add_scaled)(sum, low + high, block, x.scales[index]);
}

// In two halves, since an addition waits for the one before it. What the format is, is known where this is inlined.
CK_INLINE void CK(gemv_blocks)(
    ck_byte_rows x, long rows, const char *panel, long lanes, ck_output output, int half_bytes) {
  const long bytes = 16 * (half_bytes ? 18 : 34);
  for (long row = 0; row < rows; row++) {
    ck_v sums[2] = {(ck_v)0.0f, (ck_v)0.0f};
    for (long block = 0; block < x.blocks; block += 2) {
      CK_UNROLL for (long half = 0; half < 2; half++) {
        if (block + half >= x.blocks) continue;
        const long index = row * x.blocks + block + half;
        const char *weights = panel + (block + half) * bytes;
        sums[half] = half_bytes ? CK(add_q4_block)(sums[half], x, index, weights)
                                : CK(add_q8_block)(sums[half], x, index, weights);
      }
    }
    CK(complete)(sums[0] + sums[1], row, 0, lanes, &output);
  }
}

CK_FUNCTION void CK(gemv_q8)(ck_byte_rows x, long rows, const void *panel, long lanes, ck_output output) {
  CK(gemv_blocks)(x, rows, (const char *)panel, lanes, output, 0);
}

CK_FUNCTION void CK(gemv_q4)(ck_byte_rows x, long rows, const void *panel, long lanes, ck_output output) {
  CK(gemv_blocks)(x, rows, (const char *)panel, lanes, output, 1);
}
