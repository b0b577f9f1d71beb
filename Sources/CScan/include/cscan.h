#pragma once

#include <stddef.h>
#include <stdint.h>

// UTF-8 ---------------------------------------------------------------------------------------------------------------

/// Where a check of UTF-8 stands between two pieces of a text; all zero at the start.
typedef struct {
    /// Bytes still missing from the sequence that the last piece cut; 0 between characters.
    uint8_t missing;
    /// Least and greatest value of the next byte of that sequence.
    uint8_t low, high;
    /// Bytes of that sequence already seen.
    uint8_t seen;
} cscan_utf8;

/// Checks the next piece. Returns `count` when nothing is wrong in it, else the offset of the first byte that cannot
/// stand there. At the end of a text `missing` must be 0.
size_t cscan_utf8_check(const uint8_t *bytes, size_t count, cscan_utf8 *state);

/// How many bytes of the piece are LF.
size_t cscan_count_newlines(const uint8_t *bytes, size_t count);

// CSV -----------------------------------------------------------------------------------------------------------------

/// What the bytes before the next one were. The numbers are shared with the vector path.
enum {
    CSCAN_CSV_FIELD_START = 0,      // nothing, a delimiter or a line end: a quote here opens a quoted field
    CSCAN_CSV_UNQUOTED = 1,         // text outside quotes: a quote here is text
    CSCAN_CSV_QUOTED = 2,           // text inside quotes
    CSCAN_CSV_QUOTE_IN_QUOTED = 3,  // a quote inside quotes: it closes the field, or a second one follows
    CSCAN_CSV_CARRIAGE_RETURN = 4,  // CR outside quotes: LF must follow
};

/// Why an index stopped.
enum {
    CSCAN_CSV_DONE = 0,               // all bytes are scanned
    CSCAN_CSV_FULL = 1,               // an array is full: give more room and call again
    CSCAN_CSV_AFTER_QUOTE = 2,        // `position` is a byte that may not follow a closing quote
    CSCAN_CSV_CARRIAGE_RETURN_BARE = 3,  // `position` is a byte other than LF after CR
    CSCAN_CSV_RECORD_TOO_LONG = 4,    // the record that begins at `record_start`
    CSCAN_CSV_TOO_MANY_FIELDS = 5,    // the record that begins at `record_start`
};

/// An index that stands still between two calls; all zero at a record's beginning.
typedef struct {
    uint32_t position;          // next byte to scan
    uint32_t state;             // CSCAN_CSV_FIELD_START …
    uint32_t separator_count;   // separators written
    uint32_t record_count;      // record ends written
    uint32_t record_start;      // offset of the first byte of the record that is not complete
    uint32_t record_separators; // separators written before that record
    uint32_t inner_newlines;    // LF inside quotes so far
} cscan_csv;

typedef struct {
    uint8_t delimiter;
    uint32_t maximum_record_bytes;
    uint32_t maximum_fields;
} cscan_csv_rules;

/// Writes the offset of every delimiter and line end outside quotes to `separators`, and for every line end the number of
/// separators so far to `record_ends`. Stops before a block of 64 bytes when the arrays have not 64 free places each.
///
/// `count` is at most 2^32 - 65. `cscan_csv_index` takes the fastest way that this processor knows; both ways give the
/// same result for the same bytes.
int cscan_csv_index(const uint8_t *bytes, uint32_t count, cscan_csv_rules rules, cscan_csv *index,
                    uint32_t *separators, uint32_t separator_capacity, uint32_t *record_ends, uint32_t record_capacity);
int cscan_csv_index_portable(const uint8_t *bytes, uint32_t count, cscan_csv_rules rules, cscan_csv *index,
                             uint32_t *separators, uint32_t separator_capacity, uint32_t *record_ends,
                             uint32_t record_capacity);

/// Whether `cscan_csv_index` uses vector instructions here.
int cscan_csv_is_vectorized(void);

// JSON ----------------------------------------------------------------------------------------------------------------

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// How many bytes come before the first quote, backslash or control character. Inline: strings are short, and a call
/// would cost as much as the scan.
static inline size_t cscan_json_plain_text(const uint8_t *bytes, size_t count) {
    size_t offset = 0;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1F);
    while (count - offset >= 16) {
        __m128i part = _mm_loadu_si128((const __m128i *)(bytes + offset));
        __m128i special = _mm_or_si128(_mm_cmpeq_epi8(part, quote), _mm_cmpeq_epi8(part, backslash));
        special = _mm_or_si128(special, _mm_cmpeq_epi8(_mm_min_epu8(part, last_control), part));
        unsigned mask = (unsigned)_mm_movemask_epi8(special);
        if (mask != 0) return offset + (size_t)__builtin_ctz(mask);
        offset += 16;
    }
#endif
    while (offset < count && bytes[offset] != '"' && bytes[offset] != '\\' && bytes[offset] >= 0x20) offset++;
    return offset;
}
