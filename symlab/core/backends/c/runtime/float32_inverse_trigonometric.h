/* asin, acos, atan and atan2 in float32, by the formulas of float64. */
#ifndef SL_FLOAT32_INVERSE_TRIGONOMETRIC_H
#define SL_FLOAT32_INVERSE_TRIGONOMETRIC_H

#include "float32_exponential.h"

/* asin(s) = s + rest, with s = |x| up to 1/2, then sqrt((1 - |x|) / 2). */
typedef struct {
    float sine, rest;
} sl_arcf;

SL_INLINE sl_arcf sl_arc_splitf(float size) {
    int large = size > 0.5f;
    float half = sl_fmaf(size, -0.5f, 0.5f), sine = large ? __builtin_sqrtf(half) : size;
    float z = large ? half : size * size, z2 = z * z;
    float series = sl_fmaf(z2 * z2, 0x1.5959aap-5f,
                           sl_cubicf(z, z2, 0x1.5555c8p-3f, 0x1.330206p-4f, 0x1.747b72p-5f, 0x1.8c415ap-6f));
    return SL_NEW(sl_arcf){sine, series * (z * sine)};
}

/* The arc sine. */
SL_INLINE float sl_asinf(float x) {
    float size = sl_fabsf(x);
    sl_arcf arc = sl_arc_splitf(size);
    int large = size > 0.5f;
    float factor = large ? -2.0f : 1.0f, base = large ? 0x1.921fb6p0f : 0.0f;
    float first = sl_fmaf(factor, arc.sine, base), tail = sl_fmaf(factor, arc.sine, base - first);
    return sl_copysignf(first + sl_fmaf(factor, arc.rest, tail + (large ? -0x1.777a5cp-25f : 0.0f)), x);
}

/* The arc cosine. */
SL_INLINE float sl_acosf(float x) {
    float size = sl_fabsf(x);
    sl_arcf arc = sl_arc_splitf(size);
    int large = size > 0.5f;
    float factor = sl_from_bitsf(sl_bitsf(large ? 2.0f : -1.0f) ^ (sl_bitsf(x) & sl_bitsf(-0.0f)));
    float halves = 1.0f - (large ? sl_copysignf(1.0f, x) : 0.0f), base = halves * 0x1.921fb6p0f;
    float first = sl_fmaf(factor, arc.sine, base), tail = sl_fmaf(factor, arc.sine, base - first);
    return first + sl_fmaf(factor, arc.rest, sl_fmaf(halves, -0x1.777a5cp-25f, tail));
}

/* halves pi/2 + atan(t + tail) for |t| <= 1. */
SL_INLINE float sl_turned_arcf(float halves, float t, float tail) {
    float z = t * t, z2 = z * z, z4 = z2 * z2, base = halves * 0x1.921fb6p0f, first = base + t;
    float low = sl_cubicf(z, z2, -0x1.55553ep-2f, 0x1.9991ecp-3f, -0x1.24211ap-3f, 0x1.c0946cp-4f);
    float high = sl_cubicf(z, z2, -0x1.5825f2p-4f, 0x1.da9c2ep-5f, -0x1.fe7d24p-6f, 0x1.6551e2p-7f);
    float series = sl_fmaf(sl_fmaf(z4, -0x1.d5a1aap-10f, high), z4, low);
    float rest = sl_fmaf(tail, sl_fmaf(z, -0.5f, 1.0f), sl_fmaf(halves, -0x1.777a5cp-25f, t - (first - base)));
    return first + sl_fmaf(series, z * t, rest);
}

/* The arc tangent; above 1 it is pi/2 + atan(-1 / |x|). */
SL_INLINE float sl_atanf(float x) {
    float size = sl_fabsf(x), inverse = 1.0f / size;
    int large = size > 1.0f;
    float tail = large & (size < 0x1p60f) ? inverse * sl_product_tailf(inverse, size, 1.0f) : 0.0f;
    return sl_copysignf(sl_turned_arcf(large ? 1.0f : 0.0f, large ? -inverse : size, tail), x);
}

/* The angle of the point (x, y). */
SL_INLINE float sl_atan2f(float y, float x) {
    float height = sl_fabsf(y), width = sl_fabsf(x);
    int steep = height > width, behind = (int32_t)sl_bitsf(x) < 0;
    float small = steep ? width : height, large = steep ? height : width;
    int infinite = (small == SL_INFINITYF) & (large == SL_INFINITYF);
    float t = (infinite ? 1.0f : small) / ((infinite | (large == 0.0f)) ? 1.0f : large);
    float halves = steep ? 1.0f : behind ? 2.0f : 0.0f;
    return sl_copysignf(sl_turned_arcf(halves, steep != behind ? -t : t, 0.0f), y);
}

#endif
