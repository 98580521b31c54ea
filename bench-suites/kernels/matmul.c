// Dense matrix product in double precision, rows of b streamed: the innermost loop is an array times a number,
// added to another array. A round is one product.
#include "kernel.h"

enum { N = 160 };

static double a[N][N], b[N][N], c[N][N];

EXPORT double run(u32 rounds) {
    u32 state = 1;
    for (u32 i = 0; i < N; i++) {
        for (u32 j = 0; j < N; j++) {
            a[i][j] = next_random(&state) % 16;
            b[i][j] = next_random(&state) % 16;
        }
    }
    double sum = 0;
    for (u32 round = 0; round < rounds; round++) {
        a[round % N][(round * 7) % N] = round % 16;
        for (u32 i = 0; i < N; i++) {
            for (u32 j = 0; j < N; j++) c[i][j] = 0;
            for (u32 k = 0; k < N; k++) {
                double factor = a[i][k];
                for (u32 j = 0; j < N; j++) c[i][j] += factor * b[k][j];
            }
        }
        for (u32 j = 0; j < N; j++) sum += c[(round * 3) % N][j];
    }
    return sum;
}
