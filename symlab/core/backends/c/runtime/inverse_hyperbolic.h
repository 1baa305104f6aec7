/* asinh, acosh and atanh in float64: logarithms of arguments that are never formed near 1.

   log(u) = k ln 2 + 2 atanh(n / d) with n / d = (u - 2^k) / (u + 2^k). For k = 0 nothing may cancel, and each function
   has a quotient of its own: the hyperbolic tangent of half the result. */
#ifndef SL_INVERSE_HYPERBOLIC_H
#define SL_INVERSE_HYPERBOLIC_H

#include "logarithm.h"

/* k ln 2 + 2 atanh(n / d) for |n / d| <= 0.204; the series' error is below 2^-60 of the result. */
SL_INLINE double sl_log_of_quotient(double k, sl_pair n, sl_pair d) {
    double inverse = 1.0 / d.hi, s = n.hi * inverse, z = s * s, z2 = z * z;
    double remainder = -sl_product_tail(s, d.hi, n.hi) - sl_fma(s, d.lo, -n.lo);
    double z4 = z2 * z2;
    double low = sl_cubic(z, z2, 0x1.5555555555555p-1, 0x1.999999999a11bp-2, 0x1.24924923a9348p-2,
                          0x1.c71c7321f735fp-3);
    double middle = sl_cubic(z, z2, 0x1.745c9871d3d17p-3, 0x1.3b2cd3ce6f583p-3, 0x1.0e526f75fb083p-3,
                             0x1.184f3c1917791p-3);
    double series = sl_fma(middle, z4, low);
    sl_pair sum = sl_ordered_sum(k * SL_LN2_HI, 2.0 * s);
    double rest = sl_fma(2.0 * remainder, inverse, k * SL_LN2_LO);
    return sum.hi + (sum.lo + sl_fma(s * z, series, rest));
}

/* log(u) for u >= 1 with a quotient of its own where u < sqrt(2); `more` is added to the exponent of u. */
SL_INLINE double sl_log_from_one(sl_pair u, double more, sl_pair own_n, sl_pair own_d) {
    uint64_t bits = sl_bits(u.hi) + (0x3ff0000000000000u - SL_SQRT_HALF_BITS);
    double k = sl_from_bits((bits >> 52) | SL_BITS_OF_2_52) - SL_EXPONENT_BIAS;
    double mantissa = sl_from_bits((bits & SL_MANTISSA_BITS) + SL_SQRT_HALF_BITS);
    double low = 0.5 * u.lo * sl_from_bits(0x7ff0000000000000u - (bits & ~SL_MANTISSA_BITS));
    double minus = mantissa - 1.0, plus = mantissa + 1.0;
    int near = u.hi < 0x1.6a09e667f3bcdp0;
    sl_pair n = {near ? own_n.hi : minus, near ? own_n.lo : low};
    sl_pair d = {near ? own_d.hi : plus, near ? own_d.lo : (minus - (plus - 2.0)) + low};
    return sl_log_of_quotient(k + more, n, d);
}

SL_INLINE sl_pair sl_sqrt_pair(sl_pair x) {
    double root = __builtin_sqrt(x.hi);
    double remainder = x.lo - sl_product_tail(root, root, x.hi);
    return SL_NEW(sl_pair){root, remainder * sl_rough_half_inverse_sqrt(x.hi)};
}

/* asinh |x| = log(|x| + sqrt(x^2 + 1)), and tanh(asinh |x| / 2) = |x| / (1 + sqrt(x^2 + 1)). */
SL_INLINE double sl_asinh(double x) {
    double size = sl_fabs(x);
    int large = size > 0x1p60;
    double base = large ? 0.0 : size;
    sl_pair square = sl_product(base, base), w = sl_exact_sum(square.hi, 1.0);
    w.lo += square.lo;
    sl_pair root = sl_sqrt_pair(w), u = sl_exact_sum(size, large ? 0.0 : root.hi), d = sl_ordered_sum(root.hi, 1.0);
    u.lo += root.lo;
    d.lo += root.lo;
    double result = sl_log_from_one(u, large ? 1.0 : 0.0, SL_NEW(sl_pair){size, 0.0}, d);
    result = size < 0x1p-28 ? size : result;
    return sl_copysign(size < SL_INFINITY ? result : size, x);
}

/* acosh x = log(x + sqrt(x^2 - 1)), and tanh(acosh(x) / 2) = sqrt(x^2 - 1) / (x + 1). */
SL_INLINE double sl_acosh(double x) {
    int large = x > 0x1p60;
    double above = large ? 0.0 : x - 1.0;
    sl_pair square = sl_product(above, above), w = sl_exact_sum(square.hi, 2.0 * above);
    w.lo += square.lo;
    sl_pair root = sl_sqrt_pair(w), u = sl_ordered_sum(x, root.hi), d = sl_ordered_sum(x, 1.0);
    u.lo += root.lo;
    double result = sl_log_from_one(u, large ? 1.0 : 0.0, root, d);
    result = x < 1.0 ? SL_NAN : result;
    return x < SL_INFINITY ? result : x;
}

/* atanh |x| = log((1 + |x|) / (1 - |x|)) / 2; k is found from the bit patterns, as linear as the logarithm is. */
SL_INLINE double sl_atanh(double x) {
    double size = sl_fabs(x);
    sl_pair above = sl_ordered_sum(1.0, size), below = sl_ordered_sum(1.0, -size);
    uint64_t ratio = sl_bits(above.hi) - sl_bits(below.hi) + (1u << 31) * (uint64_t)(1u << 20);
    double k = sl_from_bits((ratio >> 52) | SL_BITS_OF_2_52) - 0x1p52;
    double power = sl_from_bits((ratio & ~SL_MANTISSA_BITS) + sl_bits(1.0));
    sl_pair n = sl_exact_sum(above.hi, -power * below.hi), d = sl_exact_sum(above.hi, power * below.hi);
    n.lo += sl_fma(-power, below.lo, above.lo);
    d.lo += sl_fma(power, below.lo, above.lo);
    int near = k == 0.0;
    sl_pair own_n = {near ? 2.0 * size : n.hi, near ? 0.0 : n.lo};
    double result = 0.5 * sl_log_of_quotient(k, own_n, d);
    result = size < 0x1p-28 ? size : result;
    result = size < 1.0 ? result : size == 1.0 ? SL_INFINITY : SL_NAN;
    return sl_copysign(result, x);
}
#endif
