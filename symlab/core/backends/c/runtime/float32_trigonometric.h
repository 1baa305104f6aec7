/* What sin, cos and tan in float32 are made of; each has a header of its own, since it is compiled for vectors. */
#ifndef SL_FLOAT32_TRIGONOMETRIC_H
#define SL_FLOAT32_TRIGONOMETRIC_H

#include "float32_exponential.h"
#include "trigonometric.h"

/* pi/2 in parts: the product of the first with the number of quadrants is exact, or of the first two without FMA. */
#if SL_HAS_FMA
#define SL_HALF_PI_0F 0.0f
#define SL_HALF_PI_1F 0x1.921fb6p0f
#define SL_HALF_PI_2F -0x1.777a5cp-25f
#define SL_HALF_PI_3F -0x1.ee59dap-50f
#define SL_NEAR_ANGLESF 0x1p15f
#else
#define SL_HALF_PI_0F 0x1.92p0f
#define SL_HALF_PI_1F 0x1.fb4p-12f
#define SL_HALF_PI_2F 0x1.444p-24f
#define SL_HALF_PI_3F 0x1.68c234p-39f
#define SL_NEAR_ANGLESF 0x1p13f
#endif

/* |x| = quadrants pi/2 + angle + tail, |angle| <= pi/4. */
typedef struct {
    float angle, tail;
    uint32_t quadrants;
} sl_reducedf;

SL_INLINE sl_reducedf sl_reducef(float size) {
    float shifted = sl_fmaf(size, 0x1.45f306p-1f, SL_ROUND_BY_ADDINGF), k = shifted - SL_ROUND_BY_ADDINGF;
    float rest = sl_fmaf(k, -SL_HALF_PI_1F, SL_HAS_FMA ? size : size - k * SL_HALF_PI_0F);
    float angle = rest - k * SL_HALF_PI_2F, tail = sl_fmaf(k, -SL_HALF_PI_2F, rest - angle);
    return SL_NEW(sl_reducedf){angle, sl_fmaf(k, -SL_HALF_PI_3F, tail), sl_bitsf(shifted)};
}

/* The sine of |x| and `turn` quarter turns, with the sign bit of `sign` on it; nan where |x| is not near. */
SL_INLINE float sl_turned_sinef(float x, uint32_t turn, uint32_t sign) {
    sl_reducedf reduced = sl_reducef(sl_fabsf(x));
    uint32_t quadrants = reduced.quadrants + turn;
    float r = reduced.angle, z = r * r, z2 = z * z;
    float sine = sl_quadraticf(z, z2, -0x1.555546p-3f, 0x1.110778p-7f, -0x1.9953fep-13f);
    sine = r + sl_fmaf(r * z, sine, reduced.tail);
    float cosine = sl_fmaf(z, -0.5f, 1.0f), rest = sl_fmaf(z, -0.5f, 1.0f - cosine) - r * reduced.tail;
    cosine += sl_fmaf(z2, sl_quadraticf(z, z2, 0x1.55554ap-5f, -0x1.6c0c2ap-10f, 0x1.99e91p-16f), rest);
    float result = (int32_t)(quadrants << 31) < 0 ? cosine : sine;
    result = sl_from_bitsf(sl_bitsf(result) ^ (((quadrants << 30) ^ sign) & sl_bitsf(-0.0f)));
    return sl_fabsf(x) <= SL_NEAR_ANGLESF ? result : SL_NANF;
}

SL_INLINE float sl_near_sinf(float x) { return sl_turned_sinef(x, 0, sl_bitsf(x)); }
SL_INLINE float sl_near_cosf(float x) { return sl_turned_sinef(x, 1, 0); }

SL_INLINE float sl_near_tanf(float x) {
    sl_reducedf reduced = sl_reducef(sl_fabsf(x));
    float r = reduced.angle, z = r * r, z2 = z * z;
    float low = sl_cubicf(z, z2, 0x1.55556p-2f, 0x1.110dap-3f, 0x1.bad946p-5f, 0x1.5cc666p-6f);
    float high = sl_quadraticf(z, z2, 0x1.62ad02p-7f, 0x1.af89dp-14f, 0x1.1e6b12p-8f);
    float rest = sl_fmaf(r * z, sl_fmaf(high, z2 * z2, low), sl_fmaf(reduced.tail, z, reduced.tail));
    float tangent = r + rest, inverse = 1.0f / tangent;
    float lost = rest - (tangent - r), error = sl_fmaf(-inverse, lost, sl_fmaf(-inverse, tangent, 1.0f));
    float result = (int32_t)(reduced.quadrants << 31) < 0 ? sl_fmaf(inverse, error, inverse) : tangent;
    result = sl_from_bitsf(sl_bitsf(result) ^ (((reduced.quadrants << 31) ^ sl_bitsf(x)) & sl_bitsf(-0.0f)));
    return sl_fabsf(x) <= SL_NEAR_ANGLESF ? result : SL_NANF;
}

SL_INLINE double sl_scalar_sin(double x) { return x * x <= 0x1p40 ? sl_near_sin(x) : sl_far_sin(x); }
SL_INLINE double sl_scalar_cos(double x) { return x * x <= 0x1p40 ? sl_near_cos(x) : sl_far_cos(x); }
SL_INLINE double sl_scalar_tan(double x) { return x * x <= 0x1p40 ? sl_near_tan(x) : sl_far_tan(x); }
SL_RARE float sl_far_sinf(float x) { return (float)sl_scalar_sin(x); }
SL_RARE float sl_far_cosf(float x) { return (float)sl_scalar_cos(x); }
SL_RARE float sl_far_tanf(float x) { return (float)sl_scalar_tan(x); }

#endif
