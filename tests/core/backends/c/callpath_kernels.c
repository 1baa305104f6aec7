/* What a generated file looks like, for the tests of the call path: no Python.h; data and shapes in the order
 * inputs | shared values | outputs | new values of shared variables. */
#include <stdint.h>
#include <string.h>
#include <time.h>

typedef int64_t I;
typedef double D;

/* inputs x[n], y[n]; output z[n] */
I add_plan(void **d, I *s, I *ns, I *error) {
    if (s[0] != s[1]) return error[0] = 7, error[1] = s[0], error[2] = s[1], -2;
    s[2] = s[0];
    *ns = s[0] / 2;
    return 0;
}
int add_run(void **d, const I *s, void *w, I *error) {
    const D *x = d[0], *y = d[1];
    D *z = d[2];
    for (I i = 0; i < s[0]; i++) z[i] = x[i] + y[i];
    return 0;
}

/* inputs a, b; output c, all of rank 0 */
int add0_run(void **d, const I *s, void *w, I *error) { return *(D *)d[2] = *(D *)d[0] + *(D *)d[1], 0; }

/* input a; output a copy, of rank 0 and an item size that the name gives */
int copy1_run(void **d, const I *s, void *w, I *error) { return memcpy(d[1], d[0], 1), 0; }
int copy2_run(void **d, const I *s, void *w, I *error) { return memcpy(d[1], d[0], 2), 0; }
int copy4_run(void **d, const I *s, void *w, I *error) { return memcpy(d[1], d[0], 4), 0; }
int copy8_run(void **d, const I *s, void *w, I *error) { return memcpy(d[1], d[0], 8), 0; }
int copy16_run(void **d, const I *s, void *w, I *error) { return memcpy(d[1], d[0], 16), 0; }

/* 2000 inputs of rank 0; output their sum */
int many_run(void **d, const I *s, void *w, I *error) {
    D sum = 0;
    for (int i = 0; i < 2000; i++) sum += *(D *)d[i];
    return *(D *)d[2000] = sum, 0;
}

/* input n (int64, rank 0); output 0..n-1: a size that depends on a value */
I range_plan(void **d, I *s, I *ns, I *error) {
    I n = *(I *)d[0];
    if (n < 0) return error[0] = 5, error[1] = n, -4;
    return s[0] = n, *ns = n, 0;
}
int range_run(void **d, const I *s, void *w, I *error) {
    for (I i = 0; i < s[0]; i++) ((I *)d[1])[i] = i;
    return 0;
}

/* input x[n]; output y[n] = x, by way of a workspace; y2[n] = 2x */
I arena_plan(void **d, I *s, I *ns, I *error) { return s[1] = s[2] = s[0], *ns = s[0], 8 * s[0]; }
int arena_run(void **d, const I *s, void *w, I *error) {
    const D *x = d[0];
    D *y = d[1], *y2 = d[2], *t = w;
    for (I i = 0; i < s[0]; i++) t[i] = 2 * x[i];
    for (I i = 0; i < s[0]; i++) y[i] = t[i] - x[i];
    for (I i = 0; i < s[0]; i++) y2[i] = t[i];
    return 0;
}

/* cells W[n], k; updates W <- k + 1 everywhere, k <- k + 1 (spare buffers, all in run) */
I train_plan(void **d, I *s, I *ns, I *error) { return s[1] = s[0], *ns = s[0], 0; }
int train_run(void **d, const I *s, void *w, I *error) {
    D k = *(D *)d[1] + 1, *W = d[2];
    for (I i = 0; i < s[0]; i++) W[i] = k;
    return *(D *)d[3] = k, 0;
}
/* the same, W written in the commit section, k in a spare buffer */
int train2_run(void **d, const I *s, void *w, I *error) { return *(D *)d[3] = *(D *)d[1] + 1, 0; }
void train2_commit(void **d, const I *s, void *w) {
    D k = *(D *)d[3], *W = d[2];
    for (I i = 0; i < s[0]; i++) W[i] = k;
}
/* cells W[n], k; outputs copies of both */
I predict_plan(void **d, I *s, I *ns, I *error) { return s[1] = s[0], *ns = s[0], 0; }
int predict_run(void **d, const I *s, void *w, I *error) {
    memcpy(d[2], d[0], 8 * s[0]);
    return *(D *)d[3] = *(D *)d[1], 0;
}

/* input i (int64, rank 0); cells W[n], k; output c: writes half of everything, then finds i out of bounds */
I fail_plan(void **d, I *s, I *ns, I *error) { return s[1] = s[0], *ns = s[0], 8 * s[0]; }
int fail_run(void **d, const I *s, void *w, I *error) {
    I at = *(I *)d[0];
    D *W = d[4], *t = w;
    for (I i = 0; i < s[0] / 2; i++) t[i] = W[i] = -1;
    *(D *)d[3] = *(D *)d[5] = -1;
    if (at < 0 || at >= s[0]) return error[0] = 42, error[1] = at, error[2] = s[0], 3;
    for (I i = 0; i < s[0]; i++) W[i] = ((D *)d[1])[i];
    return *(D *)d[5] = *(D *)d[2], 0;
}

/* inputs x[8], y[8], t[8], rate, decay; cells W[8], V[8]; output loss; updates W, V */
int step_run(void **d, const I *s, void *w, I *error) {
    const D *x = d[0], *y = d[1], *t = d[2], rate = *(D *)d[3], decay = *(D *)d[4], *W = d[5], *V = d[6];
    D *W2 = d[8], *V2 = d[9], loss = 0;
    for (I i = 0; i < 8; i++) {
        D r = W[i] * x[i] + y[i] - t[i];
        loss += r * r;
        V2[i] = decay * V[i] - rate * r * x[i];
        W2[i] = W[i] + V2[i];
    }
    return *(D *)d[7] = loss, 0;
}

/* cells A[n], B[n]; updates A <- B + 1, B <- A + 1, both from the old values */
I swap_plan(void **d, I *s, I *ns, I *error) { return s[2] = s[3] = s[0], *ns = s[0] * 2, 0; }
int swap_run(void **d, const I *s, void *w, I *error) {
    for (I i = 0; i < s[0]; i++) ((D *)d[2])[i] = ((D *)d[1])[i] + 1, ((D *)d[3])[i] = ((D *)d[0])[i] + 1;
    return 0;
}

/* How often a kernel has come to a pause, how often one was let through, and how often one has come to any halt. */
volatile I gate[3];

/* Positive: sleep for so many seconds. Negative: pause until the test lets the kernel through. */
static void halt(D how) {
    struct timespec millisecond = {0, 1000000}, time = {(time_t)how, (long)((how - (D)(time_t)how) * 1e9)};
    gate[2]++;
    if (how > 0) nanosleep(&time, 0);
    if (how >= 0) return;
    I turn = ++gate[0];
    while (gate[1] < turn) nanosleep(&millisecond, 0);
}

/* input how; cell k; update k <- k + 1 after a halt, without the GIL */
I nap_plan(void **d, I *s, I *ns, I *error) { return *ns = 1000000000, 0; }
int nap_run(void **d, const I *s, void *w, I *error) {
    halt(*(D *)d[0]);
    return *(D *)d[2] = *(D *)d[1] + 1, 0;
}

/* inputs x[n], how; outputs y[n] = x after a halt without the GIL, z and t of rank 0 */
I doze_plan(void **d, I *s, I *ns, I *error) { return s[1] = s[0], *ns = 1000000000, 0; }
int doze_run(void **d, const I *s, void *w, I *error) {
    halt(*(D *)d[1]);
    memcpy(d[2], d[0], 8 * s[0]);
    return *(D *)d[3] = *(D *)d[4] = *(D *)d[1], 0;
}

/* inputs a, b; cells W[n], k; updates k <- k + 1 after a halt a; W <- k in place, with a halt b halfway */
I tarry_plan(void **d, I *s, I *ns, I *error) { return s[1] = s[0], *ns = 1000000000, 0; }
int tarry_run(void **d, const I *s, void *w, I *error) {
    halt(*(D *)d[0]);
    return *(D *)d[5] = *(D *)d[3] + 1, 0;
}
void tarry_commit(void **d, const I *s, void *w) {
    D k = *(D *)d[5], *W = d[4];
    for (I i = 0; i < s[0]; i++) {
        if (i == s[0] / 2) halt(*(D *)d[1]);
        W[i] = k;
    }
}

/* input how; cells W[n], k; outputs copies of both, with a halt halfway */
I gaze_plan(void **d, I *s, I *ns, I *error) { return s[1] = s[0], *ns = 1000000000, 0; }
int gaze_run(void **d, const I *s, void *w, I *error) {
    I half = s[0] / 2;
    memcpy(d[3], d[1], 8 * half);
    halt(*(D *)d[0]);
    memcpy((D *)d[3] + half, (D *)d[1] + half, 8 * (s[0] - half));
    return *(D *)d[4] = *(D *)d[2], 0;
}

/* input n (int64, rank 0); cell k; output z[n], which may be more than there is; update k <- k + 1 */
I vast_plan(void **d, I *s, I *ns, I *error) { return s[0] = *(I *)d[0], *ns = 0, 0; }
int vast_run(void **d, const I *s, void *w, I *error) { return *(D *)d[3] = *(D *)d[1] + 1, 0; }
/* the same, with a workspace of n bytes and no output */
I vast_workspace_plan(void **d, I *s, I *ns, I *error) { return *ns = 0, *(I *)d[0]; }
int vast_workspace_run(void **d, const I *s, void *w, I *error) { return *(D *)d[2] = *(D *)d[1] + 1, 0; }

/* input n (int64, rank 0); cell k; output n; update k <- k + 1: n rounds of a millisecond, unless the flag is raised */
I rounds_plan(void **d, I *s, I *ns, I *error) { return *ns = 1000000000, 0; }
int rounds_run(void **d, const I *s, void *w, I *error) {
    volatile int *flag = (volatile int *)(intptr_t)error[7];
    struct timespec millisecond = {0, 1000000};
    for (I i = 0; i < *(I *)d[0]; i++) {
        if (flag && *flag) return 9;
        nanosleep(&millisecond, 0);
    }
    return *(I *)d[2] = *(I *)d[0], *(D *)d[3] = *(D *)d[1] + 1, 0;
}
