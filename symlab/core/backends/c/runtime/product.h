/* Products of matrices: c = beta c + alpha a b, for strides of any kind; by BLAS where it pays. */
#ifndef SL_PRODUCT_H
#define SL_PRODUCT_H

#include <stdint.h>

#define SL_SMALL_PRODUCT 2048 /* multiplications below which a call of BLAS costs more than it gains */

/* One triangle and its copy cost less than the whole where there are some rows, and enough to add for each number. */
#define SL_TRIANGLE_PAYS(n, k) ((n) >= 48 && (n) * (n) * (k) >= 1000000 && ((n) <= 1024 || (k) >= 64))
#define SL_TILE 64
#define SL_LARGEST_BLAS 0x7fffffff

/* OpenBLAS copies the operands of more than a million multiplications, which for few rows costs as much as the product:
   up to a few million, columns are taken in parts. */
#define SL_UNCOPIED 1000000
#define SL_COLUMNS_AT_ONCE(m, n, k)                                                                                 \
    (m <= 32 && m * n * k > SL_UNCOPIED && m * n * k <= 8 * SL_UNCOPIED && m * k * 16 <= SL_UNCOPIED                \
         ? SL_UNCOPIED / (m * k) / 16 * 16                                                                          \
         : n)

/* NAME(m, n, k, alpha, a, a0, a1, b, b0, b1, beta, c, c0): loops, the innermost along rows of b or along the sum. */
#define SL_DEFINE_LOOPS(NAME, T, ADD)                                                                               \
    static __attribute__((unused)) void NAME(int64_t m, int64_t n, int64_t k, T alpha, const T *a, int64_t a0,      \
                                             int64_t a1, const T *b, int64_t b0, int64_t b1, int beta, T *c,        \
                                             int64_t c0) {                                                          \
        for (int64_t i = 0; i < m; i++) {                                                                           \
            T *restrict row = c + i * c0;                                                                           \
            if (!beta)                                                                                              \
                for (int64_t j = 0; j < n; j++) row[j] = 0;                                                         \
            if (b1 != 1 && b0 == 1 && a1 == 1) {                                                                    \
                for (int64_t j = 0; j < n; j++) {                                                                   \
                    const T *restrict left = a + i * a0, *restrict right = b + j * b1;                              \
                    T total = 0;                                                                                    \
                    for (int64_t p = 0; p < k; p++) total = (T)(total ADD(left[p] * right[p]));                     \
                    row[j] = (T)(row[j] ADD(alpha * total));                                                        \
                }                                                                                                   \
                continue;                                                                                           \
            }                                                                                                       \
            for (int64_t p = 0; p < k; p++) {                                                                       \
                const T left = (T)(alpha * a[i * a0 + p * a1]);                                                     \
                const T *restrict right = b + p * b0;                                                               \
                if (b1 == 1)                                                                                        \
                    for (int64_t j = 0; j < n; j++) row[j] = (T)(row[j] ADD(left * right[j]));                      \
                else                                                                                                \
                    for (int64_t j = 0; j < n; j++) row[j] = (T)(row[j] ADD(left * right[j * b1]));                 \
            }                                                                                                       \
        }                                                                                                           \
    }

/* The same by the Fortran routines at `gemm` and `gemv`, which see every matrix of ours as its transpose.
   NAME_square: c = alpha a a^T by `syrk`, which computes one triangle; the other is copied from it in tiles. */
#define SL_DEFINE_PRODUCT(NAME, T)                                                                                  \
    SL_DEFINE_LOOPS(NAME##_loops, T, +)                                                                             \
    typedef void (*NAME##_gemm)(const char *, const char *, const int *, const int *, const int *, const T *,       \
                                const T *, const int *, const T *, const int *, const T *, T *, const int *);       \
    typedef void (*NAME##_gemv)(const char *, const int *, const int *, const T *, const T *, const int *,          \
                                const T *, const int *, const T *, T *, const int *);                               \
    typedef void (*NAME##_syrk)(const char *, const char *, const int *, const int *, const T *, const T *,         \
                                const int *, const T *, T *, const int *);                                          \
    static __attribute__((unused)) void NAME(const int64_t *links, int64_t m, int64_t n, int64_t k, T alpha,        \
                                             const T *a, int64_t a0, int64_t a1, const T *b, int64_t b0,            \
                                             int64_t b1, int beta, T *c, int64_t c0) {                              \
        int a_fits = (a1 == 1 && a0 >= k) || (a0 == 1 && a1 >= m);                                                  \
        int b_fits = (b1 == 1 && b0 >= n) || (b0 == 1 && b1 >= k);                                                  \
        int64_t largest = (m > n ? m : n) > k ? (m > n ? m : n) : k, rest = a0 + a1 + b0 + b1 + c0;                 \
        if (m * n * k < SL_SMALL_PRODUCT || alpha == 0 || largest > SL_LARGEST_BLAS || rest > SL_LARGEST_BLAS       \
            || (n > 1 && m > 1 && !(a_fits && b_fits)) || (n == 1 && !(a_fits && b0 > 0))                           \
            || (n > 1 && m == 1 && !(b_fits && a1 > 0))) {                                                          \
            NAME##_loops(m, n, k, alpha, a, a0, a1, b, b0, b1, beta, c, c0);                                        \
            return;                                                                                                 \
        }                                                                                                           \
        const T old = (T)beta;                                                                                      \
        const int rows = (int)m, columns = (int)n, inner = (int)k, one = 1, step = (int)c0;                         \
        const int a_turned = !(a1 == 1 && a0 >= k), b_turned = !(b1 == 1 && b0 >= n);                               \
        const int a_step = (int)(a_turned ? a1 : a0), b_step = (int)(b_turned ? b1 : b0);                           \
        if (n == 1) {                                                                                               \
            const int x_step = (int)b0;                                                                             \
            ((NAME##_gemv)links[1])(a_turned ? "N" : "T", a_turned ? &rows : &inner, a_turned ? &inner : &rows,     \
                                    &alpha, a, &a_step, b, &x_step, &old, c, &step);                                \
        } else if (m == 1) {                                                                                        \
            const int x_step = (int)a1;                                                                             \
            ((NAME##_gemv)links[1])(b_turned ? "T" : "N", b_turned ? &inner : &columns,                             \
                                    b_turned ? &columns : &inner, &alpha, b, &b_step, a, &x_step, &old, c, &one);   \
        } else {                                                                                                    \
            const int64_t part = SL_COLUMNS_AT_ONCE(m, n, k);                                                       \
            for (int64_t j = 0; j < n; j += part) {                                                                 \
                const int width = (int)(n - j < part ? n - j : part);                                               \
                ((NAME##_gemm)links[0])(b_turned ? "T" : "N", a_turned ? "T" : "N", &width, &rows, &inner, &alpha,  \
                                        b + j * b1, &b_step, a, &a_step, &old, c + j, &step);                       \
            }                                                                                                       \
        }                                                                                                           \
    }                                                                                                               \
    static __attribute__((unused)) void NAME##_square(const int64_t *links, int64_t n, int64_t k, T alpha,          \
                                                      const T *a, int64_t a0, int64_t a1, T *c, int64_t c0) {       \
        const int whole = a1 == 1 && a0 >= k, turned = a0 == 1 && a1 >= n;                                          \
        if (!SL_TRIANGLE_PAYS(n, k) || alpha == 0 || !(whole || turned) || n > SL_LARGEST_BLAS                      \
            || k > SL_LARGEST_BLAS || a0 + a1 > SL_LARGEST_BLAS || c0 > SL_LARGEST_BLAS) {                          \
            NAME(links, n, n, k, alpha, a, a0, a1, a, a1, a0, 0, c, c0);                                            \
            return;                                                                                                 \
        }                                                                                                           \
        const T none = 0;                                                                                           \
        const int rows = (int)n, inner = (int)k, a_step = (int)(whole ? a0 : a1), step = (int)c0;                   \
        ((NAME##_syrk)links[2])("L", whole ? "T" : "N", &rows, &inner, &alpha, a, &a_step, &none, c, &step);        \
        for (int64_t top = 0; top < n; top += SL_TILE)                                                              \
            for (int64_t left = 0; left <= top; left += SL_TILE)                                                    \
                for (int64_t i = top; i < n && i < top + SL_TILE; i++)                                              \
                    for (int64_t j = left; j < i && j < left + SL_TILE; j++) c[i * c0 + j] = c[j * c0 + i];         \
    }

#endif
