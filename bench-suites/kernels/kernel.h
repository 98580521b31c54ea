// What every kernel shares. A kernel is one file without imports and without a library: static arrays, and one
// exported function `run(n)` that does n rounds of work and returns a checksum. The same file is compiled to wasm
// and natively; both must return the checksum of kernels.csv.
//
// Rounds depend on each other (a round changes a little of the next one's input), so that no compiler may skip one.
// Floating point uses small whole numbers where it can: sums are then exact, and a native compiler that fuses
// multiplications and additions, or adds in another order, still gets the same checksum.
#ifndef KERNEL_H
#define KERNEL_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#ifdef __wasm__
#define EXPORT __attribute__((export_name("run")))
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define NOINLINE __attribute__((noinline))

// A linear congruential generator (the constants of Numerical Recipes); its high bits are the good ones.
static inline u32 next_random(u32 *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

#endif
