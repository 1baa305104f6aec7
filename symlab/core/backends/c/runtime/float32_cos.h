/* The cosine in float32, for vectors. */
#ifndef SL_FLOAT32_COS_H
#define SL_FLOAT32_COS_H

#include "float32_trigonometric.h"

SL_VECTOR_float(v, sl_cosf, sl_near_cosf, sl_far_cosf)

#endif
