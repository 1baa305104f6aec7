/* Sums and quotients of products whose parts overflow, vanish or cancel although the whole does not. */
#ifndef SL_PRODUCTS_H
#define SL_PRODUCTS_H

#include "bits.h"

/* a b - c d: what rounding takes from c d is given back (Kahan); 0 instead of the nan of an overflow. */
SL_INLINE double sl_difference_of_products(double a, double b, double c, double d) {
    double second = c * d, error = sl_fma(-c, d, second), first = sl_fma(a, b, -second);
    return first + (error == error ? error : 0.0);
}

SL_INLINE float sl_difference_of_productsf(float a, float b, float c, float d) {
    return (float)((double)a * b - (double)c * d);
}

/* a b / c: where a b is not an ordinary number, the larger factor is divided first. */
SL_INLINE double sl_product_over(double a, double b, double c) {
    double product = a * b, size = sl_fabs(product), first = sl_fabs(a), second = sl_fabs(b);
    int ordinary = size >= 0x1p-1022 && size < SL_INFINITY;
    double large = first >= second ? a : b, small = first >= second ? b : a;
    return ordinary ? product / c : large / c * small;
}

SL_INLINE float sl_product_overf(float a, float b, float c) { return (float)((double)a * b / c); }

#endif
