// What the kernels of every instruction set are told, and the table that holds a set's kernels.
//
// Extents and offsets are `long`, Swift's Int. A "word" is 32 bits of a packed factor, carried about as a float: one
// value of a line (a row of the left factor, a column of the right), or two bfloat16 of successive depths.
#ifndef CK_TYPES_H
#define CK_TYPES_H

// Sixteen lanes, whatever the registers: what is computed, and in which order, is the same in every set.
typedef float ck_v __attribute__((ext_vector_type(16)));
typedef int ck_i __attribute__((ext_vector_type(16)));
typedef unsigned ck_u __attribute__((ext_vector_type(16)));

// Unrolls the loop after it, whose count is known. Swift's compiler leaves loops that clang's own would unroll, and
// what they go over then lies in memory and not in registers.
#define CK_UNROLL _Pragma("clang loop unroll(full)")

// How a value of a matrix is stored.
enum { CK_FP32, CK_FP16, CK_BF16 };

// How a packed factor holds values.
enum {
  CK_SINGLE,   // fp32, one a word
  CK_ROUNDED,  // rounded to bfloat16, but kept as fp32, one a word: for sets that multiply fp32 faster
  CK_PAIRS     // two bfloat16 a word, the earlier depth in the low half
};

// Lines of a factor as they lie in memory: (lines, depth), or where they are `adjacent`, (depth, lines).
typedef struct {
  const void *_Nonnull base;
  long lines;
  long depth;
  long stride;  // Bytes from one line to the next; where they are adjacent, from one depth to the next.
  int type;     // CK_FP32, ...; adjacent lines are CK_FP32.
  int adjacent;
} ck_lines;

// A packed right factor. Panel p's word w begins at base + p * panel + w * step.
typedef struct {
  const float *_Nonnull base;
  long step;
  long panel;
} ck_right;

// Where a product goes: c = scale * product + bias + addend, as far as there are any. The addend may be c.
typedef struct {
  float *_Nonnull c;
  long stride;
  float scale;
  const float *_Nullable addend;
  long addend_stride;
  const float *_Nullable bias;  // One row.
} ck_output;

// Memory that will be read next: it is asked for while something else is computed.
typedef struct {
  const void *_Nullable base;
  long stride;  // Bytes from one row to the next.
  long rows;
  long bytes;  // Of a row.
} ck_ahead;

// A block of transposed scores, (keys, queries): a row for each key.
typedef struct {
  long keys;
  long queries;  // From one row to the next; a multiple of 16.
  long first_key;
  long first_query;
} ck_scores;

// One head's keys, and behind them its values, of positions that follow one another, page after page.
typedef struct {
  const void *_Nonnull const *_Nonnull bases;
  long offset;     // Bytes from where a page begins to the head's keys.
  long positions;  // Of a page: a multiple of 16.
} ck_pages;

typedef struct {
  float learning_rate, beta1, beta2, epsilon, weight_decay, gradient_scale, correction1, correction2;
} ck_adamw_step;

// Rows rounded to bytes, block by block of 32 values: x = scale * byte.
typedef struct {
  signed char *_Nonnull bytes;  // (rows, blocks, 32)
  float *_Nonnull scales;       // (rows, blocks)
  int *_Nonnull sums;           // (rows, blocks, 2), of each sixteen bytes
  long blocks;
} ck_byte_rows;

// How one set multiplies one format of words: its micro-kernel's tile, and how both factors are packed for it.
typedef struct {
  int words;            // CK_SINGLE, ...
  int depth_per_word;   // Values of a word.
  int word_grain;       // A panel's words are a multiple of this; those beyond the depth are 0.
  int rows;             // Rows of a tile, and of a panel of the left factor.
  int row_step;         // Words that a panel of the left factor takes at each depth.
  int columns;          // Columns of a tile, and of a panel of the right factor.
  // Packs all lines of a left factor: (panels, words, row_step), or as the set has it.
  void (*_Nonnull pack_left)(ck_lines source, float *_Nonnull panels, long words);
  // Packs all lines of a right factor. Line l's word w goes to l / columns * panel + w * step + l % columns.
  void (*_Nonnull pack_right)(ck_lines source, float *_Nonnull panels, long words, long step, long panel);
  // Packs blocks of sixteen repacked rows, which are columns: `layout` is CK_PANEL_q4_0, ...
  void (*_Nonnull pack_panel)(
      int layout, const void *_Nonnull blocks, long count, float *_Nonnull target, long step);
  // Multiplies (rows, words) by (words, columns). The left factor's panels are `left_panel` floats apart.
  void (*_Nonnull multiply)(
      const float *_Nonnull left, long left_panel, ck_right right, long words, long rows, long columns,
      ck_output output, ck_ahead ahead);
  // What the processor does at most: `rounds` times `peak_operations` operations in registers alone.
  float (*_Nonnull peak)(long rounds, float x, float y);
  int peak_operations;
} ck_product;

// A set's kernels. Each file of Sources/Kernels says what its own compute; here is only how they are called.
typedef struct {
  ck_product fp32;
  ck_product bf16;

  // y = x W' for `rows` rows of x and `lines` lines of W; one for each type of value.
  void (*_Nonnull gemv[3])(
      const float *_Nonnull x, long x_stride, long rows, const void *_Nonnull weight, long line_bytes, long lines,
      long columns, ck_output output);
  void (*_Nonnull round_to_bytes)(const float *_Nonnull x, long index, ck_byte_rows rows);
  // The same for sixteen repacked rows of weights, of which `lanes` are there. `layout` is CK_PANEL_q4_0, ...
  void (*_Nonnull gemv_panel)(
      int layout, ck_byte_rows x, long rows, const void *_Nonnull panel, long lanes, ck_output output);

  void (*_Nonnull gelu)(const float *_Nonnull x, float *_Nonnull y, long count);
  void (*_Nonnull gelu_backward)(const float *_Nonnull x, float *_Nonnull dy, long count);
  void (*_Nonnull tanh)(const float *_Nonnull x, float *_Nonnull y, long count);
  void (*_Nonnull layer_norm)(
      const float *_Nonnull x, const float *_Nonnull weight, const float *_Nonnull bias, float *_Nonnull y,
      float *_Nonnull mean, float *_Nonnull rstd, float epsilon, long count);
  void (*_Nonnull layer_norm_backward)(
      const float *_Nonnull dy, const float *_Nonnull x, const float *_Nonnull weight, float mean, float rstd,
      float *_Nonnull dx, int accumulating, float *_Nonnull weight_share, float *_Nonnull bias_share, long count);
  float (*_Nonnull largest)(const float *_Nonnull x, long count);
  float (*_Nonnull exponentiate)(float *_Nonnull x, float largest, long count);
  float (*_Nonnull sum_of_exponentials)(const float *_Nonnull x, float largest, long count);
  float (*_Nonnull sum_of_squares)(const float *_Nonnull x, long count);
  float (*_Nonnull dot)(const float *_Nonnull a, const float *_Nonnull b, long count);
  void (*_Nonnull add)(const float *_Nonnull a, const float *_Nonnull b, float *_Nonnull sum, long count);
  void (*_Nonnull scale)(float *_Nonnull x, float factor, long count);
  void (*_Nonnull round_to_bf16)(float *_Nonnull x, long count);
  void (*_Nonnull narrow_to_bf16)(const float *_Nonnull x, unsigned short *_Nonnull bits, long count);
  void (*_Nonnull widen_bf16)(const unsigned short *_Nonnull bits, float *_Nonnull x, long count);
  void (*_Nonnull transpose)(ck_lines source, float *_Nonnull target, long target_stride);
  void (*_Nonnull adamw)(
      float *_Nonnull p, const float *_Nonnull g, float *_Nonnull m, float *_Nonnull v, ck_adamw_step step,
      long count);

  void (*_Nonnull attention_exponentiate)(
      float *_Nonnull scores, ck_scores block, float *_Nonnull largest, float *_Nonnull sums,
      float *_Nonnull output, long channels, int is_first, int words, int word_grain);
  void (*_Nonnull attention_backward)(
      float *_Nonnull scores, float *_Nonnull gradients, ck_scores block, const float *_Nonnull log_sum_exp,
      const float *_Nonnull dots);
  void (*_Nonnull attention_words)(float *_Nonnull values, ck_scores block, int words, int word_grain);
  // One query over `seen` positions' keys and values, as KeyValueBlocks lays them out; scores has room for whole blocks
  // of them.
  void (*_Nonnull cached_attention[2])(
      const float *_Nonnull query, ck_pages pages, long head_size, long padded_size, long seen,
      float *_Nonnull scores, float *_Nonnull output);
} ck_kernels;

#endif
