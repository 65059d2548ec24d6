// Attention over transposed scores, a row for each key and a lane for each query: AttentionForward.swift and
// AttentionBackward.swift. Queries are taken sixteen at a time.

// Which of sixteen queries from `query` on may not see `key`, which is after them: -1, or 0.
CK_INLINE ck_i CK(hidden)(long key, long query) {
  const ck_i lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return lanes < (int)(key - query);
}

// Words of values two rows of a block apart, in place; those up to the grain are 0. A word is written after what it
// is made of is read.
CK_INLINE void CK(zero_words)(float *values, ck_scores block, int words, int word_grain) {
  const long per_word = CK(depth_per_word)(words);
  const long count = (block.keys + per_word - 1) / per_word;
  const long padded = (count + word_grain - 1) / word_grain * word_grain;
  for (long word = count; word < padded; word++) CK(store)(values + word * block.queries, (ck_v)0.0f);
}

CK_INLINE void CK(exponentiate_lanes)(
    float *scores, ck_scores block, long query, float *largest, float *sums, float *output, long channels,
    int is_first, int words) {
  const ck_v before = CK(load)(largest);
  ck_v most = before;
  for (long row = 0; row < block.keys; row++) {
    float *p = scores + row * block.queries;
    ck_v score = CK(load)(p);
    if (block.first_key + row > query) {
      score = CK(select)(CK(hidden)(block.first_key + row, query), (ck_v)(-__builtin_inff()), score);
      CK(store)(p, score);
    }
    most = CK(larger)(most, score);
  }
  const ck_v correction = CK(exp)(before - most);
  ck_v sum = CK(load)(sums) * correction;
  const long per_word = CK(depth_per_word)(words);
  for (long row = 0, word = 0; row < block.keys; row += per_word, word++) {
    const ck_v first = CK(exp)(CK(load)(scores + row * block.queries) - most);
    ck_v second = (ck_v)0.0f;
    sum += first;
    if (per_word > 1 && row + 1 < block.keys) {
      second = CK(exp)(CK(load)(scores + (row + 1) * block.queries) - most);
      sum += second;
    }
    CK(store)(scores + word * block.queries, CK(words_of)(first, second, words));
  }
  CK(store)(largest, most);
  CK(store)(sums, sum);
  if (is_first) return;
  for (long channel = 0; channel < channels; channel++) {
    float *values = output + channel * block.queries;
    CK(store)(values, CK(load)(values) * correction);
  }
}

// Turns a block's scores into words of e^(S - m), and brings m, l and the output up to date.
CK_FUNCTION void CK(attention_exponentiate)(
    float *scores, ck_scores block, float *largest, float *sums, float *output, long channels, int is_first,
    int words, int word_grain) {
  for (long lane = 0; lane < block.queries; lane += 16) {
    const long query = block.first_query + lane;
    float *s = scores + lane, *m = largest + lane, *l = sums + lane, *o = output + lane;
    if (words == CK_PAIRS) {
      CK(exponentiate_lanes)(s, block, query, m, l, o, channels, is_first, CK_PAIRS);
    } else if (words == CK_ROUNDED) {
      CK(exponentiate_lanes)(s, block, query, m, l, o, channels, is_first, CK_ROUNDED);
    } else {
      CK(exponentiate_lanes)(s, block, query, m, l, o, channels, is_first, CK_SINGLE);
    }
    CK(zero_words)(s, block, words, word_grain);
  }
}

// S becomes P = e^(S - L), and dP becomes dS = P (dP - D); both 0 where the key comes after the query.
CK_FUNCTION void CK(attention_backward)(
    float *scores, float *gradients, ck_scores block, const float *log_sum_exp, const float *dots) {
  for (long lane = 0; lane < block.queries; lane += 16) {
    const ck_v l = CK(load)(log_sum_exp + lane), d = CK(load)(dots + lane);
    for (long row = 0; row < block.keys; row++) {
      const long offset = row * block.queries + lane;
      ck_v p = CK(exp)(CK(load)(scores + offset) - l);
      if (block.first_key + row > block.first_query + lane)
        p = (ck_v)(~CK(hidden)(block.first_key + row, block.first_query + lane) & (ck_i)p);
      CK(store)(scores + offset, p);
      CK(store)(gradients + offset, p * (CK(load)(gradients + offset) - d));
    }
  }
}

// Turns a block's values into words, in place.
CK_FUNCTION void CK(attention_words)(float *values, ck_scores block, int words, int word_grain) {
  const long per_word = CK(depth_per_word)(words);
  for (long lane = 0; lane < block.queries; lane += 16) {
    float *v = values + lane;
    if (words != CK_SINGLE) {
      for (long row = 0, word = 0; row < block.keys; row += per_word, word++) {
        const ck_v first = CK(load)(v + row * block.queries);
        const ck_v second =
            per_word > 1 && row + 1 < block.keys ? CK(load)(v + (row + 1) * block.queries) : (ck_v)0.0f;
        CK(store)(v + word * block.queries, CK(words_of)(first, second, words));
      }
    }
    CK(zero_words)(v, block, words, word_grain);
  }
}

// One query over the keys and values that its sequence has written: CachedAttention.swift.
CK_INLINE void CK(cached_attention)(
    const float *query, ck_pages pages, long head_size, long padded_size, long seen, float *scores,
    float *output, int type) {
  const long size = CK(bytes)(type), step = 16 * size;
  const long blocks = (seen + 15) / 16, page_blocks = pages.positions / 16;
  const float scale = 1 / __builtin_elementwise_sqrt((float)head_size);
  ck_v largest = (ck_v)(-__builtin_inff());
  const char *keys = 0;
  for (long block = 0; block < blocks; block++, keys += padded_size * step) {
    if (block % page_blocks == 0) keys = (const char *)pages.bases[block / page_blocks] + pages.offset;
    // Four sums, since each addition waits for the one before it.
    ck_v sums[4] = {(ck_v)0.0f, (ck_v)0.0f, (ck_v)0.0f, (ck_v)0.0f};
    long channel = 0;
    for (; channel + 4 <= head_size; channel += 4)
      CK_UNROLL for (int part = 0; part < 4; part++)
        sums[part] = CK(fma)(
            (ck_v)query[channel + part], CK(load_values)(keys + (channel + part) * step, type), sums[part]);
    for (; channel < head_size; channel++)
      sums[0] = CK(fma)((ck_v)query[channel], CK(load_values)(keys + channel * step, type), sums[0]);
    ck_v score = ((sums[0] + sums[1]) + (sums[2] + sums[3])) * scale;
    // None behind the query's own.
    for (long lane = seen - block * 16; lane < 16; lane++) score[lane] = -__builtin_inff();
    CK(store)(scores + block * 16, score);
    largest = CK(larger)(largest, score);
  }
  const float most = CK(largest_lane)(largest);
  ck_v sum = (ck_v)0.0f;
  for (long block = 0; block < blocks; block++) {
    const ck_v p = CK(exp)(CK(load)(scores + block * 16) - most);
    CK(store)(scores + block * 16, p);
    sum += p;
  }
  const float reciprocal = 1 / CK(sum)(sum);
  const long values = pages.offset + pages.positions * padded_size * size;
  for (long channel = 0; channel < head_size; channel += 16) {
    ck_v sums[4] = {(ck_v)0.0f, (ck_v)0.0f, (ck_v)0.0f, (ck_v)0.0f};
    for (long page = 0, position = 0; position < seen; page++) {
      const char *value = (const char *)pages.bases[page] + values + channel * size;
      const long end = position + pages.positions < seen ? position + pages.positions : seen;
      for (; position + 4 <= end; position += 4)
        CK_UNROLL for (int part = 0; part < 4; part++, value += padded_size * size)
          sums[part] = CK(fma)((ck_v)scores[position + part], CK(load_values)(value, type), sums[part]);
      for (; position < end; position++, value += padded_size * size)
        sums[0] = CK(fma)((ck_v)scores[position], CK(load_values)(value, type), sums[0]);
    }
    CK(store_some)(
        output + channel, ((sums[0] + sums[1]) + (sums[2] + sums[3])) * reciprocal, head_size - channel);
  }
}

#define CK_CACHED_ATTENTION(type_name, type)                                                                 \
  CK_FUNCTION void CK(cached_attention_##type_name)(                                                         \
      const float *query, ck_pages pages, long head_size, long padded_size, long seen, float *scores,        \
      float *output) {                                                                                       \
    CK(cached_attention)(query, pages, head_size, padded_size, seen, scores, output, type);                  \
  }
CK_CACHED_ATTENTION(fp32, CK_FP32)
CK_CACHED_ATTENTION(fp16, CK_FP16)
#undef CK_CACHED_ATTENTION
