/* The quotient rounded down in float32, for vectors. */
#ifndef SL_REMAINDER_FLOOR_DIVIDEF_H
#define SL_REMAINDER_FLOOR_DIVIDEF_H

#include "remainder_float32.h"

SL_VECTOR_float(vv, sl_floor_dividef, sl_near_floor_dividef, sl_far_floor_dividef)

#endif
