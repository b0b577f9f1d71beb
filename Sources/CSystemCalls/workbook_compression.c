#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "csystemcalls.h"

#include <dlfcn.h>
#include <stddef.h>

// libxlsxwriter packs a workbook's parts through minizip at zlib's default level, where half of the time of a workbook
// goes. At level 1 it takes a third of that, and a tenth more bytes. The library has no setting for it, so its call is
// passed on with another level. As with `lxw_tmpfile`, symbols of the program come first; a build of libxlsxwriter with
// its own zip code does not come by here, and works as before.

typedef int (*open_entry)(void *, const char *, const void *, const void *, unsigned, const void *, unsigned,
                          const char *, int, int, int, int, int, int, const char *, unsigned long, unsigned long,
                          unsigned long, int);

enum { fast = 1, failed = -1 };

int zipOpenNewFileInZip4_64(void *archive, const char *name, const void *info, const void *local, unsigned local_size,
                            const void *global, unsigned global_size, const char *comment, int method, int level,
                            int raw, int window_bits, int memory_level, int strategy, const char *password,
                            unsigned long crc, unsigned long version, unsigned long flags, int zip64) {
    (void)level;
    open_entry next = (open_entry)dlsym(RTLD_NEXT, "zipOpenNewFileInZip4_64");
    if (!next) return failed;
    return next(archive, name, info, local, local_size, global, global_size, comment, method, fast, raw, window_bits,
                memory_level, strategy, password, crc, version, flags, zip64);
}
