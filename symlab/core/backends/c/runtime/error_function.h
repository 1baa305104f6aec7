/* erf, erfc and erfcx in float64. */
#ifndef SL_ERROR_FUNCTION_H
#define SL_ERROR_FUNCTION_H

#include "exponential.h"

/* (erf(x) - x) / x by x^2, for |x| <= 1.125; error below 2^-58. */
SL_INLINE double sl_erf_series(double square) {
    double square2 = square * square;
    double square4 = square2 * square2;
    double low = sl_cubic(square, square2, 0x1.ce2f21a042b66p-4, -0x1.b82ce312869d9p-6, 0x1.565bcd0e1b70dp-8,
                          -0x1.c02db3f1f24c4p-11);
    double middle = sl_cubic(square, square2, 0x1.f9a3254334e19p-14, -0x1.f4d238174737bp-17, 0x1.b9e4afdb26186p-20,
                             -0x1.5f5de8b569e5fp-23);
    double high = sl_cubic(square, square2, 0x1.fb76393a3517ep-27, -0x1.4af7c965eb65p-30, 0x1.6e0595c7deb9p-34,
                           -0x1.03f620804308fp-38);
    double sum = sl_fma(sl_fma(high, square4, middle), square4, low);
    return sl_fma(sum, square2, sl_fma(square, -0x1.812746b0379e6p-2, 0x1.06eba8214db69p-3));
}

/* log(erfc(x)) for 1.125 <= x <= 6; times erfc(x) its error is below 2^-57. */
SL_INLINE double sl_log_erfc_series(double x) {
    double x2 = x * x;
    double x4 = x2 * x2;
    double part0 = sl_cubic(x, x2, -0x1.1dfeec20829c5p-20, -0x1.20dccb4bd46d5p0, -0x1.45f8e780d248ap-1,
                            -0x1.a473c34abcb4fp-4);
    double part1 = sl_cubic(x, x2, 0x1.358ff220bc19dp-6, 0x1.18f4b7c331cfep-11, -0x1.0b658ab209cc1p-9,
                            0x1.c611d7e1c6ab4p-11);
    double part2 = sl_cubic(x, x2, -0x1.9404f5e6ad052p-13, 0x1.e243b28253ebap-18, 0x1.a32f55afe4baep-17,
                            -0x1.78e7005210f3cp-18);
    double part3 = sl_cubic(x, x2, 0x1.81c5f91746f8p-20, -0x1.0e7c5bc731a4fp-22, 0x1.09f6615c58618p-25,
                            -0x1.61d255387665ep-29);
    double part4 = sl_fma(x, -0x1.b049578355aa9p-39, 0x1.1f82b3c303bd8p-33);
    double x8 = x4 * x4;
    return sl_fma(sl_fma(part4, x8, sl_fma(part3, x4, part2)), x8, sl_fma(part1, x4, part0));
}

/* The error function: x + x P(x^2) up to 1.125, then 1 - e^(log erfc |x|). */
SL_INLINE double sl_erf(double x) {
    double size = sl_fabs(x), bounded = size > 6.0 ? 6.0 : size, exponent = sl_log_erfc_series(bounded);
    double near = sl_fma(size, sl_erf_series(size * size), size);
    double shifted = sl_fma(exponent, SL_LOG2_E, SL_ROUND_BY_ADDING), k = shifted - SL_ROUND_BY_ADDING;
    double r = sl_fma(k, -SL_LN2_LO, sl_fma(k, -SL_LN2_HI, exponent)), r2 = r * r;
    double power = 1.0 + sl_fma(r2, sl_exp_series(r, r2), r);
    double far = 1.0 - sl_from_bits(sl_bits(power) + (sl_bits(shifted) << 52));
    return sl_copysign(size <= 1.125 ? near : far, x);
}

/* erfc(x) for |x| <= 0.75 as 1 - x - x P(x^2). */
SL_INLINE sl_pair sl_erfc_near(double x) {
    sl_pair whole = sl_ordered_sum(1.0, -x);
    return sl_ordered_sum(whole.hi, sl_fma(-x, sl_erf_series(x * x), whole.lo));
}

/* e^(x^2) erfc(x) for x >= 0.75: R(t) / (x + 2), with R a polynomial in t = 1 - 5.5 / (x + 2). */
SL_INLINE sl_pair sl_erfcx_far(double x) {
    sl_pair d = sl_exact_sum(x, 2.0);
    double inverse = 1.0 / d.hi;
    double error = x < 0x1p900 ? sl_fma(-inverse, d.lo, -sl_product_tail(inverse, d.hi, 1.0)) : 0.0;
    double t = sl_fma(-5.5, inverse, 1.0), t2 = t * t, t_tail = -5.5 * inverse * error;
    double t4 = t2 * t2;
    double part0 = sl_cubic(t, t2, 0x1.05b3f9ab7f7cep-3, -0x1.54a687f63179ep-6, -0x1.70d6d1d88f049p-9,
                            0x1.fdceeb9477a91p-10);
    double part1 = sl_cubic(t, t2, 0x1.b2a0409dbe490p-15, -0x1.99942aa91d40ap-13, -0x1.6d9f468b6bc7ep-18,
                            0x1.8b3d30e5138b7p-16);
    double part2 = sl_cubic(t, t2, 0x1.5cc93a315db43p-19, -0x1.96c3dcdd7cbdap-19, -0x1.c52146977c2d2p-21,
                            0x1.60f9ea30e863dp-22);
    double part3 = sl_cubic(t, t2, 0x1.c3ac904860bc2p-23, -0x1.ff519e836f252p-28, -0x1.5ec69f3e3f061p-25,
                            -0x1.5c0ebe1cbe4dbp-27);
    double part4 = sl_cubic(t, t2, 0x1.7b3645abf2958p-28, 0x1.ee0facc4a4f76p-29, -0x1.79d75ef37257bp-32,
                            -0x1.7a373bd63ee08p-31);
    double part5 = sl_fma(t, 0x1.191b4cd3657bep-34, -0x1.df8138cd3d39bp-37);
    double t8 = t4 * t4;
    double sum = sl_fma(sl_fma(sl_fma(part5, t4, part4), t8, sl_fma(part3, t4, part2)), t8, sl_fma(part1, t4, part0));
    sl_pair inner = sl_fused_sum(t, sum, -0x1.956cdf0e7d076p-2);
    sl_pair whole = sl_fused_sum(t, inner.hi, 0x1.b54e933d4807bp-1), result = sl_product(whole.hi, inverse);
    double tail = sl_fma(t, inner.lo, whole.lo + 0x1.9c2419c5a25f2p-55);
    result.lo += sl_fma(tail, inverse, result.hi * sl_fma(t_tail, -0.45, error));
    return result;
}

/* e^x for |x.hi| <= 746 as a pair times a power of two, which is `up` times 2^-64 or 2^64. */
typedef struct {
    sl_pair power;
    double up, scale;
} sl_scaled_pair;

SL_INLINE sl_scaled_pair sl_exp_pair(sl_pair x) {
    int small = x.hi < 0.0;
    double rounder = SL_ROUND_BY_ADDING + (small ? 64.0 : -64.0);
    double shifted = sl_fma(x.hi, SL_LOG2_E, rounder), k = shifted - rounder;
    double rest = sl_fma(k, -SL_LN2_HI, x.hi), low = sl_fma(k, -SL_LN2_LO, x.lo);
    double r = rest + low, r_tail = (rest - r) + low, r2 = r * r, sum = 1.0 + r, tail = (r - (sum - 1.0)) + r_tail;
    sl_pair power = sl_ordered_sum(sum, sl_fma(r2, sl_exp_series(r, r2), tail));
    return SL_NEW(sl_scaled_pair){power, sl_from_bits((sl_bits(shifted) << 52) + sl_bits(1.0)), small ? 0x1p-64 : 0x1p64};
}

SL_INLINE sl_pair sl_pair_product(sl_pair a, sl_pair b) {
    sl_pair product = sl_product(a.hi, b.hi);
    product.lo = sl_fma(a.lo, b.hi, sl_fma(a.hi, b.lo, product.lo));
    return product;
}

/* The complementary error function: e^(-x^2) erfcx(x) from 0.75 on, and 2 - erfc(-x) for x < -0.75. */
SL_INLINE double sl_erfc(double x) {
    double size = sl_fabs(x), bounded = size > 27.3 ? 27.3 : size;
    sl_pair square = sl_product(bounded, bounded), near = sl_erfc_near(size > 0.75 ? 0.0 : x);
    sl_scaled_pair gauss = sl_exp_pair(SL_NEW(sl_pair){-square.hi, -square.lo});
    sl_pair product = sl_pair_product(gauss.power, sl_erfcx_far(bounded));
    double far = (product.hi + product.lo) * gauss.up * gauss.scale;
    far = x < 0.0 ? 2.0 - far : far;
    return size <= 0.75 ? near.hi + near.lo : far;
}

/* The scaled complementary error function e^(x^2) erfc(x); for x < -0.75 it is 2 e^(x^2) - erfcx(-x). */
SL_INLINE double sl_erfcx(double x) {
    double size = sl_fabs(x), bounded = size > 27.0 ? 27.0 : size;
    sl_pair square = sl_product(bounded, bounded), near = sl_erfc_near(size > 0.75 ? 0.0 : x), far = sl_erfcx_far(size);
    sl_scaled_pair power = sl_exp_pair(square);
    sl_pair product = sl_pair_product(power.power, near);
    double middle = (product.hi + product.lo) * power.up * power.scale;
    double left = sl_fma(power.power.lo, power.up, -0x1p-65 * far.hi);
    left = 2.0 * sl_fma(power.power.hi, power.up, left) * power.scale;
    double result = x < 0.0 ? left : far.hi + far.lo;
    return size <= 0.75 ? middle : result;
}

#endif
