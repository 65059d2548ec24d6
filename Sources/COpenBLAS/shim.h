// Debian's libopenblas-dev, as a Clang module. Only Kernels/BLAS.swift imports it.
#include <cblas.h>
