/* What every generated file uses: integers that are sizes, totals added in pairs, refusals, a clock. */
#ifndef SL_PROGRAM_H
#define SL_PROGRAM_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Asks Python for the value of a node: its number, operands and result, all their sizes; not 0 if that failed. */
typedef int (*sl_reference)(int64_t number, void **arrays, const int64_t *sizes);

#define SL_HELPER static inline __attribute__((unused))
#define SL_ALIGNED(bytes) (((bytes) + 63) / 64 * 64)
#define SL_PARTS 64
#define SL_NO_MEMORY 6
#define SL_INTERRUPTED 9

/* Totals of blocks, added in pairs: bit k of `count` says whether a total of 2^k blocks waits in `parts`. */
#define SL_PAIR(parts, count, total)                                                                   \
    do {                                                                                               \
        int sl_depth = __builtin_popcountll((uint64_t)(count));                                        \
        for (int64_t sl_rest = (count)++; sl_rest & 1; sl_rest >>= 1) total = parts[--sl_depth] + total; \
        parts[sl_depth] = total;                                                                       \
    } while (0)
#define SL_ADD_PARTS(parts, count, sum)                                                                \
    for (int sl_depth = __builtin_popcountll((uint64_t)(count)); sl_depth-- > 0;) sum = parts[sl_depth] + sum

/* Division as in Python, and 0 by 0. */
SL_HELPER int64_t sl_size_divide(int64_t a, int64_t b) {
    return b ? a / b - (a % b != 0 && (a < 0) != (b < 0)) : 0;
}
SL_HELPER int64_t sl_size_modulo(int64_t a, int64_t b) {
    return b ? a - b * sl_size_divide(a, b) : 0;
}
SL_HELPER int64_t sl_size_positive(int64_t a) {
    return a > 0 ? a : 0;
}
SL_HELPER int64_t sl_size_wrap(int64_t index, int64_t size) {
    return index < 0 ? index + size : index;
}
SL_HELPER int64_t sl_size_larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* Notes why a call is refused: the node's number and up to three values. */
SL_HELPER int sl_refuse(int64_t *error, int code, int64_t node, int64_t a, int64_t b, int64_t c) {
    error[0] = node, error[1] = a, error[2] = b, error[3] = c;
    return code;
}

/* Whether the caller has been interrupted: the last word of `error` is where its flag is, or 0. */
SL_HELPER int sl_stopped(const int64_t *error) {
    const volatile int *flag = (const volatile int *)(intptr_t)error[7];
    return flag && *flag;
}

/* Runs the body of a choice in memory of its own. */
typedef int64_t (*sl_planned)(void **data, int64_t *shapes, int64_t *nanoseconds, int64_t *error);
typedef int (*sl_body)(void **data, const int64_t *shapes, void *workspace, int64_t *error);
static __attribute__((unused, noinline)) int sl_once(
    sl_planned plan, sl_body run, void **data, int64_t *shapes, int64_t node, int64_t *error) {
    int64_t idle;
    const int64_t bytes = plan(data, shapes, &idle, error);
    if (bytes < 0) return (int)-bytes;
    void *memory = bytes ? aligned_alloc(64, SL_ALIGNED(bytes)) : 0;
    if (bytes && !memory) return sl_refuse(error, SL_NO_MEMORY, node, 0, 0, 0);
    const int code = sl_stopped(error) ? SL_INTERRUPTED : run(data, shapes, memory, error);
    free(memory);
    return code;
}

/* Adds the time since `start` to a pair of nanoseconds and calls; gives the time. */
SL_HELPER int64_t sl_clock(int64_t *pair, int64_t start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t time = now.tv_sec * 1000000000ll + now.tv_nsec;
    if (pair) pair[0] += time - start, pair[1]++;
    return time;
}

#endif
