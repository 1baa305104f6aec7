/* Division with remainder in float64, as Python and NumPy have it: the quotient is rounded down. */
#ifndef SL_REMAINDER_H
#define SL_REMAINDER_H

#include "vector_call.h"

/* a - b trunc(a / b), exactly, where the quotient is below 2^51, and nan elsewhere. The rounded quotient may have
   reached the next integer: then the remainder has the wrong sign, and is put back by one b. */
typedef struct {
    double quotient, remainder;
} sl_division;

SL_INLINE sl_division sl_divide(double a, double b) {
    double ratio = a / b, whole = __builtin_trunc(ratio), product = whole * b;
    double remainder = (a - product) - sl_product_tail(whole, b, product);
    int beyond = ((remainder < 0.0) & (a > 0.0)) | ((remainder > 0.0) & (a < 0.0));
    remainder += beyond ? sl_copysign(b, a) : 0.0;
    whole -= beyond ? sl_copysign(1.0, ratio) : 0.0;
    return SL_NEW(sl_division){whole, sl_fabs(ratio) < 0x1p51 ? remainder : SL_NAN};
}

/* The remainder has the sign of the divisor. */
SL_INLINE double sl_near_mod(double a, double b) {
    double remainder = sl_divide(a, b).remainder;
    int other_sign = (remainder < 0.0) != (b < 0.0);
    return remainder == 0.0 ? sl_copysign(0.0, b) : other_sign ? remainder + b : remainder;
}

SL_RARE double sl_far_mod(double a, double b) {
    double remainder = __builtin_fmod(a, b);
    if (b == 0.0) return remainder;
    if (remainder == 0.0) return sl_copysign(0.0, b);
    return (remainder < 0.0) != (b < 0.0) ? remainder + b : remainder;
}

SL_INLINE double sl_near_floor_divide(double a, double b) {
    sl_division division = sl_divide(a, b);
    double remainder = division.remainder;
    int down = (remainder != 0.0) & ((remainder < 0.0) != (b < 0.0));
    double result = division.quotient - (down ? 1.0 : 0.0);
    result = result == 0.0 ? sl_copysign(0.0, a / b) : result;
    return remainder == remainder ? result : SL_NAN;
}

SL_RARE double sl_far_floor_divide(double a, double b) {
    if (b == 0.0) return a / b;
    double remainder = __builtin_fmod(a, b), quotient = (a - remainder) / b;
    if (remainder != 0.0 && (remainder < 0.0) != (b < 0.0)) quotient -= 1.0;
    if (quotient == 0.0) return sl_copysign(0.0, a / b);
    double whole = __builtin_floor(quotient);
    return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

#endif
