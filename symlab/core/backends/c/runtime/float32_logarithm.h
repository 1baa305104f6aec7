/* log, log2, log10, log1p and softplus in float32. */
#ifndef SL_FLOAT32_LOGARITHM_H
#define SL_FLOAT32_LOGARITHM_H

#include "float32_exponential.h"

#define SL_SQRT_HALF_BITSF 0x3f3504f3u
#define SL_SMALLEST_NORMALF 0x1p-126f

/* x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2); `twice_down` is 2^(1-k). */
typedef struct {
    float k, f, twice_down;
} sl_log_partsf;

SL_INLINE sl_log_partsf sl_log_splitf(float x, int32_t exponent_bias) {
    uint32_t bits = sl_bitsf(x) + (0x3f800000u - SL_SQRT_HALF_BITSF);
    float f = sl_from_bitsf((bits & 0x007fffffu) + SL_SQRT_HALF_BITSF) - 1.0f;
    float twice_down = sl_from_bitsf(0x7f800000u - (bits & 0xff800000u));
    return SL_NEW(sl_log_partsf){(float)((int32_t)(bits >> 23) - exponent_bias), f, twice_down};
}

SL_INLINE sl_log_partsf sl_log_split_anyf(float x) {
    int subnormal = x < SL_SMALLEST_NORMALF;
    return sl_log_splitf(subnormal ? x * 0x1p24f : x, subnormal ? 127 + 24 : 127);
}

SL_INLINE float sl_log_checkedf(float x, float logarithm) {
    float inside = x < SL_INFINITYF ? logarithm : x;
    return x > 0.0f ? inside : x == 0.0f ? -SL_INFINITYF : SL_NANF;
}

/* log(1 + f) - f; error below 2^-26 of the logarithm. */
SL_INLINE float sl_log_restf(float f) {
    float f2 = f * f, f4 = f2 * f2;
    float low = sl_cubicf(f, f2, 0x1.555574p-2f, -0x1.000236p-2f, 0x1.99929ep-3f, -0x1.546556p-3f);
    float high = sl_cubicf(f, f2, 0x1.23b8dcp-3f, -0x1.0ebe6cp-3f, 0x1.00c666p-3f, -0x1.2861e8p-4f);
    return sl_fmaf(f2 * f, sl_fmaf(high, f4, low), -0.5f * f2);
}

/* The natural logarithm. */
SL_INLINE float sl_logf(float x) {
    sl_log_partsf p = sl_log_split_anyf(x);
    float rest = sl_fmaf(p.k, SL_LN2_LOF, sl_log_restf(p.f));
    return sl_log_checkedf(x, sl_fmaf(p.k, SL_LN2_HIF, p.f + rest));
}

/* log2(1 + f) by a polynomial of its own. */
SL_INLINE float sl_log2_fractionf(float f) {
    float f2 = f * f, f4 = f2 * f2;
    float low = sl_cubicf(f, f2, -0x1.71547p-1f, 0x1.ec7094p-2f, -0x1.715ac8p-2f, 0x1.277ef4p-2f);
    float high = sl_cubicf(f, f2, -0x1.eab18p-3f, 0x1.a2e68p-3f, -0x1.877afep-3f, 0x1.7e0e6p-3f);
    float sum = sl_fmaf(sl_fmaf(f4, -0x1.c36734p-4f, high), f4, low);
    return sl_fmaf(f, 0x1.715476p0f, sl_fmaf(f2, sum, f * 0x1.4ae0cp-26f));
}

/* The logarithm to base 2. */
SL_INLINE float sl_log2f(float x) {
    sl_log_partsf p = sl_log_split_anyf(x);
    return sl_log_checkedf(x, p.k + sl_log2_fractionf(p.f));
}

/* The logarithm to base 10. */
SL_INLINE float sl_log10f(float x) {
    sl_log_partsf p = sl_log_split_anyf(x);
    float low = sl_fmaf(sl_log_restf(p.f), 0x1.bcb7b2p-2f, sl_fmaf(p.f, -0x1.5b235ep-27f, p.k * 0x1.3509f8p-18f));
    return sl_log_checkedf(x, sl_fmaf(p.k, 0x1.344p-2f, sl_fmaf(p.f, 0x1.bcb7b2p-2f, low)));
}

/* log(u + c), for c of at most about half a unit in the last place of u, or any small c if u = 1. */
SL_INLINE float sl_log_of_sumf(float u, float c) {
    sl_log_partsf p = sl_log_splitf(u, 127);
    float scaled = c * p.twice_down * 0.5f, f = p.f + scaled, tail = scaled - (f - p.f);
    float rest = sl_fmaf(p.k, SL_LN2_LOF, sl_log_restf(f) + tail);
    return sl_fmaf(p.k, SL_LN2_HIF, f + rest);
}

/* log(1 + x) without cancellation for a small x. */
SL_INLINE float sl_log1pf(float x) {
    float sum = 1.0f + x, result = sl_log_of_sumf(sum, x - (sum - 1.0f));
    result = x < SL_INFINITYF ? result : x;
    result = x > -1.0f ? result : x == -1.0f ? -SL_INFINITYF : SL_NANF;
    return sl_copysignf(result, x);
}

/* log(1 + e^x) as max(x, 0) + log1p(e^-|x|). */
SL_INLINE float sl_softplusf(float x) {
    sl_decayf decay = sl_exp_decayf(sl_fabsf(x));
    float power = decay.hi * decay.scale, sum = 1.0f + power, tail = sl_fmaf(decay.lo, decay.scale,
                                                                             power - (sum - 1.0f));
    return (x > 0.0f ? x : 0.0f) + sl_log_of_sumf(sum, tail);
}

#endif
