#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cworkbookarchive.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_int parts_lost;

int bw_workbook_part_was_lost(void) { return atomic_load(&parts_lost); }

#ifdef __GLIBC__

// libxlsxwriter writes each part of a workbook to a temporary file and never asks whether that went well: on a full disk
// the middle of a part is lost, and a workbook with damaged styles still has all of its rows and sums. So its parts are
// kept in memory instead. The library finds this function before its own, because symbols of the program come first;
// a library that does not look for it works as before, and the read-back remains.

typedef struct {
    char *bytes;
    size_t count, capacity, position;
} part;

static ssize_t part_write(void *cookie, const char *bytes, size_t count) {
    part *p = cookie;
    size_t end = p->position + count;
    if (end > p->capacity) {
        size_t capacity = p->capacity ? p->capacity : 16384;
        while (capacity < end) capacity *= 2;
        char *grown = realloc(p->bytes, capacity);
        if (!grown) {
            atomic_store(&parts_lost, 1);
            return 0;
        }
        p->bytes = grown;
        p->capacity = capacity;
    }
    if (p->position > p->count) memset(p->bytes + p->count, 0, p->position - p->count);
    memcpy(p->bytes + p->position, bytes, count);
    p->position = end;
    if (end > p->count) p->count = end;
    return (ssize_t)count;
}

static ssize_t part_read(void *cookie, char *bytes, size_t count) {
    part *p = cookie;
    size_t left = p->position < p->count ? p->count - p->position : 0;
    if (count > left) count = left;
    if (count) memcpy(bytes, p->bytes + p->position, count);
    p->position += count;
    return (ssize_t)count;
}

static int part_seek(void *cookie, off64_t *offset, int whence) {
    part *p = cookie;
    off64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (off64_t)p->position : (off64_t)p->count;
    if (base + *offset < 0) return -1;
    p->position = (size_t)(base + *offset);
    *offset = (off64_t)p->position;
    return 0;
}

static int part_close(void *cookie) {
    part *p = cookie;
    free(p->bytes);
    free(p);
    return 0;
}

FILE *lxw_tmpfile(char *folder);

FILE *lxw_tmpfile(char *folder) {
    (void)folder;
    part *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    cookie_io_functions_t functions = {part_read, part_write, part_seek, part_close};
    FILE *file = fopencookie(p, "w+", functions);
    if (!file) free(p);
    return file;
}

#endif
