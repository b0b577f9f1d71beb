#include "cscan.h"

#include <string.h>

/// Length of the ASCII prefix, 64 bytes at a time: the OR of eight words is what a compiler turns into vectors on every
/// processor, so no dispatch is needed.
static size_t ascii_prefix(const uint8_t *bytes, size_t count) {
    size_t offset = 0;
    while (count - offset >= 64) {
        uint64_t words[8];
        memcpy(words, bytes + offset, sizeof words);
        uint64_t any = 0;
        for (int i = 0; i < 8; i++) any |= words[i];
        if (any & 0x8080808080808080u) break;
        offset += 64;
    }
    while (count - offset >= 8) {
        uint64_t word;
        memcpy(&word, bytes + offset, sizeof word);
        if (word & 0x8080808080808080u) break;
        offset += 8;
    }
    while (offset < count && bytes[offset] < 0x80) offset++;
    return offset;
}

/// Opens a sequence by its first byte (RFC 3629, table of well-formed sequences); 0 when no sequence begins with it.
static int begin_sequence(uint8_t first, cscan_utf8 *state) {
    state->low = 0x80;
    state->high = 0xBF;
    state->seen = 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    if (first < 0xE0) {
        state->missing = 1;
    } else if (first < 0xF0) {
        state->missing = 2;
        if (first == 0xE0) state->low = 0xA0;   // shorter forms
        if (first == 0xED) state->high = 0x9F;  // surrogates
    } else {
        state->missing = 3;
        if (first == 0xF0) state->low = 0x90;   // shorter forms
        if (first == 0xF4) state->high = 0x8F;  // beyond U+10FFFF
    }
    return 1;
}

size_t cscan_utf8_check(const uint8_t *bytes, size_t count, cscan_utf8 *state) {
    size_t offset = 0;
    while (offset < count) {
        if (state->missing == 0) {
            offset += ascii_prefix(bytes + offset, count - offset);
            // Text of another script: sequences follow each other with few ASCII bytes between.
            while (offset < count && state->missing == 0) {
                uint8_t first = bytes[offset];
                if (first >= 0x80) {
                    if (!begin_sequence(first, state)) return offset;
                } else if (count - offset >= 8) {
                    uint64_t word;
                    memcpy(&word, bytes + offset, sizeof word);
                    if ((word & 0x8080808080808080u) == 0) break;
                }
                offset++;
            }
            continue;
        }
        uint8_t next = bytes[offset];
        if (next < state->low || next > state->high) return offset;
        state->low = 0x80;
        state->high = 0xBF;
        state->missing--;
        state->seen++;
        offset++;
    }
    return count;
}

size_t cscan_count_newlines(const uint8_t *bytes, size_t count) {
    size_t total = 0;
    size_t offset = 0;
    while (offset < count) {
        // At most 255 per lane, so that a compiler can count in bytes before it widens.
        size_t end = count - offset > 4080 ? offset + 4080 : count;
        size_t part = 0;
        for (; offset < end; offset++) part += bytes[offset] == '\n';
        total += part;
    }
    return total;
}
