/* The gamma function, its logarithm and the digamma function in float64: scalar functions, not for vector loops. */
#ifndef SL_GAMMA_H
#define SL_GAMMA_H

#include "logarithm.h"

/* The natural logarithm of |gamma(x)|. */
SL_INLINE double sl_lgamma(double x) {
    int sign;
    return x == -SL_INFINITY ? x : __builtin_lgamma_r(x, &sign); /* at -inf as in SciPy */
}

/* The gamma function; nan at the negative integers and at minus infinity. */
SL_INLINE double sl_tgamma(double x) { return __builtin_tgamma(x); }

/* psi(x) on [1, 2] as (x - root) G(t) with t = 2 x - 3; the leading terms of G are summed as pairs. Error below 2^-57. */
SL_INLINE sl_pair sl_psi_middle(double x) {
    double t = sl_fma(2.0, x, -3.0), t2 = t * t;
    double t4 = t2 * t2;
    double part0 = sl_cubic(t, t2, 0x1.eca189b8e6f6dp-5, -0x1.2feeeb98a78eap-6, 0x1.8512e5903903ep-8, -0x1.fb44202a2306bp-10);
    double part1 = sl_cubic(t, t2, 0x1.4de9aa1779d23p-11, -0x1.b9f8b11bfd3d0p-13, 0x1.2564717896ec6p-14, -0x1.863563f44f303p-16);
    double part2 = sl_cubic(t, t2, 0x1.03c0adafa529cp-17, -0x1.5a06a5d662cb4p-19, 0x1.cd2011454fd05p-21, -0x1.336dbe66757c8p-22);
    double part3 = sl_cubic(t, t2, 0x1.99d3f5c0cad5ep-24, -0x1.0fb38d217b800p-25, 0x1.6a3e76070c135p-27, -0x1.fd8e50abf2196p-29);
    double part4 = sl_cubic(t, t2, 0x1.53b23429da21bp-30, -0x1.2fae5cb379bf2p-32, 0x1.94e73cc9821e1p-34, -0x1.75c084e78a4cdp-34);
    double t8 = t4 * t4;
    double sum = sl_fma(sl_fma(sl_fma(0x1.f255c4568ac4dp-36, t4, part4), t8, sl_fma(part3, t4, part2)), t8, sl_fma(part1, t4, part0));
    sl_pair inner = sl_fused_sum(t, sum, -0x1.b1cb63005ee98p-3), factor = sl_fused_sum(t, inner.hi, 0x1.e6f0cbb873616p-1);
    factor.lo += sl_fma(t, inner.lo, 0x1.8f70c7a125e6ap-55);
    double distance = x - 0x1.762d86356be3fp0;
    sl_pair product = sl_product(distance, factor.hi);
    product.lo += sl_fma(distance, factor.lo, -0x1.b86a722197829p-54 * factor.hi);
    return product;
}

/* psi on [1, 10): psi(y) + 1/y + 1/(y+1) + ... with y in [1, 2]. */
SL_INLINE sl_pair sl_psi_by_recurrence(double x) {
    double y = x, low = 0.0, sum = 0.0;
    while (y > 2.0) {
        y -= 1.0;
        sl_pair next = sl_exact_sum(1.0 / y, sum);
        sum = next.hi;
        low += next.lo;
    }
    sl_pair middle = sl_psi_middle(y), total = sl_exact_sum(sum, middle.hi);
    total.lo += low + middle.lo;
    return total;
}

/* psi for x >= 10: log(x) - 1/(2x) - sum of B_2n / (2n x^2n). */
SL_INLINE double sl_psi_asymptotic(double x) {
    double inverse = 1.0 / x, z = inverse * inverse, z2 = z * z;
    double low = sl_cubic(z, z2, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240);
    double high = sl_cubic(z, z2, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160);
    return sl_log(x) - sl_fma(sl_fma(high, z2 * z2, low), z, 0.5 * inverse);
}

SL_INLINE double sl_psi_positive(double x) {
    if (x >= 10.0) return sl_psi_asymptotic(x);
    if (x < 0x1p-60) return -1.0 / x;
    sl_pair result = sl_psi_by_recurrence(x < 1.0 ? x + 1.0 : x);
    if (x >= 1.0) return result.hi + result.lo;
    sl_pair total = sl_exact_sum(-1.0 / x, result.hi);
    return total.hi + (total.lo + result.lo);
}

/* The digamma function, the derivative of lgamma; for x < 0 by reflection, -inf at 0, inf at -0, nan at the poles. */
SL_HELPER double sl_psi(double x) {
    if (x > 0.0) return sl_psi_positive(x);
    if (x == 0.0) return sl_copysign(SL_INFINITY, -x);
    double fraction = x - __builtin_rint(x);
    if (!(fraction != 0.0)) return SL_NAN;
    return sl_psi_positive(1.0 - x) - 0x1.921fb54442d18p1 / __builtin_tan(0x1.921fb54442d18p1 * fraction);
}

#endif
