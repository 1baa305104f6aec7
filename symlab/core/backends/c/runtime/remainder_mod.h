/* The remainder in float64, for vectors. */
#ifndef SL_REMAINDER_MOD_H
#define SL_REMAINDER_MOD_H

#include "remainder.h"

SL_VECTOR_double(vv, sl_mod, sl_near_mod, sl_far_mod)

#endif
