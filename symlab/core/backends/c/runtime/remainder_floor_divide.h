/* The quotient rounded down in float64, for vectors. */
#ifndef SL_REMAINDER_FLOOR_DIVIDE_H
#define SL_REMAINDER_FLOOR_DIVIDE_H

#include "remainder.h"

SL_VECTOR_double(vv, sl_floor_divide, sl_near_floor_divide, sl_far_floor_divide)

#endif
