// Prints what a kernel, linked with this, returns: `make check` compares it with kernels.csv.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

extern RESULT run(uint32_t rounds);

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    RESULT result = run((uint32_t)strtoul(argv[1], NULL, 10));
    // 0.5 tells floating point from whole numbers.
    if ((RESULT)0.5 != 0) printf("%.17g\n", (double)result);
    else printf("%" PRIu32 "\n", (uint32_t)result);
    return 0;
}
