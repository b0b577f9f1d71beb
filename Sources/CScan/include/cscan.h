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
