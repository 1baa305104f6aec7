/* Division, remainder and powers of integers as NumPy has them: nothing traps, overflow wraps, a division by 0
   gives 0.

   Narrower integers are computed in 64 bits and cut, which gives their own wrapped result. */
#ifndef SL_INTEGERS_H
#define SL_INTEGERS_H

#include "bits.h"

/* A divisor that the processor accepts: 1 for 0, and for the -1 that takes the least number out of the range. */
SL_INLINE int64_t sl_int_divisor(int64_t a, int64_t b) { return (b == 0) | ((b == -1) & (a == INT64_MIN)) ? 1 : b; }

/* The quotient rounded down. */
SL_INLINE int64_t sl_int_floor_div(int64_t a, int64_t b) {
    int64_t divisor = sl_int_divisor(a, b), quotient = a / divisor, remainder = a % divisor;
    return b == 0 ? 0 : quotient - ((remainder != 0) & ((remainder < 0) != (divisor < 0)));
}

/* The remainder, with the sign of the divisor. */
SL_INLINE int64_t sl_int_mod(int64_t a, int64_t b) {
    int64_t divisor = sl_int_divisor(a, b), remainder = a % divisor;
    return (remainder != 0) & ((remainder < 0) != (divisor < 0)) ? remainder + divisor : remainder;
}

/* The remainder, with the sign of the dividend. */
SL_INLINE int64_t sl_int_fmod(int64_t a, int64_t b) { return a % sl_int_divisor(a, b); }

SL_INLINE uint64_t sl_uint_floor_div(uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b; }
SL_INLINE uint64_t sl_uint_mod(uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }

/* a to the power b, by squaring. */
SL_INLINE uint64_t sl_uint_pow(uint64_t a, uint64_t b) {
    uint64_t power = 1;
    for (; b; b >>= 1, a *= a)
        if (b & 1) power *= a;
    return power;
}

/* The same; to a negative power, the exact value rounded toward 0, and 0 for 0. */
SL_INLINE int64_t sl_int_pow(int64_t a, int64_t b) {
    if (b >= 0) return (int64_t)sl_uint_pow((uint64_t)a, (uint64_t)b);
    return a == 1 ? 1 : a != -1 ? 0 : b & 1 ? -1 : 1;
}

#endif
