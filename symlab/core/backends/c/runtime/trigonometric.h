/* What sin, cos and tan in float64 are made of; each has a header of its own, since it is compiled for vectors. */
#ifndef SL_TRIGONOMETRIC_H
#define SL_TRIGONOMETRIC_H

#include "exponential.h"
#include "vector_call.h"

/* pi/2 in three parts. With fused products the first step of the reduction is exact however long the part is. */
#if SL_HAS_FMA
#define SL_HALF_PI_1 0x1.921fb54442d18p0
#define SL_HALF_PI_2 0x1.1a62633145c07p-54
#define SL_HALF_PI_3 -0x1.f1976b7ed8fbcp-110
#define SL_NEAR_ANGLES 0x1p30
#else
#define SL_HALF_PI_1 0x1.921fb544p0
#define SL_HALF_PI_2 0x1.0b4611a6p-34
#define SL_HALF_PI_3 0x1.3198a2e037073p-69
#define SL_NEAR_ANGLES 0x1p20
#endif
#define SL_SIGN_BIT sl_bits(-0.0)

/* |x| = quadrants pi/2 + angle, |angle| <= pi/4; the low bits of `quadrants` hold their number. */
typedef struct {
    sl_pair angle;
    uint64_t quadrants;
} sl_reduced;

/* rest - angle is exact, since angle is the rounded difference of rest and a product rounded before. */
SL_INLINE sl_reduced sl_reduce_near(double size) {
    double shifted = sl_fma(size, 0x1.45f306dc9c883p-1, SL_ROUND_BY_ADDING), k = shifted - SL_ROUND_BY_ADDING;
    double rest = sl_fma(k, -SL_HALF_PI_1, size), angle = rest - k * SL_HALF_PI_2;
    double tail = sl_fma(k, -SL_HALF_PI_3, sl_fma(k, -SL_HALF_PI_2, rest - angle));
    return SL_NEW(sl_reduced){{angle, tail}, sl_bits(shifted)};
}

#if !defined(SL_CUDA)
/* 64 bits of 2/pi from a bit position on; the first 64 positions are before the binary point. */
SL_RARE uint64_t sl_bits_of_two_over_pi(unsigned position) {
    static const uint64_t words[20] = {
        0x0u, 0xa2f9836e4e441529u, 0xfc2757d1f534ddc0u, 0xdb6295993c439041u,
        0xfe5163abdebbc561u, 0xb7246e3a424dd2e0u, 0x06492eea09d1921cu, 0xfe1deb1cb129a73eu,
        0xe88235f52ebb4484u, 0xe99c7026b45f7e41u, 0x3991d639835339f4u, 0x9c845f8bbdf9283bu,
        0x1ff897ffde05980fu, 0xef2f118b5a0a6d1fu, 0x6d367ecf27cb09b7u, 0x4f463f669e5fea2du,
        0x7527bac7ebe5f17bu, 0x3d0739f78a5292eau, 0x6bfb5fb11f8d5d08u, 0x56033046fc7b6babu,
    };
    unsigned word = position / 64, shift = position % 64;
    return shift ? words[word] << shift | words[word + 1] >> (64 - shift) : words[word];
}

/* The same for any finite size >= 2^20 (Payne and Hanek): the mantissa times 192 bits of 2/pi, those that matter
   modulo 4. The product's two upper bits are the quadrant, the rest is a fraction with at least 66 correct bits. */
SL_RARE sl_reduced sl_reduce_far(double size) {
    uint64_t bits = sl_bits(size), mantissa = (bits & 0x000fffffffffffffu) | 0x0010000000000000u;
    unsigned position = (unsigned)(bits >> 52) - 1075 + 62;
    unsigned __int128 low = (unsigned __int128)mantissa * sl_bits_of_two_over_pi(position + 128);
    unsigned __int128 middle = (unsigned __int128)mantissa * sl_bits_of_two_over_pi(position + 64) + (low >> 64);
    uint64_t top = mantissa * sl_bits_of_two_over_pi(position) + (uint64_t)(middle >> 64);
    unsigned __int128 turned = ((unsigned __int128)top << 64 | (uint64_t)middle) << 2 | (uint64_t)low >> 62;
    int negative = (int)(turned >> 127);
    unsigned __int128 magnitude = negative ? -turned : turned;
    double fraction = (double)magnitude;
    double rest = (double)(__int128)(magnitude - (unsigned __int128)fraction) * 0x1p-128;
    fraction *= 0x1p-128;
    sl_pair angle = sl_product(fraction, 0x1.921fb54442d18p0);
    angle.lo += sl_fma(fraction, 0x1.1a62633145c07p-54, rest * 0x1.921fb54442d18p0);
    angle = sl_ordered_sum(angle.hi, angle.lo);
    if (negative) angle = SL_NEW(sl_pair){-angle.hi, -angle.lo};
    return SL_NEW(sl_reduced){angle, (top >> 62) + (uint64_t)negative};
}
#endif

/* The sine of an angle up to pi/4. */
SL_INLINE double sl_sin_of(sl_pair angle, double square) {
    double square2 = square * square;
    double square4 = square2 * square2;
    double low = sl_cubic(square, square2, -0x1.5555555555548p-3, 0x1.111111110f75dp-7, -0x1.a01a019bf2245p-13,
                          0x1.71de355f0807p-19);
    double middle = sl_fma(square, 0x1.5d8e364688fdp-33, -0x1.ae5e5475213aep-26);
    double sum = sl_fma(middle, square4, low);
    return angle.hi + sl_fma(sum, square * angle.hi, sl_fma(-0.5 * square, angle.lo, angle.lo));
}

/* The cosine of an angle up to pi/4. */
SL_INLINE double sl_cos_of(sl_pair angle, double square) {
    double square2 = square * square;
    double square4 = square2 * square2;
    double low = sl_cubic(square, square2, 0x1.555555555554bp-5, -0x1.6c16c16c15016p-10, 0x1.a01a019c8f3f9p-16,
                          -0x1.27e4f7f19e747p-22);
    double middle = sl_fma(square, -0x1.8fa682cb3552cp-37, 0x1.1ee9dbd21dc07p-29);
    double sum = sl_fma(middle, square4, low);
    double whole = sl_fma(square, -0.5, 1.0), rest = sl_fma(square, -0.5, 1.0 - whole);
    return whole + sl_fma(sum, square2, sl_fma(-angle.lo, angle.hi, rest));
}

/* The sine of a reduced argument and `turn` quarter turns more, with the sign bit of `sign` on it. */
SL_INLINE double sl_turned_sine(sl_reduced x, uint64_t turn, uint64_t sign) {
    uint64_t quadrants = x.quadrants + turn;
    double square = x.angle.hi * x.angle.hi;
    double result = (int64_t)(quadrants << 63) < 0 ? sl_cos_of(x.angle, square) : sl_sin_of(x.angle, square);
    return sl_from_bits(sl_bits(result) ^ (((quadrants << 62) ^ sign) & SL_SIGN_BIT));
}

/* tan(angle) = angle + angle^3 T(angle^2) up to pi/4; after an odd number of quadrants it is -1 / tan(angle). */
SL_INLINE double sl_turned_tangent(sl_reduced x, double sign) {
    double square = x.angle.hi * x.angle.hi, square2 = square * square;
    double square4 = square2 * square2;
    double low = sl_cubic(square, square2, 0x1.1111111110e17p-3, 0x1.ba1ba1ba63be5p-5, 0x1.664f486dcbc3ep-6,
                          0x1.226e38a8d0e0ep-7);
    double middle = sl_cubic(square, square2, 0x1.d6d32cc8a7f9fp-9, 0x1.7dae10b5a9cd7p-10, 0x1.34dc41a2d39c4p-11,
                             0x1.fd8367ead1444p-13);
    double high = sl_cubic(square, square2, 0x1.667e09923950dp-14, 0x1.0c247d8154492p-14, -0x1.6ba8187de1b1p-16,
                           0x1.7d828783978d4p-15);
    double top = sl_fma(square, 0x1.3e06192055811p-17, -0x1.7e1730dc9a7aep-16);
    double square8 = square4 * square4;
    double series = sl_fma(sl_fma(top, square4, high), square8, sl_fma(middle, square4, low));
    double cube = square * x.angle.hi, slope = sl_fma(square2, 0.7, square);
    double rest = sl_fma(cube * square, series, sl_fma(x.angle.lo, slope, x.angle.lo));
    rest = sl_fma(cube, 0x1.5555555555555p-2, rest);
    sl_pair tangent = sl_ordered_sum(x.angle.hi, rest);
    double inverse = 1.0 / tangent.hi;
    double remainder = sl_fma(-inverse, tangent.lo, -sl_product_tail(inverse, tangent.hi, 1.0));
    double result = (int64_t)(x.quadrants << 63) < 0 ? sl_fma(remainder, inverse, inverse) : tangent.hi;
    return sl_from_bits(sl_bits(result) ^ (((x.quadrants << 63) ^ sl_bits(sign)) & SL_SIGN_BIT));
}

/* nan for angles that the reduction above does not reach. */
SL_INLINE double sl_if_near(double x, double result) { return sl_fabs(x) <= SL_NEAR_ANGLES ? result : SL_NAN; }

SL_INLINE double sl_near_sin(double x) {
    return sl_if_near(x, sl_turned_sine(sl_reduce_near(sl_fabs(x)), 0, sl_bits(x)));
}

SL_INLINE double sl_near_cos(double x) { return sl_if_near(x, sl_turned_sine(sl_reduce_near(sl_fabs(x)), 1, 0)); }
SL_INLINE double sl_near_tan(double x) { return sl_if_near(x, sl_turned_tangent(sl_reduce_near(sl_fabs(x)), x)); }

#if defined(SL_CUDA)
SL_RARE double sl_far_sin(double x) { return sin(x); }
SL_RARE double sl_far_cos(double x) { return cos(x); }
SL_RARE double sl_far_tan(double x) { return tan(x); }
#else
SL_RARE double sl_far_sin(double x) {
    return x - x == 0.0 ? sl_turned_sine(sl_reduce_far(sl_fabs(x)), 0, sl_bits(x)) : SL_NAN;
}

SL_RARE double sl_far_cos(double x) {
    return x - x == 0.0 ? sl_turned_sine(sl_reduce_far(sl_fabs(x)), 1, 0) : SL_NAN;
}

SL_RARE double sl_far_tan(double x) {
    return x - x == 0.0 ? sl_turned_tangent(sl_reduce_far(sl_fabs(x)), x) : SL_NAN;
}
#endif

#endif
