/* Random bits by counting: Philox4x32 with ten rounds (Salmon, Moraes, Dror, Shaw 2011). */
#ifndef SL_PHILOX_H
#define SL_PHILOX_H

#include "bits.h"

/* 64 random bits: half number place % 2 of the block of 128 that the counter (place / 2, stream) has under a key. */
SL_INLINE uint64_t sl_philox(uint64_t key, uint64_t stream, uint64_t place) {
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    uint32_t c0 = (uint32_t)(place >> 1), c1 = (uint32_t)(place >> 33);
    uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t first = (uint64_t)0xD2511F53u * c0, second = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(second >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)second;
        c2 = (uint32_t)(first >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)first;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return place & 1 ? (uint64_t)c3 << 32 | c2 : (uint64_t)c1 << 32 | c0;
}

#endif
