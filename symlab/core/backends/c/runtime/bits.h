/* Bit patterns, fused products and pairs of numbers: what the other headers are written in.

   Every function is branch-free unless it says otherwise, so that a loop marked `#pragma omp simd` around it
   vectorizes. They rely on IEEE arithmetic in round-to-nearest and are compiled without -ffast-math and without
   contraction. */
#ifndef SL_BITS_H
#define SL_BITS_H

#if !defined(SL_CUDA) /* CUDA has other words, which come before */
#include <stdint.h>

#if defined(__clang__)
#pragma clang diagnostic ignored "-Wbitwise-conditional-parentheses"
#elif defined(__GNUC__)
/* Jump threading takes the selects of these functions apart, and loops with them become a third slower. */
#pragma GCC optimize("no-thread-jumps")
#endif

#define SL_INLINE static inline __attribute__((always_inline, unused))
#define SL_RARE static __attribute__((noinline, cold, unused))
#define SL_HELPER static inline __attribute__((unused))
#define SL_NEW(type) (type) /* a value made of its members in braces */
#endif

#define SL_INFINITY __builtin_inf()
#define SL_NAN __builtin_nan("")

/* A number as the unevaluated sum of two, |lo| being at most about half a unit in the last place of hi. */
typedef struct {
    double hi, lo;
} sl_pair;

typedef struct {
    float hi, lo;
} sl_pairf;

SL_INLINE uint64_t sl_bits(double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

SL_INLINE double sl_from_bits(uint64_t bits) {
    double x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

SL_INLINE uint32_t sl_bitsf(float x) {
    uint32_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

SL_INLINE float sl_from_bitsf(uint32_t bits) {
    float x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
}

SL_INLINE double sl_fabs(double x) { return __builtin_fabs(x); }
SL_INLINE float sl_fabsf(float x) { return __builtin_fabsf(x); }
SL_INLINE double sl_copysign(double x, double sign) { return __builtin_copysign(x, sign); }
SL_INLINE float sl_copysignf(float x, float sign) { return __builtin_copysignf(x, sign); }

#if defined(SL_CUDA) || defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__FP_FAST_FMA)
#define SL_HAS_FMA 1
#else
#define SL_HAS_FMA 0
#endif

/* a b + c, in one rounding where the processor can: for polynomials, which are accurate either way. */
SL_INLINE double sl_fma(double a, double b, double c) {
#if SL_HAS_FMA
    return __builtin_fma(a, b, c);
#else
    return a * b + c;
#endif
}

SL_INLINE float sl_fmaf(float a, float b, float c) {
#if SL_HAS_FMA
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* c0 + c1 x + c2 x^2 and c0 + c1 x + c2 x^2 + c3 x^3: the groups of which longer polynomials are made (Estrin). A
   processor keeps only some 100 operations in sight, and shorter chains let it work on several elements at once. */
SL_INLINE double sl_quadratic(double x, double x2, double c0, double c1, double c2) {
    return sl_fma(c2, x2, sl_fma(x, c1, c0));
}

SL_INLINE double sl_cubic(double x, double x2, double c0, double c1, double c2, double c3) {
    return sl_fma(sl_fma(x, c3, c2), x2, sl_fma(x, c1, c0));
}

SL_INLINE float sl_quadraticf(float x, float x2, float c0, float c1, float c2) {
    return sl_fmaf(c2, x2, sl_fmaf(x, c1, c0));
}

SL_INLINE float sl_cubicf(float x, float x2, float c0, float c1, float c2, float c3) {
    return sl_fmaf(sl_fmaf(x, c3, c2), x2, sl_fmaf(x, c1, c0));
}

/* The upper 26 bits of x (Veltkamp's splitting), for |x| < 2^996. */
SL_INLINE double sl_upper_half(double x) {
    double scaled = x * 0x1.0000002p27;
    return scaled - (scaled - x);
}

/* a b - product, exactly, where product is a b rounded. */
SL_INLINE double sl_product_tail(double a, double b, double product) {
#if SL_HAS_FMA
    return __builtin_fma(a, b, -product);
#else
    double a_hi = sl_upper_half(a), b_hi = sl_upper_half(b), a_lo = a - a_hi, b_lo = b - b_hi;
    return ((a_hi * b_hi - product) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo;
#endif
}

SL_INLINE float sl_product_tailf(float a, float b, float product) {
#if SL_HAS_FMA
    return __builtin_fmaf(a, b, -product);
#else
    return (float)((double)a * b - product);
#endif
}

/* a + b as a pair, for |a| >= |b| or a = 0 (Dekker). */
SL_INLINE sl_pair sl_ordered_sum(double a, double b) {
    double sum = a + b;
    return SL_NEW(sl_pair){sum, b - (sum - a)};
}

SL_INLINE sl_pairf sl_ordered_sumf(float a, float b) {
    float sum = a + b;
    return SL_NEW(sl_pairf){sum, b - (sum - a)};
}

/* a + b as a pair, whatever their order (Knuth). */
SL_INLINE sl_pair sl_exact_sum(double a, double b) {
    double sum = a + b, b_part = sum - a;
    return SL_NEW(sl_pair){sum, (a - (sum - b_part)) + (b - b_part)};
}

SL_INLINE sl_pairf sl_exact_sumf(float a, float b) {
    float sum = a + b, b_part = sum - a;
    return SL_NEW(sl_pairf){sum, (a - (sum - b_part)) + (b - b_part)};
}

SL_INLINE sl_pair sl_product(double a, double b) {
    double product = a * b;
    return SL_NEW(sl_pair){product, sl_product_tail(a, b, product)};
}

/* a b + c as a pair, for |c| >= |a b| or c = 0. */
SL_INLINE sl_pair sl_fused_sum(double a, double b, double c) {
#if SL_HAS_FMA
    double sum = __builtin_fma(a, b, c);
    return SL_NEW(sl_pair){sum, __builtin_fma(a, b, c - sum)};
#else
    sl_pair product = sl_product(a, b), sum = sl_ordered_sum(c, product.hi);
    return SL_NEW(sl_pair){sum.hi, sum.lo + product.lo};
#endif
}

/* x (y.hi + y.lo), rounded about once. */
SL_INLINE double sl_pair_multiple(double x, sl_pair y) {
    double low = sl_fabs(x) < SL_INFINITY ? x * y.lo : 0.0;
#if SL_HAS_FMA
    return __builtin_fma(x, y.hi, low);
#else
    double product = x * y.hi, size = sl_fabs(product);
    int splits = (size > 0x1p-900) & (size < 0x1p900) & (sl_fabs(x) < 0x1p900);
    return product + (low + (splits ? sl_product_tail(x, y.hi, product) : 0.0));
#endif
}

/* (n.hi + n.lo) / (d.hi + d.lo), correct to about 0.51 units in the last place. */
SL_INLINE double sl_pair_quotient(sl_pair n, sl_pair d) {
    double inverse = 1.0 / d.hi, quotient = n.hi * inverse;
    double remainder = -sl_product_tail(quotient, d.hi, n.hi) - sl_fma(quotient, d.lo, -n.lo);
    return sl_fma(remainder, inverse, quotient);
}

/* About 1 / (2 sqrt(x)), within 4%: enough to correct a square root by. */
SL_INLINE double sl_rough_half_inverse_sqrt(double x) { return sl_from_bits(0x5fd6eb50c7b537a9u - (sl_bits(x) >> 1)); }

#endif
