// Attention: scores with a row for each key and a lane for each query, and one query over what was kept.

// A value of words, rounded as they are: of a pair row by row.
static double word_value(const float *values, long row, long lane, long queries, int words) {
  const long per_word = words == CK_PAIRS ? 2 : 1;
  uint32_t bits;
  memcpy(&bits, values + row / per_word * queries + lane, 4);
  if (words == CK_PAIRS) bits = row % 2 ? bits & 0xFFFF0000 : bits << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static double word_error(int words) { return words == CK_SINGLE ? 2e-6 : 0x1p-8; }

// The words behind the last up to the grain are 0.
static void expect_padding(const float *values, ck_scores block, ck_product product) {
  const long count = whole(block.keys, product.depth_per_word) / product.depth_per_word;
  for (long word = count; word < whole(count, product.word_grain); word++)
    for (long lane = 0; lane < block.queries; lane++) expect_exactly(values[word * block.queries + lane], 0);
  if (product.words == CK_PAIRS && block.keys % 2)
    for (long lane = 0; lane < block.queries; lane++)
      expect_exactly((float)word_value(values, block.keys, lane, block.queries, CK_PAIRS), 0);
}

static long word_rows(ck_scores block, ck_product product) {
  const long words = whole(block.keys, product.depth_per_word) / product.depth_per_word;
  const long padded = whole(words, product.word_grain);
  return padded > block.keys ? padded : block.keys;
}

static void check_exponentiate_block(ck_kernels table, ck_product product, ck_scores block, int is_first) {
  const long queries = block.queries, channels = 5;
  float *scores = floats(word_rows(block, product) * queries), *largest = floats(queries), *sums = floats(queries);
  float *output = floats(channels * queries);
  for (long i = 0; i < block.keys * queries; i++) scores[i] *= 9;
  for (long lane = 0; lane < queries; lane++) {
    sums[lane] = is_first ? 0 : fabsf(sums[lane]) + 1;
    if (is_first) largest[lane] = -INFINITY;
  }
  const float *s = copy(scores, block.keys * queries), *m = copy(largest, queries), *l = copy(sums, queries);
  const float *o = copy(output, channels * queries);
  table.attention_exponentiate(
      scores, block, largest, sums, output, channels, is_first, product.words, product.word_grain);
  for (long lane = 0; lane < queries; lane++) {
    double most = m[lane];
    for (long row = 0; row < block.keys; row++)
      if (block.first_key + row <= block.first_query + lane) most = fmax(most, s[row * queries + lane]);
    const double correction = exp(m[lane] - most);
    double sum = l[lane] * correction;
    for (long row = 0; row < block.keys; row++) {
      const int is_seen = block.first_key + row <= block.first_query + lane;
      const double power = is_seen ? exp(s[row * queries + lane] - most) : 0;
      sum += power;
      expect((float)word_value(scores, row, lane, queries, product.words), power, word_error(product.words) * power);
    }
    expect_exactly(largest[lane], most);
    expect(sums[lane], sum, 2e-6 * sum);
    for (long channel = 0; channel < channels; channel++) {
      const double before = o[channel * queries + lane];
      expect(output[channel * queries + lane], is_first ? before : before * correction, 2e-6);
    }
  }
  expect_padding(scores, block, product);
  release();
}

static const long block_keys[] = {1, 2, 7, 13, 17, 65};

static void check_attention_blocks(ck_kernels table) {
  const ck_product products[] = {table.fp32, table.bf16};
  const char *names[2][2] = {
      {"attention_exponentiate fp32", "attention_exponentiate bf16"},
      {"attention_words fp32", "attention_words bf16"}};
  for (int p = 0; p < 2; p++) {
    begin(names[0][p]);
    for (int k = 0; k < COUNT(block_keys); k++)
      for (long queries = 16; queries <= 64; queries *= 2) {
        check_exponentiate_block(table, products[p], (ck_scores){block_keys[k], queries, 0, 0}, 1);
        check_exponentiate_block(table, products[p], (ck_scores){block_keys[k], queries, 20, 20}, 0);
        check_exponentiate_block(table, products[p], (ck_scores){block_keys[k], queries, 20, 64}, 0);
      }
    finish();
    begin(names[1][p]);
    for (int k = 0; k < COUNT(block_keys); k++)
      for (long queries = 16; queries <= 64; queries *= 2, release()) {
        const ck_scores block = {block_keys[k], queries, 0, 0};
        float *values = floats(word_rows(block, products[p]) * queries);
        const float *before = copy(values, block.keys * queries);
        table.attention_words(values, block, products[p].words, products[p].word_grain);
        for (long row = 0; row < block.keys; row++)
          for (long lane = 0; lane < queries; lane++)
            expect_exactly(
                (float)word_value(values, row, lane, queries, products[p].words),
                taken(before[row * queries + lane], products[p].words));
        expect_padding(values, block, products[p]);
      }
    finish();
  }
}

static void check_attention_backward(ck_kernels table) {
  begin("attention_backward");
  for (int k = 0; k < COUNT(block_keys); k++)
    for (long queries = 16; queries <= 64; queries *= 2, release()) {
      const ck_scores block = {block_keys[k], queries, 3, 5};
      const long count = block.keys * queries;
      float *scores = floats(count), *gradients = floats(count), *l = floats(queries), *d = floats(queries);
      const float *s = copy(scores, count), *g = copy(gradients, count);
      table.attention_backward(scores, gradients, block, l, d);
      for (long i = 0; i < count; i++) {
        const long row = i / queries, lane = i % queries;
        const double p = block.first_key + row <= block.first_query + lane ? exp((double)s[i] - l[lane]) : 0;
        expect(scores[i], p, 2e-6 * p);
        expect(gradients[i], p * ((double)g[i] - d[lane]), 4e-6 * p);
      }
    }
  finish();
}

static void check_cached_attention(const char *name, ck_kernels table, int type) {
  begin(name);
  const long seen[] = {1, 7, 16, 17, 65}, sizes[] = {1, 7, 13, 16, 20, 64};
  for (int i = 0; i < COUNT(seen); i++)
    for (int j = 0; j < COUNT(sizes); j++) {
      const long size = sizes[j], padded = whole(size, 16), width = type == CK_FP32 ? 4 : 2;
      const struct factor keys = factor(size, seen[i], CK_FP32, COMPUTED);
      const struct factor values = factor(size, seen[i], CK_FP32, COMPUTED);
      // A page has the keys of its positions in blocks of sixteen, (blocks, padded, 16), then their values,
      // (positions, padded); the rest is 0. Some bytes of others come before.
      enum { page_positions = 32, offset = 64 };
      const long stretch = page_positions * padded * width;
      const void *pages[3];
      for (long page = 0; page * page_positions < seen[i]; page++) {
        char *base = bytes(offset + 2 * stretch);
        memset(base, 0, (size_t)(offset + 2 * stretch));
        pages[page] = base;
      }
      for (long position = 0; position < seen[i]; position++)
        for (long channel = 0; channel < size; channel++) {
          const struct factor *sources[2] = {&keys, &values};
          const long place = position % page_positions;
          char *k = (char *)pages[position / page_positions] + offset, *v = k + stretch;
          char *targets[2] = {
              k + ((place / 16 * padded + channel) * 16 + place % 16) * width,
              v + (place * padded + channel) * width};
          for (int which = 0; which < 2; which++) {
            double *value = sources[which]->values + channel * seen[i] + position;
            // Of eleven bits, as fp16 has.
            if (type == CK_FP16) *value = rounded(*value, 11);
            if (fabs(*value) < 0x1p-14 && type == CK_FP16) *value = 0;
            const float single = (float)*value;
            const uint32_t bits = bits_of(single);
            const uint16_t half =
                single == 0 ? 0 : (uint16_t)((bits >> 16 & 0x8000) | ((bits >> 13 & 0x3FFFF) - (112 << 10)));
            memcpy(targets[which], type == CK_FP16 ? (const void *)&half : &single, (size_t)width);
          }
        }
      float *query = floats(size), *output = unset(size);
      for (long channel = 0; channel < size; channel++) query[channel] *= 4;
      table.cached_attention[type == CK_FP16](
          query, (ck_pages){pages, offset, page_positions}, size, padded, seen[i],
          unset(whole(seen[i], 16)), output);
      double weights[65], most = -INFINITY, sum = 0;
      for (long position = 0; position < seen[i]; position++) {
        double score = 0;
        for (long channel = 0; channel < size; channel++)
          score += query[channel] * keys.values[channel * seen[i] + position];
        weights[position] = score / sqrt((double)size);
        most = fmax(most, weights[position]);
      }
      for (long position = 0; position < seen[i]; position++)
        sum += weights[position] = exp(weights[position] - most);
      for (long channel = 0; channel < size; channel++) {
        double expected = 0;
        for (long position = 0; position < seen[i]; position++)
          expected += weights[position] / sum * values.values[channel * seen[i] + position];
        expect(output[channel], expected, 5e-6);
      }
      free(keys.values);
      free(values.values);
      release();
    }
  finish();
}
