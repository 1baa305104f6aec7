/* tanh, sinh, cosh and their inverses in float64. */
#ifndef SL_HYPERBOLIC_H
#define SL_HYPERBOLIC_H

#include "exponential.h"

/* tanh |x| = E / (E + 2) with E = e^(2|x|) - 1 as a pair; from 20 on it is 1. */
SL_INLINE double sl_tanh(double x) {
    double size = sl_fabs(x), bounded = size > 20.0 ? 20.0 : size;
    sl_pair numerator = sl_expm1_pair(2.0 * bounded), denominator = sl_sum(numerator.hi, 2.0);
    denominator.lo += numerator.lo;
    return sl_copysign(sl_pair_quotient(numerator, denominator), x);
}
/* |x| = k ln 2 + r and the powers 2^(k-1), 2^(-k-1), with the parts of sinh r and cosh r that are not r and 1.
   From 400 on both powers are 2^-64 of themselves, and `last` is 2^64. */
typedef struct {
    double r, sinh_rest, cosh_rest, up, down, last;
} sl_hyperbolic_parts;

SL_INLINE sl_hyperbolic_parts sl_hyperbolic_reduce(double x) {
    double size = sl_fabs(x), bounded = size > 712.0 ? 712.0 : size;
    double rounder = size > 400.0 ? SL_ROUND_BY_ADDING - 64 : SL_ROUND_BY_ADDING;
    double shifted = sl_fma(bounded, SL_LOG2_E, rounder), k = shifted - rounder;
    double rest = sl_fma(k, -SL_LN2_HI, bounded), r = sl_fma(k, -SL_LN2_LO, rest), r2 = r * r;
    double tail = sl_fma(k, -SL_LN2_LO, rest - r);
    double odd = sl_fma(r2, 0x1.af5f23646502cp-26, 0x1.71ddf8133672ap-19);
    odd = sl_fma(odd, r2, 0x1.a01a01b002848p-13);
    odd = sl_fma(odd, r2, 0x1.111111110f656p-7);
    odd = sl_fma(odd, r2, 0x1.5555555555559p-3);
    double even = sl_fma(r2, 0x1.1f59092626275p-29, 0x1.27e4e96f532e2p-22);
    even = sl_fma(even, r2, 0x1.a01a01a1c919dp-16);
    even = sl_fma(even, r2, 0x1.6c16c16c16da2p-10);
    even = sl_fma(even, r2, 0x1.5555555555555p-5);
    uint64_t exponent = sl_bits(shifted) << 52;
    return (sl_hyperbolic_parts){
        .r = r,
        .sinh_rest = sl_fma(odd, r2 * r, tail),
        .cosh_rest = sl_fma(sl_fma(even, r2, 0.5), r2, tail * r),
        .up = sl_from_bits(sl_bits(0.5) + exponent),
        .down = sl_from_bits(sl_bits(0.5) - exponent),
        .last = size > 400.0 ? 0x1p64 : 1.0,
    };
}

/* sinh |x| = (2^(k-1) - 2^(-k-1)) cosh r + (2^(k-1) + 2^(-k-1)) sinh r. */
SL_INLINE double sl_sinh(double x) {
    sl_hyperbolic_parts p = sl_hyperbolic_reduce(x);
    double difference = p.up - p.down, sum = p.up + p.down;
    double first = sl_fma(sum, p.r, difference), tail = sl_fma(sum, p.r, difference - first);
    tail += (p.up - difference) - p.down;
    double second = sl_fma(sum, p.sinh_rest, sl_fma(difference, p.cosh_rest, tail));
    return sl_copysign((first + second) * p.last, x);
}

/* cosh x = (2^(k-1) + 2^(-k-1)) cosh r + (2^(k-1) - 2^(-k-1)) sinh r. */
SL_INLINE double sl_cosh(double x) {
    sl_hyperbolic_parts p = sl_hyperbolic_reduce(x);
    double difference = p.up - p.down, sum = p.up + p.down;
    double first = sl_fma(difference, p.r, sum), tail = sl_fma(difference, p.r, sum - first);
    tail += (p.up - sum) + p.down;
    double second = sl_fma(difference, p.sinh_rest, sl_fma(sum, p.cosh_rest, tail));
    return (first + second) * p.last;
}
#endif
