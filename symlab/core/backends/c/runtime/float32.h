/* Functions of float32 that are computed in float64 and rounded once. */
#ifndef SL_FLOAT32_H
#define SL_FLOAT32_H

#include "bits.h"
#include "error_function.h"
#include "exponential.h"
#include "gamma.h"
#include "hyperbolic.h"
#include "inverse_error_function.h"
#include "inverse_hyperbolic.h"
#include "inverse_trigonometric.h"
#include "logarithm.h"
#include "pending.h"
#include "power.h"

SL_INLINE float sl_expf(float x) { return (float)sl_exp(x); }
SL_INLINE float sl_logf(float x) { return (float)sl_log(x); }
SL_INLINE float sl_tanhf(float x) { return (float)sl_tanh(x); }
SL_INLINE float sl_log1pf(float x) { return (float)sl_log1p(x); }
SL_INLINE float sl_expm1f(float x) { return (float)sl_expm1(x); }
SL_INLINE float sl_sigmoidf(float x) { return (float)sl_sigmoid(x); }
SL_INLINE float sl_softplusf(float x) { return (float)sl_softplus(x); }
SL_INLINE float sl_powf(float x, float y) { return (float)sl_pow(x, y); }
SL_INLINE float sl_sinf(float x) { return (float)sl_sin(x); }
SL_INLINE float sl_cosf(float x) { return (float)sl_cos(x); }
SL_INLINE float sl_log2f(float x) { return (float)sl_log2(x); }
SL_INLINE float sl_log10f(float x) { return (float)sl_log10(x); }
SL_INLINE float sl_exp2f(float x) { return (float)sl_exp2(x); }
SL_INLINE float sl_tanf(float x) { return (float)sl_tan(x); }
SL_INLINE float sl_sinhf(float x) { return (float)sl_sinh(x); }
SL_INLINE float sl_coshf(float x) { return (float)sl_cosh(x); }
SL_INLINE float sl_asinf(float x) { return (float)sl_asin(x); }
SL_INLINE float sl_acosf(float x) { return (float)sl_acos(x); }
SL_INLINE float sl_atanf(float x) { return (float)sl_atan(x); }
SL_INLINE float sl_atan2f(float x, float y) { return (float)sl_atan2(x, y); }
SL_INLINE float sl_asinhf(float x) { return (float)sl_asinh(x); }
SL_INLINE float sl_acoshf(float x) { return (float)sl_acosh(x); }
SL_INLINE float sl_atanhf(float x) { return (float)sl_atanh(x); }
SL_INLINE float sl_erff(float x) { return (float)sl_erf(x); }
SL_INLINE float sl_erfcf(float x) { return (float)sl_erfc(x); }
SL_INLINE float sl_log1mexpf(float x) { return (float)sl_log1mexp(x); }
SL_INLINE float sl_logaddexpf(float x, float y) { return (float)sl_logaddexp(x, y); }
SL_INLINE float sl_hypotf(float x, float y) { return (float)sl_hypot(x, y); }
SL_INLINE float sl_cbrtf(float x) { return (float)sl_cbrt(x); }
SL_INLINE float sl_xlogxf(float x) { return (float)sl_xlogx(x); }
SL_INLINE float sl_xlogy0f(float x, float y) { return (float)sl_xlogy0(x, y); }
SL_INLINE float sl_lgammaf(float x) { return (float)sl_lgamma(x); }
SL_INLINE float sl_tgammaf(float x) { return (float)sl_tgamma(x); }
SL_INLINE float sl_erfinvf(float x) { return (float)sl_erfinv(x); }
SL_INLINE float sl_erfcinvf(float x) { return (float)sl_erfcinv(x); }
SL_INLINE float sl_erfcxf(float x) { return (float)sl_erfcx(x); }

#endif
