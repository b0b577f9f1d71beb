#include "cscan.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// One grammar for the walk over a value and for the scan of many lines: `step`, which both inline.

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { VALUE = 0, VALUE_OR_END, KEY_OR_END, COMMA_OR_END, NOTHING };

ALWAYS_INLINE int is_white_space(uint8_t byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

ALWAYS_INLINE uint32_t skip_white_space(const uint8_t *bytes, uint32_t count, uint32_t position) {
    while (position < count && is_white_space(bytes[position])) position++;
    return position;
}

/// Moves to the first quote, backslash or control character.
ALWAYS_INLINE uint32_t skip_plain_text(const uint8_t *bytes, uint32_t count, uint32_t position) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1F);
    while (count - position >= 16) {
        __m128i part = _mm_loadu_si128((const __m128i *)(bytes + position));
        __m128i special = _mm_or_si128(_mm_cmpeq_epi8(part, quote), _mm_cmpeq_epi8(part, backslash));
        special = _mm_or_si128(special, _mm_cmpeq_epi8(_mm_min_epu8(part, last_control), part));
        unsigned mask = (unsigned)_mm_movemask_epi8(special);
        if (mask != 0) return position + (uint32_t)__builtin_ctz(mask);
        position += 16;
    }
#endif
    while (position < count && bytes[position] != '"' && bytes[position] != '\\' && bytes[position] >= 0x20) position++;
    return position;
}

/// Four hexadecimal digits; -1 when they are not there, and then `position` is where.
static int32_t take_unit(const uint8_t *bytes, uint32_t count, uint32_t *position) {
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        if (*position >= count) return -1;
        uint8_t byte = bytes[*position];
        uint8_t lower = byte | 0x20;
        if (byte >= '0' && byte <= '9') unit = unit << 4 | (byte - '0');
        else if (lower >= 'a' && lower <= 'f') unit = unit << 4 | (lower - 'a' + 10);
        else return -1;
        (*position)++;
    }
    return unit;
}

/// An escape, from behind its backslash; of a surrogate pair both halves.
static int take_escape(const uint8_t *bytes, uint32_t count, uint32_t *position) {
    if (*position >= count) return CSCAN_JSON_NO_ESCAPE;
    switch (bytes[*position]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
        (*position)++;
        return CSCAN_JSON_FOUND;
    case 'u': break;
    default: return CSCAN_JSON_NO_ESCAPE;
    }
    (*position)++;
    int32_t unit = take_unit(bytes, count, position);
    if (unit < 0) return CSCAN_JSON_NO_HEXADECIMAL;
    if ((unit & 0xFC00) == 0xDC00) return CSCAN_JSON_LONE_SECOND_HALF;
    if ((unit & 0xFC00) != 0xD800) return CSCAN_JSON_FOUND;
    for (int i = 0; i < 2; i++) {
        if (*position >= count || bytes[*position] != "\\u"[i]) return CSCAN_JSON_NO_SECOND_HALF;
        (*position)++;
    }
    uint32_t second = *position;
    unit = take_unit(bytes, count, position);
    if (unit < 0) return CSCAN_JSON_NO_HEXADECIMAL;
    if ((unit & 0xFC00) == 0xDC00) return CSCAN_JSON_FOUND;
    *position = second;
    return CSCAN_JSON_NO_SECOND_HALF;
}

/// A string from its opening quote to behind its closing one.
ALWAYS_INLINE int take_string(const uint8_t *bytes, uint32_t count, uint32_t *position, cscan_json_token *token) {
    uint32_t place = *position + 1;
    token->start = place;
    token->needs_unescape = 0;
    for (;;) {
        place = skip_plain_text(bytes, count, place);
        if (place < count && bytes[place] == '"') {
            token->end = place;
            *position = place + 1;
            return CSCAN_JSON_FOUND;
        }
        int status = place >= count ? CSCAN_JSON_NO_CLOSING_QUOTE : CSCAN_JSON_NO_TEXT;
        if (place < count && bytes[place] == '\\') {
            token->needs_unescape = 1;
            place++;
            status = take_escape(bytes, count, &place);
        }
        if (status != CSCAN_JSON_FOUND) {
            *position = place;
            return status;
        }
    }
}

ALWAYS_INLINE int is_digit(const uint8_t *bytes, uint32_t count, uint32_t position) {
    return position < count && (uint8_t)(bytes[position] - '0') < 10;
}

/// A number. Behind a leading 0 only a point or an exponent is taken: whoever comes next refuses another digit.
ALWAYS_INLINE int take_number(const uint8_t *bytes, uint32_t count, uint32_t *position) {
    uint32_t place = *position;
    if (bytes[place] == '-') place++;
    if (!is_digit(bytes, count, place)) goto no_digit;
    if (bytes[place] == '0') place++;
    else while (is_digit(bytes, count, place)) place++;
    if (place < count && bytes[place] == '.') {
        place++;
        if (!is_digit(bytes, count, place)) goto no_digit;
        while (is_digit(bytes, count, place)) place++;
    }
    if (place < count && (bytes[place] | 0x20) == 'e') {
        place++;
        if (place < count && (bytes[place] == '+' || bytes[place] == '-')) place++;
        if (!is_digit(bytes, count, place)) goto no_digit;
        while (is_digit(bytes, count, place)) place++;
    }
    *position = place;
    return CSCAN_JSON_FOUND;
no_digit:
    *position = place;
    return CSCAN_JSON_NO_DIGIT;
}

ALWAYS_INLINE int take_word(const uint8_t *bytes, uint32_t count, uint32_t *position, const char *word) {
    for (; *word != 0; word++, (*position)++) {
        if (*position >= count || bytes[*position] != (uint8_t)*word) return CSCAN_JSON_NO_WORD;
    }
    return CSCAN_JSON_FOUND;
}

ALWAYS_INLINE int open_container(cscan_json *walk, cscan_json_token *token, uint32_t position, int is_object) {
    if (walk->depth >= walk->maximum_depth) return CSCAN_JSON_TOO_DEEP;
    walk->containers[1] = walk->containers[1] << 1 | walk->containers[0] >> 63;
    walk->containers[0] = walk->containers[0] << 1 | (uint64_t)is_object;
    walk->depth++;
    walk->expectation = is_object ? KEY_OR_END : VALUE_OR_END;
    walk->position = position + 1;
    uint8_t kind = is_object ? CSCAN_JSON_BEGIN_OBJECT : CSCAN_JSON_BEGIN_ARRAY;
    *token = (cscan_json_token){position, position + 1, kind, 0};
    return CSCAN_JSON_FOUND;
}

ALWAYS_INLINE int close_container(cscan_json *walk, cscan_json_token *token, uint32_t position) {
    int is_object = walk->containers[0] & 1;
    walk->containers[0] = walk->containers[0] >> 1 | walk->containers[1] << 63;
    walk->containers[1] >>= 1;
    walk->depth--;
    walk->expectation = walk->depth == 0 ? NOTHING : COMMA_OR_END;
    walk->position = position + 1;
    uint8_t kind = is_object ? CSCAN_JSON_END_OBJECT : CSCAN_JSON_END_ARRAY;
    *token = (cscan_json_token){position, position + 1, kind, 0};
    return CSCAN_JSON_FOUND;
}

ALWAYS_INLINE int take_value(const uint8_t *bytes, uint32_t count, cscan_json *walk, cscan_json_token *token,
                             uint32_t position) {
    int status = CSCAN_JSON_NO_VALUE;
    uint32_t start = position;
    switch (position < count ? bytes[position] : 0) {
    case '"':
        status = take_string(bytes, count, &position, token);
        token->kind = CSCAN_JSON_STRING;
        walk->position = position;
        walk->expectation = walk->depth == 0 ? NOTHING : COMMA_OR_END;
        return status;
    case '{':
        walk->position = position;
        return open_container(walk, token, position, 1);
    case '[':
        walk->position = position;
        return open_container(walk, token, position, 0);
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        token->kind = CSCAN_JSON_NUMBER;
        status = take_number(bytes, count, &position);
        break;
    case 't':
        token->kind = CSCAN_JSON_TRUE;
        status = take_word(bytes, count, &position, "true");
        break;
    case 'f':
        token->kind = CSCAN_JSON_FALSE;
        status = take_word(bytes, count, &position, "false");
        break;
    case 'n':
        token->kind = CSCAN_JSON_NULL;
        status = take_word(bytes, count, &position, "null");
        break;
    default: break;
    }
    token->start = start;
    token->end = position;
    token->needs_unescape = 0;
    walk->position = position;
    walk->expectation = walk->depth == 0 ? NOTHING : COMMA_OR_END;
    return status;
}

/// A key and the colon behind it.
ALWAYS_INLINE int take_key(const uint8_t *bytes, uint32_t count, cscan_json *walk, cscan_json_token *token,
                           uint32_t position) {
    int status = CSCAN_JSON_NO_KEY;
    if (position < count && bytes[position] == '"') {
        token->kind = CSCAN_JSON_KEY;
        status = take_string(bytes, count, &position, token);
        if (status == CSCAN_JSON_FOUND) {
            position = skip_white_space(bytes, count, position);
            if (position < count && bytes[position] == ':') position++;
            else status = CSCAN_JSON_NO_COLON;
        }
    }
    walk->position = position;
    walk->expectation = VALUE;
    return status;
}

ALWAYS_INLINE int step(const uint8_t *bytes, uint32_t count, cscan_json *walk, cscan_json_token *token) {
    uint32_t position = skip_white_space(bytes, count, walk->position);
    uint8_t next = position < count ? bytes[position] : 0;
    int is_object = walk->containers[0] & 1;
    switch (walk->expectation) {
    case COMMA_OR_END:
        if (next == ',') {
            position = skip_white_space(bytes, count, position + 1);
            if (is_object) return take_key(bytes, count, walk, token, position);
            return take_value(bytes, count, walk, token, position);
        }
        if (next == (is_object ? '}' : ']')) return close_container(walk, token, position);
        walk->position = position;
        return is_object ? CSCAN_JSON_NO_COMMA_IN_OBJECT : CSCAN_JSON_NO_COMMA_IN_ARRAY;
    case KEY_OR_END:
        if (next == '}') return close_container(walk, token, position);
        return take_key(bytes, count, walk, token, position);
    case VALUE_OR_END:
        if (next == ']') return close_container(walk, token, position);
        return take_value(bytes, count, walk, token, position);
    case NOTHING:
        walk->position = position;
        return position < count && !walk->is_prefix ? CSCAN_JSON_NO_END : CSCAN_JSON_END;
    default:
        return take_value(bytes, count, walk, token, position);
    }
}

int cscan_json_next(const uint8_t *bytes, uint32_t count, cscan_json *walk, cscan_json_token *token) {
    return step(bytes, count, walk, token);
}

int cscan_json_scan_lines(const uint8_t *bytes, uint32_t count, int is_last, uint8_t maximum_depth,
                          cscan_json_lines *scan, cscan_json_token *tokens, uint32_t token_capacity,
                          cscan_json_line *lines, uint32_t line_capacity) {
    while (scan->position < count) {
        const uint8_t *found = memchr(bytes + scan->position, '\n', count - scan->position);
        if (found == NULL && !is_last) return 0;
        uint32_t end = found == NULL ? count : (uint32_t)(found - bytes);
        uint32_t next_line = found == NULL ? count : end + 1;
        uint32_t start = skip_white_space(bytes, end, scan->position);
        while (end > start && is_white_space(bytes[end - 1])) end--;
        if (start < end) {
            if (scan->line_count == line_capacity) return 1;
            cscan_json walk = {.position = start, .maximum_depth = maximum_depth};
            uint32_t token_count = scan->token_count;
            int status = CSCAN_JSON_FOUND;
            for (;;) {
                if (token_count == token_capacity) return 1;
                status = step(bytes, end, &walk, &tokens[token_count]);
                if (status != CSCAN_JSON_FOUND) break;
                token_count++;
            }
            if (status == CSCAN_JSON_END) scan->token_count = token_count;
            lines[scan->line_count++] = (cscan_json_line){
                start, end, scan->token_count, scan->lines_seen, status == CSCAN_JSON_END ? 0 : (uint32_t)status};
        }
        scan->lines_seen++;
        scan->position = next_line;
    }
    return 0;
}

/// Whether both texts are the same; `before_end` bytes of the first may be read, and 16 behind the second.
ALWAYS_INLINE int same_text(const uint8_t *found, uint32_t before_end, const uint8_t *text, uint32_t length) {
#if defined(__SSE2__)
    while (length >= 16) {
        __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)found), _mm_loadu_si128((const __m128i *)text));
        if (_mm_movemask_epi8(equal) != 0xFFFF) return 0;
        found += 16;
        text += 16;
        length -= 16;
        before_end -= 16;
    }
    if (before_end >= 16) {
        __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)found), _mm_loadu_si128((const __m128i *)text));
        unsigned wanted = (1u << length) - 1;
        return ((unsigned)_mm_movemask_epi8(equal) & wanted) == wanted;
    }
#endif
    return memcmp(found, text, length) == 0;
}

/// As `take_number`, but no exponent is taken, and a number is followed by something.
ALWAYS_INLINE int take_plain_number(const uint8_t *bytes, uint32_t count, uint32_t *position) {
    uint32_t place = *position;
    if (place < count && bytes[place] == '-') place++;
    uint32_t first = place;
    while (is_digit(bytes, count, place)) place++;
    if (place == first || (place - first > 1 && bytes[first] == '0')) return 0;
    if (place < count && bytes[place] == '.') {
        uint32_t point = ++place;
        while (is_digit(bytes, count, place)) place++;
        if (place == point) return 0;
    }
    *position = place;
    return place < count && (bytes[place] | 0x20) != 'e';
}

/// From behind the opening quote of a string to its closing one.
static int take_any_text(const uint8_t *bytes, uint32_t count, uint32_t *position) {
    uint32_t place = *position - 1;
    cscan_json_token token;
    if (take_string(bytes, count, &place, &token) != CSCAN_JSON_FOUND) return 0;
    *position = token.end;
    return 1;
}

ALWAYS_INLINE int take_flag(const uint8_t *bytes, uint32_t count, uint32_t *position) {
    const char *word = *position < count && bytes[*position] == 't' ? "true" : "false";
    return take_word(bytes, count, position, word) == CSCAN_JSON_FOUND;
}

uint32_t cscan_json_match(const uint8_t *bytes, uint32_t count, const uint8_t *texts, const cscan_json_slot *slots,
                          cscan_json_span *spans) {
    uint32_t position = 0;
    for (;; slots++, spans++) {
        uint32_t length = slots->text_length;
        if (count - position < length || !same_text(bytes + position, count - position, texts + slots->text_start, length))
            return 0;
        position += length;
        spans->start = position;
        switch (slots->kind) {
        case CSCAN_JSON_STRING:
            position = skip_plain_text(bytes, count, position);
            if (position >= count || bytes[position] != '"') return 0;
            break;
        case CSCAN_JSON_ANY_STRING:
            if (!take_any_text(bytes, count, &position)) return 0;
            break;
        case CSCAN_JSON_NUMBER:
            if (!take_plain_number(bytes, count, &position)) return 0;
            break;
        case CSCAN_JSON_TRUE:
            if (!take_flag(bytes, count, &position)) return 0;
            break;
        default:
            return position;
        }
        spans->end = position;
    }
}
