/* All of the mathematics that generated C code is compiled with: sl_exp(double), sl_expf(float) and so on. A kernel
   includes only the headers of what it calls: that compiles sooner. */
#ifndef SL_RUNTIME_H
#define SL_RUNTIME_H

#include "arithmetic.h"
#include "error_function.h"
#include "exponential.h"
#include "float32_cos.h"
#include "float32_exponential.h"
#include "float32_inverse_hyperbolic.h"
#include "float32_inverse_trigonometric.h"
#include "float32_logarithm.h"
#include "float32_sin.h"
#include "float32_special.h"
#include "float32_tan.h"
#include "gamma.h"
#include "hyperbolic.h"
#include "integers.h"
#include "inverse_error_function.h"
#include "inverse_hyperbolic.h"
#include "inverse_trigonometric.h"
#include "logarithm.h"
#include "philox.h"
#include "power.h"
#include "products.h"
#include "remainder_floor_divide.h"
#include "remainder_floor_dividef.h"
#include "remainder_mod.h"
#include "remainder_modf.h"
#include "sum.h"
#include "trigonometric_cos.h"
#include "trigonometric_sin.h"
#include "trigonometric_tan.h"

#endif
