// Copies a factor's lines into panels: all lines of a panel at the first word, then all at the second, and so on, as
// the micro-kernel reads them. Products.md of Kernels.docc has the picture.

// Sixteen lines' words, line after line, become sixteen words, each of sixteen lines. Lines that are not there repeat
// the last. `order` says which line each of the sixteen is.
CK_INLINE void CK(transposed_words)(
    ck_lines source, long first, const long order[16], long depth, int type, int words, ck_v result[16]) {
  CK_UNROLL for (int index = 0; index < 16; index++) {
    const long wanted = first + order[index];
    const long line = wanted < source.lines ? wanted : source.lines - 1;
    const char *start = (const char *)source.base + line * source.stride + depth * CK(bytes)(type);
    result[index] = CK(words_of_line)(start, type, source.depth - depth, words);
  }
  CK(transpose_sixteen)(result);
}

CK_INLINE void CK(store_half)(float *p, ck_v v, int half) {
  __builtin_memcpy(p, (const char *)&v + 32 * half, 32);
}

// Panels of six rows at steps of eight words, so that sixteen lines transpose into two panels: each has its last row
// twice more.
CK_INLINE void CK(pack_separate_rows)(ck_lines source, float *panels, long words, int type, int format) {
  static const long order[16] = {0, 1, 2, 3, 4, 5, 5, 5, 6, 7, 8, 9, 10, 11, 11, 11};
  const long step = 16 * CK(depth_per_word)(format);
  for (long first = 0; first < source.lines; first += 12) {
    float *panel = panels + first / 6 * words * 8;
    const int has_second = first + 6 < source.lines;
    for (long depth = 0, word = 0; depth < source.depth; depth += step, word += 16) {
      ck_v lines[16];
      CK(transposed_words)(source, first, order, depth, type, format, lines);
      CK_UNROLL for (int index = 0; index < 16; index++) {
        if (word + index >= words) continue;
        CK(store_half)(panel + (word + index) * 8, lines[index], 0);
        if (has_second) CK(store_half)(panel + (words + word + index) * 8, lines[index], 1);
      }
    }
  }
}

// The same from rows that are adjacent. Thirty-two panels at a time: twelve neighbouring cache lines of each depth,
// since the next depth lies on another page, where the processor does not follow: it is asked for ahead.
CK_INLINE void CK(pack_adjacent_rows)(ck_lines source, float *panels, long words, int format) {
  const long per_word = CK(depth_per_word)(format);
  for (long group = 0; group < source.lines; group += 192) {
    const long end = group + 192 < source.lines ? group + 192 : source.lines;
    // Two words at a time, which fill a cache line.
    for (long word = 0; word < words; word += 2) {
      for (long row = 0; row < 2 * per_word; row++) {
        const long ahead = word * per_word + row + 24;
        if (ahead >= source.depth) break;
        for (long line = group; line < end; line += 16)
          ck_prefetch((const char *)source.base + ahead * source.stride + line * 4);
      }
      for (long first = group; first < end; first += 6) {
        float *panel = panels + (first / 6 * words + word) * 8;
        CK(store_half)(panel, CK(word_of_adjacent)(source, word, first, format), 0);
        if (word + 1 < words) CK(store_half)(panel + 8, CK(word_of_adjacent)(source, word + 1, first, format), 0);
      }
    }
  }
}

CK_INLINE void CK(pack_left)(ck_lines source, float *panels, long words, int format) {
  if (source.adjacent) {
    CK(pack_adjacent_rows)(source, panels, words, format);
  } else {
    CK(pack_separate_rows)(source, panels, words, CK_FP32, format);
  }
}

// Where a group of sixteen columns begins. A panel is a whole number of groups wide.
CK_INLINE float *CK(column_group)(float *panels, long first, long panel, long columns) {
  return panels + first / columns * panel + first % columns;
}

CK_INLINE void CK(pack_separate_columns)(
    ck_lines source, float *panels, long words, long step, long panel, long columns, int type, int format) {
  static const long order[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const long depths = 16 * CK(depth_per_word)(format);
  for (long first = 0; first < source.lines; first += 16) {
    float *target = CK(column_group)(panels, first, panel, columns);
    for (long depth = 0, word = 0; depth < source.depth; depth += depths, word += 16) {
      ck_v lines[16];
      CK(transposed_words)(source, first, order, depth, type, format, lines);
      CK_UNROLL for (int index = 0; index < 16; index++) {
        if (word + index < words) CK(store)(target + (word + index) * step, lines[index]);
      }
    }
  }
}

CK_INLINE void CK(pack_adjacent_columns)(
    ck_lines source, float *panels, long words, long step, long panel, long columns, int format) {
  for (long first = 0; first < source.lines; first += columns) {
    const long end = first + columns < source.lines ? first + columns : source.lines;
    for (long word = 0; word < words; word++) {
      for (long line = first; line < end; line += 16) {
        CK(store)(
            CK(column_group)(panels, line, panel, columns) + word * step,
            CK(word_of_adjacent)(source, word, line, format));
      }
    }
  }
}

CK_INLINE void CK(pack_right)(
    ck_lines source, float *panels, long words, long step, long panel, long columns, int format) {
  if (source.adjacent) {
    CK(pack_adjacent_columns)(source, panels, words, step, panel, columns, format);
  } else if (source.type == CK_FP16) {
    CK(pack_separate_columns)(source, panels, words, step, panel, columns, CK_FP16, format);
  } else if (source.type == CK_BF16) {
    CK(pack_separate_columns)(source, panels, words, step, panel, columns, CK_BF16, format);
  } else {
    CK(pack_separate_columns)(source, panels, words, step, panel, columns, CK_FP32, format);
  }
}

// Writes the four depths of sixteen rows whose codes are in each lane: scale * (code - offset) - least, rounded after each
// operation as ggml does it.
CK_INLINE void CK(store_quad)(
    ck_i codes, ck_v scale, ck_v least, long quad, float *target, long step, int format, ck_layout layout) {
  ck_v values[4];
  CK_UNROLL for (int place = 0; place < 4; place++) {
    values[place] = __builtin_convertvector(((codes >> 8 * place) & 0xFF) - layout.offset, ck_v) * scale;
    if (layout.mins) values[place] -= least;
  }
  const int per_word = CK(depth_per_word)(format);
  target += 4 / per_word * quad * step;
  CK_UNROLL for (int place = 0; place < 4; place += per_word)
    CK(store)(
        target + place / per_word * step, CK(words_of)(values[place], values[place + per_word - 1], format));
}

CK_INLINE ck_i CK(load_ints)(const void *p) {
  ck_i v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// Sixteen bytes with a sign, one in each lane.
CK_INLINE ck_i CK(load_bytes)(const void *p) {
  signed char __attribute__((ext_vector_type(16))) bytes;
  __builtin_memcpy(&bytes, p, sizeof bytes);
  return __builtin_convertvector(bytes, ck_i);
}

// d of sixteen rows. What the layout is, is known where this is inlined.
CK_INLINE ck_v CK(load_d)(const char *block, ck_layout layout) {
  const ck_v d = CK(load_fp16)(block);
  return layout.divisor == 1 ? d : d * (1.0f / layout.divisor);
}

// Of sixteen rows the codes of four columns, a byte each: PanelLayout.swift of WeightFormats has the picture.
CK_INLINE ck_i CK(quad_of_codes)(const char *codes, int quad, int bits) {
  if (bits == 8) return CK(load_ints)(codes + 64 * quad);
  const int low = bits & 4, below_last = bits & 6;
  ck_i result = (ck_i)0;
  if (low) result = (CK(load_ints)(codes + 64 * (quad & 3)) >> (quad & 4)) & 0x0F0F0F0F;
  if (bits & 2)
    result |= ((CK(load_ints)(codes + 64 * (low + (quad >> 2))) >> 2 * (quad & 3)) & 0x03030303) << low;
  if (bits & 1) result |= ((CK(load_ints)(codes + 64 * below_last) >> quad) & 0x01010101) << below_last;
  return result;
}

CK_INLINE void CK(pack_blocks)(
    const char *source, long count, float *target, long step, int format, ck_layout layout) {
  for (long block = 0; block < count; block++, source += ck_layout_bytes(layout)) {
    const ck_v d = CK(load_d)(source, layout);
    // Without whole-number scales it is the least value, which is added.
    const ck_v dmin = layout.mins ? CK(load_fp16)(source + 32) : (ck_v)0.0f;
    const char *scales = source + ck_layout_scales(layout), *codes = source + ck_layout_codes(layout);
    for (int part = 0; part < layout.parts; part++) {
      CK_UNROLL for (int half = 0; half < 2; half++) {
        const char *own = scales + (layout.scales == 2 ? 16 * half : 0);
        ck_v scale = d, least = -dmin;
        if (layout.scales) scale *= __builtin_convertvector(CK(load_bytes)(own), ck_v);
        if (layout.scales && layout.mins)
          least = dmin * __builtin_convertvector(CK(load_bytes)(own + 16 * layout.scales), ck_v);
        CK_UNROLL for (int quad = 4 * half; quad < 4 * half + 4; quad++)
          CK(store_quad)(
              CK(quad_of_codes)(codes, quad, layout.bits), scale, least, quad, target, step, format, layout);
      }
      scales += ck_layout_part_scales(layout);
      codes += 64 * layout.bits;
      target += 32 / CK(depth_per_word)(format) * step;
    }
  }
}

CK_INLINE void CK(pack_panel)(
    int layout, const void *blocks, long count, float *target, long step, int format) {
  switch (layout) {
#define CK_PANEL_CASE(name, ...) \
  case CK_PANEL_##name:          \
    return CK(pack_blocks)(      \
        (const char *)blocks, count, target, step, format, (ck_layout){__VA_ARGS__});
    CK_PANEL_LAYOUTS(CK_PANEL_CASE)
#undef CK_PANEL_CASE
  }
}

// The functions of one format of words, for the table.
#define CK_PACKING(format_name, format)                                                                     \
  CK_FUNCTION void CK(pack_left_##format_name)(ck_lines source, float *panels, long words) {                \
    CK(pack_left)(source, panels, words, format);                                                          \
  }                                                                                                        \
  CK_FUNCTION void CK(pack_right_##format_name)(                                                            \
      ck_lines source, float *panels, long words, long step, long panel) {                                  \
    CK(pack_right)(source, panels, words, step, panel, CK_COLUMNS, format);                                 \
  }                                                                                                        \
  CK_FUNCTION void CK(pack_panel_##format_name)(                                                            \
      int layout, const void *blocks, long count, float *target, long step) {                              \
    CK(pack_panel)(layout, blocks, count, target, step, format);                                           \
  }
