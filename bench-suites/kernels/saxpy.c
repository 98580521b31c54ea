// y += a * x in single precision, on arrays that fit into the first cache. A round is 64 sweeps.
#include "kernel.h"

enum { N = 4096, SWEEPS = 64 };

static float x[N], y[N];

static NOINLINE void saxpy(float factor, const float *restrict from, float *restrict to, u32 count) {
    for (u32 i = 0; i < count; i++) to[i] += factor * from[i];
}

EXPORT double run(u32 rounds) {
    u32 state = 2;
    for (u32 i = 0; i < N; i++) {
        x[i] = (float)(next_random(&state) % 64);
        y[i] = (float)(next_random(&state) % 64);
    }
    double sum = 0;
    for (u32 round = 0; round < rounds; round++) {
        // Down as often as up, so that the numbers stay small enough to be exact.
        for (u32 sweep = 0; sweep < SWEEPS; sweep++) saxpy(sweep & 1 ? -3.0f : 3.0f, x, y, N);
        y[N - 1] = (float)(round % 64);
        sum += y[(round * 13) % N];
    }
    for (u32 i = 0; i < N; i++) sum += y[i];
    return sum;
}
