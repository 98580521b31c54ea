// Gravity between five bodies, integrated by leapfrog (kick, drift): divisions and square roots in a long chain of
// dependent operations. A round is 1000 steps; the checksum is the energy of the system. It is not exact: compared
// with a tolerance, which the system (no close encounters) is calm enough for.
#include "kernel.h"

enum { BODIES = 5, STEPS = 1000 };

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static struct body bodies[BODIES];

static void reset(void) {
    // One heavy body, four light ones far apart on slightly tilted orbits that are about circular (v * v * r = mass).
    static const struct body start[BODIES] = {
        {0, 0, 0, 0, 0, 0, 100.0},
        {4.0, 0, 0.1, 0, 5.0, 0, 0.010},
        {0, 9.0, -0.2, -3.3333, 0, 0.05, 0.004},
        {-16.0, 0, 0.3, 0, -2.5, -0.03, 0.020},
        {0, -25.0, 0, 2.0, 0, 0.02, 0.001},
    };
    for (u32 i = 0; i < BODIES; i++) bodies[i] = start[i];
}

static NOINLINE void step(double dt) {
    for (u32 i = 0; i < BODIES; i++) {
        struct body *p = &bodies[i];
        for (u32 j = i + 1; j < BODIES; j++) {
            struct body *q = &bodies[j];
            double dx = p->x - q->x, dy = p->y - q->y, dz = p->z - q->z;
            double square = dx * dx + dy * dy + dz * dz;
            double pull = dt / (square * __builtin_sqrt(square));
            p->vx -= dx * q->mass * pull;
            p->vy -= dy * q->mass * pull;
            p->vz -= dz * q->mass * pull;
            q->vx += dx * p->mass * pull;
            q->vy += dy * p->mass * pull;
            q->vz += dz * p->mass * pull;
        }
    }
    for (u32 i = 0; i < BODIES; i++) {
        struct body *p = &bodies[i];
        p->x += dt * p->vx;
        p->y += dt * p->vy;
        p->z += dt * p->vz;
    }
}

static double energy(void) {
    double sum = 0;
    for (u32 i = 0; i < BODIES; i++) {
        const struct body *p = &bodies[i];
        sum += 0.5 * p->mass * (p->vx * p->vx + p->vy * p->vy + p->vz * p->vz);
        for (u32 j = i + 1; j < BODIES; j++) {
            const struct body *q = &bodies[j];
            double dx = p->x - q->x, dy = p->y - q->y, dz = p->z - q->z;
            sum -= p->mass * q->mass / __builtin_sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return sum;
}

EXPORT double run(u32 rounds) {
    reset();
    for (u32 i = 0; i < rounds; i++) {
        for (u32 j = 0; j < STEPS; j++) step(0.001);
    }
    return energy();
}
