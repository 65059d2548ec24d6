// The tiles of amx.h in plain C, for processors that have none: what the instructions compute, as Intel's manual has it
// (volume 2, TDPBF16PS), so that everything around them is tested anywhere.
#define CK_SUFFIX portable
#define CK_TARGET
#include "begin.h"
#define CK_AMX(name) ck_##name##_amx_model

// Numbers below the normal ones count as 0, whether read or written.
CK_SCALAR float ck_model_flushed(float x) {
  return __builtin_fabsf(x) < 0x1p-126f ? __builtin_copysignf(0, x) : x;
}

static inline void ck_model_load(float tile[256], const float *base, long stride) {
  for (long row = 0; row < 16; row++)
    __builtin_memcpy(tile + row * 16, (const char *)base + row * stride, 64);
}

static inline void ck_model_store(const float tile[256], float *base, long stride) {
  for (long row = 0; row < 16; row++) __builtin_memcpy((char *)base + row * stride, tile + row * 16, 64);
}

// Of each row and column the even depths' products are summed, and the odd ones'; both sums are added, and that to what
// there was. The product of two bfloat16 is exact in fp32, so that adding it rounds once, as the instruction does.
static inline void ck_model_multiply(float sums[256], const float a[256], const float b[256]) {
  for (int row = 0; row < 16; row++) {
    float even[16] = {0}, odd[16] = {0};
    for (int word = 0; word < 16; word++) {
      unsigned x, y;
      __builtin_memcpy(&x, a + row * 16 + word, sizeof x);
      const float x0 = ck_model_flushed(ck_widen_bf16((unsigned short)x));
      const float x1 = ck_model_flushed(ck_widen_bf16((unsigned short)(x >> 16)));
      for (int column = 0; column < 16; column++) {
        __builtin_memcpy(&y, b + word * 16 + column, sizeof y);
        const float y0 = ck_model_flushed(ck_widen_bf16((unsigned short)y));
        const float y1 = ck_model_flushed(ck_widen_bf16((unsigned short)(y >> 16)));
        even[column] = ck_model_flushed(even[column] + x0 * y0);
        odd[column] = ck_model_flushed(odd[column] + x1 * y1);
      }
    }
    for (int column = 0; column < 16; column++) {
      const float both = ck_model_flushed(even[column] + odd[column]);
      sums[row * 16 + column] = ck_model_flushed(ck_model_flushed(sums[row * 16 + column]) + both);
    }
  }
}

#define CK_TILES_BEGIN float tile[8][256];
#define CK_TILES_END
#define CK_TILE_ZERO(index) __builtin_memset(tile[index], 0, sizeof tile[index])
#define CK_TILE_LOAD(index, base, stride) ck_model_load(tile[index], base, stride)
#define CK_TILE_STORE(index, base, stride) ck_model_store(tile[index], base, stride)
#define CK_TILE_MULTIPLY(sums, a, b) ck_model_multiply(tile[sums], tile[a], tile[b])

#include "../kernels/amx.h"

#include "end.h"
