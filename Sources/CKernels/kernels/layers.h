// Operations on one row: each has a file of its name in Sources/Kernels with its formula and what it is for.

// GELU: x s with s = 1 / (1 + e^-2u), 2u = 2 sqrt(2 / pi) (x + 0.044715 x^3).
CK_INLINE ck_v CK(gate)(ck_v x) { return CK(logistic)(x * (0.044715f * x * x + 1.0f) * 1.5957691f); }

CK_FUNCTION void CK(gelu)(const float *x, float *y, long count) {
  for (long start = 0; start < count; start += 16) {
    const ck_v value = CK(load_some)(x + start, count - start, 0);
    CK(store_some)(y + start, value * CK(gate)(value), count - start);
  }
}

CK_FUNCTION void CK(gelu_backward)(const float *x, float *dy, long count) {
  for (long start = 0; start < count; start += 16) {
    const ck_v value = CK(load_some)(x + start, count - start, 0);
    const ck_v s = CK(gate)(value);
    const ck_v slope = (3 * 0.044715f * value * value + 1.0f) * 1.5957691f;  // 2 du/dx
    const ck_v derivative = s + value * s * (1.0f - s) * slope;
    CK(store_some)(dy + start, CK(load_some)(dy + start, count - start, 0) * derivative, count - start);
  }
}

CK_FUNCTION void CK(tanh)(const float *x, float *y, long count) {
  for (long start = 0; start < count; start += 16)
    CK(store_some)(
        y + start, CK(hyperbolic_tangent)(CK(load_some)(x + start, count - start, 0)), count - start);
}

// Four sums at once, since each addition waits for the one before it.
CK_INLINE float CK(sum_of)(const float *x, float centre, int squared, long count) {
  ck_v sums[4] = {(ck_v)0.0f, (ck_v)0.0f, (ck_v)0.0f, (ck_v)0.0f};
  long start = 0;
  for (; start + 64 <= count; start += 64) {
    CK_UNROLL for (int part = 0; part < 4; part++) {
      const ck_v value = CK(load)(x + start + 16 * part) - centre;
      sums[part] += squared ? value * value : value;
    }
  }
  for (; start < count; start += 16) {
    // Padding with the centre leaves the last, partial vector's other lanes at 0.
    const ck_v value = CK(load_some)(x + start, count - start, centre) - centre;
    sums[0] += squared ? value * value : value;
  }
  return CK(sum)((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

CK_FUNCTION float CK(sum_of_squares)(const float *x, long count) { return CK(sum_of)(x, 0, 1, count); }

CK_FUNCTION void CK(layer_norm)(
    const float *x, const float *weight, const float *bias, float *y, float *mean, float *rstd, float epsilon,
    long count) {
  const float row_mean = CK(sum_of)(x, 0, 0, count) / (float)count;
  const float variance = CK(sum_of)(x, row_mean, 1, count) / (float)count;
  const float row_rstd = 1 / __builtin_elementwise_sqrt(variance + epsilon);
  for (long start = 0; start < count; start += 16) {
    const long lanes = count - start;
    const ck_v n = (CK(load_some)(x + start, lanes, 0) - row_mean) * row_rstd;
    CK(store_some)(
        y + start, n * CK(load_some)(weight + start, lanes, 0) + CK(load_some)(bias + start, lanes, 0), lanes);
  }
  *mean = row_mean;
  *rstd = row_rstd;
}

CK_FUNCTION void CK(layer_norm_backward)(
    const float *dy, const float *x, const float *weight, float mean, float rstd, float *dx, int accumulating,
    float *weight_share, float *bias_share, long count) {
  ck_v sum = (ck_v)0.0f, product = (ck_v)0.0f;  // Of g and of g n.
  for (long start = 0; start < count; start += 16) {
    const long lanes = count - start;
    const ck_v gradient = CK(load_some)(dy + start, lanes, 0);
    const ck_v n = (CK(load_some)(x + start, lanes, 0) - mean) * rstd;
    const ck_v g = CK(load_some)(weight + start, lanes, 0) * gradient;
    sum += g;
    product += g * n;
    CK(store_some)(
        weight_share + start, CK(load_some)(weight_share + start, lanes, 0) + gradient * n, lanes);
    CK(store_some)(bias_share + start, CK(load_some)(bias_share + start, lanes, 0) + gradient, lanes);
  }
  const float average = CK(sum)(sum) / (float)count, correlation = CK(sum)(product) / (float)count;
  for (long start = 0; start < count; start += 16) {
    const long lanes = count - start;
    const ck_v n = (CK(load_some)(x + start, lanes, 0) - mean) * rstd;
    const ck_v g = CK(load_some)(weight + start, lanes, 0) * CK(load_some)(dy + start, lanes, 0);
    ck_v gradient = (g - average - n * correlation) * rstd;
    if (accumulating) gradient = CK(load_some)(dx + start, lanes, 0) + gradient;
    CK(store_some)(dx + start, gradient, lanes);
  }
}

// The largest of the values, leaving out any that is not a number; minus infinity if there are none.
CK_FUNCTION float CK(largest)(const float *x, long count) {
  const float none = -__builtin_inff();
  ck_v a = (ck_v)none, b = a;
  long start = 0;
  for (; start + 32 <= count; start += 32) {
    a = CK(larger)(a, CK(load)(x + start));
    b = CK(larger)(b, CK(load)(x + start + 16));
  }
  for (; start < count; start += 16) a = CK(larger)(a, CK(load_some)(x + start, count - start, none));
  return CK(largest_lane)(CK(larger)(a, b));
}

// Replaces each value by e^(value - largest) and returns their sum.
CK_FUNCTION float CK(exponentiate)(float *x, float largest, long count) {
  ck_v sum = (ck_v)0.0f;
  for (long start = 0; start < count; start += 16) {
    const ck_v power = CK(exp)(CK(load_some)(x + start, count - start, -__builtin_inff()) - largest);
    CK(store_some)(x + start, power, count - start);
    sum += power;
  }
  return CK(sum)(sum);
}

// The same sum, leaving the values as they are.
CK_FUNCTION float CK(sum_of_exponentials)(const float *x, float largest, long count) {
  ck_v sum = (ck_v)0.0f;
  for (long start = 0; start < count; start += 16)
    sum += CK(exp)(CK(load_some)(x + start, count - start, -__builtin_inff()) - largest);
  return CK(sum)(sum);
}

CK_FUNCTION float CK(dot)(const float *a, const float *b, long count) {
  ck_v sum = (ck_v)0.0f;
  for (long start = 0; start < count; start += 16)
    sum += CK(load_some)(a + start, count - start, 0) * CK(load_some)(b + start, count - start, 0);
  return CK(sum)(sum);
}

CK_FUNCTION void CK(add)(const float *a, const float *b, float *sum, long count) {
  for (long start = 0; start < count; start += 16)
    CK(store_some)(
        sum + start,
        CK(load_some)(a + start, count - start, 0) + CK(load_some)(b + start, count - start, 0),
        count - start);
}

CK_FUNCTION void CK(scale)(float *x, float factor, long count) {
  for (long start = 0; start < count; start += 16)
    CK(store_some)(x + start, CK(load_some)(x + start, count - start, 0) * factor, count - start);
}

// Rounds each value to bfloat16, in place.
CK_FUNCTION void CK(round_to_bf16)(float *x, long count) {
  for (long start = 0; start < count; start += 16) {
    const ck_v values = CK(load_some)(x + start, count - start, 0);
    CK(store_some)(x + start, (ck_v)CK(rounded_to_bf16)(values), count - start);
  }
}

// The same, into half the memory.
CK_FUNCTION void CK(narrow_to_bf16)(const float *x, unsigned short *bits, long count) {
  for (long start = 0; start < count; start += 16) {
    const ck_u rounded = (ck_u)CK(rounded_to_bf16)(CK(load_some)(x + start, count - start, 0));
    const unsigned short __attribute__((ext_vector_type(16))) narrow =
        __builtin_convertvector(rounded >> 16, unsigned short __attribute__((ext_vector_type(16))));
    const long lanes = count - start;
    if (lanes >= 16) {
      __builtin_memcpy(bits + start, &narrow, sizeof narrow);
    } else {
      for (long lane = 0; lane < lanes; lane++) bits[start + lane] = narrow[lane];
    }
  }
}

// And back, exactly.
CK_FUNCTION void CK(widen_bf16)(const unsigned short *bits, float *x, long count) {
  for (long start = 0; start < count; start += 16)
    CK(store_some)(x + start, CK(load_some_values)(bits + start, CK_BF16, count - start), count - start);
}

// Copies the transpose of lines of fp32, sixteen by sixteen.
CK_FUNCTION void CK(transpose)(ck_lines source, float *target, long target_stride) {
  static const long order[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (long first = 0; first < source.lines; first += 16) {
    for (long depth = 0; depth < source.depth; depth += 16) {
      ck_v lines[16];
      CK(transposed_words)(source, first, order, depth, CK_FP32, CK_SINGLE, lines);
      for (long index = 0; index < 16 && depth + index < source.depth; index++)
        CK(store_some)(target + (depth + index) * target_stride + first, lines[index], source.lines - first);
    }
  }
}

CK_FUNCTION void CK(adamw)(float *p, const float *g, float *m, float *v, ck_adamw_step step, long count) {
  for (long start = 0; start < count; start += 16) {
    const long lanes = count - start;
    const ck_v gradient = CK(load_some)(g + start, lanes, 0) * step.gradient_scale;
    const ck_v before = CK(load_some)(p + start, lanes, 0);
    const ck_v first = step.beta1 * CK(load_some)(m + start, lanes, 0) + (1 - step.beta1) * gradient;
    const ck_v second =
        step.beta2 * CK(load_some)(v + start, lanes, 0) + (1 - step.beta2) * (gradient * gradient);
    const ck_v deviation = __builtin_elementwise_sqrt(second * step.correction2) + step.epsilon;
    const ck_v direction = first * step.correction1 / deviation + step.weight_decay * before;
    CK(store_some)(p + start, before - step.learning_rate * direction, lanes);
    CK(store_some)(m + start, first, lanes);
    CK(store_some)(v + start, second, lanes);
  }
}
