/* The remainder in float32, for vectors. */
#ifndef SL_REMAINDER_MODF_H
#define SL_REMAINDER_MODF_H

#include "remainder_float32.h"

SL_VECTOR_float(vv, sl_modf, sl_near_modf, sl_far_modf)

#endif
