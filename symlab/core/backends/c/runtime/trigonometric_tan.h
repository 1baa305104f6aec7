/* The tangent in float64, for vectors. */
#ifndef SL_TRIGONOMETRIC_TAN_H
#define SL_TRIGONOMETRIC_TAN_H

#include "trigonometric.h"

SL_VECTOR_double(v, sl_tan, sl_near_tan, sl_far_tan)

#endif
