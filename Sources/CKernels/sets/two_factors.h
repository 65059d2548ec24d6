// x 2^n in each lane for a whole n of at most 254 either way: gradually 0 and infinite beyond the range of floats. For sets
// without an instruction for it: as two factors, each a normal number even where the product is subnormal or infinite.
// Adding 1.5 * 2^23 leaves n in the low bits; the exponent of a float begins at the 23rd.
CK_INLINE ck_v CK(times_power_of_two)(ck_v x, ck_v n) {
  const ck_i bits = (ck_i)(n + 0x1.8p23f) - 0x4B400000;
  const ck_i half = bits >> 1;
  return x * (ck_v)((half + 127) << 23) * (ck_v)((bits - half + 127) << 23);
}
