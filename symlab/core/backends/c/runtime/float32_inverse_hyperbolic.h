/* asinh, acosh and atanh in float32, by the formulas of float64. */
#ifndef SL_FLOAT32_INVERSE_HYPERBOLIC_H
#define SL_FLOAT32_INVERSE_HYPERBOLIC_H

#include "float32_logarithm.h"

/* k ln 2 + 2 atanh(n / d) for |n / d| <= 0.204. */
SL_INLINE float sl_log_of_quotientf(float k, sl_pairf n, sl_pairf d) {
    float inverse = 1.0f / d.hi, s = n.hi * inverse, z = s * s;
    float remainder = sl_fmaf(-s, d.lo, n.lo) - sl_product_tailf(s, d.hi, n.hi);
    float series = sl_quadraticf(z, z * z, 0x1.5555cp-1f, 0x1.992186p-2f, 0x1.37ac04p-2f);
    sl_pairf sum = sl_ordered_sumf(k * SL_LN2_HIF, 2.0f * s);
    float rest = sl_fmaf(2.0f * remainder, inverse, k * SL_LN2_LOF);
    return sum.hi + (sum.lo + sl_fmaf(s * z, series, rest));
}

/* log(u) for u >= 1 with a quotient of its own where u < sqrt(2); `more` is added to the exponent of u. */
SL_INLINE float sl_log_from_onef(sl_pairf u, float more, sl_pairf own_n, sl_pairf own_d) {
    sl_log_partsf p = sl_log_splitf(u.hi, 127);
    float low = 0.5f * u.lo * p.twice_down, plus = p.f + 2.0f;
    int near = u.hi < 0x1.6a09e6p0f;
    sl_pairf n = {near ? own_n.hi : p.f, near ? own_n.lo : low};
    sl_pairf d = {near ? own_d.hi : plus, near ? own_d.lo : (p.f - (plus - 2.0f)) + low};
    return sl_log_of_quotientf(p.k + more, n, d);
}

/* The square root of x.hi + x.lo; its tail is good to 4%. */
SL_INLINE sl_pairf sl_sqrt_pairf(sl_pairf x) {
    float root = __builtin_sqrtf(x.hi), remainder = x.lo - sl_product_tailf(root, root, x.hi);
    return SL_NEW(sl_pairf){root, remainder * sl_from_bitsf(0x5eb504f3u - (sl_bitsf(x.hi) >> 1))};
}

/* asinh |x| = log(|x| + sqrt(x^2 + 1)), and tanh(asinh |x| / 2) = |x| / (1 + sqrt(x^2 + 1)). */
SL_INLINE float sl_asinhf(float x) {
    float size = sl_fabsf(x);
    int large = size > 0x1p30f;
    float base = large ? 0.0f : size, square = base * base;
    sl_pairf w = sl_exact_sumf(square, 1.0f);
    w.lo += sl_product_tailf(base, base, square);
    sl_pairf root = sl_sqrt_pairf(w), u = sl_exact_sumf(size, large ? 0.0f : root.hi), d = sl_ordered_sumf(root.hi,
                                                                                                           1.0f);
    u.lo += root.lo;
    d.lo += root.lo;
    float result = sl_log_from_onef(u, large ? 1.0f : 0.0f, SL_NEW(sl_pairf){size, 0.0f}, d);
    result = size < 0x1p-13f ? size : result;
    return sl_copysignf(size < SL_INFINITYF ? result : size, x);
}

/* acosh x = log(x + sqrt(x^2 - 1)), and tanh(acosh(x) / 2) = sqrt(x^2 - 1) / (x + 1). */
SL_INLINE float sl_acoshf(float x) {
    int large = x > 0x1p30f;
    float above = large ? 0.0f : x - 1.0f, square = above * above;
    sl_pairf w = sl_exact_sumf(square, 2.0f * above);
    w.lo += sl_product_tailf(above, above, square);
    sl_pairf root = sl_sqrt_pairf(w), u = sl_ordered_sumf(x, root.hi);
    u.lo += root.lo;
    float result = sl_log_from_onef(u, large ? 1.0f : 0.0f, root, sl_ordered_sumf(x, 1.0f));
    result = x < 1.0f ? SL_NANF : result;
    return x < SL_INFINITYF ? result : x;
}

/* atanh |x| = log((1 + |x|) / (1 - |x|)) / 2; k is found from the bit patterns. */
SL_INLINE float sl_atanhf(float x) {
    float size = sl_fabsf(x);
    sl_pairf above = sl_ordered_sumf(1.0f, size), below = sl_ordered_sumf(1.0f, -size);
    uint32_t ratio = sl_bitsf(above.hi) - sl_bitsf(below.hi) + 0x00400000u;
    float k = (float)(ratio >> 23), power = sl_from_bitsf((ratio & 0xff800000u) + 0x3f800000u);
    float scaled = power * below.hi, low = power * below.lo;
    sl_pairf n = sl_exact_sumf(above.hi, -scaled), d = sl_exact_sumf(above.hi, scaled);
    int near = ratio < 0x00800000u;
    sl_pairf own_n = {near ? 2.0f * size : n.hi, near ? 0.0f : n.lo + (above.lo - low)};
    float result = 0.5f * sl_log_of_quotientf(k, own_n, SL_NEW(sl_pairf){d.hi, d.lo + (above.lo + low)});
    result = size < 0x1p-13f ? size : result;
    result = size < 1.0f ? result : size == 1.0f ? SL_INFINITYF : SL_NANF;
    return sl_copysignf(result, x);
}

#endif
