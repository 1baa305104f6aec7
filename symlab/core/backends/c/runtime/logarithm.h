/* log, log2, log10, log1p and the logarithms of sums in float64. */
#ifndef SL_LOGARITHM_H
#define SL_LOGARITHM_H

#include "exponential.h"

#define SL_SQRT_HALF_BITS 0x3fe6a09e667f3bcdu
#define SL_MANTISSA_BITS ((uint64_t)0x000fffffffffffffu)
#define SL_BITS_OF_2_52 0x4330000000000000u /* with an integer e below 2^52 in its low bits the double 2^52 + e */
#define SL_LOG10_E 0x1.bcb7b1526e50ep-2
#define SL_LOG10_2_HI 0x1.34413509f8p-2 /* 40 bits: a product with an exponent is exact */
#define SL_LOG10_2_LO -0x1.80433b83b532ap-44
#define SL_SMALLEST_NORMAL 0x1p-1022
#define SL_EXPONENT_BIAS (0x1p52 + 1023)

/* x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), and log(1 + f) = f - half_square + s inner: with
   s = f / (2 + f) it is 2 atanh(s) = f - f^2/2 + s (f^2/2 + R(s^2)), where R's error is below 2^-57 of the logarithm;
   twice_down is 2^(1-k). */
typedef struct {
    double k, f, half_square, s, inner, twice_down;
} sl_log_parts;

SL_INLINE sl_log_parts sl_log_split(double x, double exponent_bias) {
    uint64_t bits = sl_bits(x) + (0x3ff0000000000000u - SL_SQRT_HALF_BITS);
    double k = sl_from_bits((bits >> 52) | SL_BITS_OF_2_52) - exponent_bias;
    double f = sl_from_bits((bits & SL_MANTISSA_BITS) + SL_SQRT_HALF_BITS) - 1.0;
    double s = f / (2.0 + f), z = s * s, half_square = 0.5 * f * f;
    double z2 = z * z;
    double z4 = z2 * z2;
    double low = sl_cubic(z, z2, 0x1.5555555555558p-1, 0x1.9999999995321p-2, 0x1.2492492def064p-2,
                          0x1.c71c62e62a52ap-3);
    double middle = sl_quadratic(z, z2, 0x1.7462b4c5f6e6p-3, 0x1.39fe57d253941p-3, 0x1.2b58d77a1ec53p-3);
    double series = sl_fma(middle, z4, low);
    double twice_down = sl_from_bits(0x7ff0000000000000u - (bits & ~SL_MANTISSA_BITS));
    return SL_NEW(sl_log_parts){k, f, half_square, s, sl_fma(series, z, half_square), twice_down};
}

/* The same for any positive finite number, below the normal ones by way of 2^54 x. */
SL_INLINE sl_log_parts sl_log_split_any(double x) {
    int subnormal = x < SL_SMALLEST_NORMAL;
    return sl_log_split(subnormal ? x * 0x1p54 : x, subnormal ? SL_EXPONENT_BIAS + 54 : SL_EXPONENT_BIAS);
}

/* What a logarithm is outside of its domain: that of infinity and nan is x, of 0 minus infinity, of the rest nan. */
SL_INLINE double sl_log_checked(double x, double logarithm) {
    double inside = x < SL_INFINITY ? logarithm : x;
    return x > 0.0 ? inside : x == 0.0 ? -SL_INFINITY : SL_NAN;
}

/* The natural logarithm. */
SL_INLINE double sl_log(double x) {
    sl_log_parts p = sl_log_split_any(x);
    double result = sl_fma(p.k, SL_LN2_HI, p.f - (p.half_square - sl_fma(p.s, p.inner, p.k * SL_LN2_LO)));
    return sl_log_checked(x, result);
}

/* log(1 + f) as a pair. */
SL_INLINE sl_pair sl_log_fraction(sl_log_parts p) {
    double hi = p.f - p.half_square;
    return SL_NEW(sl_pair){hi, sl_fma(p.s, p.inner, (p.f - hi) - p.half_square)};
}

/* The logarithm to base 2: k + (hi + lo) / ln 2, the leading product and sum with their error. */
SL_INLINE double sl_log2(double x) {
    sl_log_parts p = sl_log_split_any(x);
    sl_pair fraction = sl_log_fraction(p), scaled = sl_fused_sum(fraction.hi, SL_LOG2_E, p.k);
    return sl_log_checked(x, scaled.hi + sl_fma(fraction.lo, SL_LOG2_E, scaled.lo));
}

/* The logarithm to base 10, likewise. */
SL_INLINE double sl_log10(double x) {
    sl_log_parts p = sl_log_split_any(x);
    sl_pair fraction = sl_log_fraction(p), scaled = sl_fused_sum(fraction.hi, SL_LOG10_E, p.k * SL_LOG10_2_HI);
    double low = sl_fma(fraction.lo, SL_LOG10_E, sl_fma(p.k, SL_LOG10_2_LO, scaled.lo));
    return sl_log_checked(x, scaled.hi + low);
}

/* What is left of log(u + c), by the parts of u, beside k ln 2 and f - half_square: c may be half a unit in the last
   place of u, or any small number if u = 1, so that relative accuracy holds near 1 too. The correction for c is
   c 2^-k / (1 + f) = c 2^-k (1 - s) / (1 + s). */
SL_INLINE double sl_log_low_part(sl_log_parts p, double c) {
    double correction = c * p.twice_down * (0.5 - sl_fma(-p.s, p.s, p.s));
    return sl_fma(p.s, p.inner, sl_fma(p.k, SL_LN2_LO, correction));
}

SL_INLINE double sl_log_of_sum(sl_log_parts p, double c) {
    return sl_fma(p.k, SL_LN2_HI, p.f - (p.half_square - sl_log_low_part(p, c)));
}

/* log(1 + x) without cancellation for a small x; the tail of the sum is exact up to 2^53, and beyond negligible. */
SL_INLINE double sl_log1p(double x) {
    double sum = 1.0 + x, tail = x - (sum - 1.0);
    double result = sl_log_of_sum(sl_log_split(sum, SL_EXPONENT_BIAS), tail);
    result = x < SL_INFINITY ? result : x;
    result = x > -1.0 ? result : x == -1.0 ? -SL_INFINITY : SL_NAN;
    return sl_copysign(result, x);
}

/* log(1 + e^x) as max(x, 0) + log1p(e^-|x|). */
SL_INLINE double sl_softplus(double x) {
    sl_decay decay = sl_exp_decay(sl_fabs(x));
    sl_pair sum = sl_ordered_sum(1.0, decay.power.hi * decay.scale);
    double rest = sl_log_of_sum(sl_log_split(sum.hi, SL_EXPONENT_BIAS), sl_fma(decay.power.lo, decay.scale, sum.lo));
    return (x > 0.0 ? x : 0.0) + rest;
}

/* log(1 - e^x) for x < 0. */
SL_INLINE double sl_log1mexp(double x) {
    sl_pair power = sl_expm1_pair(x < SL_EXP_UNDERFLOW ? SL_EXP_UNDERFLOW : x, 64);
    double result = sl_log_of_sum(sl_log_split_any(-power.hi), -power.lo);
    return x < 0.0 ? -sl_fabs(result) : x == 0.0 ? -SL_INFINITY : SL_NAN;
}

/* log(e^a + e^b) as the larger plus log1p(e^-|a - b|), summed with care since the two may cancel. */
SL_INLINE double sl_logaddexp(double a, double b) {
    sl_pair difference = sl_exact_sum(a, -b);
    double size = a == b ? 0.0 : sl_fabs(difference.hi), tail = size < SL_INFINITY ? difference.lo : 0.0;
    sl_decay decay = sl_exp_decay(size);
    double decayed = decay.power.hi * decay.scale, larger = ((a > b) | (a != a)) ? a : b;
    sl_pair sum = sl_ordered_sum(1.0, decayed);
    double correction = sl_fma(decay.power.lo, decay.scale, sum.lo) - decayed * (difference.hi < 0.0 ? -tail : tail);
    sl_log_parts p = sl_log_split(sum.hi, SL_EXPONENT_BIAS);
    sl_pair first = sl_exact_sum(larger, p.k * SL_LN2_HI), second = sl_exact_sum(first.hi, p.f);
    double result = second.hi + (second.lo + (first.lo + (sl_log_low_part(p, correction) - p.half_square)));
    return sl_fabs(larger) < SL_INFINITY ? result : larger;
}

/* The logarithm as a pair, for finite x > 0. */
SL_INLINE sl_pair sl_log_pair(double x) {
    sl_log_parts p = sl_log_split_any(x);
    sl_pair fraction = sl_log_fraction(p), sum = sl_ordered_sum(p.k * SL_LN2_HI, fraction.hi);
    sum.lo += sl_fma(p.k, SL_LN2_LO, fraction.lo);
    return sl_ordered_sum(sum.hi, sum.lo);
}

/* x log(y), and 0 for x = 0 whatever y is, unless it is nan. */
SL_INLINE double sl_xlogy0(double x, double y) {
    sl_pair logarithm = sl_log_pair(y);
    double hi = sl_log_checked(y, logarithm.hi), lo = sl_fabs(hi) < SL_INFINITY ? logarithm.lo : 0.0;
    return ((x == 0.0) & (y == y)) ? 0.0 : sl_pair_multiple(x, SL_NEW(sl_pair){hi, lo});
}

/* x log(x), and 0 for x = 0. */
SL_INLINE double sl_xlogx(double x) { return sl_xlogy0(x, x); }

#endif
