/* Integers of floating-point numbers, toward 0, as NumPy makes them also of what is beyond the integers' range.

   C leaves that open, and without trapping math GCC makes (double)(int)x to trunc(x): the number stays beyond the
   range, and -0.5 becomes -0.0. So each result is combined with a 0 that the compiler does not know to be one. */
#ifndef SL_CONVERSIONS_H
#define SL_CONVERSIONS_H

#include "bits.h"

__attribute__((weak, visibility("hidden"))) int64_t sl_unknown_zero = 0;

#define SL_CONVERSION(name, from, middle, kind) \
    SL_INLINE kind name(from x) { return (kind)((middle)x ^ (middle)sl_unknown_zero); }

SL_CONVERSION(sl_to_int8, double, int32_t, int8_t)
SL_CONVERSION(sl_to_int8f, float, int32_t, int8_t)
SL_CONVERSION(sl_to_int16, double, int32_t, int16_t)
SL_CONVERSION(sl_to_int16f, float, int32_t, int16_t)
SL_CONVERSION(sl_to_int32, double, int32_t, int32_t)
SL_CONVERSION(sl_to_int32f, float, int32_t, int32_t)
SL_CONVERSION(sl_to_int64, double, int64_t, int64_t)
SL_CONVERSION(sl_to_int64f, float, int64_t, int64_t)
SL_CONVERSION(sl_to_uint8, double, int32_t, uint8_t)
SL_CONVERSION(sl_to_uint8f, float, int32_t, uint8_t)
SL_CONVERSION(sl_to_uint16, double, int32_t, uint16_t)
SL_CONVERSION(sl_to_uint16f, float, int32_t, uint16_t)
SL_CONVERSION(sl_to_uint32, double, int64_t, uint32_t)
SL_CONVERSION(sl_to_uint32f, float, int64_t, uint32_t)

/* The upper half of the range is moved into that of int64_t, and back. */
SL_INLINE uint64_t sl_to_uint64(double x) {
    const int upper = x >= 0x1p63;
    return (uint64_t)sl_to_int64(upper ? x - 0x1p63 : x) ^ ((uint64_t)upper << 63);
}
SL_INLINE uint64_t sl_to_uint64f(float x) {
    const int upper = x >= 0x1p63f;
    return (uint64_t)sl_to_int64f(upper ? x - 0x1p63f : x) ^ ((uint64_t)upper << 63);
}

#endif
