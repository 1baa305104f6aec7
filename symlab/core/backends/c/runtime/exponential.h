/* exp, exp2, expm1 and the logistic function in float64. */
#ifndef SL_EXPONENTIAL_H
#define SL_EXPONENTIAL_H

#include "bits.h"

#define SL_ROUND_BY_ADDING 0x1.8p52 /* in a sum with it, the low bits of the result hold an integer */
#define SL_LOG2_E 0x1.71547652b82fep0
#define SL_LN2_HI 0x1.62e42feep-1 /* 33 bits: a product with an exponent is exact */
#define SL_LN2_LO 0x1.a39ef35793c76p-33
#define SL_EXP_OVERFLOW 0x1.62e42fefa39efp9 /* the largest x with a finite exponential */
#define SL_EXP_UNDERFLOW -746.0

/* (e^r - 1 - r) / r^2 for |r| <= ln(2)/2; error of e^r below 2^-57. */
SL_INLINE double sl_exp_series(double r, double r2) {
    double r4 = r2 * r2;
    double low = sl_cubic(r, r2, 0.5, 0x1.5555555555501p-3, 0x1.5555555553205p-5, 0x1.1111111128978p-7);
    double middle = sl_cubic(r, r2, 0x1.6c16c17cc3e2fp-10, 0x1.a01a011bd1d2ep-13, 0x1.a019ab2aa998ap-16,
                             0x1.71df55ec67fa2p-19);
    double high = sl_fma(r, 0x1.ad1f18c78d64fp-26, 0x1.289f8db4c5fcp-22);
    return sl_fma(sl_fma(high, r4, middle), r4, low);
}

/* tail + (e^r - 1 - r) for |r| <= ln(2)/2; r^2 / 2 is added last, since it is the largest. Error of e^r - 1 below
   2^-61. */
SL_INLINE double sl_expm1_rest(double r, double tail) {
    double r2 = r * r;
    double r4 = r2 * r2;
    double low = sl_cubic(r, r2, 0x1.5555555555559p-3, 0x1.555555555554ap-5, 0x1.111111110f655p-7,
                          0x1.6c16c16c1c0dp-10);
    double middle = sl_cubic(r, r2, 0x1.a01a01b002fbp-13, 0x1.a01a01872d88bp-16, 0x1.71ddf8121d22ep-19,
                             0x1.27e521c7f7c0ap-22);
    double high = sl_fma(r, 0x1.1f04250033bd4p-29, 0x1.af5f2513ad51fp-26);
    double sum = sl_fma(sl_fma(high, r4, middle), r4, low);
    return sl_fma(r2, 0.5, sl_fma(r2 * r, sum, tail));
}

/* The exponential: e^x = 2^k e^r with k = rint(x / ln 2); below -700, 2^(k+64) is built and scaled back at the end. */
SL_INLINE double sl_exp(double x) {
    int small = x < -700.0;
    double rounder = small ? SL_ROUND_BY_ADDING + 64 : SL_ROUND_BY_ADDING, scale = small ? 0x1p-64 : 1.0;
    double shifted = sl_fma(x, SL_LOG2_E, rounder), k = shifted - rounder;
    double r = sl_fma(k, -SL_LN2_LO, sl_fma(k, -SL_LN2_HI, x)), r2 = r * r;
    double sum = 1.0 + r, tail = r - (sum - 1.0);
    double power = sum + sl_fma(r2, sl_exp_series(r, r2), tail);
    double result = sl_from_bits(sl_bits(power) + (sl_bits(shifted) << 52)) * scale;
    result = x <= SL_EXP_OVERFLOW ? result : x + SL_INFINITY;
    return x < SL_EXP_UNDERFLOW ? 0.0 : result;
}

/* 2^x, by the same scheme: the reduced argument is exact. */
SL_INLINE double sl_exp2(double x) {
    int small = x < -1000.0;
    double rounder = small ? SL_ROUND_BY_ADDING + 64 : SL_ROUND_BY_ADDING, scale = small ? 0x1p-64 : 1.0;
    double shifted = x + rounder, r = x - (shifted - rounder), r2 = r * r;
    double r4 = r2 * r2;
    double low = sl_cubic(r, r2, 0x1.ebfbdff82c5a1p-3, 0x1.c6b08d704a045p-5, 0x1.3b2ab6fba0798p-7,
                          0x1.5d87fe78c39b2p-10);
    double middle = sl_cubic(r, r2, 0x1.4309130dc6293p-13, 0x1.ffcbfbc710ab3p-17, 0x1.62bfc9f00a588p-20,
                             0x1.b526543d5bf9dp-24);
    double high = sl_fma(r, 0x1.e7c4fc0159686p-32, 0x1.e617c2e4be381p-28);
    double sum = sl_fma(sl_fma(high, r4, middle), r4, low);
    double series = sl_fma(sum, r, 0x1.62e42fefa39efp-1);
    double power = sl_fma(series, r, 1.0);
    double result = sl_from_bits(sl_bits(power) + (sl_bits(shifted) << 52)) * scale;
    result = x < 1024.0 ? result : x + SL_INFINITY;
    return x < -1080.0 ? 0.0 : result;
}
/* e^x - 1 as a pair, 2^k (e^r - 1) + (2^k - 1), its leading sum kept with its error: from -745 to 40 with lift = 64,
   from 0 to 700 with lift = 0. The power 2^(k + lift) is built and scaled back. */
SL_INLINE sl_pair sl_expm1_pair(double x, int lift) {
    double rounder = SL_ROUND_BY_ADDING + lift, shifted = sl_fma(x, SL_LOG2_E, rounder), k = shifted - rounder;
    double rest = sl_fma(k, -SL_LN2_HI, x), r = sl_fma(k, -SL_LN2_LO, rest);
    double r_tail = sl_fma(k, -SL_LN2_LO, rest - r);
    double scale = sl_from_bits((sl_bits(shifted) << 52) + sl_bits(1.0)) * (lift ? 0x1p-64 : 1.0);
    double whole = scale - 1.0, first = sl_fma(scale, r, whole), first_tail = sl_fma(scale, r, whole - first);
    double second = sl_fma(scale, sl_expm1_rest(r, r_tail), first_tail);
    return sl_ordered_sum(first, lift ? second + (scale - (whole + 1.0)) : second);
}

/* e^x - 1 without cancellation for a small x. */
SL_INLINE double sl_expm1(double x) {
    double bounded = x < -40.0 ? -40.0 : x;
    double rounder = x > 700.0 ? SL_ROUND_BY_ADDING - 1 : SL_ROUND_BY_ADDING, last = x > 700.0 ? 2.0 : 1.0;
    double shifted = sl_fma(bounded, SL_LOG2_E, rounder), k = shifted - rounder;
    double rest = sl_fma(k, -SL_LN2_HI, bounded), r = sl_fma(k, -SL_LN2_LO, rest);
    double r_tail = sl_fma(k, -SL_LN2_LO, rest - r);
    double scale = sl_from_bits((sl_bits(shifted) << 52) + sl_bits(1.0));
    double whole = scale - 1.0, first = sl_fma(scale, r, whole), first_tail = sl_fma(scale, r, whole - first);
    double result = first + sl_fma(scale, sl_expm1_rest(r, r_tail), first_tail);
    result = x <= SL_EXP_OVERFLOW ? result * last : x + SL_INFINITY;
    return sl_copysign(result, x);
}

/* e^-size = scale power, for size >= 0: scale is a power of two, perhaps below the normal numbers, or 0. */
typedef struct {
    sl_pair power;
    double scale;
} sl_decay;

SL_INLINE sl_decay sl_exp_decay(double size) {
    double bounded = size > 746.0 ? 746.0 : size, rounder = SL_ROUND_BY_ADDING + 64;
    double shifted = sl_fma(bounded, -SL_LOG2_E, rounder), k = shifted - rounder;
    double rest = sl_fma(k, -SL_LN2_HI, -bounded), r = sl_fma(k, -SL_LN2_LO, rest), r2 = r * r;
    double sum = 1.0 + r, tail = r - (sum - 1.0);
    sl_pair power = sl_ordered_sum(sum, sl_fma(r2, sl_exp_series(r, r2), tail));
    return SL_NEW(sl_decay){power, sl_from_bits((sl_bits(shifted) << 52) + sl_bits(1.0)) * 0x1p-64};
}

/* 1 / (1 + e^-x); for a negative x the power of two comes last, so that a result below the smallest normal number is
   rounded once. */
SL_INLINE double sl_sigmoid(double x) {
    sl_decay decay = sl_exp_decay(sl_fabs(x));
    sl_pair one_plus = sl_ordered_sum(1.0, decay.power.hi * decay.scale);
    one_plus.lo = sl_fma(decay.power.lo, decay.scale, one_plus.lo);
    int negative = x < 0.0;
    sl_pair numerator = {negative ? decay.power.hi : 1.0, negative ? decay.power.lo : 0.0};
    return sl_pair_quotient(numerator, one_plus) * (negative ? decay.scale : 1.0);
}

/* The derivative of 1 / (1 + e^-x), e^-|x| / (1 + e^-|x|)^2, with the power of two last. */
SL_INLINE double sl_sigmoid_slope(double x) {
    sl_decay decay = sl_exp_decay(sl_fabs(x));
    sl_pair one_plus = sl_ordered_sum(1.0, decay.power.hi * decay.scale);
    one_plus.lo = sl_fma(decay.power.lo, decay.scale, one_plus.lo);
    double share = sl_pair_quotient(decay.power, one_plus);
    return sl_pair_quotient(SL_NEW(sl_pair){share, 0.0}, one_plus) * decay.scale;
}

#endif
