/* tanh, sinh, cosh and their inverses in float64. */
#ifndef SL_HYPERBOLIC_H
#define SL_HYPERBOLIC_H

#include "exponential.h"

/* tanh |x| = E / (E + 2) with E = e^(2|x|) - 1 as a pair; from 20 on it is 1. */
SL_INLINE double sl_tanh(double x) {
    double size = sl_fabs(x), bounded = size > 20.0 ? 20.0 : size;
    sl_pair numerator = sl_expm1_pair(2.0 * bounded, 0), denominator = sl_exact_sum(numerator.hi, 2.0);
    denominator.lo += numerator.lo;
    return sl_copysign(sl_pair_quotient(numerator, denominator), x);
}
/* (sinh(r) - r) / r^3 by r^2, for |r| <= ln(2)/2. */
SL_INLINE double sl_sinh_series(double r2) {
    double r4 = r2 * r2, low = sl_cubic(r2, r4, 0x1.5555555555559p-3, 0x1.111111110f656p-7, 0x1.a01a01b002848p-13,
                                        0x1.71ddf8133672ap-19);
    return sl_fma(r4 * r4, 0x1.af5f23646502cp-26, low);
}

/* (cosh(r) - 1) / r^2 by r^2, for |r| <= ln(2)/2. */
SL_INLINE double sl_cosh_series(double r2) {
    double r4 = r2 * r2, low = sl_cubic(r2, r4, 0.5, 0x1.5555555555555p-5, 0x1.6c16c16c16da2p-10,
                                        0x1.a01a01a1c919dp-16);
    return sl_fma(r4 * r4, sl_fma(r2, 0x1.1f59092626275p-29, 0x1.27e4e96f532e2p-22), low);
}

/* sinh |x| = (2^(k-1) - 2^(-k-1)) cosh r + (2^(k-1) + 2^(-k-1)) sinh r with |x| = k ln 2 + r; from 400 on both powers
   are built 2^-64 times smaller. */
SL_INLINE double sl_sinh(double x) {
    double size = sl_fabs(x), bounded = size > 712.0 ? 712.0 : size, last = size > 400.0 ? 0x1p64 : 1.0;
    double rounder = size > 400.0 ? SL_ROUND_BY_ADDING - 64 : SL_ROUND_BY_ADDING;
    double shifted = sl_fma(bounded, SL_LOG2_E, rounder), k = shifted - rounder;
    double rest = sl_fma(k, -SL_LN2_HI, bounded), r = sl_fma(k, -SL_LN2_LO, rest), r2 = r * r;
    uint64_t exponent = sl_bits(shifted) << 52;
    double up = sl_from_bits(sl_bits(0.5) + exponent), down = sl_from_bits(sl_bits(0.5) - exponent);
    double difference = up - down, sum = up + down, difference_tail = (up - difference) - down;
    double first = sl_fma(sum, r, difference), tail = sl_fma(sum, r, difference - first) + difference_tail;
    double sinh_rest = sl_fma(sl_sinh_series(r2), r2 * r, sl_fma(k, -SL_LN2_LO, rest - r));
    double second = sl_fma(sum, sinh_rest, sl_fma(difference, sl_cosh_series(r2) * r2, tail));
    return sl_copysign((first + second) * last, x);
}

/* cosh x by the same formula, without the care that small results need. */
SL_INLINE double sl_cosh(double x) {
    double size = sl_fabs(x), bounded = size > 710.6 ? 710.6 : size;
    double shifted = sl_fma(bounded, SL_LOG2_E, SL_ROUND_BY_ADDING), k = shifted - SL_ROUND_BY_ADDING;
    double r = sl_fma(k, -SL_LN2_LO, sl_fma(k, -SL_LN2_HI, bounded)), r2 = r * r;
    int64_t exponent = (int64_t)(sl_bits(shifted) << 52), negligible = (int64_t)500 << 52;
    double up = sl_from_bits(sl_bits(0.25) + (uint64_t)exponent);
    double down = sl_from_bits(sl_bits(0.25) - (uint64_t)(exponent < negligible ? exponent : negligible));
    double difference = up - down, first = sl_fma(difference, r, up), tail = sl_fma(difference, r, up - first) + down;
    double sinh_rest = sl_sinh_series(r2) * (r2 * r), cosh_rest = sl_cosh_series(r2) * r2;
    return 2.0 * (first + sl_fma(difference, sinh_rest, sl_fma(up + down, cosh_rest, tail)));
}
#endif
