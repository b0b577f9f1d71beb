// The part of minizip's interface that libxlsxwriter uses, done again: an archive in memory, one deflate state for all of
// its parts, zlib's level 1, and one write at the end whose errors are seen. A workbook takes half the time, and a tenth
// more bytes.
//
// libxlsxwriter finds these functions before those of libminizip.so, because symbols of the program come first. A build
// of libxlsxwriter with its own zip code (as newer versions have) does not look for them and works as before.

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { ok = 0, failed = -1, wrong_call = -102, too_large = -104 };

// As in minizip's zip.h.
typedef struct {
    int second, minute, hour, day, month, year;
} zip_date;

typedef struct {
    zip_date date;
    unsigned long dos_date, internal_attributes, external_attributes;
} zip_info;

typedef struct {
    unsigned char *bytes;
    size_t count, capacity;
} buffer;

typedef struct {
    int descriptor;
    z_stream deflate;
    buffer archive, directory;
    unsigned entry_count;
    // The part that is being written.
    int is_open;
    size_t header, name_length;
    char *name;
    uint32_t checksum, date;
    uint64_t size;
} zip_archive;

void *zipOpen(const char *path, int append);
int zipOpenNewFileInZip4_64(
    void *file, const char *name, const zip_info *info, const void *local, unsigned local_size, const void *global,
    unsigned global_size, const char *comment, int method, int level, int raw, int window_bits, int memory_level,
    int strategy, const char *password, unsigned long crc, unsigned long made_by, unsigned long flags, int zip64);
int zipWriteInFileInZip(void *file, const void *bytes, unsigned count);
int zipCloseFileInZip(void *file);
int zipClose(void *file, const char *comment);

static int reserve(buffer *b, size_t more) {
    if (b->capacity - b->count >= more) return ok;
    size_t capacity = b->capacity ? b->capacity : 65536;
    while (capacity - b->count < more) capacity *= 2;
    unsigned char *bytes = realloc(b->bytes, capacity);
    if (!bytes) return failed;
    b->bytes = bytes;
    b->capacity = capacity;
    return ok;
}

static void put(buffer *b, uint64_t value, int count) {
    for (int i = 0; i < count; i++) b->bytes[b->count++] = (unsigned char)(value >> (8 * i));
}

static void put_bytes(buffer *b, const void *bytes, size_t count) {
    memcpy(b->bytes + b->count, bytes, count);
    b->count += count;
}

// What the local header and the directory have in common: version, flags, method, date, checksum, sizes, name length.
static void put_entry(zip_archive *zip, buffer *b, uint32_t packed) {
    put(b, 20, 2);
    put(b, 0, 2);
    put(b, Z_DEFLATED, 2);
    put(b, zip->date, 4);
    put(b, zip->checksum, 4);
    put(b, packed, 4);
    put(b, zip->size, 4);
    put(b, zip->name_length, 2);
    put(b, 0, 2);
}

static void discard(zip_archive *zip) {
    if (zip->descriptor >= 0) close(zip->descriptor);
    deflateEnd(&zip->deflate);
    free(zip->archive.bytes);
    free(zip->directory.bytes);
    free(zip->name);
    free(zip);
}

void *zipOpen(const char *path, int append) {
    if (append) return NULL;
    zip_archive *zip = calloc(1, sizeof *zip);
    if (!zip) return NULL;
    zip->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int begun = deflateInit2(&zip->deflate, Z_BEST_SPEED, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    if (zip->descriptor < 0 || begun != Z_OK) {
        discard(zip);
        return NULL;
    }
    return zip;
}

int zipOpenNewFileInZip4_64(
    void *file, const char *name, const zip_info *info, const void *local, unsigned local_size, const void *global,
    unsigned global_size, const char *comment, int method, int level, int raw, int window_bits, int memory_level,
    int strategy, const char *password, unsigned long crc, unsigned long made_by, unsigned long flags, int zip64) {
    (void)local, (void)local_size, (void)global, (void)global_size, (void)comment, (void)method, (void)level, (void)raw;
    (void)window_bits, (void)memory_level, (void)strategy, (void)crc, (void)made_by, (void)flags, (void)zip64;
    zip_archive *zip = file;
    if (!zip || zip->is_open || password || strlen(name) > UINT16_MAX) return wrong_call;
    if (zip->entry_count == UINT16_MAX) return too_large;
    zip->name_length = strlen(name);
    free(zip->name);
    zip->name = strdup(name);
    if (!zip->name || reserve(&zip->archive, 30 + zip->name_length) || deflateReset(&zip->deflate)) return failed;
    const zip_date *d = &info->date;
    int year = d->year >= 1980 ? d->year - 1980 : d->year >= 80 ? d->year - 80 : 0;
    zip->date = (uint32_t)d->second / 2 | (uint32_t)d->minute << 5 | (uint32_t)d->hour << 11 | (uint32_t)d->day << 16
        | (uint32_t)(d->month + 1) << 21 | (uint32_t)year << 25;
    zip->checksum = (uint32_t)crc32(0, NULL, 0);
    zip->size = 0;
    zip->header = zip->archive.count;
    // Filled in when the sizes are known.
    zip->archive.count += 30;
    put_bytes(&zip->archive, name, zip->name_length);
    zip->is_open = 1;
    return ok;
}

static int deflate_some(zip_archive *zip, int flush) {
    for (;;) {
        if (reserve(&zip->archive, 16384)) return failed;
        size_t room = zip->archive.capacity - zip->archive.count;
        if (room > 1u << 30) room = 1u << 30;
        zip->deflate.next_out = zip->archive.bytes + zip->archive.count;
        zip->deflate.avail_out = (unsigned)room;
        int status = deflate(&zip->deflate, flush);
        zip->archive.count += room - zip->deflate.avail_out;
        if (status == Z_STREAM_END) return ok;
        if (status != Z_OK && status != Z_BUF_ERROR) return failed;
        if (zip->deflate.avail_out > 0 && flush == Z_NO_FLUSH) return ok;
    }
}

int zipWriteInFileInZip(void *file, const void *bytes, unsigned count) {
    zip_archive *zip = file;
    if (!zip || !zip->is_open) return wrong_call;
    zip->checksum = (uint32_t)crc32(zip->checksum, bytes, count);
    zip->size += count;
    zip->deflate.next_in = (unsigned char *)(uintptr_t)bytes;
    zip->deflate.avail_in = count;
    return deflate_some(zip, Z_NO_FLUSH);
}

int zipCloseFileInZip(void *file) {
    zip_archive *zip = file;
    if (!zip || !zip->is_open) return wrong_call;
    zip->is_open = 0;
    zip->deflate.avail_in = 0;
    if (deflate_some(zip, Z_FINISH)) return failed;
    size_t packed = zip->archive.count - zip->header - 30 - zip->name_length;
    // The four-byte fields of an archive without Zip64, which no workbook of ours comes near.
    if (zip->size > UINT32_MAX || zip->archive.count > UINT32_MAX) return too_large;
    buffer header = {zip->archive.bytes + zip->header, 0, 30};
    put(&header, 0x04034B50, 4);
    put_entry(zip, &header, (uint32_t)packed);
    if (reserve(&zip->directory, 46 + zip->name_length)) return failed;
    put(&zip->directory, 0x02014B50, 4);
    put(&zip->directory, 0, 2);
    put_entry(zip, &zip->directory, (uint32_t)packed);
    // No comment, disk 0, no attributes.
    put(&zip->directory, 0, 8);
    put(&zip->directory, 0, 2);
    put(&zip->directory, zip->header, 4);
    put_bytes(&zip->directory, zip->name, zip->name_length);
    zip->entry_count++;
    return ok;
}

static int write_all(int descriptor, const unsigned char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(descriptor, bytes, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return failed;
        bytes += written;
        count -= (size_t)written;
    }
    return ok;
}

int zipClose(void *file, const char *comment) {
    (void)comment;
    zip_archive *zip = file;
    if (!zip) return wrong_call;
    int result = failed;
    size_t start = zip->archive.count;
    size_t length = zip->directory.count;
    if (!zip->is_open && start + length <= UINT32_MAX && !reserve(&zip->archive, length + 22)) {
        put_bytes(&zip->archive, zip->directory.bytes, length);
        put(&zip->archive, 0x06054B50, 4);
        put(&zip->archive, 0, 4);
        put(&zip->archive, zip->entry_count, 2);
        put(&zip->archive, zip->entry_count, 2);
        put(&zip->archive, length, 4);
        put(&zip->archive, start, 4);
        put(&zip->archive, 0, 2);
        result = write_all(zip->descriptor, zip->archive.bytes, zip->archive.count);
    }
    if (close(zip->descriptor)) result = failed;
    zip->descriptor = -1;
    discard(zip);
    return result;
}
