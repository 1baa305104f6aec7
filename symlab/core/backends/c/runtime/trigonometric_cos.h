/* The cosine in float64, for vectors. */
#ifndef SL_TRIGONOMETRIC_COS_H
#define SL_TRIGONOMETRIC_COS_H

#include "trigonometric.h"

SL_VECTOR_double(v, sl_cos, sl_near_cos, sl_far_cos)

#endif
