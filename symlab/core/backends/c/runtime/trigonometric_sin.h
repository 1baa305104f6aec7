/* The sine in float64, for vectors. */
#ifndef SL_TRIGONOMETRIC_SIN_H
#define SL_TRIGONOMETRIC_SIN_H

#include "trigonometric.h"

SL_VECTOR_double(v, sl_sin, sl_near_sin, sl_far_sin)

#endif
