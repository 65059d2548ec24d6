// Values to the words of a packed factor. `words` is known where these are inlined.

CK_INLINE int CK(depth_per_word)(int words) { return words == CK_PAIRS ? 2 : 1; }

// Words of sixteen lines at one depth, from their values there and, in pairs, at the next.
CK_INLINE ck_v CK(words_of)(ck_v first, ck_v second, int words) {
  if (words == CK_PAIRS) return CK(pair_bf16)(first, second);
  if (words == CK_ROUNDED) return (ck_v)CK(rounded_to_bf16)(first);
  return first;
}

// Sixteen words of one line, from its values at successive depths; those from `count` on are 0.
CK_INLINE ck_v CK(words_of_line)(const char *line, int type, long count, int words) {
  const ck_v low = CK(load_some_values)(line, type, count);
  if (words != CK_PAIRS) return CK(words_of)(low, low, words);
  const ck_v high = count > 16 ? CK(load_some_values)(line + 16 * CK(bytes)(type), type, count - 16) : (ck_v)0.0f;
  return CK(pair_neighbours_bf16)(low, high);
}

// A word of up to sixteen adjacent lines from line `first` on, as far as there are such lines and depths.
CK_INLINE ck_v CK(word_of_adjacent)(ck_lines source, long word, long first, int words) {
  const long depth = word * CK(depth_per_word)(words);
  const long lanes = source.lines - first;
  if (depth >= source.depth) return (ck_v)0.0f;
  const char *p = (const char *)source.base + depth * source.stride + first * 4;
  const ck_v low = CK(load_some)((const float *)p, lanes, 0);
  if (words != CK_PAIRS) return CK(words_of)(low, low, words);
  const ck_v high =
      depth + 1 < source.depth ? CK(load_some)((const float *)(p + source.stride), lanes, 0) : (ck_v)0.0f;
  return CK(words_of)(low, high, words);
}
