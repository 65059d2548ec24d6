// What both arm64 sets have: 32 registers of four floats. 6 rows of 4 registers of sums fill 24 of them; four more hold
// the right factor, and two the left one, whose lanes a multiplication takes as they are.
#define CK_WIDTH 4
#define CK_VECTORS 4
#define CK_COLUMNS 16
#define CK_HAS_BF16 0
#define CK_SIGNED_BYTES 1
#define CK_FUSES 1

#include "two_factors.h"

CK_INLINE ck_v CK(load_fp16)(const void *address) {
  typedef __fp16 ck_halves __attribute__((ext_vector_type(16)));
  ck_halves values;
  __builtin_memcpy(&values, address, sizeof values);
  return __builtin_convertvector(values, ck_v);
}

CK_INLINE int32x4_t CK(add_sixteen_products)(int32x4_t sum, int8x16_t a, int8x16_t b);

// sum + a0 b0 + a1 b1 + a2 b2 + a3 b3 in each lane, whose 32 bits are four bytes, all with a sign.
CK_INLINE ck_i CK(add_byte_products)(ck_i sum, ck_i a, ck_i b) {
  int32x4_t sums[4];
  int8x16_t x[4], y[4];
  __builtin_memcpy(sums, &sum, sizeof sum);
  __builtin_memcpy(x, &a, sizeof a);
  __builtin_memcpy(y, &b, sizeof b);
  for (int part = 0; part < 4; part++) sums[part] = CK(add_sixteen_products)(sums[part], x[part], y[part]);
  __builtin_memcpy(&sum, sums, sizeof sum);
  return sum;
}
