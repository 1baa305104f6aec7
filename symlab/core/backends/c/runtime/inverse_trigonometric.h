/* asin, acos, atan and atan2 in float64. */
#ifndef SL_INVERSE_TRIGONOMETRIC_H
#define SL_INVERSE_TRIGONOMETRIC_H

#include "bits.h"

#define SL_HALF_PI_HI 0x1.921fb54442d18p0
#define SL_HALF_PI_LO 0x1.1a62633145c07p-54

/* (asin(s) - s) / s^3 by s^2, for s <= 1/2; error below 2^-55 of the arc sine. */
SL_INLINE double sl_asin_series(double square) {
    double square2 = square * square;
    double square4 = square2 * square2;
    double low = sl_cubic(square, square2, 0x1.555555555539p-3, 0x1.333333336e80fp-4, 0x1.6db6db427a4f8p-5,
                          0x1.f1c72c38fb342p-6);
    double middle = sl_cubic(square, square2, 0x1.6e89f440197a7p-6, 0x1.1c6be1a687738p-6, 0x1.c6fdc1aaa5332p-7,
                             0x1.8ec2fca60444ep-7);
    double high = sl_cubic(square, square2, 0x1.abcf5cd7c4303p-8, 0x1.3ff4a990b2acep-6, -0x1.09d32833a132cp-6,
                           0x1.056d6c813a1d3p-5);
    return sl_fma(sl_fma(high, square4, middle), square4, low);
}

/* The argument of the series: |x| up to 1/2, then sqrt((1 - |x|) / 2), with its square; `rest` is what the arc sine
   has beside it, the error of the root included. */
typedef struct {
    double sine, rest;
} sl_arc;

SL_INLINE sl_arc sl_arc_split(double size) {
    int large = size > 0.5;
    double half = sl_fma(size, -0.5, 0.5), root = __builtin_sqrt(half);
    double sine = large ? root : size, square = large ? half : size * size;
    double error = large ? -sl_product_tail(root, root, half) * sl_rough_half_inverse_sqrt(half) : 0.0;
    return SL_NEW(sl_arc){sine, sl_fma(sl_asin_series(square), square * sine, error)};
}

/* The arc sine; above 1/2 it is pi/2 - 2 asin(sqrt((1 - |x|) / 2)). */
SL_INLINE double sl_asin(double x) {
    double size = sl_fabs(x);
    sl_arc arc = sl_arc_split(size);
    int large = size > 0.5;
    double factor = large ? -2.0 : 1.0, base = large ? SL_HALF_PI_HI : 0.0, base_low = large ? SL_HALF_PI_LO : 0.0;
    double first = sl_fma(factor, arc.sine, base), tail = sl_fma(factor, arc.sine, base - first);
    return sl_copysign(first + sl_fma(factor, arc.rest, tail + base_low), x);
}

/* The arc cosine: pi/2 - asin(x), but from 2 asin(sqrt((1 - |x|) / 2)) where |x| > 1/2. */
SL_INLINE double sl_acos(double x) {
    double size = sl_fabs(x);
    sl_arc arc = sl_arc_split(size);
    int large = size > 0.5;
    double factor = sl_from_bits(sl_bits(large ? 2.0 : -1.0) ^ (sl_bits(x) & sl_bits(-0.0)));
    double halves = 1.0 - (large ? sl_copysign(1.0, x) : 0.0);
    double base = halves * SL_HALF_PI_HI, first = sl_fma(factor, arc.sine, base);
    double tail = sl_fma(factor, arc.sine, base - first);
    return first + sl_fma(factor, arc.rest, sl_fma(halves, SL_HALF_PI_LO, tail));
}

/* (atan(t) - t) / t^3 by t^2, for |t| <= 1; error below 2^-57 of the arc tangent. */
SL_INLINE double sl_atan_series(double square) {
    double square2 = square * square;
    double square4 = square2 * square2;
    double part0 = sl_cubic(square, square2, 0x1.99999999955b4p-3, -0x1.249249237f57dp-3, 0x1.c71c717fcf76dp-4,
                            -0x1.745d11ae74c7ap-4);
    double part1 = sl_cubic(square, square2, 0x1.3b13669a2a046p-4, -0x1.110e5126fd011p-4, 0x1.e1bba66c1a1ffp-5,
                            -0x1.ae5e72c0e556ep-5);
    double part2 = sl_cubic(square, square2, 0x1.82dad79d110d1p-5, -0x1.59a3ff2ab10f4p-5, 0x1.2c2e5ccf9ee6cp-5,
                            -0x1.e9fa0da5992efp-6);
    double part3 = sl_cubic(square, square2, 0x1.683cc98354f2dp-6, -0x1.c78fcd51d1ee6p-7, 0x1.d7b927b83b4e5p-8,
                            -0x1.7a399ad032c72p-9);
    double part4 = sl_quadratic(square, square2, 0x1.b3facbc77b70ap-11, -0x1.3f364d462665cp-13, 0x1.bbed9f71fe237p-17);
    double square8 = square4 * square4;
    double sum = sl_fma(sl_fma(part4, square8, sl_fma(part3, square4, part2)), square8, sl_fma(part1, square4, part0));
    return sl_fma(sum, square, -0x1.5555555555526p-2);
}

/* base + atan(t + tail), where base is `halves` times pi/2 and at least |t|, or 0. */
SL_INLINE double sl_turned_arc(double halves, double t, double tail) {
    double square = t * t, base = halves * SL_HALF_PI_HI;
    sl_pair sum = sl_ordered_sum(base, t);
    double slope = sl_fma(square, -0.5, 1.0), low = sl_fma(tail, slope, sl_fma(halves, SL_HALF_PI_LO, sum.lo));
    return sum.hi + sl_fma(sl_atan_series(square), square * t, low);
}

/* The arc tangent; above 1 it is pi/2 + atan(-1 / |x|). */
SL_INLINE double sl_atan(double x) {
    double size = sl_fabs(x), inverse = 1.0 / size;
    int large = size > 1.0;
    double t = large ? -inverse : size;
    double tail = large & (size < 0x1p60) ? inverse * sl_product_tail(inverse, size, 1.0) : 0.0;
    return sl_copysign(sl_turned_arc(large ? 1.0 : 0.0, t, tail), x);
}

/* The angle of the point (x, y): atan of the smaller by the larger of |x| and |y|, turned. The quotient is
   corrected by a rough inverse, which nothing but its sign is wanted of where the divisor is huge. */
SL_INLINE double sl_atan2(double y, double x) {
    double height = sl_fabs(y), width = sl_fabs(x);
    int steep = height > width;
    double small = steep ? width : height, large = steep ? height : width;
    int infinite = (small == SL_INFINITY) & (large == SL_INFINITY);
    small = infinite ? 1.0 : small;
    large = (infinite | (large == 0.0)) ? 1.0 : large;
    double t = small / large, rough_inverse = sl_from_bits(0x7fde623822fc16e6u - sl_bits(large));
    double tail = large < 0x1p900 ? -sl_product_tail(t, large, small) * rough_inverse : 0.0;
    int behind = (int64_t)sl_bits(x) < 0, backward = steep != behind;
    double halves = steep ? 1.0 : behind ? 2.0 : 0.0;
    return sl_copysign(sl_turned_arc(halves, backward ? -t : t, backward ? -tail : tail), y);
}

#endif
