// Products of bfloat16 pairs by tiles of sixteen rows of sixteen words (Intel's AMX): 32 x 32 results in four tiles,
// two tiles of the left factor, two of the right.
//
// A set has defined CK_AMX, which ends these functions' names, and the instructions: CK_TILES_BEGIN and CK_TILES_END,
// CK_TILE_ZERO, CK_TILE_LOAD, CK_TILE_STORE and CK_TILE_MULTIPLY. CK names the functions of the set that it rests on.
//
// The left factor's panels are (blocks of sixteen words, 32 rows, 16 words), so that a tile of it is a kibibyte in a
// row. The right factor's are (words, 32), of which sixteen words of sixteen columns are a tile. Both are 0 where
// there is no such row, column or depth. Sums are taken as the instruction does: of a block's 32 depths the even and
// the odd ones by themselves.

CK_FUNCTION void CK_AMX(pack_left)(ck_lines source, float *panels, long words) {
  for (long first = 0; first < source.lines; first += 32) {
    for (long word = 0; word < words; word += 16) {
      float *block = panels + first * words + word * 32;
      for (long half = 0; half < 32; half += 16) {
        ck_v rows[16];
        CK_UNROLL for (long index = 0; index < 16; index++) {
          const long line = first + half + index;
          if (source.adjacent) {
            rows[index] = CK(word_of_adjacent)(source, word + index, first + half, CK_PAIRS);
          } else if (line < source.lines && 2 * word < source.depth) {
            const char *start = (const char *)source.base + line * source.stride + 2 * word * 4;
            rows[index] = CK(words_of_line)(start, CK_FP32, source.depth - 2 * word, CK_PAIRS);
          } else {
            rows[index] = (ck_v)0.0f;
          }
        }
        if (source.adjacent) CK(transpose_sixteen)(rows);
        CK_UNROLL for (long index = 0; index < 16; index++) CK(store)(block + (half + index) * 16, rows[index]);
      }
    }
  }
}

CK_FUNCTION void CK_AMX(pack_right)(ck_lines source, float *panels, long words, long step, long panel) {
  CK(pack_right)(source, panels, words, step, panel, 32, CK_PAIRS);
}

CK_FUNCTION void CK_AMX(pack_panel)(int layout, const void *blocks, long count, float *target, long step) {
  CK(pack_panel)(layout, blocks, count, target, step, CK_PAIRS);
}

// Writes as much of 32 x 32 results as is wanted, with what the output adds.
CK_INLINE void CK_AMX(finish)(
    const float *results, long rows, long columns, float *c, const ck_output *output, const float *addend,
    const float *bias) {
  for (long row = 0; row < rows; row++) {
    for (long column = 0; column < columns; column += 16) {
      const long lanes = columns - column;
      ck_v values = CK(load)(results + row * 32 + column) * output->scale;
      if (bias) values += CK(load_some)(bias + column, lanes, 0);
      if (addend) values += CK(load_some)(addend + row * output->addend_stride + column, lanes, 0);
      CK(store_some)(c + row * output->stride + column, values, lanes);
    }
  }
}

// The tiles are set up and given back with each block of a product, which takes a thousand times as long: a thread that
// keeps them would have their 8 KiB saved whenever it loses its processor.
CK_FUNCTION void CK_AMX(multiply)(
    const float *left, long left_panel, ck_right right, long words, long rows, long columns, ck_output output,
    ck_ahead ahead) {
  CK_TILES_BEGIN
  float results[32 * 32] __attribute__((aligned(64)));
  const long tiles = ((rows + 31) / 32) * ((columns + 31) / 32);
  CK(prefetch) prefetch = CK(begin_prefetch)(ahead, tiles > 0 ? tiles : 1);
  for (long column = 0; column < columns; column += 32) {
    const float *b = right.base + column / 32 * right.panel;
    const float *bias = output.bias ? output.bias + column : 0;
    for (long row = 0; row < rows; row += 32) {
      CK(prefetch_some)(&prefetch);
      const float *a = left + row / 32 * left_panel;
      float *c = output.c + row * output.stride + column;
      const long tile_rows = rows - row < 32 ? rows - row : 32;
      const long tile_columns = columns - column < 32 ? columns - column : 32;
      for (long line = 0; line < tile_rows; line++) {
        ck_prefetch_for_writing(c + line * output.stride);
        ck_prefetch_for_writing(c + line * output.stride + 16);
      }
      CK_TILE_ZERO(0);
      CK_TILE_ZERO(1);
      CK_TILE_ZERO(2);
      CK_TILE_ZERO(3);
      for (long word = 0; word < words; word += 16) {
        CK_TILE_LOAD(4, a + word * 32, 64);
        CK_TILE_LOAD(6, b + word * right.step, right.step * 4);
        CK_TILE_MULTIPLY(0, 4, 6);
        CK_TILE_LOAD(7, b + word * right.step + 16, right.step * 4);
        CK_TILE_MULTIPLY(1, 4, 7);
        CK_TILE_LOAD(5, a + word * 32 + 256, 64);
        CK_TILE_MULTIPLY(2, 5, 6);
        CK_TILE_MULTIPLY(3, 5, 7);
      }
      CK_TILE_STORE(0, results, 128);
      CK_TILE_STORE(1, results + 16, 128);
      CK_TILE_STORE(2, results + 16 * 32, 128);
      CK_TILE_STORE(3, results + 16 * 32 + 16, 128);
      CK_AMX(finish)(
          results, tile_rows, tile_columns, c, &output,
          output.addend ? output.addend + row * output.addend_stride + column : 0, bias);
    }
  }
  CK_TILES_END
}

// What the tiles do at most: `rounds` times four products of tiles. Returns a sum of results.
CK_FUNCTION float CK_AMX(peak)(long rounds, float x, float y) {
  CK_TILES_BEGIN
  float words[16 * 16] __attribute__((aligned(64)));
  for (int index = 0; index < 256; index++) words[index] = CK(twice)(x);
  CK_TILE_LOAD(4, words, 64);
  CK_TILE_LOAD(5, words, 64);
  for (int index = 0; index < 256; index++) words[index] = CK(twice)(y);
  CK_TILE_LOAD(6, words, 64);
  CK_TILE_LOAD(7, words, 64);
  CK_TILE_ZERO(0);
  CK_TILE_ZERO(1);
  CK_TILE_ZERO(2);
  CK_TILE_ZERO(3);
  for (long round = 0; round < rounds; round++) {
    CK_TILE_MULTIPLY(0, 4, 6);
    CK_TILE_MULTIPLY(1, 4, 7);
    CK_TILE_MULTIPLY(2, 5, 6);
    CK_TILE_MULTIPLY(3, 5, 7);
  }
  float sum = 0;
  CK_TILE_STORE(0, words, 64);
  sum += words[0];
  CK_TILE_STORE(1, words, 64);
  sum += words[0];
  CK_TILE_STORE(2, words, 64);
  sum += words[0];
  CK_TILE_STORE(3, words, 64);
  sum += words[0];
  CK_TILES_END
  return sum;
}

CK_FUNCTION ck_product CK_AMX(product)(void) {
  return (ck_product){
      .words = CK_PAIRS,
      .depth_per_word = 2,
      .word_grain = 16,
      .rows = 32,
      .row_step = 32,
      .columns = 32,
      .pack_left = CK_AMX(pack_left),
      .pack_right = CK_AMX(pack_right),
      .pack_panel = CK_AMX(pack_panel),
      .multiply = CK_AMX(multiply),
      .peak = CK_AMX(peak),
      .peak_operations = 4 * 16 * 16 * 32 * 2,
  };
}
