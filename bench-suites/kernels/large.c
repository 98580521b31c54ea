// A module of the size of a small application (640 functions), for measuring compilation: families of functions as
// programs have them (searching, sorting, parsing, checksums, fixed point, bit fiddling, state machines, small
// matrices), each stamped out with its own constants. A round calls each once.
#include "kernel.h"

enum { N = 64 };

static u32 words[N];
static u8 bytes[4 * N];
static double reals[N];

// clang-format off
#define FAMILY(I, A, B)                                                                                              \
    static NOINLINE u32 checksum_##I(const u8 *p, u32 n) {                                                            \
        u32 low = 1 + A, high = B;                                                                                    \
        for (u32 i = 0; i < n; i++) { low = (low + p[i]) % (65521 - A); high = (high + low) % 65521; }                \
        return high << 16 | low;                                                                                      \
    }                                                                                                                 \
    static NOINLINE void sort_##I(u32 *v, u32 n) {                                                                    \
        for (u32 gap = A % 7 + 5; gap; gap /= 2) {                                                                    \
            for (u32 i = gap; i < n; i++) {                                                                           \
                u32 x = v[i], j = i;                                                                                  \
                for (; j >= gap && (v[j - gap] ^ B) > (x ^ B); j -= gap) v[j] = v[j - gap];                           \
                v[j] = x;                                                                                             \
            }                                                                                                         \
        }                                                                                                             \
    }                                                                                                                 \
    static NOINLINE u32 search_##I(const u32 *v, u32 n, u32 x) {                                                      \
        u32 low = 0, high = n;                                                                                        \
        while (low < high) {                                                                                          \
            u32 middle = (low + high) / 2;                                                                            \
            if ((v[middle] ^ B) < (x ^ B)) low = middle + 1; else high = middle;                                      \
        }                                                                                                             \
        return low * A;                                                                                               \
    }                                                                                                                 \
    static NOINLINE u32 number_##I(const u8 *p, u32 n) {                                                              \
        u32 value = 0, state = 0;                                                                                     \
        for (u32 i = 0; i < n; i++) {                                                                                 \
            u8 c = p[i] % 96 + 32;                                                                                    \
            switch (state) {                                                                                          \
            case 0: if (c == '-') state = 1; else if (c >= '0' && c <= '9') { state = 2; value += c - '0'; } break;   \
            case 1: state = c >= '0' && c <= '9' ? 2 : 0; value ^= A; break;                                          \
            case 2: if (c == '.') state = 3; else if (c < '0' || c > '9') state = 0;                                  \
                    else value = value * 10 + c - '0'; break;                                                         \
            case 3: if (c == 'e' || c == 'E') state = 4; else if (c < '0') state = 0; else value += B; break;         \
            case 4: value = value << (A % 7 + 1) | value >> (31 - A % 7); state = 5; break;                             \
            default: state = 0; value ^= c;                                                                           \
            }                                                                                                         \
        }                                                                                                             \
        return value + state;                                                                                         \
    }                                                                                                                 \
    static NOINLINE u64 power_##I(u64 base, u32 exponent) {                                                           \
        u64 result = A;                                                                                               \
        while (exponent) {                                                                                            \
            if (exponent & 1) result = result * base % 2147483647u;                                                   \
            base = base * base % 2147483647u;                                                                         \
            exponent >>= 1;                                                                                           \
        }                                                                                                             \
        return result ^ B;                                                                                            \
    }                                                                                                                 \
    static NOINLINE double transform_##I(double *v, u32 n) {                                                          \
        double m[3][3] = {{1, A / 64.0, 0}, {0, 1, B / 4096.0}, {0.5, 0, 1}}, norm = 0;                               \
        for (u32 i = 0; i + 2 < n; i += 3) {                                                                          \
            double t[3];                                                                                              \
            for (u32 r = 0; r < 3; r++) {                                                                             \
                t[r] = 0;                                                                                             \
                for (u32 c = 0; c < 3; c++) t[r] += m[r][c] * v[i + c];                                               \
            }                                                                                                         \
            double length = __builtin_sqrt(t[0] * t[0] + t[1] * t[1] + t[2] * t[2]) + 1;                              \
            for (u32 r = 0; r < 3; r++) v[i + r] = t[r] / length;                                                     \
            norm += length;                                                                                           \
        }                                                                                                             \
        return norm;                                                                                                  \
    }                                                                                                                 \
    static NOINLINE u32 bits_##I(u32 x) {                                                                             \
        u32 y = x * (2 * B + 1);                                                                                      \
        y ^= y >> (A % 15 + 1);                                                                                       \
        return __builtin_popcount(y) + __builtin_clz(y | 1) * A + __builtin_ctz(x | 1u << 31);                        \
    }                                                                                                                 \
    static NOINLINE u32 pack_##I(const u8 *from, u8 *to, u32 n) {                                                     \
        u32 out = 0;                                                                                                  \
        for (u32 i = 0; i < n;) {                                                                                     \
            u32 run = 1;                                                                                              \
            while (i + run < n && from[i + run] % (A % 9 + 2) == from[i] % (A % 9 + 2) && run < 15) run++;            \
            to[out++] = (u8)(run << 4 | from[i] % 16);                                                                \
            i += run;                                                                                                 \
        }                                                                                                             \
        return out + B;                                                                                               \
    }                                                                                                                 \
    static NOINLINE u32 distance_##I(const u8 *a, const u8 *b, u32 n) {                                               \
        u8 row[17];                                                                                                   \
        for (u32 j = 0; j <= 16; j++) row[j] = (u8)j;                                                                 \
        for (u32 i = 1; i <= n && i <= 16; i++) {                                                                     \
            u8 corner = row[0];                                                                                       \
            row[0] = (u8)i;                                                                                           \
            for (u32 j = 1; j <= 16; j++) {                                                                           \
                u8 best = corner + (a[i] % 8 != b[j] % 8 ? A % 3 + 1 : 0);                                            \
                if (row[j] + 1 < best) best = row[j] + 1;                                                             \
                if (row[j - 1] + 1 < best) best = row[j - 1] + 1;                                                     \
                corner = row[j];                                                                                      \
                row[j] = best;                                                                                        \
            }                                                                                                         \
        }                                                                                                             \
        return row[16] * B;                                                                                           \
    }                                                                                                                 \
    static NOINLINE u32 all_##I(u32 round) {                                                                          \
        u32 state = round * B + A;                                                                                    \
        for (u32 i = 0; i < N; i++) words[i] = next_random(&state);                                                   \
        for (u32 i = 0; i < 4 * N; i++) bytes[i] = (u8)next_random(&state);                                           \
        for (u32 i = 0; i < N; i++) reals[i] = words[i] % 32;                                                         \
        sort_##I(words, N);                                                                                           \
        u32 hash = checksum_##I(bytes, 2 * N) ^ search_##I(words, N, words[round % N]) ^ number_##I(bytes, 4 * N);    \
        hash = hash * 31 + (u32)power_##I(round + 3, B) + bits_##I(hash);                                             \
        hash += pack_##I(bytes, bytes + 2 * N, 2 * N) + distance_##I(bytes, bytes + N, N);                            \
        return hash + (transform_##I(reals, N) > A);                                                                  \
    }
// clang-format on

#define EACH8(F, I, X)                                                                          \
    F(I##0, (X + 1), (8 * X + 3)) F(I##1, (X + 2), (9 * X + 5)) F(I##2, (X + 3), (10 * X + 7))   \
    F(I##3, (X + 4), (11 * X + 11)) F(I##4, (X + 5), (12 * X + 13)) F(I##5, (X + 6), (13 * X + 17)) \
    F(I##6, (X + 7), (14 * X + 19)) F(I##7, (X + 8), (15 * X + 23))
#define EACH64(F)                                                   \
    EACH8(F, 0, 1) EACH8(F, 1, 11) EACH8(F, 2, 21) EACH8(F, 3, 31) \
    EACH8(F, 4, 41) EACH8(F, 5, 51) EACH8(F, 6, 61) EACH8(F, 7, 71)

EACH64(FAMILY)

#define CALL(I, A, B) hash = hash * 33 ^ all_##I(round);

EXPORT u32 run(u32 rounds) {
    u32 hash = 5381;
    for (u32 round = 0; round < rounds; round++) {
        EACH64(CALL)
    }
    return hash;
}
