// Calls through a table of function pointers, the target chosen by data: call_indirect with its checks. A round is
// 65536 calls, most of them hard to predict.
#include "kernel.h"

enum { CALLS = 1 << 16, TARGETS = 8 };

typedef u32 operation(u32, u32);

static NOINLINE u32 add(u32 a, u32 b) { return a + b; }
static NOINLINE u32 subtract(u32 a, u32 b) { return a - b; }
static NOINLINE u32 multiply(u32 a, u32 b) { return a * (b | 1); }
static NOINLINE u32 mix(u32 a, u32 b) { return a ^ (b << 7) ^ (a >> 11); }
static NOINLINE u32 turn(u32 a, u32 b) { return (a << (b & 31)) | (a >> (-b & 31)); }
static NOINLINE u32 blend(u32 a, u32 b) { return (a & 0x0f0f0f0f) | (b & 0xf0f0f0f0); }
static NOINLINE u32 larger(u32 a, u32 b) { return (a > b ? a : b) + 1; }
static NOINLINE u32 count(u32 a, u32 b) { return a + (u32)__builtin_popcount(b); }

// Not constant: its entries are swapped below, so that no compiler can turn the calls into branches.
static operation *table[TARGETS] = {add, subtract, multiply, mix, turn, blend, larger, count};

EXPORT u32 run(u32 rounds) {
    static operation *const start[TARGETS] = {add, subtract, multiply, mix, turn, blend, larger, count};
    for (u32 i = 0; i < TARGETS; i++) table[i] = start[i];
    u32 state = 4, value = 1;
    for (u32 round = 0; round < rounds; round++) {
        for (u32 i = 0; i < CALLS; i++) {
            u32 random = next_random(&state);
            value = table[random % TARGETS](value, random);
        }
        operation *first = table[0];
        u32 other = 1 + value % (TARGETS - 1);
        table[0] = table[other];
        table[other] = first;
    }
    return value;
}
