/* Functions that still go through the C library, one element at a time. */
#ifndef SL_PENDING_H
#define SL_PENDING_H

#include "bits.h"

SL_INLINE double sl_mod(double x, double y) { double r = fmod(x, y); return r == 0 ? copysign(0, y) : ((r < 0) != (y < 0)) ? r + y : r; }
SL_INLINE float sl_modf(float x, float y) { float r = fmodf(x, y); return r == 0 ? copysignf(0, y) : ((r < 0) != (y < 0)) ? r + y : r; }
SL_INLINE double sl_floor_divide(double x, double y) { double r, q; if (y == 0) return x / y; r = fmod(x, y); q = (x - r) / y; if (r != 0 && ((y < 0) != (r < 0))) q -= 1; if (q != 0) { double w = floor(q); return q - w > (double)0.5 ? w + 1 : w; } return copysign(0, x / y); }
SL_INLINE float sl_floor_dividef(float x, float y) { float r, q; if (y == 0) return x / y; r = fmodf(x, y); q = (x - r) / y; if (r != 0 && ((y < 0) != (r < 0))) q -= 1; if (q != 0) { float w = floorf(q); return q - w > (float)0.5 ? w + 1 : w; } return copysignf(0, x / y); }
SL_INLINE double sl_sin(double x) { return sin(x); }
SL_INLINE double sl_cos(double x) { return cos(x); }
SL_INLINE double sl_tan(double x) { return tan(x); }

#endif
