#include "cscan.h"

#include <string.h>

// The grammar is RFC 4180 with two allowances: LF alone ends a line, and a quote in a field that did not begin with one
// is text. One state machine decides it, byte by byte. The vector path classifies 64 bytes at once; where a block holds
// anything but well-placed quotes and line ends it gives the block to the state machine, so that the two cannot differ.

typedef struct {
    uint32_t *separators;
    uint32_t *record_ends;
    uint32_t separator_capacity;
    uint32_t record_capacity;
} output;

static inline int end_record(cscan_csv *index, const cscan_csv_rules *rules, const output *out, uint32_t line_end,
                             uint32_t separator_count) {
    if (line_end - index->record_start > rules->maximum_record_bytes) return CSCAN_CSV_RECORD_TOO_LONG;
    if (separator_count - index->record_separators > rules->maximum_fields) return CSCAN_CSV_TOO_MANY_FIELDS;
    out->record_ends[index->record_count++] = separator_count;
    index->record_start = line_end + 1;
    index->record_separators = separator_count;
    return CSCAN_CSV_DONE;
}

/// The state machine over `bytes[index->position ..< end]`.
static int scan_bytes(const uint8_t *bytes, uint32_t end, const cscan_csv_rules *rules, cscan_csv *index,
                      const output *out) {
    uint32_t position = index->position;
    uint32_t state = index->state;
    int status = CSCAN_CSV_DONE;
    for (; position < end; position++) {
        uint8_t byte = bytes[position];
        if (state == CSCAN_CSV_QUOTED) {
            if (byte == '"') state = CSCAN_CSV_QUOTE_IN_QUOTED;
            else if (byte == '\n') index->inner_newlines++;
            continue;
        }
        if (state == CSCAN_CSV_CARRIAGE_RETURN && byte != '\n') {
            status = CSCAN_CSV_CARRIAGE_RETURN_BARE;
            break;
        }
        if (byte == rules->delimiter) {
            out->separators[index->separator_count++] = position;
            state = CSCAN_CSV_FIELD_START;
        } else if (byte == '\n') {
            out->separators[index->separator_count++] = position;
            state = CSCAN_CSV_FIELD_START;
            status = end_record(index, rules, out, position, index->separator_count);
            if (status != CSCAN_CSV_DONE) break;
        } else if (byte == '\r') {
            state = CSCAN_CSV_CARRIAGE_RETURN;
        } else if (byte == '"' && state != CSCAN_CSV_UNQUOTED) {
            state = CSCAN_CSV_QUOTED;
        } else if (state == CSCAN_CSV_QUOTE_IN_QUOTED) {
            status = CSCAN_CSV_AFTER_QUOTE;
            break;
        } else {
            state = CSCAN_CSV_UNQUOTED;
        }
    }
    index->position = position;
    index->state = state;
    return status;
}

static inline int is_full(const cscan_csv *index, const output *out) {
    return out->separator_capacity - index->separator_count < 64 || out->record_capacity - index->record_count < 64;
}

int cscan_csv_index_portable(const uint8_t *bytes, uint32_t count, cscan_csv_rules rules, cscan_csv *index,
                             uint32_t *separators, uint32_t separator_capacity, uint32_t *record_ends,
                             uint32_t record_capacity) {
    output out = {separators, record_ends, separator_capacity, record_capacity};
    while (index->position < count) {
        if (is_full(index, &out)) return CSCAN_CSV_FULL;
        uint32_t end = count - index->position > 64 ? index->position + 64 : count;
        int status = scan_bytes(bytes, end, &rules, index, &out);
        if (status != CSCAN_CSV_DONE) return status;
    }
    return CSCAN_CSV_DONE;
}

#if defined(__x86_64__)

#include <immintrin.h>

#define VECTOR __attribute__((target("avx2,pclmul,bmi,bmi2,popcnt")))

/// One bit for each of 64 bytes.
VECTOR static inline uint64_t equal_bits(__m256i low, __m256i high, __m256i value) {
    uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, value));
    uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, value));
    return first | (uint64_t)second << 32;
}

/// Bit i is the XOR of bits 0 … i: between an opening quote (included) and its closing one (not included) all ones.
VECTOR static inline uint64_t prefix_xor(uint64_t bits) {
    __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

/// Writes `base` plus the place of every bit. Writes groups of eight whole: the room for 64 is there, and a loop over
/// the exact number would be mispredicted at every block.
VECTOR static inline void write_places(uint64_t bits, uint32_t count, uint32_t base, uint32_t *places) {
    uint32_t written = 0;
    do {
        for (uint32_t i = 0; i < 8; i++) {
            places[written + i] = base + (uint32_t)_tzcnt_u64(bits);
            bits = _blsr_u64(bits);
        }
        written += 8;
    } while (written < count);
}

typedef struct {
    uint64_t separators;   // delimiters and line ends outside quotes
    uint64_t newlines;     // those of them that are line ends
    uint64_t inner;        // LF inside quotes
    uint32_t state;        // after the block
    int is_regular;        // else the state machine must take the block
} block;

VECTOR static inline block classify(const uint8_t *bytes, uint32_t state, __m256i delimiter) {
    __m256i low = _mm256_loadu_si256((const __m256i *)bytes);
    __m256i high = _mm256_loadu_si256((const __m256i *)(bytes + 32));
    uint64_t delimiters = equal_bits(low, high, delimiter);
    uint64_t newlines = equal_bits(low, high, _mm256_set1_epi8('\n'));
    uint64_t returns = equal_bits(low, high, _mm256_set1_epi8('\r'));
    uint64_t quotes = equal_bits(low, high, _mm256_set1_epi8('"'));
    uint64_t line_or_field_end = delimiters | newlines;
    block result;
    if (quotes == 0 && state != CSCAN_CSV_QUOTED) {
        uint64_t after_return = returns << 1 | (state == CSCAN_CSV_CARRIAGE_RETURN);
        uint64_t after_quote = state == CSCAN_CSV_QUOTE_IN_QUOTED;
        result.separators = line_or_field_end;
        result.newlines = newlines;
        result.inner = 0;
        result.is_regular = ((after_return & ~newlines) | (after_quote & ~(line_or_field_end | returns))) == 0;
        result.state = line_or_field_end >> 63 ? CSCAN_CSV_FIELD_START
                       : returns >> 63         ? CSCAN_CSV_CARRIAGE_RETURN
                                               : CSCAN_CSV_UNQUOTED;
        return result;
    }
    uint64_t inside = prefix_xor(quotes) ^ (0 - (uint64_t)(state == CSCAN_CSV_QUOTED));
    uint64_t opening = quotes & inside;
    uint64_t closing = quotes & ~inside;
    uint64_t outer_ends = line_or_field_end & ~inside;
    uint64_t outer_newlines = newlines & ~inside;
    uint64_t outer_returns = returns & ~inside;
    // A quote opens a field, or is the second of two; nothing but an end or a quote follows a closing one; LF follows
    // CR.
    uint64_t may_open = (outer_ends | closing) << 1
                        | (state == CSCAN_CSV_FIELD_START || state == CSCAN_CSV_QUOTE_IN_QUOTED);
    uint64_t after_closing = closing << 1 | (state == CSCAN_CSV_QUOTE_IN_QUOTED);
    uint64_t after_return = outer_returns << 1 | (state == CSCAN_CSV_CARRIAGE_RETURN);
    uint64_t wrong = (opening & ~may_open) | (after_closing & ~(outer_ends | outer_returns | quotes))
                     | (after_return & ~outer_newlines);
    result.separators = outer_ends;
    result.newlines = outer_newlines;
    result.inner = newlines & inside;
    result.is_regular = wrong == 0;
    result.state = inside >> 63          ? CSCAN_CSV_QUOTED
                   : outer_ends >> 63    ? CSCAN_CSV_FIELD_START
                   : closing >> 63       ? CSCAN_CSV_QUOTE_IN_QUOTED
                   : outer_returns >> 63 ? CSCAN_CSV_CARRIAGE_RETURN
                                         : CSCAN_CSV_UNQUOTED;
    return result;
}

VECTOR static int index_vectors(const uint8_t *bytes, uint32_t count, const cscan_csv_rules *rules, cscan_csv *index,
                                const output *out) {
    __m256i delimiter = _mm256_set1_epi8((char)rules->delimiter);
    while (count - index->position >= 64) {
        if (is_full(index, out)) return CSCAN_CSV_FULL;
        uint32_t base = index->position;
        block found = classify(bytes + base, index->state, delimiter);
        if (!found.is_regular) {
            int status = scan_bytes(bytes, base + 64, rules, index, out);
            if (status != CSCAN_CSV_DONE) return status;
            continue;
        }
        uint32_t before = index->separator_count;
        uint32_t found_count = (uint32_t)_mm_popcnt_u64(found.separators);
        write_places(found.separators, found_count, base, out->separators + before);
        for (uint64_t rest = found.newlines; rest != 0; rest = _blsr_u64(rest)) {
            uint32_t place = (uint32_t)_tzcnt_u64(rest);
            uint32_t separators = before + (uint32_t)_mm_popcnt_u64(_bzhi_u64(found.separators, place)) + 1;
            int status = end_record(index, rules, out, base + place, separators);
            if (status != CSCAN_CSV_DONE) {
                // As the state machine leaves it: at the line end that it refused.
                index->position = base + place;
                index->separator_count = separators;
                index->state = CSCAN_CSV_FIELD_START;
                index->inner_newlines += (uint32_t)_mm_popcnt_u64(_bzhi_u64(found.inner, place));
                return status;
            }
        }
        index->separator_count = before + found_count;
        index->inner_newlines += (uint32_t)_mm_popcnt_u64(found.inner);
        index->state = found.state;
        index->position = base + 64;
    }
    if (index->position == count) return CSCAN_CSV_DONE;
    if (is_full(index, out)) return CSCAN_CSV_FULL;
    return scan_bytes(bytes, count, rules, index, out);
}

int cscan_csv_is_vectorized(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi")
           && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

int cscan_csv_index(const uint8_t *bytes, uint32_t count, cscan_csv_rules rules, cscan_csv *index,
                    uint32_t *separators, uint32_t separator_capacity, uint32_t *record_ends,
                    uint32_t record_capacity) {
    output out = {separators, record_ends, separator_capacity, record_capacity};
    if (cscan_csv_is_vectorized()) return index_vectors(bytes, count, &rules, index, &out);
    return cscan_csv_index_portable(bytes, count, rules, index, separators, separator_capacity, record_ends,
                                    record_capacity);
}

#else

int cscan_csv_is_vectorized(void) {
    return 0;
}

int cscan_csv_index(const uint8_t *bytes, uint32_t count, cscan_csv_rules rules, cscan_csv *index,
                    uint32_t *separators, uint32_t separator_capacity, uint32_t *record_ends,
                    uint32_t record_capacity) {
    return cscan_csv_index_portable(bytes, count, rules, index, separators, separator_capacity, record_ends,
                                    record_capacity);
}

#endif
