// Memory that ends where its values end, numbers that are the same everywhere, and what is counted.
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "CKernels.h"

// What is being checked.
static struct {
  const char *set, *kernel;
  long values, failures;
  double worst;  // Error, as a share of what is allowed.
  uint64_t hash;  // Of all values' bits.
} now;
static long all_failures;

static void begin(const char *kernel) {
  now.kernel = kernel;
  now.values = now.failures = 0;
  now.worst = 0;
  now.hash = 0xCBF29CE484222325;
}

static struct block {
  void *base;
  size_t bytes;
} blocks[4096];
static int block_count;

#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif

// Memory with a page behind it that nobody may touch. It begins wherever that leaves it.
static void *bytes(long count) {
  if (block_count == 4096) abort();
  struct block block;
  void *result;
  if (IS_SANITIZED) {
    // The sanitizer watches both ends.
    block = (struct block){malloc(count > 0 ? (size_t)count : 1), 0};
    result = block.base;
  } else {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = ((size_t)count + page - 1) / page * page;
    block.bytes = pages + page;
    block.base = mmap(0, block.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block.base == MAP_FAILED || mprotect((char *)block.base + pages, page, PROT_NONE)) abort();
    result = (char *)block.base + pages - count;
  }
  blocks[block_count++] = block;
  return result;
}

// Gives back all memory.
static void release(void) {
  for (; block_count > 0; block_count--) {
    const struct block block = blocks[block_count - 1];
    if (IS_SANITIZED) free(block.base);
    else munmap(block.base, block.bytes);
  }
}

// Ends a kernel's check: one line, which is the same in every set that computes the same bits.
static void finish(void) {
  release();
  all_failures += now.failures;
  printf("%s %s %016llx %ld values, at most %.2f of the error allowed%s\n", now.set, now.kernel,
         (unsigned long long)now.hash, now.values, now.worst, now.failures ? " FAILED" : "");
  fflush(stdout);
}

// xorshift64* (Vigna 2016): the same numbers on every machine.
static uint64_t random_state = 1;
static uint32_t random_bits(void) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (uint32_t)(random_state * 0x2545F4914F6CDD1D >> 32);
}

// One of so many choices, so that they meet in all combinations.
static int pick(int choices) { return (int)(random_bits() >> 8) % choices; }

// From -1 to 1, exact in fp32.
static float noise(void) { return (float)((int)(random_bits() >> 8) - (1 << 23)) * 0x1p-23f; }

static float *floats(long count) {
  float *values = bytes(4 * count);
  for (long i = 0; i < count; i++) values[i] = noise();
  return values;
}

// Memory for results: what is not written shows.
static float *unset(long count) {
  float *values = bytes(4 * count);
  memset(values, 0xFF, 4 * (size_t)count);
  return values;
}

static float *copy(const float *values, long count) {
  float *result = bytes(4 * count);
  memcpy(result, values, 4 * (size_t)count);
  return result;
}

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return isnan(x) ? 0x7FC00000 : bits;
}

// Counts a value. Infinities and values that are not numbers must be the expected ones.
static void expect(float actual, double expected, double allowed) {
  now.values++;
  for (int byte = 0; byte < 4; byte++) now.hash = (now.hash ^ (bits_of(actual) >> 8 * byte & 0xFF)) * 0x100000001B3;
  if (actual == expected || (isnan(actual) && isnan(expected))) return;
  const double share = fabs(actual - expected) / allowed;
  if (share > now.worst) now.worst = share;
  if (share <= 1) return;
  if (now.failures++ < 3)
    fprintf(stderr, "%s %s: value %ld is %.9g, expected %.9g within %.2g\n", now.set, now.kernel, now.values, actual,
            expected, allowed);
}

static void expect_exactly(float actual, double expected) { expect(actual, expected, 0); }

// A matrix whose rows have gaps between them, which must stay as they are.
struct matrix {
  float *values, *before;
  long rows, columns, stride;
};

static struct matrix matrix(long rows, long columns) {
  struct matrix m = {.rows = rows, .columns = columns, .stride = columns + 3};
  const long count = rows > 0 ? (rows - 1) * m.stride + columns : 0;
  m.values = floats(count);
  m.before = copy(m.values, count);
  return m;
}

static void expect_gaps(struct matrix m) {
  for (long row = 0; row + 1 < m.rows; row++)
    for (long column = m.columns; column < m.stride; column++)
      expect_exactly(m.values[row * m.stride + column], m.before[row * m.stride + column]);
}

// The value rounded to a number of significant bits, half to even.
static double rounded(double x, int bits) {
  int exponent;
  if (x == 0 || !isfinite(x)) return x;
  frexp(x, &exponent);
  return ldexp(rint(ldexp(x, bits - exponent)), exponent - bits);
}

static double fp16(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double size = exponent == 0    ? ldexp(fraction, -24)
                      : exponent == 31 ? (fraction ? NAN : INFINITY)
                                       : ldexp(1024 + fraction, exponent - 25);
  return bits >> 15 ? -size : size;
}

static void beyond_memory(int signal) {
  (void)signal;
  static const char text[] = " touches memory beyond its values\n";
  const char *parts[] = {now.set, " ", now.kernel, text};
  for (int part = 0; part < 4; part++)
    if (write(2, parts[part], strlen(parts[part])) < 0) break;
  _exit(1);
}
