// Counts the bytes of a buffer: loads, and increments whose address depends on data. A round is one pass.
#include "kernel.h"

enum { N = 1 << 16 };

static u8 data[N];
static u32 bins[256];

EXPORT u32 run(u32 rounds) {
    u32 state = 3;
    for (u32 i = 0; i < N; i++) data[i] = (u8)(next_random(&state) & next_random(&state));
    for (u32 i = 0; i < 256; i++) bins[i] = 0;
    for (u32 round = 0; round < rounds; round++) {
        data[(round * 101) % N] = (u8)round;
        for (u32 i = 0; i < N; i++) bins[data[i]]++;
    }
    u32 hash = 0;
    for (u32 i = 0; i < 256; i++) hash = hash * 31 + bins[i];
    return hash;
}
