/* Division with remainder in float32, as Python and NumPy have it: the quotient is rounded down. */
#ifndef SL_REMAINDER_FLOAT32_H
#define SL_REMAINDER_FLOAT32_H

#include "vector_call.h"

/* a - b trunc(a / b), exactly, where the quotient is below 2^22, and nan elsewhere: in float64 the product is
   exact. */
typedef struct {
    float quotient, remainder;
} sl_divisionf;

SL_INLINE sl_divisionf sl_dividef(float a, float b) {
    double ratio = (double)a / b, whole = __builtin_trunc(ratio), remainder = a - whole * b;
    return SL_NEW(sl_divisionf){(float)whole, (float)(sl_fabs(ratio) < 0x1p22 ? remainder : SL_NAN)};
}

SL_INLINE float sl_near_modf(float a, float b) {
    float remainder = sl_dividef(a, b).remainder;
    int other_sign = (remainder < 0.0f) != (b < 0.0f);
    return remainder == 0.0f ? sl_copysignf(0.0f, b) : other_sign ? remainder + b : remainder;
}

SL_RARE float sl_far_modf(float a, float b) {
    float remainder = __builtin_fmodf(a, b);
    if (b == 0.0f) return remainder;
    if (remainder == 0.0f) return sl_copysignf(0.0f, b);
    return (remainder < 0.0f) != (b < 0.0f) ? remainder + b : remainder;
}

SL_INLINE float sl_near_floor_dividef(float a, float b) {
    sl_divisionf division = sl_dividef(a, b);
    float remainder = division.remainder;
    int down = (remainder != 0.0f) & ((remainder < 0.0f) != (b < 0.0f));
    float result = division.quotient - (down ? 1.0f : 0.0f);
    result = result == 0.0f ? sl_copysignf(0.0f, a / b) : result;
    return remainder == remainder ? result : (float)SL_NAN;
}

SL_RARE float sl_far_floor_dividef(float a, float b) {
    if (b == 0.0f) return a / b;
    float remainder = __builtin_fmodf(a, b), quotient = (a - remainder) / b;
    if (remainder != 0.0f && (remainder < 0.0f) != (b < 0.0f)) quotient -= 1.0f;
    if (quotient == 0.0f) return sl_copysignf(0.0f, a / b);
    float whole = __builtin_floorf(quotient);
    return quotient - whole > 0.5f ? whole + 1.0f : whole;
}

#endif
