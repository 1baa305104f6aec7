/* Functions that still go through the C library, one element at a time. */
#ifndef SL_PENDING_H
#define SL_PENDING_H

#include "bits.h"

SL_INLINE double sl_sqrt(double x) { return sqrt(x); }
SL_INLINE float sl_sqrtf(float x) { return sqrtf(x); }
SL_INLINE double sl_reciprocal(double x) { return 1 / x; }
SL_INLINE float sl_reciprocalf(float x) { return 1 / x; }
SL_INLINE double sl_floor(double x) { return floor(x); }
SL_INLINE float sl_floorf(float x) { return floorf(x); }
SL_INLINE double sl_ceil(double x) { return ceil(x); }
SL_INLINE float sl_ceilf(float x) { return ceilf(x); }
SL_INLINE double sl_rint(double x) { return rint(x); }
SL_INLINE float sl_rintf(float x) { return rintf(x); }
SL_INLINE double sl_trunc(double x) { return trunc(x); }
SL_INLINE float sl_truncf(float x) { return truncf(x); }
SL_INLINE double sl_sign(double x) { return x != x ? x : (double)((x > 0) - (x < 0)); }
SL_INLINE float sl_signf(float x) { return x != x ? x : (float)((x > 0) - (x < 0)); }
SL_INLINE double sl_minimum(double x, double y) { return (x < y || x != x) ? x : y; }
SL_INLINE float sl_minimumf(float x, float y) { return (x < y || x != x) ? x : y; }
SL_INLINE double sl_maximum(double x, double y) { return (x > y || x != x) ? x : y; }
SL_INLINE float sl_maximumf(float x, float y) { return (x > y || x != x) ? x : y; }
SL_INLINE double sl_deg2rad(double x) { return x * (double)0.017453292519943295; }
SL_INLINE float sl_deg2radf(float x) { return x * (float)0.017453292519943295; }
SL_INLINE double sl_rad2deg(double x) { return x * (double)57.29577951308232; }
SL_INLINE float sl_rad2degf(float x) { return x * (float)57.29577951308232; }
SL_INLINE double sl_mod(double x, double y) { double r = fmod(x, y); return r == 0 ? copysign(0, y) : ((r < 0) != (y < 0)) ? r + y : r; }
SL_INLINE float sl_modf(float x, float y) { float r = fmodf(x, y); return r == 0 ? copysignf(0, y) : ((r < 0) != (y < 0)) ? r + y : r; }
SL_INLINE double sl_floor_divide(double x, double y) { double r, q; if (y == 0) return x / y; r = fmod(x, y); q = (x - r) / y; if (r != 0 && ((y < 0) != (r < 0))) q -= 1; if (q != 0) { double w = floor(q); return q - w > (double)0.5 ? w + 1 : w; } return copysign(0, x / y); }
SL_INLINE float sl_floor_dividef(float x, float y) { float r, q; if (y == 0) return x / y; r = fmodf(x, y); q = (x - r) / y; if (r != 0 && ((y < 0) != (r < 0))) q -= 1; if (q != 0) { float w = floorf(q); return q - w > (float)0.5 ? w + 1 : w; } return copysignf(0, x / y); }
SL_INLINE float sl_powf(float x, float y) { return powf(x, y); }
SL_INLINE double sl_sin(double x) { return sin(x); }
SL_INLINE float sl_sinf(float x) { return sinf(x); }
SL_INLINE double sl_cos(double x) { return cos(x); }
SL_INLINE float sl_cosf(float x) { return cosf(x); }
SL_INLINE double sl_tan(double x) { return tan(x); }
SL_INLINE float sl_tanf(float x) { return tanf(x); }
SL_INLINE float sl_atan2f(float x, float y) { return atan2f(x, y); }
SL_INLINE double sl_erf(double x) { return erf(x); }
SL_INLINE float sl_erff(float x) { return erff(x); }
SL_INLINE double sl_erfc(double x) { return erfc(x); }
SL_INLINE float sl_erfcf(float x) { return erfcf(x); }
SL_INLINE float sl_hypotf(float x, float y) { return hypotf(x, y); }
SL_INLINE float sl_cbrtf(float x) { return cbrtf(x); }
SL_INLINE double sl_lgamma(double x) { return lgamma(x); }
SL_INLINE float sl_lgammaf(float x) { return lgammaf(x); }
SL_INLINE double sl_tgamma(double x) { return tgamma(x); }
SL_INLINE float sl_tgammaf(float x) { return tgammaf(x); }
SL_INLINE float sl_expf(float x) { return expf(x); }
SL_INLINE float sl_logf(float x) { return logf(x); }
SL_INLINE float sl_tanhf(float x) { return tanhf(x); }
SL_INLINE float sl_log1pf(float x) { return log1pf(x); }
SL_INLINE float sl_expm1f(float x) { return expm1f(x); }
SL_INLINE float sl_sigmoidf(float x) { return (float)(1 / (1 + exp(-(double)x))); }
SL_INLINE float sl_softplusf(float x) { return (float)(((double)x > 0 ? (double)x : 0) + log1p(exp(-fabs((double)x)))); }
SL_INLINE float sl_log2f(float x) { return log2f(x); }
SL_INLINE float sl_log10f(float x) { return log10f(x); }
SL_INLINE float sl_exp2f(float x) { return exp2f(x); }
SL_INLINE float sl_sinhf(float x) { return sinhf(x); }
SL_INLINE float sl_coshf(float x) { return coshf(x); }
SL_INLINE float sl_asinf(float x) { return asinf(x); }
SL_INLINE float sl_acosf(float x) { return acosf(x); }
SL_INLINE float sl_atanf(float x) { return atanf(x); }
SL_INLINE float sl_asinhf(float x) { return asinhf(x); }
SL_INLINE float sl_acoshf(float x) { return acoshf(x); }
SL_INLINE float sl_atanhf(float x) { return atanhf(x); }
SL_INLINE float sl_log1mexpf(float x) { return (float)((double)x > -0.6931471805599453 ? log(-expm1((double)x)) : log1p(-exp((double)x))); }
SL_INLINE float sl_logaddexpf(float x, float y) { double a = x, b = y, m = a > b ? a : b, d = a - b; if (a == b) return (float)(a + 0.6931471805599453); if (d != d) return (float)d; return (float)(m + log1p(exp(-fabs(d)))); }
SL_INLINE float sl_xlogxf(float x) { return x == 0 ? 0 : (float)((double)x * log((double)x)); }
SL_INLINE float sl_xlogy0f(float x, float y) { return x == 0 ? 0 : (float)((double)x * log((double)y)); }
SL_INLINE int64_t sl_int_floor_div(int64_t a, int64_t b) { if (b == 0) return 0; if (b == -1) return (int64_t)(0 - (uint64_t)a); return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
SL_INLINE int64_t sl_int_mod(int64_t a, int64_t b) { if (b == 0 || b == -1) return 0; int64_t r = a % b; return r != 0 && (r < 0) != (b < 0) ? r + b : r; }
SL_INLINE int64_t sl_int_pow(int64_t a, int64_t n) { if (n < 0) return a == 1 ? 1 : a == -1 ? (n & 1 ? -1 : 1) : 0; uint64_t r = 1, b = (uint64_t)a; for (; n; n >>= 1, b *= b) if (n & 1) r *= b; return (int64_t)r; }
SL_INLINE uint64_t sl_uint_floor_div(uint64_t a, uint64_t b) { return b ? a / b : 0; }
SL_INLINE uint64_t sl_uint_mod(uint64_t a, uint64_t b) { return b ? a % b : 0; }
SL_INLINE uint64_t sl_uint_pow(uint64_t a, uint64_t n) { uint64_t r = 1; for (; n; n >>= 1, a *= a) if (n & 1) r *= a; return r; }

#endif
