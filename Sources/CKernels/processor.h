// What the processor has: on x86-64 CPUID's registers and the state that the system saves, on arm64 what the system
// says.
#ifndef CK_PROCESSOR_H
#define CK_PROCESSOR_H

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__aarch64__) && defined(__APPLE__)
#include <sys/sysctl.h>
#endif

typedef struct {
  unsigned eax, ebx, ecx, edx;
} ck_cpuid_registers;

// CPUID's answer; zeros where there is no such leaf, or no such instruction.
static inline ck_cpuid_registers ck_cpuid(unsigned leaf, unsigned subleaf) {
  ck_cpuid_registers r = {0, 0, 0, 0};
#if defined(__x86_64__)
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
#else
  (void)leaf, (void)subleaf;
#endif
  return r;
}

// XCR0: the registers that the system saves when it switches threads. Only where CPUID says OSXSAVE.
static inline unsigned long long ck_saved_registers(void) {
#if defined(__x86_64__)
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (unsigned long long)high << 32 | low;
#else
  return 0;
#endif
}

// Asks Linux to let this process use AMX's tiles, which it saves only for those that ask; all threads may use them
// then. 0, or the error's number, negative: arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA).
static inline long ck_request_tiles(void) {
#if defined(__x86_64__) && defined(__linux__)
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(158L), "D"(0x1023L), "S"(18L) : "rcx", "r11", "memory");
  return result;
#else
  return -1;
#endif
}

// Whether an arm64 processor has dot products of bytes: FEAT_DotProd.
static inline int ck_has_dot_products(void) {
#if defined(__aarch64__) && defined(__linux__)
  return (getauxval(AT_HWCAP) >> 20 & 1) != 0;  // HWCAP_ASIMDDP
#elif defined(__aarch64__) && defined(__APPLE__)
  int has = 0;
  __SIZE_TYPE__ size = sizeof has;
  return sysctlbyname("hw.optional.arm.FEAT_DotProd", &has, &size, 0, 0) == 0 && has != 0;
#else
  return 0;
#endif
}

#endif
