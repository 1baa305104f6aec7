/* sin, cos and tan in float64. */
#ifndef SL_TRIGONOMETRIC_H
#define SL_TRIGONOMETRIC_H

#include "exponential.h"

/* pi/2 in three parts. With fused products the first step of the reduction is exact however long the part is. */
#if SL_HAS_FMA
#define SL_HALF_PI_1 0x1.921fb54442d18p0
#define SL_HALF_PI_2 0x1.1a62633145c07p-54
#define SL_HALF_PI_3 -0x1.f1976b7ed8fbcp-110
#define SL_REDUCIBLE 0x1p30
#else
#define SL_HALF_PI_1 0x1.921fb544p0
#define SL_HALF_PI_2 0x1.0b4611a6p-34
#define SL_HALF_PI_3 0x1.3198a2e037073p-69
#define SL_REDUCIBLE 0x1p20
#endif

/* |x| = quadrants pi/2 + angle, |angle| <= pi/4; the low bits of `quadrants` hold their number. */
typedef struct {
    sl_pair angle;
    uint64_t quadrants;
} sl_reduced;

SL_INLINE sl_reduced sl_reduce_angle(double size) {
    double shifted = sl_fma(size, 0x1.45f306dc9c883p-1, SL_ROUND_BY_ADDING), k = shifted - SL_ROUND_BY_ADDING;
    double rest = sl_fma(k, -SL_HALF_PI_1, size), product = k * SL_HALF_PI_2, angle = rest - product;
    double tail = ((rest - angle) - product) - sl_fma(k, SL_HALF_PI_3, sl_product_tail(k, SL_HALF_PI_2, product));
    return (sl_reduced){{angle, tail}, sl_bits(shifted)};
}

/* sin and cos of an angle up to pi/4, as a leading part and the rest. */
SL_INLINE sl_pair sl_sin_pair(sl_pair angle, double square) {
    double sum = sl_fma(square, 0x1.5d8e364688fdp-33, -0x1.ae5e5475213aep-26);
    sum = sl_fma(sum, square, 0x1.71de355f0807p-19);
    sum = sl_fma(sum, square, -0x1.a01a019bf2245p-13);
    sum = sl_fma(sum, square, 0x1.111111110f75dp-7);
    sum = sl_fma(sum, square, -0x1.5555555555548p-3);
    return (sl_pair){angle.hi, sl_fma(sum, square * angle.hi, sl_fma(-0.5 * square, angle.lo, angle.lo))};
}

SL_INLINE sl_pair sl_cos_pair(sl_pair angle, double square) {
    double sum = sl_fma(square, -0x1.8fa682cb3552cp-37, 0x1.1ee9dbd21dc07p-29);
    sum = sl_fma(sum, square, -0x1.27e4f7f19e747p-22);
    sum = sl_fma(sum, square, 0x1.a01a019c8f3f9p-16);
    sum = sl_fma(sum, square, -0x1.6c16c16c15016p-10);
    sum = sl_fma(sum, square, 0x1.555555555554bp-5);
    double whole = sl_fma(-0.5, square, 1.0), rest = sl_fma(-0.5, square, 1.0 - whole);
    return (sl_pair){whole, sl_fma(sum, square * square, sl_fma(-angle.hi, angle.lo, rest))};
}

/* The sine of |x| (turn = 0) or of |x| + pi/2 (turn = 1), with the sign bits of `sign` put on it. */
SL_INLINE double sl_turned_sine(double x, uint64_t turn, uint64_t sign) {
    sl_reduced reduced = sl_reduce_angle(sl_fabs(x));
    uint64_t quadrants = reduced.quadrants + turn;
    double square = reduced.angle.hi * reduced.angle.hi;
    sl_pair sine = sl_sin_pair(reduced.angle, square), cosine = sl_cos_pair(reduced.angle, square);
    double result = quadrants & 1 ? cosine.hi + cosine.lo : sine.hi + sine.lo;
    return sl_from_bits(sl_bits(result) ^ (((quadrants << 62) ^ sign) & ((uint64_t)1 << 63)));
}

SL_INLINE double sl_near_sin(double x) { return sl_turned_sine(x, 0, sl_bits(x)); }
SL_INLINE double sl_near_cos(double x) { return sl_turned_sine(x, 1, 0); }

SL_INLINE double sl_near_tan(double x) {
    sl_reduced reduced = sl_reduce_angle(sl_fabs(x));
    double square = reduced.angle.hi * reduced.angle.hi;
    sl_pair sine = sl_sin_pair(reduced.angle, square), cosine = sl_cos_pair(reduced.angle, square);
    sine = sl_ordered_sum(sine.hi, sine.lo);
    cosine = sl_ordered_sum(cosine.hi, cosine.lo);
    int odd = reduced.quadrants & 1;
    sl_pair n = {odd ? cosine.hi : sine.hi, odd ? cosine.lo : sine.lo};
    sl_pair d = {odd ? sine.hi : cosine.hi, odd ? sine.lo : cosine.lo};
    double result = sl_pair_quotient(n, d);
    return sl_from_bits(sl_bits(result) ^ (((reduced.quadrants << 63) ^ sl_bits(x)) & ((uint64_t)1 << 63)));
}

#endif
