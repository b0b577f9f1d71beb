#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cworkbookarchive.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The five functions of minizip that libxlsxwriter calls. Those of the library set up zlib anew for each of a workbook's
// two dozen parts, most of them a kilobyte long, which takes longer than all the rest of writing a workbook. libdeflate
// packs a part that is whole in memory several times as fast, and smaller. As with `lxw_tmpfile`, symbols of the
// program come before those of a library; a build that does not look for them works as before, at its own speed.
//
// The archive is the plain one of APPNOTE 6.3: deflated entries with their sizes in front, dated 1980-01-01, no Zip64.
// The same parts give the same bytes on every processor.

enum {
    ok = 0, failed = -1,  // ZIP_OK and ZIP_ERRNO of minizip
    level = 1,
    version = 20, deflated = 8, date_1980_01_01 = 0x21,
    local_header = 30, directory_header = 46, end_record = 22,
    flush_from = 1 << 20,
};

typedef struct {
    uint8_t *bytes;
    size_t count, capacity;
} buffer;

typedef struct {
    int descriptor, has_failed;
    uint64_t offset;  // of what `output` begins with
    uint32_t entry_count;
    buffer name, part, output, directory;
    struct libdeflate_compressor *compressor;
} archive;

static int reserve(buffer *b, size_t more) {
    if (b->capacity - b->count >= more) return 1;
    size_t capacity = b->capacity ? b->capacity : 16384;
    while (capacity - b->count < more) capacity *= 2;
    uint8_t *grown = realloc(b->bytes, capacity);
    if (!grown) return 0;
    b->bytes = grown;
    b->capacity = capacity;
    return 1;
}

static int append(buffer *b, const void *bytes, size_t count) {
    if (!reserve(b, count)) return 0;
    if (count) memcpy(b->bytes + b->count, bytes, count);
    b->count += count;
    return 1;
}

static void put16(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value) {
    put16(at, value & 0xFFFF);
    put16(at + 2, value >> 16);
}

static int flush(archive *a) {
    size_t done = 0;
    while (done < a->output.count) {
        ssize_t count = write(a->descriptor, a->output.bytes + done, a->output.count - done);
        if (count >= 0) done += (size_t)count;
        else if (errno != EINTR) return 0;
    }
    a->offset += done;
    a->output.count = 0;
    return 1;
}

static int release(archive *a, int is_closed) {
    int error = errno;
    int has_failed = a->has_failed || !is_closed;
    if (a->descriptor >= 0 && close(a->descriptor) != 0) has_failed = 1, error = errno;
    libdeflate_free_compressor(a->compressor);
    free(a->name.bytes);
    free(a->part.bytes);
    free(a->output.bytes);
    free(a->directory.bytes);
    free(a);
    errno = error;
    return has_failed ? failed : ok;
}

// libxlsxwriter prints what it is told of on standard error, beside the finding that is made of it. So it is told that
// all went well, and the archive's fault is asked for afterwards: by the same thread, since it closes one workbook.
static _Thread_local int archive_error;

int bw_workbook_archive_error(void) { return archive_error; }

static void fail(archive *a) {
    if (!a->has_failed) archive_error = errno ? errno : EIO;
    a->has_failed = 1;
}

// Stands for an archive that could not be opened.
static archive unopened = {.descriptor = -1, .has_failed = 1};

void *zipOpen(const char *path, int mode) {
    (void)mode;
    archive_error = 0;
    archive *a = calloc(1, sizeof *a);
    if (a) a->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (a && a->descriptor >= 0) a->compressor = libdeflate_alloc_compressor(level);
    if (a && a->compressor) return a;
    archive_error = errno ? errno : ENOMEM;
    if (a) release(a, 0);
    return &unopened;
}

int zipOpenNewFileInZip4_64(void *file, const char *name, const void *info, const void *local, unsigned local_size,
                            const void *global, unsigned global_size, const char *comment, int method, int wanted_level,
                            int raw, int window_bits, int memory_level, int strategy, const char *password,
                            unsigned long crc, unsigned long version_made, unsigned long flags, int zip64) {
    (void)info, (void)local, (void)local_size, (void)global, (void)global_size, (void)comment, (void)method;
    (void)wanted_level, (void)raw, (void)window_bits, (void)memory_level, (void)strategy, (void)password, (void)crc;
    (void)version_made, (void)flags, (void)zip64;
    archive *a = file;
    if (a->has_failed) return ok;
    a->part.count = a->name.count = 0;
    if (!append(&a->name, name, strlen(name))) fail(a);
    return ok;
}

int zipWriteInFileInZip(void *file, const void *bytes, unsigned count) {
    archive *a = file;
    if (!a->has_failed && !append(&a->part, bytes, count)) fail(a);
    return ok;
}

// What the local header and the directory say of an entry in the same order: from the version to the name's length.
static void describe(uint8_t *at, const archive *a, size_t packed_count) {
    memset(at, 0, 26);
    put16(at, version);
    put16(at + 4, deflated);
    put16(at + 8, date_1980_01_01);
    put32(at + 10, libdeflate_crc32(0, a->part.bytes, a->part.count));
    put32(at + 14, (uint32_t)packed_count);
    put32(at + 18, (uint32_t)a->part.count);
    put16(at + 22, (uint32_t)a->name.count);
}

static int add_entry(archive *a) {
    size_t bound = libdeflate_deflate_compress_bound(a->compressor, a->part.count);
    size_t start = a->output.count, head = local_header + a->name.count;
    uint64_t offset = a->offset + start;
    if (offset + head + bound > UINT32_MAX || !reserve(&a->output, head + bound)) return 0;

    uint8_t *header = a->output.bytes + start;
    size_t packed_count = libdeflate_deflate_compress(a->compressor, a->part.bytes, a->part.count, header + head, bound);
    if (packed_count == 0) return 0;
    memcpy(header, "PK\3\4", 4);
    describe(header + 4, a, packed_count);
    memcpy(header + local_header, a->name.bytes, a->name.count);
    a->output.count += head + packed_count;

    uint8_t listed[directory_header] = "PK\1\2";
    put16(listed + 4, version);
    memcpy(listed + 6, header + 4, 26);
    put32(listed + 42, (uint32_t)offset);
    a->entry_count++;
    return append(&a->directory, listed, sizeof listed) && append(&a->directory, a->name.bytes, a->name.count);
}

int zipCloseFileInZip(void *file) {
    archive *a = file;
    if (!a->has_failed && (!add_entry(a) || (a->output.count >= flush_from && !flush(a)))) fail(a);
    return ok;
}

int zipClose(void *file, const char *comment) {
    (void)comment;
    archive *a = file;
    if (a == &unopened) return ok;
    uint64_t start = a->offset + a->output.count;
    uint8_t end[end_record] = "PK\5\6";
    put16(end + 8, a->entry_count);
    put16(end + 10, a->entry_count);
    put32(end + 12, (uint32_t)a->directory.count);
    put32(end + 16, (uint32_t)start);
    int is_closed = !a->has_failed && a->entry_count <= UINT16_MAX && start <= UINT32_MAX
        && append(&a->output, a->directory.bytes, a->directory.count) && append(&a->output, end, sizeof end) && flush(a);
    if (!is_closed) fail(a);
    if (release(a, is_closed) != ok && !archive_error) archive_error = errno ? errno : EIO;
    return ok;
}
