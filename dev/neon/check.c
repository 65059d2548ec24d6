// Calls every kernel of every set that this processor can run, at awkward sizes, and holds what it writes against the
// formula in double precision; packed words and bytes' products must be exact. Memory ends where the values do, so that
// a kernel that reads beyond them is caught.
//
// One line a kernel, with a hash of all that it wrote: sets that fuse multiplications with additions give the same
// bits in fp32, on any processor, so check.sh compares the hashes. Exit code 1 if a value is wrong.
#include "support.h"

#include "products.h"
#include "quantised.h"
#include "layers.h"
#include "attention.h"

static void check_set(const char *name, ck_kernels table, int fuses) {
  now.set = name;
  random_state = 1;
  check_products("product fp32", table.fp32);
  check_products("product bf16", table.bf16);
  check_packed_panels(table.fp32, 1);
  check_packed_panels(table.bf16, 0);
  check_gemv("gemv fp32", table, CK_FP32);
  check_gemv("gemv fp16", table, CK_FP16);
  check_gemv("gemv bf16", table, CK_BF16);
  check_round_to_bytes(table);
  check_byte_products(table);
  check_layers(table);
  check_attention_blocks(table);
  check_attention_backward(table);
  check_cached_attention("cached_attention fp32", table, CK_FP32);
  check_cached_attention("cached_attention fp16", table, CK_FP16);
  // Tiles have no loop like the others'.
  if (table.bf16.word_grain > 1) return;
  // Their lanes differ from set to set.
  check_peak("peak fp32", table.fp32, fuses);
  check_peak("peak bf16", table.bf16, fuses);
}

int main(void) {
  signal(SIGSEGV, beyond_memory);
  signal(SIGBUS, beyond_memory);
  ck_kernels portable = ck_kernels_portable();
  check_set("portable", portable, 0);
  portable.bf16 = ck_product_amx_model();
  check_set("amx-model", portable, 0);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) check_set("avx2", ck_kernels_avx2(), 1);
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    check_set("avx512", ck_kernels_avx512(), 1);
  if (__builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni"))
    check_set("avx512-bf16", ck_kernels_avx512bf16(), 1);
#elif defined(__aarch64__)
  check_set("neon", ck_kernels_neon(), 1);
  if (ck_has_dot_products()) check_set("neon-dot", ck_kernels_neondot(), 1);
#endif
  return all_failures > 0;
}
