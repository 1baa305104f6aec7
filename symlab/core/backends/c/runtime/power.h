/* pow, cbrt and hypot in float64. */
#ifndef SL_POWER_H
#define SL_POWER_H

#include "logarithm.h"

/* log(x) for finite x > 0 as a pair, not normalized, with a relative error below 2^-65: k ln 2 + t + t^3 (1/12 + ...)
   with t = 2 f / (2 + f), where all but the terms from t^5 on is computed in pairs. */
SL_INLINE sl_pair sl_log_precise(double x) {
    sl_log_parts p = sl_log_split_any(x);
    sl_pair d = sl_ordered_sum(2.0, p.f);
    double f = 2.0 * p.f, inverse = 1.0 / d.hi, t = f * inverse;
    double t_low = (-sl_product_tail(t, d.hi, f) - t * d.lo) * inverse;
    sl_pair w = sl_product(t, t), cube = sl_product(t, w.hi);
    w.lo = sl_fma(2.0 * t, t_low, w.lo);
    cube.lo += sl_fma(t, w.lo, t_low * w.hi);
    double w2 = w.hi * w.hi;
    double w4 = w2 * w2;
    double low = sl_cubic(w.hi, w2, 0x1.999999999999ap-7, 0x1.24924924922fbp-9, 0x1.c71c71c74d6acp-12,
                          0x1.745d173c1370fp-14);
    double middle = sl_cubic(w.hi, w2, 0x1.3b13aa1eb5f1ep-16, 0x1.111540545fdd1p-18, 0x1.e01cc783f8fb1p-21,
                             0x1.da841491ab211p-23);
    double series = sl_fma(middle, w4, low);
    sl_pair inner = sl_fused_sum(w.hi, series, 0x1.5555555555555p-4), cubic = sl_product(cube.hi, inner.hi);
    cubic.lo += sl_fma(cube.hi, inner.lo + 0x1.5555555555555p-58, cube.lo * inner.hi);
    sl_pair sum = sl_ordered_sum(p.k * SL_LN2_HI, t), total = sl_ordered_sum(sum.hi, cubic.hi);
    return SL_NEW(sl_pair){total.hi, (total.lo + cubic.lo) + (sum.lo + sl_fma(p.k, SL_LN2_LO, t_low))};
}

/* e^(hi + lo) for |hi| <= 750 and |lo| far below 1; the power is built 2^64 nearer to 1 and scaled at the end. */
SL_INLINE double sl_exp_of_pair(sl_pair x) {
    int small = x.hi < 0.0;
    double rounder = SL_ROUND_BY_ADDING + (small ? 64.0 : -64.0), scale = small ? 0x1p-64 : 0x1p64;
    double shifted = sl_fma(x.hi, SL_LOG2_E, rounder), k = shifted - rounder;
    double rest = sl_fma(k, -SL_LN2_HI, x.hi), low = sl_fma(k, -SL_LN2_LO, x.lo);
    double r = rest + low, r_tail = (rest - r) + low, r2 = r * r;
    double sum = 1.0 + r, tail = (r - (sum - 1.0)) + r_tail;
    double power = sum + sl_fma(r2, sl_exp_series(r, r2), tail);
    return sl_from_bits(sl_bits(power) + (sl_bits(shifted) << 52)) * scale;
}

/* |x|^y for numbers, with the values that it has at 0 and infinity. */
SL_INLINE double sl_power_of_size(double size, double y) {
    sl_pair logarithm = sl_log_precise(size);
    int ordinary = sl_bits(size) - 1 < sl_bits(SL_INFINITY) - 1;
    double hi = ordinary ? logarithm.hi : sl_copysign(SL_INFINITY, size - 1.0);
    double exponent = hi == 0.0 ? 0.0 : y * hi;
    double low = sl_fma(y, logarithm.lo, sl_product_tail(y, hi, exponent));
    low = sl_fabs(low) < 1.0 ? low : 0.0; /* it is nan where y or the logarithm is infinite */
    double bounded = sl_fabs(exponent) < 750.0 ? exponent : sl_copysign(750.0, exponent);
    return sl_exp_of_pair(SL_NEW(sl_pair){bounded, low});
}

/* x to the power y, with the special values of C (Annex F). */
SL_INLINE double sl_pow(double x, double y) {
    double result = sl_power_of_size(sl_fabs(x), y);
    int integer = __builtin_rint(y) == y, odd = integer & (__builtin_rint(0.5 * y) != 0.5 * y);
    result = sl_from_bits(sl_bits(result) ^ (odd ? sl_bits(x) & sl_bits(-0.0) : 0));
    result = (x < 0.0) & (x > -SL_INFINITY) & !integer ? SL_NAN : result;
    result = (x == x) & (y == y) ? result : SL_NAN;
    return (x == 1.0) | (y == 0.0) ? 1.0 : result;
}

/* The cube root. With v = 2^(e mod 3) m a polynomial gives v^(-1/3) to 12 bits, one step of third order 33 bits,
   and the root itself is corrected by its exact residue. */
SL_INLINE double sl_cbrt(double x) {
    double size = sl_fabs(x);
    int subnormal = size < SL_SMALLEST_NORMAL;
    uint64_t bits = sl_bits(subnormal ? size * 0x1p54 : size) + (0x3ff0000000000000u - SL_SQRT_HALF_BITS);
    double e = sl_from_bits((bits >> 52) | SL_BITS_OF_2_52) - (subnormal ? SL_EXPONENT_BIAS + 54 : SL_EXPONENT_BIAS);
    double m = sl_from_bits((bits & SL_MANTISSA_BITS) + SL_SQRT_HALF_BITS);
    double shifted = sl_fma(e, 0x1.5555555555555p-2, SL_ROUND_BY_ADDING), third = shifted - SL_ROUND_BY_ADDING;
    double left = sl_fma(third, -3.0, e);
    double v = m * (left > 0.0 ? 2.0 : left < 0.0 ? 0.5 : 1.0);
    double inverse = sl_fma(sl_fma(sl_fma(m, -0x1.44b0e914424dp-3, 0x1.6d3b62fdb85fap-1), m, -0x1.4925fa578c7a2p0), m,
                            0x1.bb0fe3b705ed4p0);
    inverse *= left > 0.0 ? 0x1.965fea53d6e3dp-1 : left < 0.0 ? 0x1.428a2f98d728bp0 : 1.0;
    double error = sl_fma(-v * inverse, inverse * inverse, 1.0);
    inverse = sl_fma(inverse * error, sl_fma(error, 0x1.c71c71c71c71cp-3, 0x1.5555555555555p-2), inverse);
    double root = v * (inverse * inverse);
    double square = root * root, third_inverse = inverse * inverse * 0x1.5555555555555p-2;
    double residue = -sl_product_tail(square, root, v) - sl_product_tail(root, root, square) * root;
    root = sl_fma(residue, third_inverse, root);
    double result = sl_from_bits(sl_bits(root) + (sl_bits(shifted) << 52));
    return (size > 0.0) & (size < SL_INFINITY) ? sl_copysign(result, x) : x;
}

/* sqrt(x^2 + y^2) without overflow on the way; infinite if either is, even beside nan. */
SL_INLINE double sl_hypot(double x, double y) {
    double a = sl_fabs(x), b = sl_fabs(y), larger = a > b ? a : b;
    double up = larger > 0x1p500 ? 0x1p-600 : larger < 0x1p-500 ? 0x1p600 : 1.0;
    double down = larger > 0x1p500 ? 0x1p600 : larger < 0x1p-500 ? 0x1p-600 : 1.0;
    double big = larger * up, small = (a > b ? b : a) * up;
    sl_pair square = sl_product(big, big), sum = sl_ordered_sum(square.hi, small * small);
    double root = __builtin_sqrt(sum.hi), residue = square.lo + sum.lo - sl_product_tail(root, root, sum.hi);
    double result = sl_fma(residue, sl_rough_half_inverse_sqrt(sum.hi), root) * down;
    result = larger > 0.0 ? result : a + b;
    return (a == SL_INFINITY) | (b == SL_INFINITY) ? SL_INFINITY : result;
}

#endif
