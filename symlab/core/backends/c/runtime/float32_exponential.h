/* exp, exp2, expm1, the logistic function and the hyperbolic functions in float32. The formulas are those of
   float64. */
#ifndef SL_FLOAT32_EXPONENTIAL_H
#define SL_FLOAT32_EXPONENTIAL_H

#include "bits.h"

#define SL_ROUND_BY_ADDINGF 0x1.8p23f
#define SL_LOG2_EF 0x1.715476p0f
#define SL_LN2_HIF 0x1.62e4p-1f /* 16 bits: a product with an exponent is exact */
#define SL_LN2_LOF 0x1.7f7d1cp-20f
#define SL_EXP_OVERFLOWF 0x1.62e42ep6f
#define SL_INFINITYF __builtin_inff()
#define SL_NANF __builtin_nanf("")

/* (e^r - 1 - r) / r^2 for |r| <= ln(2)/2; error of e^r below 2^-28. */
SL_INLINE float sl_exp_seriesf(float r, float r2) {
    float low = sl_cubicf(r, r2, 0x1.fffffcp-2f, 0x1.55549p-3f, 0x1.5558a2p-5f, 0x1.123adp-7f);
    return sl_fmaf(r2 * r2, 0x1.6a5e34p-10f, low);
}

/* e^r - 1 - r for |r| <= ln(2)/2; error of e^r - 1 below 2^-30. */
SL_INLINE float sl_expm1_restf(float r, float tail) {
    float r2 = r * r, low = sl_cubicf(r, r2, 0x1.555554p-3f, 0x1.5554fp-5f, 0x1.111306p-7f, 0x1.6d439p-10f);
    float sum = sl_fmaf(r2 * r2, 0x1.9e0cdp-13f, low);
    return sl_fmaf(r2, 0.5f, sl_fmaf(r2 * r, sum, tail));
}

/* The exponential. */
SL_INLINE float sl_expf(float x) {
    int small = x < -80.0f;
    float rounder = small ? SL_ROUND_BY_ADDINGF + 64 : SL_ROUND_BY_ADDINGF, scale = small ? 0x1p-64f : 1.0f;
    float shifted = sl_fmaf(x, SL_LOG2_EF, rounder), k = shifted - rounder;
    float r = sl_fmaf(k, -SL_LN2_LOF, sl_fmaf(k, -SL_LN2_HIF, x)), r2 = r * r;
    float sum = 1.0f + r, tail = r - (sum - 1.0f);
    float power = sum + sl_fmaf(r2, sl_exp_seriesf(r, r2), tail);
    float result = sl_from_bitsf(sl_bitsf(power) + (sl_bitsf(shifted) << 23)) * scale;
    result = x <= SL_EXP_OVERFLOWF ? result : x + SL_INFINITYF;
    return x < -105.0f ? 0.0f : result;
}

/* 2^x. */
SL_INLINE float sl_exp2f(float x) {
    int small = x < -100.0f;
    float rounder = small ? SL_ROUND_BY_ADDINGF + 64 : SL_ROUND_BY_ADDINGF, scale = small ? 0x1p-64f : 1.0f;
    float shifted = x + rounder, r = x - (shifted - rounder), r2 = r * r;
    float low = sl_cubicf(r, r2, 0x1.62e43p-1f, 0x1.ebfbd8p-3f, 0x1.c6af74p-5f, 0x1.3b3096p-7f);
    float series = sl_fmaf(r2 * r2, sl_fmaf(r, 0x1.3fad5ep-13f, 0x1.5f0ca8p-10f), low);
    float result = sl_from_bitsf(sl_bitsf(sl_fmaf(series, r, 1.0f)) + (sl_bitsf(shifted) << 23)) * scale;
    result = x < 128.0f ? result : x + SL_INFINITYF;
    return x < -155.0f ? 0.0f : result;
}

/* e^x - 1 without cancellation for a small x. */
SL_INLINE float sl_expm1f(float x) {
    float bounded = x < -20.0f ? -20.0f : x;
    float rounder = x > 80.0f ? SL_ROUND_BY_ADDINGF - 1 : SL_ROUND_BY_ADDINGF, last = x > 80.0f ? 2.0f : 1.0f;
    float shifted = sl_fmaf(bounded, SL_LOG2_EF, rounder), k = shifted - rounder;
    float rest = sl_fmaf(k, -SL_LN2_HIF, bounded), r = sl_fmaf(k, -SL_LN2_LOF, rest);
    float scale = sl_from_bitsf((sl_bitsf(shifted) << 23) + sl_bitsf(1.0f)), whole = scale - 1.0f;
    float first = sl_fmaf(scale, r, whole), first_tail = sl_fmaf(scale, r, whole - first);
    float result = first + sl_fmaf(scale, sl_expm1_restf(r, sl_fmaf(k, -SL_LN2_LOF, rest - r)), first_tail);
    result = x <= SL_EXP_OVERFLOWF ? result * last : x + SL_INFINITYF;
    return sl_copysignf(result, x);
}

/* e^-size = scale power, for size >= 0. */
typedef struct {
    float hi, lo, scale;
} sl_decayf;

SL_INLINE sl_decayf sl_exp_decayf(float size) {
    float bounded = size > 105.0f ? 105.0f : size, rounder = SL_ROUND_BY_ADDINGF + 64;
    float shifted = sl_fmaf(bounded, -SL_LOG2_EF, rounder), k = shifted - rounder;
    float r = sl_fmaf(k, -SL_LN2_LOF, sl_fmaf(k, -SL_LN2_HIF, -bounded)), r2 = r * r;
    float sum = 1.0f + r, tail = sl_fmaf(r2, sl_exp_seriesf(r, r2), r - (sum - 1.0f)), hi = sum + tail;
    return SL_NEW(sl_decayf){hi, tail - (hi - sum), sl_from_bitsf((sl_bitsf(shifted) << 23) + sl_bitsf(1.0f)) * 0x1p-64f};
}

/* 1 / (1 + e^-x); the denominator's rounding is made good by one step of correction. */
SL_INLINE float sl_sigmoidf(float x) {
    sl_decayf decay = sl_exp_decayf(sl_fabsf(x));
    float power = decay.hi * decay.scale, d = 1.0f + power, d_tail = sl_fmaf(decay.lo, decay.scale, power - (d - 1.0f));
    float n = x < 0.0f ? decay.hi : 1.0f, inverse = 1.0f / d, quotient = n * inverse;
    float remainder = -sl_product_tailf(quotient, d, n) - quotient * d_tail + (x < 0.0f ? decay.lo : 0.0f);
    return sl_fmaf(remainder, inverse, quotient) * (x < 0.0f ? decay.scale : 1.0f);
}

/* The derivative of 1 / (1 + e^-x), e^-|x| / (1 + e^-|x|)^2. */
SL_INLINE float sl_sigmoid_slopef(float x) {
    sl_decayf decay = sl_exp_decayf(sl_fabsf(x));
    float power = decay.hi * decay.scale, d = 1.0f + power, d_tail = sl_fmaf(decay.lo, decay.scale, power - (d - 1.0f));
    float inverse = 1.0f / d, share = decay.hi * inverse;
    share = sl_fmaf(-sl_product_tailf(share, d, decay.hi) - share * d_tail + decay.lo, inverse, share);
    float slope = share * inverse;
    return sl_fmaf(-sl_product_tailf(slope, d, share) - slope * d_tail, inverse, slope) * decay.scale;
}

/* The hyperbolic tangent: x + x^3 P(x^2) up to 0.6, then 1 - 2 / (e^2|x| + 1). */
SL_INLINE float sl_tanhf(float x) {
    float size = sl_fabsf(x), bounded = size > 10.0f ? 10.0f : size, z = size * size, z2 = z * z;
    float low = sl_cubicf(z, z2, -0x1.55553ep-2f, 0x1.1109bep-3f, -0x1.b89abap-5f, 0x1.54c3c2p-6f);
    float near = sl_fmaf(size * z, sl_fmaf(z2 * z2, -0x1.828776p-8f, low), size);
    float shifted = sl_fmaf(bounded, 2.0f * SL_LOG2_EF, SL_ROUND_BY_ADDINGF), k = shifted - SL_ROUND_BY_ADDINGF;
    float r = sl_fmaf(k, -SL_LN2_LOF, sl_fmaf(k, -SL_LN2_HIF, 2.0f * bounded)), r2 = r * r;
    float power = 1.0f + sl_fmaf(r2, sl_exp_seriesf(r, r2), r);
    float far = 1.0f - 2.0f / (sl_from_bitsf(sl_bitsf(power) + (sl_bitsf(shifted) << 23)) + 1.0f);
    return sl_copysignf(size < 0.6f ? near : far, x);
}

/* |x| = k ln 2 + r with 2^(k-1), 2^(-k-1), and the series of sinh and cosh; from 40 on the powers are 2^-32
   smaller. */
typedef struct {
    float r, tail, sinh_rest, cosh_rest, up, down, last;
} sl_hyperbolicf;

SL_INLINE sl_hyperbolicf sl_hyperbolic_partsf(float x) {
    float size = sl_fabsf(x), bounded = size > 90.0f ? 90.0f : size, last = size > 40.0f ? 0x1p32f : 1.0f;
    float rounder = size > 40.0f ? SL_ROUND_BY_ADDINGF - 32 : SL_ROUND_BY_ADDINGF;
    float shifted = sl_fmaf(bounded, SL_LOG2_EF, rounder), k = shifted - rounder;
    float rest = sl_fmaf(k, -SL_LN2_HIF, bounded), r = sl_fmaf(k, -SL_LN2_LOF, rest), r2 = r * r;
    uint32_t exponent = sl_bitsf(shifted) << 23;
    return SL_NEW(sl_hyperbolicf){
        r,
        sl_fmaf(k, -SL_LN2_LOF, rest - r),
        r2 * r * sl_quadraticf(r2, r2 * r2, 0x1.555556p-3f, 0x1.110fe2p-7f, 0x1.a28f1ep-13f),
        r2 * sl_quadraticf(r2, r2 * r2, 0.5f, 0x1.5554e6p-5f, 0x1.6d4f24p-10f),
        sl_from_bitsf(sl_bitsf(0.5f) + exponent),
        sl_from_bitsf(sl_bitsf(0.5f) - exponent),
        last,
    };
}

/* The hyperbolic sine. */
SL_INLINE float sl_sinhf(float x) {
    sl_hyperbolicf p = sl_hyperbolic_partsf(x);
    float difference = p.up - p.down, sum = p.up + p.down, first = sl_fmaf(sum, p.r, difference);
    float tail = sl_fmaf(sum, p.r, difference - first) + ((p.up - difference) - p.down);
    float second = sl_fmaf(sum, p.sinh_rest + p.tail, sl_fmaf(difference, p.cosh_rest, tail));
    return sl_copysignf((first + second) * p.last, x);
}

/* The hyperbolic cosine. */
SL_INLINE float sl_coshf(float x) {
    sl_hyperbolicf p = sl_hyperbolic_partsf(x);
    float difference = p.up - p.down, first = sl_fmaf(difference, p.r, p.up);
    float tail = sl_fmaf(difference, p.r, p.up - first) + p.down;
    return (first + sl_fmaf(difference, p.sinh_rest, sl_fmaf(p.up + p.down, p.cosh_rest, tail))) * p.last;
}

#endif
