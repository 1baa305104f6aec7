/* The inverses of erf and erfc in float64.

   erfinv(x) = x G(w) with w = -log(1 - x^2), a smooth function that is a polynomial of w itself up to 5, of sqrt(w)
   up to 4 and up to 6.125, and beyond, where only erfcinv comes, sqrt(w) times a polynomial of 1 / sqrt(w). Each
   has a variable v between -1 and 1; errors below 2^-58. */
#ifndef SL_INVERSE_ERROR_FUNCTION_H
#define SL_INVERSE_ERROR_FUNCTION_H

#include "logarithm.h"

/* The constant of the region in which an element is; `last` is the one of 1 / sqrt(w). */
#define SL_OF_REGION(first, second, third, last)                                                                       \
    (region.root < 0x1.1e3779b97f4a8p1                ? first                                                          \
     : region.root < 4.0                              ? second                                                         \
     : ((!region.tails) | (region.root < 6.0625)) ? third                                                         \
                                                      : last)

typedef struct {
    double root;
    int tails;
} sl_region;

SL_INLINE double sl_erfinv_upper_terms(sl_region region, double v) {
    double sum = SL_OF_REGION(0.0, 0.0, 0.0, -0x1.85fbecc20af67p-34);
    sum = sl_fma(sum, v, SL_OF_REGION(0.0, 0.0, 0.0, 0x1.4f8ea455a65c1p-33));
    sum = sl_fma(sum, v, SL_OF_REGION(0.0, 0.0, 0.0, 0x1.7050b2a82a97ap-32));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.0cb87218e6a0ep-68, 0x1.2fc480572c89cp-35, 0.0, -0x1.3b026bd26022fp-31));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.40e4fbd3daad9p-62, -0x1.acd00512b77b3p-33, 0.0, -0x1.bea7584ef6c22p-31));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.599a9f2d40c3bp-57, 0x1.8c1accbcf10d6p-33, 0.0, 0x1.802d39d67318cp-30));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.bce1d4a7eb63bp-53, 0x1.581632ced9706p-30, -0x1.b002a2bd70d72p-39,
                                      0x1.9779d81fa13fcp-31));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.7c10b9b2a992ep-49, -0x1.414223b30029bp-28, 0x1.0ac0a205c47e4p-36,
                                      -0x1.55be34b9df6f1p-30));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.c20a4bf4be4e3p-46, 0x1.55d446eb4231fp-28, -0x1.f0c6a66e724adp-36,
                                      -0x1.a0eb89b0a2e35p-30));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.74beff0b5b5d5p-43, 0x1.1352b4d402f4dp-26, 0x1.1204234920f89p-40,
                                      0x1.74691ed1856bap-29));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.ab9900926da86p-41, -0x1.655608d54f6b8p-24, 0x1.85a9da5d05ac7p-33,
                                      -0x1.1f21466609d1dp-29));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.5d563e8fc4c5cp-39, 0x1.34bad0481d600p-23, -0x1.ae86670496711p-31,
                                      0x1.19ce9fbe0079bp-28));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.10da448c787ffp-37, 0x1.2a19b8b266d0bp-23, 0x1.41642b8355f2ep-29,
                                      -0x1.4c8c1a65dc6a6p-27));
    return sum;
}

SL_INLINE double sl_erfinv_polynomial(sl_region region, double v) {
    double sum = sl_erfinv_upper_terms(region, v);
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.131d74d84de9cp-35, -0x1.6cf483f17222dp-20, -0x1.7cf49972f0ab3p-28,
                                      0x1.48f53a91e15e1p-26));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.c977e29f693bp-35, 0x1.8e97e11cf51d1p-19, 0x1.7e19e932bdfe1p-27,
                                      -0x1.478f5bb189666p-25));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.02788983faecp-31, 0x1.ca6cd22d15682p-24, -0x1.596578c7ad8fap-26,
                                      0x1.5469bf9eaedf4p-24));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.7abeef0c9a0cep-31, -0x1.2c426b83e0349p-16, 0x1.4082f8d7f4cb2p-25,
                                      -0x1.6d264db9d5e39p-23));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.88aafdd2e4ea3p-26, 0x1.9b220cb4eff83p-15, -0x1.83c635bb34a74p-24,
                                      0x1.96895bb60660dp-22));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.40c436e273a3dp-25, -0x1.53ec226fd42a4p-15, 0x1.5516ed8c2f445p-22,
                                      -0x1.db577b662d0a8p-21));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.0fcc5ea4e7dfep-20, -0x1.22117fbb3efe8p-13, -0x1.6c0fd35444206p-20,
                                      0x1.286fcb8254281p-19));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.0f1de698a14bep-19, 0x1.4a3ef743b768fp-11, 0x1.8d56c2791ee44p-18,
                                      -0x1.91f199141861dp-18));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.87015035aae8ep-15, -0x1.7984618ccd457p-10, -0x1.9a5954b7fffb9p-16,
                                      0x1.3275564d0ae54p-16));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.0c86b8747f3d4p-13, 0x1.4199ec7799b2cp-9, 0x1.76b7b25d55fd0p-14,
                                      -0x1.34888e996638dp-14));
    sum = sl_fma(sum, v, SL_OF_REGION(-0x1.3211025dcbeb6p-9, -0x1.f7746b7833562p-9, -0x1.eefcdd74aa758p-13,
                                      0x1.d3b7aaefd5e13p-12));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.7a72e72c1e155p-7, 0x1.76421d09e25b8p-8, -0x1.a3c379fe5565dp-13,
                                      -0x1.7d0547d246e04p-10));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.db29fb2fee5e9p-3, 0x1.c80231700e4b9p-1, 0x1.12cbdd396195ep0,
                                      -0x1.6b386c00939f6p-7));
    sum = sl_fma(sum, v, SL_OF_REGION(0x1.c5bf891b4ef6bp-1, 0x1.790f25df07990p1, 0x1.3a6f678932e7fp2,
                                      0x1.fa4482027ce23p-1));
    return sum;
}

/* G(w) from the parts of log(1 - x^2); without `tails` for w <= 37.5 only. */
SL_INLINE double sl_erfinv_factor(sl_log_parts p, int tails) {
    double w = sl_fma(p.k, -SL_LN2_HI, (p.half_square - sl_fma(p.s, p.inner, p.k * SL_LN2_LO)) - p.f);
    sl_region region = {__builtin_sqrt(w), tails};
    double variable = SL_OF_REGION(w, region.root, region.root, 1.0 / region.root);
    double scale = SL_OF_REGION(1.0, 0x1.2073615a240e7p0, 0x1.e1e1e1e1e1e1ep-1, 0x1.eb29aca6b29adp3);
    double shift = SL_OF_REGION(0.0, -0x1.c0e6c2b4481cep1, -0x1.30f0f0f0f0f0fp2, -0x1.8ee23b88ee23cp0);
    return sl_erfinv_polynomial(region, sl_fma(variable, scale, shift)) * SL_OF_REGION(1.0, 1.0, 1.0, region.root);
}

/* The inverse of erf: infinite at -1 and 1, nan beyond. */
SL_INLINE double sl_erfinv(double x) {
    double result = x * sl_erfinv_factor(sl_log_split((1.0 - x) * (1.0 + x), SL_EXPONENT_BIAS), 0), size = sl_fabs(x);
    return size < 1.0 ? result : size == 1.0 ? sl_copysign(SL_INFINITY, x) : SL_NAN;
}

/* The inverse of erfc: infinite at 0, minus infinity at 2, nan outside. */
SL_INLINE double sl_erfcinv(double x) {
    double result = (1.0 - x) * sl_erfinv_factor(sl_log_split_any(x * (2.0 - x)), 1);
    double edge = x == 0.0 ? SL_INFINITY : x == 2.0 ? -SL_INFINITY : SL_NAN;
    return (x > 0.0) & (x < 2.0) ? result : edge;
}

#endif
