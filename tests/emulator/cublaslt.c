/* The part of cublasLt that symlab calls, for matrices of the emulated device.

   What NVIDIA's library leaves to its caller is checked: sizes that fit, leading dimensions, memory that holds all of a
   matrix and has been written, alignments that are those told before, a workspace of the size told before. */
#include "accesses.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID = 7, NOT_SUPPORTED = 15, FLOAT = 0, DOUBLE = 1, COMPUTE_FLOAT = 68, COMPUTE_DOUBLE = 70 };
enum { TURN_FIRST = 3, TURN_SECOND = 4, MOST_WORKSPACE = 1, FIRST_ALIGNMENT = 5, USUAL_ALIGNMENT = 256 };

typedef struct {
    int compute, scale;
    int32_t turns[2];
} product;
typedef struct {
    int kind;
    uint64_t rows, columns;
    int64_t leading;
} layout;
typedef struct {
    uint64_t workspace;
    uint32_t aligned[4]; /* of the first, the second, what is added, the result */
} preference;
typedef struct {
    preference told; /* 24 of the 64 bytes of an algorithm */
    uint64_t rest[5];
    size_t workspace;
    int state;
    float waves;
    int reserved[4];
} found;

int cublasLtCreate(void **handle) {
    *handle = malloc(1);
    return SUCCESS;
}

int cublasLtMatmulDescCreate(product **made, int compute, int scale) {
    if (compute != (scale == FLOAT ? COMPUTE_FLOAT : COMPUTE_DOUBLE) || scale < FLOAT || scale > DOUBLE) return INVALID;
    *made = malloc(sizeof **made);
    **made = (product){compute, scale, {0, 0}};
    return SUCCESS;
}
int cublasLtMatmulDescSetAttribute(product *target, int key, const int32_t *value, size_t size) {
    if (size != sizeof *value || (key != TURN_FIRST && key != TURN_SECOND) || *value < 0 || *value > 1) return INVALID;
    target->turns[key - TURN_FIRST] = *value;
    return SUCCESS;
}
int cublasLtMatmulDescDestroy(product *target) {
    free(target);
    return SUCCESS;
}

int cublasLtMatrixLayoutCreate(layout **made, int kind, uint64_t rows, uint64_t columns, int64_t leading) {
    if (kind != FLOAT && kind != DOUBLE) return INVALID;
    *made = malloc(sizeof **made);
    **made = (layout){kind, rows, columns, leading};
    return SUCCESS;
}
int cublasLtMatrixLayoutDestroy(layout *target) {
    free(target);
    return SUCCESS;
}

int cublasLtMatmulPreferenceCreate(preference **made) {
    *made = malloc(sizeof **made);
    **made = (preference){0, {USUAL_ALIGNMENT, USUAL_ALIGNMENT, USUAL_ALIGNMENT, USUAL_ALIGNMENT}};
    return SUCCESS;
}
int cublasLtMatmulPreferenceSetAttribute(preference *target, int key, const void *value, size_t size) {
    if (key == MOST_WORKSPACE && size == sizeof target->workspace)
        memcpy(&target->workspace, value, size);
    else if (key >= FIRST_ALIGNMENT && key < FIRST_ALIGNMENT + 4 && size == sizeof *target->aligned)
        memcpy(target->aligned + key - FIRST_ALIGNMENT, value, size);
    else
        return INVALID;
    return SUCCESS;
}
int cublasLtMatmulPreferenceDestroy(preference *target) {
    free(target);
    return SUCCESS;
}

/* op(first) op(second) must be as large as the result. */
static bool fits(const product *made, const layout *first, const layout *second, const layout *result) {
    const uint64_t rows = made->turns[0] ? first->columns : first->rows;
    const uint64_t inner = made->turns[0] ? first->rows : first->columns;
    const uint64_t other = made->turns[1] ? second->columns : second->rows;
    const uint64_t columns = made->turns[1] ? second->rows : second->columns;
    const layout *all[] = {first, second, result};
    for (int k = 0; k < 3; k++) {
        if (all[k]->kind != made->scale || !all[k]->rows || !all[k]->columns) return false;
        if (all[k]->leading < (int64_t)all[k]->rows) return false;
    }
    return inner == other && rows == result->rows && columns == result->columns;
}

int cublasLtMatmulAlgoGetHeuristic(void *handle, product *made, layout *first, layout *second, layout *added,
                                   layout *result, preference *told, int most, found *algorithm, int *count) {
    *count = 0;
    if (!handle || most < 1 || added != result || !fits(made, first, second, result)) return INVALID;
    *algorithm = (found){.told = *told, .workspace = told->workspace, .state = SUCCESS};
    *count = 1;
    return SUCCESS;
}

/* Whether a matrix lies within an allocation, aligned as was told, and holds values if it is read. */
static bool usable(const layout *item, const char *memory, uint32_t aligned, bool read) {
    const size_t each = item->kind == FLOAT ? 4 : 8, end = ((item->columns - 1) * item->leading + item->rows) * each;
    if ((uintptr_t)memory % aligned) return false;
    for (allocation *place = emulator_allocations; place; place = place->next) {
        if (memory < place->data || memory + end > place->data + place->size) continue;
        for (size_t column = 0; read && column < item->columns; column++)
            for (size_t at = 0; at < item->rows * each; at++)
                if (!place->cells[memory - place->data + column * item->leading * each + at].written) return false;
        return true;
    }
    return false;
}

static void written(const layout *item, char *memory) {
    const size_t each = item->kind == FLOAT ? 4 : 8;
    for (allocation *place = emulator_allocations; place; place = place->next)
        if (memory >= place->data && memory < place->data + place->size)
            for (size_t column = 0; column < item->columns; column++)
                emulator_filled(place, memory + column * item->leading * each, item->rows * each);
}

static double element(const layout *item, const char *memory, bool turned, uint64_t row, uint64_t column) {
    const uint64_t at = turned ? column + row * item->leading : row + column * item->leading;
    return item->kind == FLOAT ? ((const float *)memory)[at] : ((const double *)memory)[at];
}

int cublasLtMatmul(void *handle, product *made, const void *alpha, const char *a, layout *first, const char *b,
                   layout *second, const void *beta, const char *c, layout *added, char *d, layout *result,
                   const found *algorithm, char *workspace, size_t size, void *stream) {
    const bool single = made->scale == FLOAT;
    const double by = single ? *(const float *)alpha : *(const double *)alpha;
    const double old = single ? *(const float *)beta : *(const double *)beta;
    const uint32_t *aligned = algorithm->told.aligned;
    const layout room = {FLOAT, size / 4, 1, size / 4};
    if (!handle || stream || c != d || added != result || !fits(made, first, second, result)) return INVALID;
    if (size < algorithm->workspace || (size && !usable(&room, workspace, USUAL_ALIGNMENT, false))) return INVALID;
    if (!usable(first, a, aligned[0], true) || !usable(second, b, aligned[1], true)) return NOT_SUPPORTED;
    if (!usable(result, d, aligned[3], old != 0)) return NOT_SUPPORTED;
    const uint64_t inner = made->turns[0] ? first->rows : first->columns;
    for (uint64_t column = 0; column < result->columns; column++)
        for (uint64_t row = 0; row < result->rows; row++) {
            double sum = 0;
            for (uint64_t k = 0; k < inner; k++)
                sum += element(first, a, made->turns[0], row, k) * element(second, b, made->turns[1], k, column);
            const uint64_t at = row + column * result->leading;
            const double before = old != 0 ? element(result, d, false, row, column) : 0;
            if (single)
                ((float *)d)[at] = (float)(by * sum + old * before);
            else
                ((double *)d)[at] = by * sum + old * before;
        }
    written(result, d);
    return SUCCESS;
}
