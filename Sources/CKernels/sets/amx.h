// Intel's tiles (Sapphire Rapids and later), for products of bfloat16; all else is the set's with AVX-512 BF16.
#define CK_SUFFIX avx512bf16
#define CK_TARGET                                                                                                   \
  __attribute__((                                                                                                   \
      target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16,avx2,fma,f16c,bmi,bmi2"), \
      min_vector_width(512)))
#include "begin.h"
#define CK_AMX(name) ck_##name##_amx

// LDTILECFG's operand: eight tiles of sixteen rows of 64 bytes.
typedef struct {
  unsigned char palette, start_row, reserved[14];
  unsigned short bytes[16];
  unsigned char rows[16];
} ck_tile_configuration;

#define CK_TILES_BEGIN                                                               \
  static const ck_tile_configuration configuration __attribute__((aligned(64))) = { \
      .palette = 1,                                                                  \
      .bytes = {64, 64, 64, 64, 64, 64, 64, 64},                                     \
      .rows = {16, 16, 16, 16, 16, 16, 16, 16}};                                     \
  _tile_loadconfig(&configuration);
#define CK_TILES_END _tile_release();
#define CK_TILE_ZERO(tile) _tile_zero(tile)
#define CK_TILE_LOAD(tile, base, stride) _tile_loadd(tile, base, stride)
#define CK_TILE_STORE(tile, base, stride) _tile_stored(tile, base, stride)
#define CK_TILE_MULTIPLY(sums, a, b) _tile_dpbf16ps(sums, a, b)

#include "../kernels/amx.h"

#include "end.h"
