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

/// Writes the offset of every delimiter and line end outside quotes to `separators`, and for every line end the number
/// of separators so far to `record_ends`. Stops before a block of 64 bytes when the arrays have not 64 free places
/// each.
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

enum {
    CSCAN_JSON_BEGIN_OBJECT = 0,
    CSCAN_JSON_END_OBJECT = 1,
    CSCAN_JSON_BEGIN_ARRAY = 2,
    CSCAN_JSON_END_ARRAY = 3,
    CSCAN_JSON_KEY = 4,
    CSCAN_JSON_STRING = 5,
    CSCAN_JSON_NUMBER = 6,
    CSCAN_JSON_TRUE = 7,
    CSCAN_JSON_FALSE = 8,
    CSCAN_JSON_NULL = 9,
};

typedef struct {
    uint32_t start, end;     // of strings and keys, what is between the quotes
    uint8_t kind;            // CSCAN_JSON_BEGIN_OBJECT …
    uint8_t needs_unescape;  // a string or key holds escapes
} cscan_json_token;

/// What a step found: a token, the end of the value, or what was expected at `position` and is not there.
enum {
    CSCAN_JSON_FOUND = 0,
    CSCAN_JSON_END = 1,
    CSCAN_JSON_NO_VALUE = 2,
    CSCAN_JSON_NO_KEY = 3,
    CSCAN_JSON_NO_COLON = 4,
    CSCAN_JSON_NO_COMMA_IN_OBJECT = 5,
    CSCAN_JSON_NO_COMMA_IN_ARRAY = 6,
    CSCAN_JSON_NO_END = 7,
    CSCAN_JSON_NO_DIGIT = 8,
    CSCAN_JSON_NO_CLOSING_QUOTE = 9,
    CSCAN_JSON_NO_TEXT = 10,
    CSCAN_JSON_NO_ESCAPE = 11,
    CSCAN_JSON_NO_HEXADECIMAL = 12,
    CSCAN_JSON_NO_SECOND_HALF = 13,
    CSCAN_JSON_LONE_SECOND_HALF = 14,
    CSCAN_JSON_NO_WORD = 15,
    CSCAN_JSON_TOO_DEEP = 16,
};

/// A walk over one value; all zero at its beginning, but for `position` and `maximum_depth` (at most 128).
typedef struct {
    uint32_t position;       // next byte to look at
    uint8_t expectation;     // private
    uint8_t depth;           // open objects and arrays
    uint8_t maximum_depth;
    uint8_t is_prefix;       // other things may follow the value
    uint64_t containers[2];  // one bit for each open container, the innermost lowest; 1 for objects
} cscan_json;

/// Moves to the next token of a value by RFC 8259. The bytes are well-formed UTF-8; nothing outside of them is read.
int cscan_json_next(const uint8_t *bytes, uint32_t count, cscan_json *walk, cscan_json_token *token);

/// A value in a record, from its first byte to behind its last one; of strings what is between the quotes.
typedef struct {
    uint32_t start, end;
} cscan_json_span;

/// A value of a shape: the text before it, which all records of the shape have, and what it is.
typedef struct {
    uint32_t text_start, text_length;  // in `texts`
    // CSCAN_JSON_STRING, _NUMBER, _TRUE (for `true` and `false`), or one of those below.
    uint8_t kind;
} cscan_json_slot;

/// Whether the bytes begin with the texts of a shape and values between them: strings without escapes, numbers without
/// exponents. Returns how many bytes that are; 0 when they do not. Behind `texts` lie 16 bytes that may be read; of the
/// others none outside of them is.
uint32_t cscan_json_match(const uint8_t *bytes, uint32_t count, const uint8_t *texts, const cscan_json_slot *slots,
                          cscan_json_span *spans);

enum {
    CSCAN_JSON_ANY_STRING = 254,  // a string that may have escapes
    CSCAN_JSON_SHAPE_END = 255,   // behind the last value
};

/// One line that is not blank.
typedef struct {
    uint32_t start, end;  // without white space around it
    uint32_t token_end;   // tokens written so far, with its own
    uint32_t line;        // number of the line, from 0
    uint32_t fault;       // 0, or what is wrong with it (CSCAN_JSON_NO_VALUE …); then it has no tokens
} cscan_json_line;

/// A scan of lines that stands still between two calls; all zero at a line's beginning.
typedef struct {
    uint32_t position;     // beginning of the next line
    uint32_t token_count;  // tokens written
    uint32_t line_count;   // lines written
    uint32_t lines_seen;   // lines, with the blank ones
} cscan_json_lines;

/// Writes the tokens of every complete line. A line without line end is complete when `is_last`.
/// Returns 0 when no complete line is left, 1 when an array is full: give more room and call again.
int cscan_json_scan_lines(const uint8_t *bytes, uint32_t count, int is_last, uint8_t maximum_depth,
                          cscan_json_lines *scan, cscan_json_token *tokens, uint32_t token_capacity,
                          cscan_json_line *lines, uint32_t line_capacity);
