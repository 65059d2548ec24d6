#pragma once
#include <stddef.h>
#include <stdint.h>

/// libFuzzer's, for a program with a `main` of its own: LLVM's FuzzerInterface does not declare it.
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*target)(const uint8_t *bytes, size_t count));
