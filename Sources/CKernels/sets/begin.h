// The names of a set: CK_SUFFIX ends its functions' names, CK_TARGET says what instructions they may have.
#define CK_JOINED(name, suffix) ck_##name##_##suffix
#define CK_JOIN(name, suffix) CK_JOINED(name, suffix)
#define CK(name) CK_JOIN(name, CK_SUFFIX)
#define CK_INLINE static inline __attribute__((always_inline)) CK_TARGET
#define CK_NOINLINE static __attribute__((noinline, unused)) CK_TARGET
#define CK_FUNCTION static inline CK_TARGET
