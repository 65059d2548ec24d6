// Forgets the names of a set.
#undef CK_JOINED
#undef CK_JOIN
#undef CK
#undef CK_SUFFIX
#undef CK_TARGET
#undef CK_INLINE
#undef CK_NOINLINE
#undef CK_FUNCTION
#undef CK_WIDTH
#undef CK_VECTORS
#undef CK_COLUMNS
#undef CK_FMA
#undef CK_HAS_BF16
#undef CK_ADD_BF16_PRODUCTS
#undef CK_PRODUCT
#undef CK_BF16_PRODUCT
