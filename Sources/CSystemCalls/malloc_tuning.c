#include "csystemcalls.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

void bw_tune_malloc(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 16 << 20);
#endif
}
