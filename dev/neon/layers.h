// Operations on rows of values, each against its formula in double precision.

static const long counts[] = {1, 7, 13, 16, 17, 31, 65, 100, 130};

static float *scaled(long count, float factor) {
  float *values = floats(count);
  for (long i = 0; i < count; i++) values[i] *= factor;
  return values;
}

static double gate(double x) { return 1 / (1 + exp(-2 * 0.7978845608028654 * (x + 0.044715 * x * x * x))); }

static void check_gelu(ck_kernels table) {
  begin("gelu");
  for (int i = 0; i < COUNT(counts); i++, release()) {
    float *x = scaled(counts[i], 8), *y = unset(counts[i]);
    table.gelu(x, y, counts[i]);
    for (long j = 0; j < counts[i]; j++) expect(y[j], x[j] * gate(x[j]), 3e-6 * fabs(x[j]) * gate(x[j]) + 1e-12);
  }
  finish();
}

static void check_gelu_backward(ck_kernels table) {
  begin("gelu_backward");
  for (int i = 0; i < COUNT(counts); i++, release()) {
    float *x = scaled(counts[i], 8), *dy = floats(counts[i]), *before = copy(dy, counts[i]);
    table.gelu_backward(x, dy, counts[i]);
    for (long j = 0; j < counts[i]; j++) {
      const double s = gate(x[j]), slope = 2 * 0.7978845608028654 * (1 + 3 * 0.044715 * (double)x[j] * x[j]);
      expect(dy[j], before[j] * (s + x[j] * s * (1 - s) * slope), 3e-6);
    }
  }
  finish();
}

static void check_tanh(ck_kernels table) {
  begin("tanh");
  for (int i = 0; i < COUNT(counts); i++, release()) {
    float *x = scaled(counts[i], i & 1 ? 1 : 12), *y = unset(counts[i]);
    if (i == 4) x[0] = INFINITY, x[1] = -INFINITY, x[2] = NAN, x[3] = -0.0f, x[16] = 1e30f;
    table.tanh(x, y, counts[i]);
    for (long j = 0; j < counts[i]; j++) expect(y[j], tanh(x[j]), 3e-7 * fabs(tanh(x[j])));
  }
  finish();
}

static void check_layer_norm(ck_kernels table) {
  begin("layer_norm");
  for (int i = 0; i < COUNT(counts); i++, release()) {
    const long count = counts[i];
    float *x = floats(count), *weight = floats(count), *bias = floats(count), *y = unset(count), mean, rstd;
    table.layer_norm(x, weight, bias, y, &mean, &rstd, 1e-5f, count);
    double sum = 0, squares = 0;
    for (long j = 0; j < count; j++) sum += x[j];
    for (long j = 0; j < count; j++) squares += pow(x[j] - sum / count, 2);
    const double expected = 1 / sqrt(squares / count + 1e-5f);
    expect(mean, sum / count, 1e-6);
    expect(rstd, expected, 1e-5 * expected);
    for (long j = 0; j < count; j++) expect(y[j], (x[j] - sum / count) * expected * weight[j] + bias[j], 3e-5);
  }
  finish();
}

static void check_layer_norm_backward(ck_kernels table) {
  begin("layer_norm_backward");
  for (int i = 0; i < COUNT(counts); i++, release()) {
    const long n = counts[i];
    const int accumulating = i & 1;
    float *dy = floats(n), *x = floats(n), *weight = floats(n), *shares[2] = {floats(n), floats(n)};
    float *dx = accumulating ? floats(n) : unset(n);
    const float *before = copy(dx, n), *w = copy(shares[0], n), *b = copy(shares[1], n);
    const float mean = 0.1f, rstd = 1.7f;
    table.layer_norm_backward(dy, x, weight, mean, rstd, dx, accumulating, shares[0], shares[1], n);
    double sum = 0, product = 0;
    for (long j = 0; j < n; j++) {
      const double g = (double)weight[j] * dy[j], normal = (x[j] - mean) * (double)rstd;
      sum += g / n;
      product += g * normal / n;
    }
    for (long j = 0; j < n; j++) {
      const double g = (double)weight[j] * dy[j], normal = (x[j] - mean) * (double)rstd;
      expect(dx[j], (g - sum - normal * product) * rstd + (accumulating ? before[j] : 0), 1e-5);
      expect(shares[0][j], w[j] + dy[j] * normal, 1e-6);
      expect(shares[1][j], b[j] + (double)dy[j], 1e-6);
    }
  }
  finish();
}

static void check_reductions(ck_kernels table) {
  const char *names[] = {"largest", "exponentiate", "sum_of_exponentials", "sum_of_squares", "dot"};
  for (int kernel = 0; kernel < 5; kernel++) {
    begin(names[kernel]);
    for (int i = 0; i < COUNT(counts); i++, release()) {
      const long n = counts[i];
      float *x = scaled(n, kernel < 3 ? 50 : 1), *y = floats(n), *before = copy(x, n);
      // One that is not a number is not the largest; e to the minus infinity is 0.
      if (n > 16) x[16] = before[16] = kernel == 0 ? NAN : kernel < 3 ? -INFINITY : 0.5f;
      double most = -INFINITY, exponentials = 0, squares = 0, products = 0, sizes = 0;
      for (long j = 0; j < n; j++) most = before[j] > most ? before[j] : most;
      for (long j = 0; j < n; j++) {
        exponentials += exp(before[j] - most);
        squares += (double)before[j] * before[j];
        products += (double)before[j] * y[j];
        sizes += fabs((double)before[j] * y[j]);
      }
      if (kernel == 0) expect_exactly(table.largest(x, n), most);
      if (kernel == 1) {
        expect(table.exponentiate(x, (float)most, n), exponentials, 1e-6 * exponentials);
        for (long j = 0; j < n; j++) expect(x[j], exp(before[j] - most), 1e-5 * exp(before[j] - most) + 1e-44);
      }
      if (kernel == 2) expect(table.sum_of_exponentials(x, (float)most, n), exponentials, 1e-6 * exponentials);
      if (kernel == 3) expect(table.sum_of_squares(x, n), squares, 1e-6 * squares);
      if (kernel == 4) expect(table.dot(x, y, n), products, 1e-6 * sizes);
    }
    if (kernel == 0) {
      const float none[2] = {NAN, -INFINITY};
      expect_exactly(table.largest(none, 2), -INFINITY);
    }
    finish();
  }
}

static void check_add_and_scale(ck_kernels table) {
  begin("add");
  for (int i = 0; i < COUNT(counts); i++, release()) {
    float *a = floats(counts[i]), *b = floats(counts[i]), *sum = unset(counts[i]);
    table.add(a, b, sum, counts[i]);
    for (long j = 0; j < counts[i]; j++) expect_exactly(sum[j], a[j] + b[j]);
  }
  finish();
  begin("scale");
  for (int i = 0; i < COUNT(counts); i++, release()) {
    float *x = floats(counts[i]), *before = copy(x, counts[i]);
    table.scale(x, 0.3f, counts[i]);
    for (long j = 0; j < counts[i]; j++) expect_exactly(x[j], before[j] * 0.3f);
  }
  finish();
}

// To the nearest of the two neighbours, the even one of equals.
static void check_bf16(ck_kernels table) {
  begin("bf16");
  for (int i = 0; i < COUNT(counts); i++, release()) {
    float *x = floats(counts[i]), *rounded = copy(x, counts[i]), *widened = unset(counts[i]);
    unsigned short *bits = (unsigned short *)unset((counts[i] + 1) / 2);
    table.round_to_bf16(rounded, counts[i]);
    table.narrow_to_bf16(x, bits, counts[i]);
    table.widen_bf16(bits, widened, counts[i]);
    for (long j = 0; j < counts[i]; j++) {
      const float low = ck_widen_bf16((unsigned short)(bits[j] - 1)), high = ck_widen_bf16(bits[j] + 1);
      const float distance = fabsf(widened[j] - x[j]);
      expect_exactly(rounded[j], widened[j]);
      expect_exactly(distance <= fabsf(low - x[j]) && distance <= fabsf(high - x[j]), 1);
    }
  }
  finish();
}

static void check_transpose(ck_kernels table) {
  begin("transpose");
  for (int i = 0; i < COUNT(counts); i++)
    for (int k = 0; k < COUNT(counts); k += 2, release()) {
      const struct matrix source = matrix(counts[i], counts[k]);
      const struct matrix target = matrix(counts[k], counts[i]);
      table.transpose(
          (ck_lines){source.values, source.rows, source.columns, source.stride * 4, CK_FP32, 0}, target.values,
          target.stride);
      for (long row = 0; row < target.rows; row++)
        for (long column = 0; column < target.columns; column++)
          expect_exactly(target.values[row * target.stride + column], source.values[column * source.stride + row]);
      expect_gaps(target);
    }
  finish();
}

static void check_adamw(ck_kernels table) {
  begin("adamw");
  const ck_adamw_step step = {0.01f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.5f, 1.7f, 2.3f};
  for (int i = 0; i < COUNT(counts); i++, release()) {
    const long n = counts[i];
    float *p = floats(n), *g = floats(n), *m = floats(n), *v = floats(n);
    for (long j = 0; j < n; j++) v[j] = fabsf(v[j]);
    const float *p0 = copy(p, n), *m0 = copy(m, n), *v0 = copy(v, n);
    table.adamw(p, g, m, v, step, n);
    for (long j = 0; j < n; j++) {
      const double gradient = g[j] * (double)step.gradient_scale;
      const double first = step.beta1 * (double)m0[j] + (1. - step.beta1) * gradient;
      const double second = step.beta2 * (double)v0[j] + (1. - step.beta2) * gradient * gradient;
      const double direction = first * step.correction1 / (sqrt(second * step.correction2) + step.epsilon);
      expect(m[j], first, 1e-6);
      expect(v[j], second, 1e-6);
      expect(p[j], p0[j] - step.learning_rate * (direction + step.weight_decay * (double)p0[j]), 1e-6);
    }
  }
  finish();
}

static void check_layers(ck_kernels table) {
  check_gelu(table);
  check_gelu_backward(table);
  check_tanh(table);
  check_layer_norm(table);
  check_layer_norm_backward(table);
  check_reductions(table);
  check_add_and_scale(table);
  check_bf16(table);
  check_transpose(table);
  check_adamw(table);
}
