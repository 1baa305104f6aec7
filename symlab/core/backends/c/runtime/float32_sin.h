/* The sine in float32, for vectors. */
#ifndef SL_FLOAT32_SIN_H
#define SL_FLOAT32_SIN_H

#include "float32_trigonometric.h"

SL_VECTOR_float(v, sl_sinf, sl_near_sinf, sl_far_sinf)

#endif
