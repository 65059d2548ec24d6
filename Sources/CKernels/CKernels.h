// What Swift cannot say: code for instructions that the build's target need not have, under a target attribute, and
// the few instructions that no Swift operator means. Header-only.
//
// Each file of kernels/ is the text of some kernels, written once over vectors of sixteen lanes. Each file of sets/
// says what an instruction set has for the operations that the text is made of, and includes the text; its
// functions' names end in the set's. So the sets live side by side in one program, which picks one when it starts.
#ifndef CKERNELS_H
#define CKERNELS_H

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "processor.h"
#include "scalars.h"
#include "panels.h"
#include "types.h"

// Sixteen floats go through memory where a target has no such registers. No matter: what takes or gives them inlines.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
// A multiplication and an addition fuse only where the text says so.
#pragma clang fp contract(off)

#include "sets/portable.h"
#include "sets/amx_model.h"
#if defined(__x86_64__)
#include "sets/avx2.h"
#include "sets/avx512.h"
#include "sets/avx512bf16.h"
#include "sets/amx.h"
#endif
#if defined(__aarch64__)
#include "sets/neon.h"
#include "sets/neondot.h"
#endif

#pragma clang diagnostic pop

#endif
