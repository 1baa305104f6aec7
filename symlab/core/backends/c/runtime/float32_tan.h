/* The tangent in float32, for vectors. */
#ifndef SL_FLOAT32_TAN_H
#define SL_FLOAT32_TAN_H

#include "float32_trigonometric.h"

SL_VECTOR_float(v, sl_tanf, sl_near_tanf, sl_far_tanf)

#endif
