// Sieve of Eratosthenes over odd numbers, a byte each: strided stores. A round is one sieve.
#include "kernel.h"

enum { LIMIT = 1 << 18, N = LIMIT / 2 };

static u8 composite[N]; // composite[i] speaks of 2 * i + 1

EXPORT u32 run(u32 rounds) {
    u32 hash = 0;
    for (u32 round = 0; round < rounds; round++) {
        u32 limit = N - round % 16;
        for (u32 i = 0; i < N; i++) composite[i] = 0;
        for (u32 i = 1; 2 * i * (i + 1) < limit; i++) {
            if (composite[i]) continue;
            for (u32 j = 2 * i * (i + 1); j < limit; j += 2 * i + 1) composite[j] = 1;
        }
        u32 primes = 1; // the even one
        for (u32 i = 1; i < limit; i++) primes += !composite[i];
        hash = hash * 31 + primes;
    }
    return hash;
}
