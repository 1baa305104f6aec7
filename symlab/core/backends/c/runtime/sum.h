/* Sums of long arrays: blocks of 4096 elements, and pairwise across the blocks, so that the error grows with the
   logarithm of their number. */
#ifndef SL_SUM_H
#define SL_SUM_H

#include "bits.h"

#define SL_SUM_BLOCK 4096

/* The sums of 1, 2, 4, ... blocks that are not yet part of a larger one: bit i of `blocks` tells whether level i
   is. */
typedef struct {
    double levels[64];
    uint64_t blocks;
} sl_pairwise;

/* Add the sum of one more block. */
SL_INLINE void sl_pairwise_add(sl_pairwise *sums, double block) {
    int level = 0;
    for (uint64_t full = sums->blocks; full & 1; full >>= 1) block += sums->levels[level++];
    sums->levels[level] = block;
    ++sums->blocks;
}

/* The sum of all blocks. */
SL_INLINE double sl_pairwise_total(const sl_pairwise *sums) {
    double total = 0.0;
    int level = 0;
    for (uint64_t left = sums->blocks; left; left >>= 1, ++level)
        if (left & 1) total += sums->levels[level];
    return total;
}

/* The sum of at most one block, as four streams, which hide the latency of the additions. */
#define SL_DEFINE_BLOCK_SUM(name, number)                                                                              \
    SL_INLINE number name(const number *restrict x, int64_t count, int64_t stride) {                                   \
        number first = 0, second = 0, third = 0, fourth = 0;                                                           \
        int64_t quarter = count / 4;                                                                                   \
        const number *restrict y = x + quarter * stride, *restrict z = y + quarter * stride;                           \
        const number *restrict w = z + quarter * stride;                                                               \
        _Pragma("omp simd reduction(+ : first, second, third, fourth)") for (int64_t i = 0; i < quarter; ++i) {        \
            first += x[i * stride];                                                                                    \
            second += y[i * stride];                                                                                   \
            third += z[i * stride];                                                                                    \
            fourth += w[i * stride];                                                                                   \
        }                                                                                                              \
        for (int64_t i = 4 * quarter; i < count; ++i) first += x[i * stride];                                          \
        return (first + second) + (third + fourth);                                                                    \
    }

SL_DEFINE_BLOCK_SUM(sl_block_sum, double)
SL_DEFINE_BLOCK_SUM(sl_block_sumf, float)

/* The sum of `count` elements, `stride` elements apart. */
#define SL_DEFINE_ARRAY_SUM(name, block_sum, number)                                                                   \
    SL_INLINE number name(const number *x, int64_t count, int64_t stride) {                                            \
        if (count <= SL_SUM_BLOCK) return stride == 1 ? block_sum(x, count, 1) : block_sum(x, count, stride);          \
        sl_pairwise sums = {.blocks = 0};                                                                              \
        for (int64_t start = 0; start < count; start += SL_SUM_BLOCK) {                                                \
            int64_t length = count - start < SL_SUM_BLOCK ? count - start : SL_SUM_BLOCK;                              \
            const number *block = x + start * stride;                                                                  \
            sl_pairwise_add(&sums, stride == 1 ? block_sum(block, length, 1) : block_sum(block, length, stride));      \
        }                                                                                                              \
        return (number)sl_pairwise_total(&sums);                                                                       \
    }

SL_DEFINE_ARRAY_SUM(sl_array_sum, sl_block_sum, double)
SL_DEFINE_ARRAY_SUM(sl_array_sumf, sl_block_sumf, float)

#endif
