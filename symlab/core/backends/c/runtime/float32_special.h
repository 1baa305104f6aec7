/* Functions of float32 that are computed in float64, with series that are as long as float32 asks for. */
#ifndef SL_FLOAT32_SPECIAL_H
#define SL_FLOAT32_SPECIAL_H

#include "error_function.h"
#include "float32_logarithm.h"
#include "gamma.h"
#include "inverse_error_function.h"

/* log(x) for a normal x > 0; relative error below 2^-33. */
SL_INLINE double sl_quick_log(double x) {
    uint64_t bits = sl_bits(x) + (0x3ff0000000000000u - SL_SQRT_HALF_BITS);
    double k = sl_from_bits((bits >> 52) | SL_BITS_OF_2_52) - SL_EXPONENT_BIAS;
    double f = sl_from_bits((bits & SL_MANTISSA_BITS) + SL_SQRT_HALF_BITS) - 1.0, f2 = f * f;
    double f4 = f2 * f2;
    double low = sl_cubic(f, f2, -0x1.000000186a7ap-1, 0x1.5555546d49a34p-2, -0x1.ffffacec916e8p-3,
                          0x1.999a1b0dd0582p-3);
    double middle = sl_cubic(f, f2, -0x1.556887bdf207ap-3, 0x1.2492346c68d21p-3, -0x1.fc6be9d28ff3p-4,
                             0x1.c36c53022dadap-4);
    double high = sl_quadratic(f, f2, -0x1.bd41ddf8a7eecp-4, 0x1.b76233459c947p-4, -0x1.eb0c03ca827e7p-5);
    double sum = sl_fma(sl_fma(high, f4, middle), f4, low);
    return sl_fma(k, 0x1.62e42fefa39efp-1, sl_fma(f2, sum, f));
}

/* e^x for |x| <= 700; relative error below 2^-34. */
SL_INLINE double sl_quick_exp(double x) {
    double shifted = sl_fma(x, SL_LOG2_E, SL_ROUND_BY_ADDING), k = shifted - SL_ROUND_BY_ADDING;
    double r = sl_fma(k, -0x1.62e42fefa39efp-1, x), r2 = r * r;
    double r4 = r2 * r2;
    double low = sl_cubic(r, r2, 0x1.0000003a8589ap-1, 0x1.555554415c3e5p-3, 0x1.55548ce2111aep-5,
                          0x1.11127250cfc97p-7);
    double middle = sl_fma(r, 0x1.9f07ed730efc1p-13, 0x1.6d8ddc3e82bc7p-10);
    double sum = sl_fma(middle, r4, low);
    return sl_from_bits(sl_bits(1.0 + sl_fma(r2, sum, r)) + (sl_bits(shifted) << 52));
}

/* 1 / x for x within the range of float32; relative error below 2^-45. */
SL_INLINE double sl_quick_inverse(double x) {
    double y = 1.0f / (float)x;
    return sl_fma(sl_fma(-x, y, 1.0), y, y);
}

/* log2(m) for m between sqrt(1/2) and sqrt(2), relative error below 2^-32, and 2^r for |r| <= 1/2, below 2^-28. */
SL_INLINE double sl_quick_log2_fraction(float m) {
    double f = (double)m - 1.0, f2 = f * f;
    double f4 = f2 * f2;
    double low = sl_cubic(f, f2, 0x1.71547652ef96dp0, -0x1.7154767bb13a4p-1, 0x1.ec709c00ea59dp-2,
                          -0x1.715435e86b9fap-2);
    double middle = sl_cubic(f, f2, 0x1.277732cc5bc63p-2, -0x1.ec8d74e9cf96ep-3, 0x1.a615cd0c27577p-3,
                             -0x1.6eb01a460b06ap-3);
    double high = sl_cubic(f, f2, 0x1.45a26b51e6dbcp-3, -0x1.41803333c93e4p-3, 0x1.3d26fbdaf7d35p-3,
                           -0x1.61adaf57b295cp-4);
    double sum = sl_fma(sl_fma(high, f4, middle), f4, low);
    return f * sum;
}

SL_INLINE double sl_quick_exp2_fraction(double r) {
    double r2 = r * r;
    double r4 = r2 * r2;
    double low = sl_cubic(r, r2, 0x1.62e430af6015ep-1, 0x1.ebfbdc3b0abf1p-3, 0x1.c6aee839f922cp-5,
                          0x1.3b2d4d7a41014p-7);
    double middle = sl_fma(r, 0x1.41fb9f71fddc7p-13, 0x1.5f3e7f4374fc6p-10);
    double sum = sl_fma(middle, r4, low);
    return sl_fma(sum, r, 1.0);
}

/* |x|^y for 0 < |x| < infinity as 2^(y log2 |x|). */
SL_INLINE float sl_power_of_sizef(float size, float y) {
    int subnormal = size < SL_SMALLEST_NORMALF;
    uint32_t bits = sl_bitsf(subnormal ? size * 0x1p24f : size) + (0x3f800000u - SL_SQRT_HALF_BITSF);
    float k = (float)((int32_t)(bits >> 23) - (subnormal ? 127 + 24 : 127));
    float m = sl_from_bitsf((bits & 0x007fffffu) + SL_SQRT_HALF_BITSF);
    double exponent = y * (k + sl_quick_log2_fraction(m));
    exponent = exponent > 300.0 ? 300.0 : exponent;
    exponent = exponent < -300.0 ? -300.0 : exponent;
    double shifted = exponent + SL_ROUND_BY_ADDING, left = exponent - (shifted - SL_ROUND_BY_ADDING);
    double power = sl_quick_exp2_fraction(left);
    return (float)sl_from_bits(sl_bits(power) + (sl_bits(shifted) << 52));
}

/* x to the power y, with the special values of C (Annex F). */
SL_INLINE float sl_powf(float x, float y) {
    float size = sl_fabsf(x), result = sl_power_of_sizef(size, y);
    float edge = (y > 0.0f) == (size > 1.0f) ? SL_INFINITYF : 0.0f;
    result = sl_bitsf(size) - 1 < sl_bitsf(SL_INFINITYF) - 1 ? result : edge;
    int integer = __builtin_rintf(y) == y, odd = integer & (__builtin_rintf(0.5f * y) != 0.5f * y);
    result = sl_from_bitsf(sl_bitsf(result) ^ (odd ? sl_bitsf(x) & sl_bitsf(-0.0f) : 0));
    result = (x < 0.0f) & (x > -SL_INFINITYF) & !integer ? SL_NANF : result;
    result = (x == x) & (y == y) ? result : SL_NANF;
    return (x == 1.0f) | (y == 0.0f) | ((size == 1.0f) & (sl_fabsf(y) == SL_INFINITYF)) ? 1.0f : result;
}

/* The cube root: v^(-1/3) for v = 2^(e mod 3) m by a polynomial and a step of Newton's, then the residue. */
SL_INLINE float sl_cbrtf(float x) {
    float size = sl_fabsf(x);
    int subnormal = size < SL_SMALLEST_NORMALF;
    uint32_t bits = sl_bitsf(subnormal ? size * 0x1p24f : size) + (0x3f800000u - SL_SQRT_HALF_BITSF);
    float e = (float)((int32_t)(bits >> 23) - (subnormal ? 127 + 24 : 127));
    float m = sl_from_bitsf((bits & 0x007fffffu) + SL_SQRT_HALF_BITSF);
    float shifted = sl_fmaf(e, 0x1.555556p-2f, SL_ROUND_BY_ADDINGF), third = shifted - SL_ROUND_BY_ADDINGF;
    float left = sl_fmaf(third, -3.0f, e), v = m * (left > 0.0f ? 2.0f : left < 0.0f ? 0.5f : 1.0f);
    float inverse = sl_cubicf(m, m * m, 0x1.bb0fe4p0f, -0x1.4925fap0f, 0x1.6d3b62p-1f, -0x1.44b0eap-3f);
    inverse *= left > 0.0f ? 0x1.965feap-1f : left < 0.0f ? 0x1.428a3p0f : 1.0f;
    float error = sl_fmaf(-v * inverse, inverse * inverse, 1.0f);
    inverse = sl_fmaf(inverse * error, 0x1.555556p-2f, inverse);
    float square = inverse * inverse, root = v * square, residue = sl_fmaf(-root * root, root, v);
    root = sl_fmaf(residue, square * 0x1.555556p-2f, root);
    float result = sl_from_bitsf(sl_bitsf(root) + (sl_bitsf(shifted) << 23));
    return (size > 0.0f) & (size < SL_INFINITYF) ? sl_copysignf(result, x) : x;
}

/* sqrt(x^2 + y^2), infinite if either is. */
SL_INLINE float sl_hypotf(float x, float y) {
    float a = sl_fabsf(x), b = sl_fabsf(y), larger = a > b ? a : b;
    float up = larger > 0x1p60f ? 0x1p-70f : larger < 0x1p-40f ? 0x1p80f : 1.0f;
    float down = larger > 0x1p60f ? 0x1p70f : larger < 0x1p-40f ? 0x1p-80f : 1.0f;
    float big = larger * up, small = (a > b ? b : a) * up, square = big * big, tail = sl_product_tailf(big, big,
                                                                                                       square);
    float sum = sl_fmaf(small, small, square), root = __builtin_sqrtf(sum);
    float residue = tail + sl_fmaf(small, small, square - sum) - sl_product_tailf(root, root, sum);
    float result = larger > 0.0f ? sl_fmaf(residue, 0.5f / root, root) * down : a + b;
    return (a == SL_INFINITYF) | (b == SL_INFINITYF) ? SL_INFINITYF : result;
}

/* erf(x) / x by x^2, for |x| <= 1; error below 2^-34. */
SL_INLINE double sl_quick_erf_ratio(double square) {
    double square2 = square * square;
    double square4 = square2 * square2;
    double low = sl_cubic(square, square2, 0x1.20dd7504007e6p+0, -0x1.8127465fb9877p-2, 0x1.ce2f0798af1c8p-4,
                          -0x1.b829a7a5eb654p-6);
    double middle = sl_cubic(square, square2, 0x1.5628edf007775p-8, -0x1.bcbe9a8cc99ffp-11, 0x1.d82692205f972p-14,
                             -0x1.438405a9f22ebp-17);
    return sl_fma(middle, square4, low);
}

/* The error function: x P(x^2) up to 1, then 1 - e^(log erfc |x|). */
SL_INLINE float sl_erff(float x) {
    float size = sl_fabsf(x);
    double value = size, bounded = size > 4.2f ? 4.2 : value, bounded2 = bounded * bounded;
    double bounded4 = bounded2 * bounded2;
    double low = sl_cubic(bounded, bounded2, 0x1.963a462a206bbp-13, -0x1.212df20776f8ep0, -0x1.442d182232d44p-1,
                          -0x1.bc66ce2e91a62p-4);
    double middle = sl_cubic(bounded, bounded2, 0x1.9df97827e5a5ep-6, -0x1.155f34ef75d87p-8, 0x1.d739989de300ep-12,
                             -0x1.81caf2658902p-16);
    double sum = sl_fma(sl_fma(0x1.86e80186028ffp-24, bounded4, middle), bounded4, low);
    double far = 1.0 - sl_quick_exp(sum), near = value * sl_quick_erf_ratio(value * value);
    return sl_copysignf((float)(size <= 1.0f ? near : far), x);
}

/* e^(x^2) erfc(x) for x >= 0.75: R(t) / (x + 2) with t = 1 - 5.5 / (x + 2); error below 2^-28. */
SL_INLINE double sl_quick_erfcx(double x) {
    double inverse = sl_quick_inverse(x + 2.0), t = sl_fma(-5.5, inverse, 1.0), t2 = t * t;
    double t4 = t2 * t2;
    double low = sl_cubic(t, t2, 0x1.b54e933ef5731p-1, -0x1.956cdf10c7729p-2, 0x1.05b3f7c6756f7p-3,
                          -0x1.54a67da44238fp-6);
    double middle = sl_cubic(t, t2, -0x1.70d12dbcd46e7p-9, 0x1.fdc759afe2306p-10, 0x1.ac594f12cb280p-15,
                             -0x1.988ea76949d7ep-13);
    double high = sl_cubic(t, t2, -0x1.04b5660d77d49p-18, 0x1.7b210149525b2p-16, 0x1.01c09a0133b60p-20,
                           -0x1.1f3fa57262b28p-19);
    double sum = sl_fma(sl_fma(high, t4, middle), t4, low);
    return sum * inverse;
}

/* The complementary error function. */
SL_INLINE float sl_erfcf(float x) {
    double value = x, size = sl_fabsf(x), bounded = size > 11.0 ? 11.0 : size;
    double far = sl_quick_exp(-bounded * bounded) * sl_quick_erfcx(bounded);
    double near = sl_fma(-value, sl_quick_erf_ratio(value * value), 1.0);
    return (float)(size <= 0.75 ? near : x < 0.0f ? 2.0 - far : far);
}

/* The scaled complementary error function. */
SL_INLINE float sl_erfcxf(float x) {
    double value = x, size = sl_fabsf(x), bounded = size > 11.0 ? 11.0 : size, power = sl_quick_exp(bounded * bounded);
    double far = sl_quick_erfcx(size > 0x1p60 ? 0x1p60 : size) * (size > 0x1p60 ? 0x1p60 / size : 1.0);
    double near = power * sl_fma(-value, sl_quick_erf_ratio(value * value), 1.0);
    return (float)(size <= 0.75 ? near : x < 0.0f ? 2.0 * power - far : far);
}

/* log(1 - e^x) for x < 0. */
SL_INLINE float sl_log1mexpf(float x) {
    double value = x, bounded = x < -110.0f ? -110.0 : value, power = sl_quick_exp(bounded), square = value * value;
    double near = -sl_fma(square, sl_fma(value, 0x1.5555555555555p-3, 0.5), value);
    double result = sl_quick_log(x > -0x1p-11f ? near : 1.0 - power);
    result = x < -16.0f ? -sl_fma(0.5 * power, power, power) : result;
    return x < 0.0f ? (float)result : x == 0.0f ? -SL_INFINITYF : SL_NANF;
}

/* log(e^a + e^b) as the larger plus log1p(e^-|a - b|). */
SL_INLINE float sl_logaddexpf(float a, float b) {
    float larger = (a > b) | (a != a) ? a : b;
    double size = a == b ? 0.0 : sl_fabs((double)a - b), decayed = sl_quick_exp(size > 200.0 ? -200.0 : -size);
    double log1p = decayed < 0x1p-12 ? sl_fma(-0.5 * decayed, decayed, decayed) : sl_quick_log(1.0 + decayed);
    return sl_fabsf(larger) < SL_INFINITYF ? (float)(larger + log1p) : larger;
}

/* x log(y), and 0 for x = 0 whatever y is, unless it is nan. */
SL_INLINE float sl_xlogy0f(float x, float y) {
    float result = (float)(x * sl_log_checked(y, sl_quick_log(y)));
    return (x == 0.0f) & (y == y) ? 0.0f : result;
}

/* x log(x), and 0 for x = 0. */
SL_INLINE float sl_xlogxf(float x) { return sl_xlogy0f(x, x); }

SL_INLINE float sl_lgammaf(float x) { return (float)sl_lgamma(x); }
SL_INLINE float sl_tgammaf(float x) { return (float)sl_tgamma(x); }
SL_INLINE float sl_psif(float x) { return (float)sl_psi(x); }
SL_INLINE float sl_erfinvf(float x) { return (float)sl_erfinv(x); }
SL_INLINE float sl_erfcinvf(float x) { return (float)sl_erfcinv(x); }

#endif
