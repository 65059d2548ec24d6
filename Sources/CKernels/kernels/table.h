// The table of a set: what the files before this one have defined.

#define CK_PRODUCT(format_name, format, multiplier, loop)                                                    \
  ((ck_product){format,                                                                               \
                format == CK_PAIRS ? 2 : 1,                                                           \
                1,                                                                                    \
                6,                                                                                    \
                8,                                                                                    \
                CK_COLUMNS,                                                                           \
                CK(pack_left_##format_name),                                                          \
                CK(pack_right_##format_name),                                                         \
                CK(pack_panel_##format_name),                                                         \
                CK(multiplier),                                                                       \
                CK(loop),                                                                             \
                CK_CHAINS * 2 * CK_WIDTH * (format == CK_PAIRS ? 2 : 1)})

CK_FUNCTION ck_kernels CK(kernels)(void) {
  return (ck_kernels){
      .fp32 = CK_PRODUCT(single, CK_SINGLE, multiply_fp32, peak_fp32),
      .bf16 = CK_BF16_PRODUCT,
      .gemv = {CK(gemv_fp32), CK(gemv_fp16), CK(gemv_bf16)},
      .round_to_bytes = CK(round_to_bytes),
      .gemv_panel = CK(gemv_panel),
      .gelu = CK(gelu),
      .gelu_backward = CK(gelu_backward),
      .tanh = CK(tanh),
      .layer_norm = CK(layer_norm),
      .layer_norm_backward = CK(layer_norm_backward),
      .largest = CK(largest),
      .exponentiate = CK(exponentiate),
      .sum_of_exponentials = CK(sum_of_exponentials),
      .sum_of_squares = CK(sum_of_squares),
      .dot = CK(dot),
      .add = CK(add),
      .scale = CK(scale),
      .round_to_bf16 = CK(round_to_bf16),
      .narrow_to_bf16 = CK(narrow_to_bf16),
      .widen_bf16 = CK(widen_bf16),
      .transpose = CK(transpose),
      .adamw = CK(adamw),
      .attention_exponentiate = CK(attention_exponentiate),
      .attention_backward = CK(attention_backward),
      .attention_words = CK(attention_words),
      .cached_attention = {CK(cached_attention_fp32), CK(cached_attention_fp16)},
  };
}
