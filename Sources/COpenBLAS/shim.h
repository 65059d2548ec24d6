// Debian's libopenblas-dev, as a Clang module. Only Kernels/Products/BLAS.swift imports it.
#include <cblas.h>
