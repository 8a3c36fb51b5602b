import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:worker_threads"
const external_node_worker_threads_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");
;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
;// CONCATENATED MODULE: ./src/errors.ts
/**
 * The one family of errors that end a run. Each carries what the outputs and the summary need: a stable code, the exit
 * code, a sentence that says what happened (the message) and a hint that says what to do.
 *
 * Messages and hints never hold a value from a trace, a token or the text of a library's error: both can quote secrets.
 */
/** An error that ends the run with a known exit code. Everything else that is thrown counts as `INTERNAL`, exit code 1. */
class ActionError extends Error {
    code;
    exitCode;
    hint;
    retryable;
    constructor(code, exitCode, message, details) {
        super(message, details.cause === undefined ? undefined : { cause: details.cause });
        this.code = code;
        this.exitCode = exitCode;
        this.name = new.target.name;
        this.hint = details.hint;
        this.retryable = details.retryable ?? false;
    }
}
/** The workflow asked for something that is not possible (exit code 2). */
class InputError extends ActionError {
    constructor(message, details) {
        super(details.code ?? 'INPUT_INVALID', 2, message, details);
    }
}
/** A gate, a right or a remote ahead of this version stopped the run (exit code 3). */
class errors_GateError extends ActionError {
    constructor(code, message, details) {
        super(code, 3, message, details);
    }
}
/** Staged traces could not be loaded, or the dataset could not be written (exit code 4). */
class LoadError extends ActionError {
    constructor(code, message, details) {
        super(code, 4, message, details);
    }
}
/** Something published could not be read, so that dropping duplicates would not be safe (exit code 7). */
class UnsafeDedupeError extends ActionError {
    constructor(code, message, details) {
        super(code, 7, message, details);
    }
}
/**
 * Node's `code` of a system error (`ENOENT`, `ENOSPC`, …), or undefined for anything else. Not by `instanceof`: errors of
 * another realm, such as those that a test runner sees, are no `Error` there.
 */
function systemErrorCode(error) {
    if (typeof error !== 'object' || error === null || !('code' in error))
        return undefined;
    return typeof error.code === 'string' ? error.code : undefined;
}

;// CONCATENATED MODULE: external "node:zlib"
const external_node_zlib_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");
;// CONCATENATED MODULE: ./src/gates/views/deflate.ts
/** Deflate (RFC 1951) without a frame, told from other bytes by its first block. */
/** Symbols of fixed codes that are looked at. */
const LITERALS = 4;
/** Order in which the lengths of the code for code lengths come does not matter here: only whether they make a full code. */
const FULL = 1 << 7;
/** Whether some bytes may begin a deflate stream that is its own last block, as that of a short text is. */
function mayBeDeflate(length, at) {
    if (length < 18)
        return false;
    const kind = at(0) & 7;
    if (kind === 3)
        return fixed(at);
    return kind === 5 && dynamic(at);
}
/** Bits from the lowest of the first byte on. */
function bit(at, position) {
    return (at(position >> 3) >> (position & 7)) & 1;
}
/** The first symbols of a text are characters: there is nothing yet that could repeat. */
function fixed(at) {
    for (let symbol = 0; symbol < LITERALS; symbol++) {
        let code = 0;
        for (let i = 0; i < 8; i++)
            code = (code << 1) | bit(at, 3 + symbol * 8 + i);
        const literal = code - 0x30;
        if (literal !== 9 && literal !== 10 && literal !== 13 && (literal < 32 || literal > 126))
            return false;
    }
    return true;
}
/** The code for the code lengths uses up all its room, which chance hardly does. */
function dynamic(at) {
    const number = (from, bits) => {
        let value = 0;
        for (let i = 0; i < bits; i++)
            value |= bit(at, from + i) << i;
        return value;
    };
    if (number(3, 5) > 29 || number(8, 5) > 29)
        return false;
    let used = 0;
    for (let i = 0, count = number(13, 4) + 4; i < count; i++) {
        const size = number(17 + 3 * i, 3);
        if (size > 0)
            used += FULL >> size;
    }
    return used === FULL;
}

;// CONCATENATED MODULE: ./src/gates/views/bytes.ts
/** Text in bytes that a decoder has found: plain, as UTF-16, in the midst of binary data, or compressed. */



/** Text in binary data is told from chance by its length. */
const SHORTEST_IN_BINARY = 16;
/** Shorter than the shortest password that a rule would take for one. */
const SHORTEST_WHOLE = 8;
/** Where this part of some bytes is text, the rest is text in another script. */
const MOSTLY = 0.7;
/** 1: shown or white space or a terminal's control; 2: NUL, every other byte of UTF-16. */
const TEXT = new Uint8Array(256);
for (let code = 32; code < 127; code++)
    TEXT[code] = 1;
for (const code of [8, 9, 10, 12, 13, 27])
    TEXT[code] = 1;
TEXT[0] = 2;
function isText(byte) {
    return TEXT[byte] !== 0;
}
/**
 * Finds text among bytes that need not have been decoded yet.
 *
 * @param length how many there are
 * @param at the byte at a position
 * @param sample distance of the bytes that are looked at; a text of the least length holds one of them
 * @returns start and end of each, in turn
 */
function segments(length, at, least = SHORTEST_IN_BINARY) {
    const found = [];
    let floor = 0;
    for (let i = Math.min(least - 1, length - 1); i < length; i += least) {
        if (!isText(at(i)))
            continue;
        let from = i;
        let shown = at(i) === 0 ? 0 : 1;
        while (from > floor && isText(at(from - 1)))
            if (at(--from) !== 0)
                shown++;
        let to = i + 1;
        while (to < length && isText(at(to)))
            if (at(to++) !== 0)
                shown++;
        if (shown >= least && shown * 4 > to - from)
            found.push(from, to);
        floor = to;
        i = Math.max(i, to - 1);
    }
    return found;
}
/** Whether there is any of these. */
function hasSegment(length, at, least = SHORTEST_IN_BINARY) {
    let floor = 0;
    for (let i = Math.min(least - 1, length - 1); i < length; i += least) {
        if (!isText(at(i)))
            continue;
        let from = i;
        let shown = at(i) === 0 ? 0 : 1;
        while (from > floor && isText(at(from - 1)))
            if (at(--from) !== 0)
                shown++;
        let to = i + 1;
        while (to < length && isText(at(to))) {
            if (at(to++) !== 0)
                shown++;
            // More only tells how far it goes.
            if (shown >= least && to - from === shown)
                return true;
        }
        if (shown >= least && shown * 4 > to - from)
            return true;
        floor = to;
        i = Math.max(i, to - 1);
    }
    return false;
}
/**
 * The text in some bytes; undefined where there is none.
 *
 * @param whole the bytes are known from end to end, so that a short text counts if nothing else is among them
 */
function textIn(bytes, room, whole) {
    const plain = plainText(bytes, whole);
    const packed = inflate(bytes, room);
    const unpacked = packed && plainText(packed, whole);
    if (unpacked === undefined)
        return plain === undefined ? undefined : { text: plain, compressed: false };
    // By chance text begins like a stream (`x ` as zlib does): where the bytes can be read both ways, both are kept.
    return { text: plain === undefined ? unpacked : `${unpacked}\n${plain}`, compressed: true };
}
function plainText(bytes, whole) {
    const at = (i) => bytes[i] ?? 255;
    const found = segments(bytes.length, at);
    let covered = 0;
    for (let i = 0; i < found.length; i += 2)
        covered += found[i + 1] - found[i];
    if (whole && covered >= MOSTLY * bytes.length) {
        if (covered > 0)
            return bytes.toString('utf8');
        return undefined;
    }
    if (covered === 0) {
        const text = whole && bytes.length >= SHORTEST_WHOLE && bytes.every(isText) ? bytes.toString('latin1') : '';
        return /[^\0]{8}|(?:[^\0]\0){8}/.test(text) ? text : whole ? utf8(bytes) : undefined;
    }
    const texts = [];
    for (let i = 0; i < found.length; i += 2)
        texts.push(bytes.toString('latin1', found[i], found[i + 1]));
    return texts.join('\n');
}
/** Text with more of other scripts than of ASCII. */
function utf8(bytes) {
    if (bytes.length < SHORTEST_IN_BINARY || bytes.subarray(0, 64).some((byte) => byte < 0x80 && TEXT[byte] !== 1)) {
        return undefined;
    }
    const text = bytes.toString('utf8');
    return text.includes('\ufffd') ? undefined : text;
}
/** What stands compressed in bytes that begin as gzip, zlib or a ZIP archive do; undefined where nothing does. */
function inflate(bytes, room) {
    const start = deflateStart(bytes);
    if (start !== undefined)
        return unpack(bytes.subarray(start), room);
    // Without a frame there is no mark.
    return mayBeDeflate(bytes.length, (i) => bytes[i] ?? 0) ? unpack(bytes, room) : undefined;
}
function deflateStart(bytes) {
    if (bytes.length < 8)
        return undefined;
    const head = bytes.readUInt16BE(0);
    if (head === 0x1f8b && bytes[2] === 8)
        return gzipHeader(bytes);
    // With a dictionary (bit 5) nobody can read it who has not got that.
    if ((head & 0x0f20) === 0x0800 && head >> 12 <= 7 && head % 31 === 0)
        return 2;
    if (head === 0x504b && bytes.length > 30 && bytes.readUInt16LE(2) === 0x0403 && bytes.readUInt16LE(8) === 8) {
        return 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
    }
    return undefined;
}
/** RFC 1952, section 2.3. */
function gzipHeader(bytes) {
    const flags = bytes[3] ?? 0;
    let at = 10;
    if ((flags & 4) !== 0 && at + 2 <= bytes.length)
        at += 2 + bytes.readUInt16LE(at);
    for (const flag of [8, 16]) {
        if ((flags & flag) === 0)
            continue;
        const end = bytes.indexOf(0, at);
        at = end === -1 ? bytes.length : end + 1;
    }
    return (flags & 2) === 0 ? at : at + 2;
}
/** Without the frame, so that neither a wrong checksum nor a stream that was cut off hides what is in it. */
function unpack(stream, room) {
    const left = room.left();
    if (left <= 0 || stream.length === 0)
        return undefined;
    try {
        const bytes = (0,external_node_zlib_namespaceObject.inflateRawSync)(stream, { maxOutputLength: left, finishFlush: external_node_zlib_namespaceObject.constants.Z_SYNC_FLUSH });
        room.unpacked(bytes.length);
        return bytes.length === 0 ? undefined : bytes;
    }
    catch (error) {
        if (systemErrorCode(error) === 'ERR_BUFFER_TOO_LARGE')
            room.refuse();
        return undefined;
    }
}

;// CONCATENATED MODULE: ./src/gates/views/rewrite.ts
/** Edits of a text, and the parts of the result that are worth another look. */
/** Context on both sides of an edit: enough for the name that makes a secret out of a random string. */
const CONTEXT = 100;
/** How much further a window goes on, to the end of the line: what is a list or a dump there is to stay whole. */
const LINE_BEFORE = 300;
const LINE_BEHIND = 1000;
/** Where the line is longer, to the end of the word. */
const WORD_BEHIND = 3000;
/** Collects edits in ascending order. */
class Rewriter {
    text;
    /** Start and end, in turn. */
    places = [];
    by = [];
    constructor(text) {
        this.text = text;
    }
    /** Puts `by` in the place of `[from, to)`, which begins where the last edit ended or behind it. */
    replace(from, to, by) {
        this.places.push(from, to);
        this.by.push(by);
    }
    /**
     * The result; undefined where nothing was edited.
     *
     * @param also what else was taken off on the way
     */
    finish(also) {
        if (this.by.length === 0)
            return undefined;
        const result = { windows: this.windows(), full: () => this.full() };
        return also === undefined ? result : { ...result, also };
    }
    full() {
        const { text, places, by } = this;
        const parts = [];
        let at = 0;
        for (let i = 0; i < by.length; i++) {
            parts.push(text.slice(at, places[2 * i]), by[i]);
            at = places[2 * i + 1];
        }
        parts.push(text.slice(at));
        return parts.join('');
    }
    windows() {
        const { text, places, by } = this;
        const parts = [];
        let at = 0;
        for (let i = 0; i < by.length; i++) {
            const from = places[2 * i];
            if (i === 0)
                at = this.start(from - CONTEXT, 0);
            else if (from - at > 2 * CONTEXT) {
                const end = this.end(at + CONTEXT);
                if (from - end > CONTEXT) {
                    parts.push(text.slice(at, end), '\n');
                    at = this.start(from - CONTEXT, end);
                }
            }
            parts.push(text.slice(at, from), by[i]);
            at = places[2 * i + 1];
        }
        parts.push(text.slice(at, this.end(at + CONTEXT)));
        return parts.join('');
    }
    start(at, least) {
        const lowest = Math.max(least, at - LINE_BEFORE);
        let from = Math.max(at, lowest);
        while (from > lowest && this.text.charCodeAt(from - 1) !== 10)
            from--;
        return from;
    }
    end(at) {
        const { text } = this;
        const highest = Math.min(text.length, at + WORD_BEHIND);
        let to = Math.min(at, highest);
        while (to < highest && text.charCodeAt(to) !== 10 && (to < at + LINE_BEHIND || text.charCodeAt(to) > 32))
            to++;
        return to;
    }
}

;// CONCATENATED MODULE: ./src/gates/views/sweep.ts
/** One sweep over a text that says which decoders are worth a try: usual text pays for this and for little else. */

/** What a text holds, as bits. */
const Sign = {
    control: 1 << 0,
    return: 1 << 1,
    newline: 1 << 2,
    backslash: 1 << 3,
    percent: 1 << 4,
    ampersand: 1 << 5,
    equals: 1 << 6,
    caret: 1 << 7,
    bracket: 1 << 8,
    quote: 1 << 9,
    less: 1 << 10,
    /** Characters that may show as nothing or as others. */
    wide: 1 << 11,
    /** Short groups of letters or digits of one length, or of digits, one after the other: dumps, byte arrays, spaced letters. */
    list: 1 << 12,
    /** There are `runs`. */
    run: 1 << 18,
    /** There are `solids`. */
    solid: 1 << 19
};
const ALNUM = 1 << 13;
const TOKEN = 1 << 14;
const DIGIT = 1 << 15;
const SPACE = 1 << 16;
/** Means something only in front of what makes a disguise of it. */
const PEEK = 1 << 17;
const UPPER = 1 << 20;
const LOWER = 1 << 21;
const QUOTE = 1 << 22;
/** Runs shorter than this hold no secret worth looking for, unless the padding of base64 comes behind them. */
const SHORTEST_RUN = 16;
const SHORTEST_PADDED_RUN = 10;
const SHORTEST_SOLID = 25;
const LIST_LENGTH = 4;
const NUMBERS_LENGTH = 6;
/** Bytes in binary have eight digits. */
const LONGEST_OF_LIST = 8;
const KINDS = new Uint32Array(128);
for (let code = 0; code < 128; code++) {
    const char = String.fromCharCode(code);
    if (/[0-9]/.test(char))
        KINDS[code] = ALNUM | TOKEN | DIGIT;
    else if (/[A-Z]/.test(char))
        KINDS[code] = ALNUM | TOKEN | UPPER;
    else if (/[a-z]/.test(char))
        KINDS[code] = ALNUM | TOKEN | LOWER;
    else if (/[-+/_]/.test(char))
        KINDS[code] = TOKEN;
    else if (code < 32 || code === 127)
        KINDS[code] = Sign.control;
}
const SINGLE = [
    [' \t', SPACE],
    ['\r', PEEK | SPACE],
    ['\n', Sign.newline | SPACE],
    ['\\', Sign.backslash],
    ['%', PEEK],
    ['&', PEEK],
    ['=', PEEK],
    ['^', PEEK],
    ['[', PEEK],
    ['"\'`', QUOTE],
    ['<', PEEK]
];
for (const [chars, kind] of SINGLE)
    for (const char of chars)
        KINDS[char.charCodeAt(0)] = kind;
/** Characters that show as nothing or look like others, by where they are: punctuation, arrows, pictures and most scripts are not. */
const WIDE = new Uint16Array(65536);
const RANGES = [
    [0xaa, 0xaa], [0xad, 0xad], [0xb2, 0xb3], [0xb9, 0xba], [0x2b0, 0x52f], [0x61c, 0x61c], [0x115f, 0x1160], [0x17b4, 0x17b5],
    [0x180b, 0x180f], [0x1d2c, 0x1dbf], [0x200b, 0x2013], [0x2028, 0x202e], [0x2043, 0x2043], [0x2060, 0x209f],
    [0x2100, 0x214f], [0x2160, 0x217f], [0x2212, 0x2212], [0x2460, 0x24ff], [0x3164, 0x3164], [0xd835, 0xd835],
    [0xd83c, 0xd83c], [0xdb40, 0xdb40], [0xfe00, 0xfe0f], [0xfe30, 0xfe6f], [0xfeff, 0xffa0], [0xfff0, 0xfffc]
]; // prettier-ignore
for (const [from, to] of RANGES)
    WIDE.fill(Sign.wide, from, to + 1);
WIDE.fill(Sign.control, 0x80, 0xa0);
const UNITS = new Uint16Array(1 << 18);
const UNIT_BYTES = Buffer.from(UNITS.buffer);
const BIG_ENDIAN = (0,external_node_os_namespaceObject.endianness)() === 'BE';
/** The UTF-16 units of a text, until the next call: an array is read several times as fast as strings of many kinds. */
function codesOf(text) {
    const isLong = text.length > UNITS.length;
    const units = isLong ? new Uint16Array(text.length) : UNITS;
    const bytes = isLong ? Buffer.from(units.buffer) : UNIT_BYTES;
    const length = bytes.write(text, 0, 'utf16le');
    if (BIG_ENDIAN)
        bytes.subarray(0, length).swap16();
    return units;
}
/** Sweeps a text once, in time that grows with its length only. */
function sweep(text) {
    const runs = [];
    const solids = [];
    const lists = [];
    const quotes = [];
    let mix = 0;
    let signs = 0;
    let word = 0;
    let token = 0;
    let solid = 0;
    let one = 0;
    let two = 0;
    let numberBefore = false;
    let listFrom = 0;
    let same = 0;
    let numbers = 0;
    const end = text.length;
    const codes = codesOf(text);
    for (let i = 0; i <= end; i++) {
        const code = i < end ? codes[i] : 10;
        const kind = code < 128 ? KINDS[code] : WIDE[code];
        mix |= kind;
        if ((kind & ALNUM) !== 0)
            continue;
        if (i < end)
            signs |= (kind & PEEK) === 0 ? kind : peek(text, i);
        const length = i - word;
        if (length > LONGEST_OF_LIST) {
            same = numbers = one = two = 0;
        }
        else if (length > 0) {
            // Or like the last but one: a call or a mark may stand with each item.
            same = length === one || length === two ? same + 1 : 0;
            const first = codes[word];
            const isNumber = length <= 3 && first >= 48 && first <= 57;
            if (isNumber)
                numbers++;
            else if (!numberBefore || length !== two)
                numbers = 0;
            if (same === 0 && numbers <= 1)
                listFrom = word;
            if (same >= LIST_LENGTH || numbers >= NUMBERS_LENGTH) {
                signs |= Sign.list;
                if (lists.length > 0 && lists[lists.length - 2] === listFrom)
                    lists[lists.length - 1] = i;
                else
                    lists.push(listFrom, i);
            }
            numberBefore = isNumber;
            two = one;
            one = length;
        }
        word = i + 1;
        if ((kind & TOKEN) !== 0)
            continue;
        const run = i - token;
        if ((run >= SHORTEST_RUN || (run >= SHORTEST_PADDED_RUN && code === 61)) && (mix & (UPPER | DIGIT)) !== 0) {
            runs.push(token, i);
        }
        if ((kind & QUOTE) !== 0) {
            quotes.push(i);
            if (run > 0)
                signs |= Sign.quote;
        }
        mix = 0;
        token = i + 1;
        if ((kind & SPACE) === 0)
            continue;
        if (i - solid >= SHORTEST_SOLID)
            solids.push(solid, i);
        solid = i + 1;
    }
    if (runs.length > 0)
        signs |= Sign.run;
    if (solids.length > 0)
        signs |= Sign.solid;
    return { signs, runs, solids, lists, quotes };
}
/** The sign of a character that is usual by itself, from what stands beside it. */
function peek(text, at) {
    const next = text.charCodeAt(at + 1);
    switch (text.charCodeAt(at)) {
        case 13:
            return next === 10 ? 0 : Sign.return;
        case 37:
            return hexDigit(next === 117 ? 48 : next) === -1 || hexDigit(text.charCodeAt(at + 2)) === -1 ? 0 : Sign.percent;
        case 38:
            return next === 35 || named(text, at + 1) ? Sign.ampersand : 0;
        case 60:
            return text.charCodeAt(at - 1) > 32 && next > 32 ? Sign.less : 0;
        case 61:
            if (hexDigit(next) > 1 && hexDigit(text.charCodeAt(at + 2)) !== -1)
                return Sign.equals;
            return next === 63 || next === 10 || next === 13 || (isBlank(next) && text.charCodeAt(at - 1) > 32)
                ? Sign.equals
                : 0;
        case 94:
            return next >= 63 && next <= 91 ? Sign.caret : 0;
        default:
            return coloured(text, at + 1) ? Sign.bracket : 0;
    }
}
function named(text, from) {
    let at = from;
    while (at < from + 15 && isAlnum(text.charCodeAt(at)))
        at++;
    return at > from + 1 && text.charCodeAt(at) === 59;
}
/** `32m` and the like. */
function coloured(text, from) {
    let at = from;
    while (at < from + 20 && isParameter(text.charCodeAt(at)))
        at++;
    return text.charCodeAt(at) === 109;
}
function isParameter(code) {
    return code >= 48 && code <= 59;
}
/**
 * The lines in which lists stand, each with the one before and the one behind it.
 *
 * @returns start and end, in turn, in ascending order
 */
function listLines(text, { lists }) {
    const found = [];
    for (let i = 0; i + 1 < lists.length; i += 2) {
        const last = found.at(-1) ?? 0;
        const from = Math.max(last, lineBefore(text, lists[i]));
        const to = lineBehind(text, lists[i + 1]);
        if (found.length > 0 && from <= last)
            found[found.length - 1] = to;
        else
            found.push(from, to);
    }
    return found;
}
const FARTHEST = 400;
function lineBefore(text, at) {
    let feeds = 0;
    let from = at;
    const least = Math.max(0, at - FARTHEST);
    while (from > least && (text.charCodeAt(from - 1) !== 10 || ++feeds < 2))
        from--;
    return from;
}
function lineBehind(text, at) {
    let feeds = 0;
    let to = at;
    const most = Math.min(text.length, at + FARTHEST);
    while (to < most && (text.charCodeAt(to) !== 10 || ++feeds < 2))
        to++;
    return to;
}
/** Whether a UTF-16 unit is one of `A-Z a-z 0-9 + / - _`. */
function isToken(code) {
    return code < 128 && (KINDS[code] & TOKEN) !== 0;
}
function isAlnum(code) {
    return code < 128 && (KINDS[code] & ALNUM) !== 0;
}
function isDigit(code) {
    return code >= 48 && code <= 57;
}
/** Blank or tab. */
function isBlank(code) {
    return code === 32 || code === 9;
}
/** Value of a hexadecimal digit; -1 of anything else, NaN included. */
function hexDigit(code) {
    if (code >= 48 && code <= 57)
        return code - 48;
    const lower = code | 32;
    return lower >= 97 && lower <= 102 && code < 128 ? lower - 87 : -1;
}
/** Digits and letters, or capitals behind small letters and the other way round: no word, name or rule of dashes. */
function isRich(text, from, to) {
    let changes = 0;
    let kindBefore = 0;
    let letters = 0;
    for (let i = from; i < Math.min(to, from + 64); i++) {
        const code = text.charCodeAt(i);
        if (!isAlnum(code))
            continue;
        const kind = code <= 57 ? 1 : code <= 90 ? 2 : 3;
        if (kind !== 1)
            letters++;
        if (kindBefore !== 0 && kind !== kindBefore)
            changes++;
        kindBefore = kind;
    }
    // camelCase changes twice a word of some six letters; random text more often than every third.
    return letters > 0 && changes * 4 >= Math.min(to - from, 64);
}

;// CONCATENATED MODULE: ./src/gates/views/armour.ts
/** Lines that begin with their own length: `uuencode` (POSIX), and binary files in patches of git (base85 of a zlib stream). */



const UUENCODED = /^begin(?: |-base64 )[0-7]{3,4} [^\n]{1,200}\n/gm;
const PATCHED = /^(?:[+> ]{0,4})literal \d{1,9}\r?\n/gm;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
const VALUES = new Uint8Array(128).fill(85);
for (let i = 0; i < 85; i++)
    VALUES[DIGITS.charCodeAt(i)] = i;
const armour = {
    how: 'lines with their lengths',
    signs: Sign.newline,
    apply(text, _, room) {
        if (!text.includes('begin ') && !text.includes('literal '))
            return undefined;
        const edits = new Rewriter(text);
        const heads = [...text.matchAll(UUENCODED), ...text.matchAll(PATCHED)].sort((a, b) => a.index - b.index);
        let done = 0;
        for (const { index, 0: head } of heads) {
            if (index < done)
                continue;
            const from = index + head.length;
            done = replaceBody(text, from, head.startsWith('begin') ? uuencodedLine : patchedLine, room, edits) ?? done;
        }
        return edits.finish();
    }
};
/** @returns where the body ends; undefined where there is none */
function replaceBody(text, from, read, room, edits) {
    const bytes = [];
    let start = from;
    while (start < text.length) {
        const feed = text.indexOf('\n', start);
        const end = feed === -1 ? text.length : feed;
        const line = end - start > 200 ? undefined : read(text.slice(start, end).replace(/\r$/, ''));
        if (line === undefined)
            break;
        for (const byte of line)
            bytes.push(byte);
        start = end + 1;
    }
    const found = bytes.length === 0 ? undefined : textIn(Buffer.from(bytes), room, true);
    if (found === undefined)
        return undefined;
    edits.replace(from, Math.min(start, text.length), `${found.text}\n`);
    return start;
}
/** The first character is the number of bytes, each four others are three of them; a backtick stands for a blank. */
function uuencodedLine(line) {
    const length = (line.charCodeAt(0) - 32) & 63;
    if (line === 'end' || !/^[ -`]+$/.test(line) || length === 0)
        return undefined;
    const digits = line.slice(1).padEnd(Math.ceil(length / 3) * 4, ' ');
    if (digits.length > Math.ceil(length / 3) * 4 + 2)
        return undefined;
    const bytes = [];
    for (let i = 0; bytes.length < length; i += 4) {
        const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map((k) => (digits.charCodeAt(i + k) - 32) & 63);
        bytes.push((a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2), ((c & 3) << 6) | d);
    }
    return bytes.slice(0, length);
}
/** `A` to `Z` for 1 to 26 bytes, `a` to `z` for 27 to 52; what is left of the last five characters is padding. */
function patchedLine(line) {
    const plain = line.replace(/^[+> ]+/, '');
    const code = plain.charCodeAt(0);
    const length = code >= 97 ? code - 70 : code - 64;
    if (!/^[A-Za-z]/.test(plain) || (plain.length - 1) % 5 !== 0 || (plain.length - 1) / 5 !== Math.ceil(length / 4)) {
        return undefined;
    }
    const bytes = [];
    for (let i = 1; i < plain.length; i += 5) {
        let value = 0;
        for (let k = i; k < i + 5; k++) {
            const digit = VALUES[plain.charCodeAt(k)] ?? 85;
            if (digit === 85)
                return undefined;
            value = value * 85 + digit;
        }
        for (let shift = 24; shift >= 0; shift -= 8)
            bytes.push((value >>> shift) & 255);
    }
    return bytes.slice(0, length);
}

;// CONCATENATED MODULE: ./src/gates/views/base32.ts
/** base32 (RFC 4648), in upper or lower case. */



const SHORTEST = 16;
const base32 = {
    how: 'base32',
    signs: Sign.run,
    apply(text, { runs }, room) {
        const edits = new Rewriter(text);
        for (let i = 0; i + 1 < runs.length; i += 2) {
            const to = runs[i + 1];
            const from = digitsBefore(text, runs[i], to);
            if (to - from < SHORTEST)
                continue;
            // Whatever it is glued to, one of eight beginnings is the right one.
            for (let offset = 0; offset < 8 && to - from - offset >= SHORTEST; offset++) {
                if (!head(text, from + offset))
                    continue;
                const found = textIn(decode(text, from + offset, to), room, offset === 0);
                if (found === undefined)
                    continue;
                edits.replace(from, to, found.text);
                break;
            }
        }
        return edits.finish();
    }
};
/** Start of the digits with which a run ends, all of one case. */
function digitsBefore(text, least, to) {
    let from = to;
    let letterCase = -1;
    for (; from > least; from--) {
        const code = text.charCodeAt(from - 1);
        if (code >= 50 && code <= 55)
            continue;
        const lower = code | 32;
        if (lower < 97 || lower > 122 || code < 65)
            break;
        if (letterCase !== -1 && letterCase !== (code & 32))
            break;
        letterCase = code & 32;
    }
    return from;
}
function head(text, from) {
    return decode(text, from, from + 8).every(isText);
}
function decode(text, from, to) {
    const bytes = Buffer.alloc(Math.floor(((to - from) * 5) / 8));
    let bits = 0;
    let count = 0;
    let length = 0;
    for (let i = from; i < to; i++) {
        const code = text.charCodeAt(i);
        bits = ((bits << 5) | (code < 65 ? code - 24 : (code | 32) - 97)) & 0xfff;
        count += 5;
        if (count < 8)
            continue;
        count -= 8;
        bytes[length++] = (bits >> count) & 255;
    }
    return bytes.subarray(0, length);
}

;// CONCATENATED MODULE: ./src/gates/views/base64.ts
/** base64 and base64url, wherever in a run of their digits they begin. */




/** Six bits a digit; 64 for what is none. */
const base64_VALUES = new Uint8Array(128).fill(64);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let i = 0; i < 64; i++)
    base64_VALUES[ALPHABET.charCodeAt(i)] = i;
base64_VALUES[0x2d] = 62;
base64_VALUES[0x5f] = 63;
/** A run of fewer digits is only read from its beginning. */
const SHORTEST_GLUED = 24;
/** How many digits show whether there is something compressed. */
const HEAD = 16;
const base64 = {
    how: 'base64',
    signs: Sign.run,
    apply(text, { runs }, room) {
        const edits = new Rewriter(text);
        let compressed = false;
        for (let i = 0; i + 1 < runs.length; i += 2) {
            const from = runs[i];
            const to = runs[i + 1];
            const found = base64_decode(text, from, to, room);
            if (found === undefined)
                continue;
            edits.replace(from, to, found.text);
            compressed ||= found.compressed;
        }
        return edits.finish(compressed ? 'compressed' : undefined);
    }
};
function base64_decode(text, from, to, room) {
    const packed = compressedAt(text, from, to, room);
    if (packed !== undefined)
        return packed;
    if (to - from < SHORTEST_GLUED) {
        return holdsText(text, from, to, 4) ? textIn(bytesOf(text, from, to), room, true) : undefined;
    }
    const texts = [];
    for (let offset = 0; offset < 4; offset++) {
        const start = from + offset;
        if (!holdsText(text, start, to, SHORTEST_IN_BINARY))
            continue;
        const found = textIn(bytesOf(text, start, to), room, offset === 0);
        // The digits in front of the text are left out: it stands by itself.
        if (found === undefined)
            continue;
        // All of it is text: at another offset it could only be so by chance.
        if (offset === 0 && found.text.length >= ((to - from) >> 2) * 3 - 3 && !found.text.includes('\ufffd'))
            return found;
        texts.push(found.text);
    }
    if (texts.length > 0)
        return { text: texts.join('\n'), compressed: false };
    return backwards(text, from, to, room);
}
/** `rev` behind `base64`: what stands last is read first. */
function backwards(text, from, to, room) {
    for (let i = to - 1; i > to - HEAD; i -= 4) {
        const [a, b, c, d] = [i, i - 1, i - 2, i - 3].map((at) => base64_VALUES[text.charCodeAt(at)]);
        if (!isText((a << 2) | (b >> 4)) || !isText(((b & 15) << 4) | (c >> 2)) || !isText(((c & 3) << 6) | d))
            return undefined;
    }
    return textIn(Buffer.from(Array.from(text.slice(from, to)).reverse().join(''), 'base64'), room, true);
}
/** Whether there may be text among the bytes, which are looked at without being decoded. */
function holdsText(text, from, to, least) {
    const length = Math.floor(((to - from) * 3) / 4);
    if (least < SHORTEST_IN_BINARY) {
        for (let i = 0; i < Math.min(length, 6); i++)
            if (!isText(byteAt(text, from, i)) && i < 3)
                return false;
        return true;
    }
    return hasSegment(length, (i) => byteAt(text, from, i), least) || startsWide(text, from, length);
}
/** Text that begins in another script than ours: the first bytes are UTF-8 of several bytes a character. */
function startsWide(text, from, length) {
    if (length < SHORTEST_IN_BINARY || byteAt(text, from, 0) < 0xc2)
        return false;
    for (let i = 0; i < SHORTEST_IN_BINARY; i++) {
        const byte = byteAt(text, from, i);
        if (byte < 0x80 && !isText(byte))
            return false;
    }
    return true;
}
function byteAt(text, from, i) {
    const group = Math.floor(i / 3);
    const place = i - group * 3;
    const at = from + group * 4 + place;
    const high = base64_VALUES[text.charCodeAt(at)];
    const low = base64_VALUES[text.charCodeAt(at + 1)];
    return place === 0
        ? (high << 2) | (low >> 4)
        : place === 1
            ? ((high & 15) << 4) | (low >> 2)
            : ((high & 3) << 6) | low;
}
function bytesOf(text, from, to) {
    // Node reads both alphabets.
    return Buffer.from(text.slice(from, to), 'base64');
}
/** A compressed stream that begins with the run, or with gzip's mark behind a path or a name. */
function compressedAt(text, from, to, room) {
    if (to - from < HEAD)
        return undefined;
    const first = text.charCodeAt(from);
    let start = from;
    if (!isZlib(first, text.charCodeAt(from + 1)) && !text.startsWith('UEsDB', from)) {
        if (to - from > SHORTEST_GLUED) {
            const mark = markIn(text, from, to);
            if (mark !== -1)
                start = mark;
        }
        const length = Math.floor(((to - from) * 3) / 4);
        if (start === from && !text.startsWith('H4sI', from) && !mayBeDeflate(length, (i) => byteAt(text, from, i))) {
            return undefined;
        }
    }
    const bytes = bytesOf(text, start, to);
    const found = textIn(bytes, room, true);
    return found?.compressed === true ? found : undefined;
}
function isZlib(first, second) {
    // `x` and a second byte that makes the two divisible by 31: `eA`, `eF`, `eJ`, `eN`.
    return first === 0x65 && (second === 0x41 || second === 0x46 || second === 0x4a || second === 0x4e);
}
/** Position of gzip's mark in a run, of a length that leaves nothing to chance; -1 where there is none. */
function markIn(text, from, to) {
    for (let i = from; i + 4 < to; i++)
        if (text.charCodeAt(i) === 0x48 && text.startsWith('H4sI', i))
            return i;
    return -1;
}

;// CONCATENATED MODULE: ./src/gates/views/base85.ts
/** Five characters for four bytes: Ascii85, as PDF and Python write it, RFC 1924's, as git and Python do, and Z85. */



const base85_ALNUM = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ALPHABETS = [
    Array.from({ length: 85 }, (_, i) => String.fromCharCode(33 + i)).join(''),
    `${base85_ALNUM}!#$%&()*+-;<=>?@^_\`{|}~`,
    '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
].map(valuesOf);
function valuesOf(alphabet) {
    const values = new Uint8Array(128).fill(85);
    for (let i = 0; i < alphabet.length; i++)
        values[alphabet.charCodeAt(i)] = i;
    return values;
}
const base85_SHORTEST = 25;
const base85 = {
    how: 'base85',
    signs: Sign.solid,
    apply(text, { solids }, room) {
        const edits = new Rewriter(text);
        for (let i = 0; i + 1 < solids.length; i += 2) {
            const to = solids[i + 1];
            const from = solids[i];
            // The run itself, and what stands in it behind a quotation mark, a name and its sign, or Ascii85's own mark.
            for (let start = from; start < Math.min(to - base85_SHORTEST + 1, from + REACH); start++) {
                if (start > from && !OPENERS.has(text.charCodeAt(start - 1)))
                    continue;
                const found = base85_decode(text, start, to, room);
                if (found === undefined)
                    continue;
                edits.replace(start, to, found);
                break;
            }
        }
        return edits.finish();
    }
};
/** `"`, `'`, backtick, `:`, `=`, `~`, `(` */
const OPENERS = new Set([34, 39, 96, 58, 61, 126, 40]);
const REACH = 40;
function base85_decode(text, from, to, room) {
    for (const values of ALPHABETS) {
        if (!beginsAsText(text, from, values))
            continue;
        const bytes = base85_bytesOf(text, from, to, values);
        if (segments(bytes.length, (i) => bytes[i] ?? 255).length > 0)
            return textIn(bytes, room, true)?.text;
    }
    return undefined;
}
/** The first sixteen bytes, given up at the first that is no text. */
function beginsAsText(text, from, values) {
    for (let i = from; i < from + 20; i += 5) {
        let value = 0;
        for (let k = i; k < i + 5; k++) {
            const digit = values[text.charCodeAt(k)] ?? 85;
            if (digit === 85)
                return false;
            value = value * 85 + digit;
        }
        if (value > 0xffffffff)
            return false;
        for (let shift = 24; shift >= 0; shift -= 8)
            if (!isText((value >>> shift) & 255))
                return false;
    }
    return true;
}
/** Up to the first character that is no digit; `z` stands for four zero bytes in Ascii85 and is not read. */
function base85_bytesOf(text, from, to, values) {
    const bytes = [];
    let end = from;
    while (end < to && (values[text.charCodeAt(end)] ?? 85) < 85)
        end++;
    for (let i = from; i + 1 < end; i += 5) {
        const digits = Math.min(5, end - i);
        let value = 0;
        for (let k = 0; k < 5; k++)
            value = value * 85 + (k < digits ? values[text.charCodeAt(i + k)] : 84);
        if (value > 0xffffffff)
            break;
        for (let k = 0; k < digits - 1; k++)
            bytes.push((value / 2 ** (24 - 8 * k)) & 255);
    }
    return Buffer.from(bytes);
}

;// CONCATENATED MODULE: ./src/gates/views/chunked.ts


/** The last piece, of no length, or the header that announces them. */
const ENDS = ['\n0\r\n', '\n0\n', 'hunked'];
const SIZES = /^[\da-f]{1,4}\r?\n/gim;
const chunked = {
    how: 'chunked transfer',
    signs: Sign.newline,
    apply(text) {
        if (!ENDS.some((end) => text.includes(end)))
            return undefined;
        const edits = new Rewriter(text);
        let done = 0;
        for (const { index } of text.matchAll(SIZES))
            if (index >= done)
                done = readChunks(text, index, edits);
        return edits.finish();
    }
};
/** Joins the pieces from the beginning of a line on, if there are several. @returns where they end */
function readChunks(text, from, edits) {
    const pieces = [];
    let at = from;
    let end = from;
    for (;;) {
        const size = sizeAt(text, at);
        if (size === undefined)
            break;
        const [start, length] = size;
        const behind = start + length;
        if (length === 0 || !isBreak(text, behind))
            break;
        pieces.push(text.slice(start, behind));
        end = behind;
        at = behind + (text.charCodeAt(behind) === 13 ? 2 : 1);
    }
    if (pieces.length > 1)
        edits.replace(from, end, pieces.join(''));
    return end;
}
/** Where a piece begins, and its length, from the line that says it. */
function sizeAt(text, from) {
    let length = 0;
    let at = from;
    for (; at < from + 5; at++) {
        const digit = hexDigit(text.charCodeAt(at));
        if (digit === -1)
            break;
        length = length * 16 + digit;
    }
    if (at === from || at === from + 5)
        return undefined;
    if (text.charCodeAt(at) === 10)
        return [at + 1, length];
    return text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10 ? [at + 2, length] : undefined;
}
function isBreak(text, at) {
    const code = text.charCodeAt(at);
    return code === 10 || (code === 13 && text.charCodeAt(at + 1) === 10);
}
/** One word, or several with nothing but white space between them. */
const WORDS = /=\?[\w-]{2,20}\?[BbQq]\?[^?\s]{0,200}\?=(?:\s{1,8}=\?[\w-]{2,20}\?[BbQq]\?[^?\s]{0,200}\?=){0,500}/g;
const WORD = /=\?[\w-]+\?([BbQq])\?([^?\s]*)\?=/g;
const encodedWords = {
    how: 'encoded words',
    signs: Sign.equals,
    apply(text) {
        if (!text.includes('=?'))
            return undefined;
        const edits = new Rewriter(text);
        for (const { index, 0: words } of text.matchAll(WORDS)) {
            const parts = Array.from(words.matchAll(WORD), ([, kind = '', body = '']) => decodeWord(kind, body));
            edits.replace(index, index + words.length, parts.join(''));
        }
        return edits.finish();
    }
};
function decodeWord(kind, body) {
    if (kind === 'B' || kind === 'b')
        return Buffer.from(body, 'base64').toString('utf8');
    const bytes = body
        .replaceAll('_', ' ')
        .replace(/=([\dA-Fa-f]{2})/g, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
    return Buffer.from(bytes, 'latin1').toString('utf8');
}

;// CONCATENATED MODULE: ./src/gates/views/dumps.ts
/** Dumps: `xxd`, `hexdump`, `hexdump -C`, `od`, with their column of offsets and what they show beside the bytes. */



/** Offset, then cells of one or two blanks apart; in front of the offset may stand what tells lines apart. */
const LINE = /(?:^|[^0-9A-Za-z])((?:0x)?[0-9A-Fa-f]{6,16}[h:]{0,2}|(?:0x)?[0-9A-Fa-f]{4}h?:)([ \t]{1,8}\S[^\n]{3,200})/y;
/** `od -c` without its column of offsets. */
const CHARACTERS = /^(?: {3}\S| {2}\\[abfnrtv0]| [0-3][0-7]{2}| {4}){2,16}$/;
const CELLS_A_LINE = 32;
const dumps = {
    how: 'dump',
    signs: Sign.list,
    apply(text, swept, room) {
        const edits = new Rewriter(text);
        const regions = listLines(text, swept);
        for (let i = 0; i + 1 < regions.length; i += 2) {
            readDump(text, regions[i], regions[i + 1], room, edits);
        }
        return edits.finish();
    }
};
function readDump(text, first, last, room, edits) {
    let lines = [];
    let from = first;
    const close = (to) => {
        const found = lines.length > 0 ? dumps_decode(lines, room) : undefined;
        if (found !== undefined)
            edits.replace(from, to, found);
        lines = [];
    };
    let start = first;
    while (start < last) {
        const feed = text.indexOf('\n', start);
        const end = feed === -1 || feed > last ? last : feed;
        const cells = cellsOf(text, start, end);
        if (cells === undefined)
            close(start - 1);
        else {
            if (lines.length === 0)
                from = start;
            lines.push(cells);
        }
        start = end + 1;
    }
    close(last);
}
/** What stands behind the offset; undefined where the line has none near its beginning. */
function cellsOf(text, start, end) {
    if (end - start <= 80 && CHARACTERS.test(text.slice(start, end)))
        return text.slice(start, end);
    const limit = Math.min(end, start + 40);
    for (let i = Math.max(0, start - 1); i < limit; i++) {
        if (hexDigit(text.charCodeAt(i)) === -1 && hexDigit(text.charCodeAt(i + 1)) === -1)
            continue;
        LINE.lastIndex = i;
        const found = LINE.exec(text);
        if (found !== null && LINE.lastIndex <= end)
            return found[2];
    }
    return undefined;
}
function dumps_decode(lines, room) {
    const texts = new Set();
    // Bytes swapped in pairs are text as well: each order is shown.
    for (const reading of [hexCells, swappedCells, octalCells, swappedOctalCells, characterCells]) {
        const bytes = lines.flatMap(reading);
        const found = bytes.length < 8 ? undefined : textIn(Buffer.from(bytes), room, true);
        if (found !== undefined)
            texts.add(found.text);
    }
    return texts.size === 0 ? undefined : [...texts].join('\n');
}
function cells(line, kind) {
    const found = [];
    let size = 0;
    for (const cell of line
        .split('|')[0]
        ?.trim()
        .split(/[ \t]+/) ?? []) {
        if (!kind.test(cell) || found.length === CELLS_A_LINE)
            break;
        // The last group may be a short one; what follows it is the column of characters.
        if (found.length > 0 && cell.length > size)
            break;
        found.push(cell);
        if (found.length > 1 && cell.length < size)
            break;
        size = cell.length;
    }
    return found;
}
function hexCells(line) {
    // Two blanks stand between `xxd`'s groups and its characters, and in the middle of `hexdump -C`'s bytes.
    const groups = /^[ \t]*[0-9a-f]{4}/i.test(line) ? (line.trim().split(/ {2}|\t/)[0] ?? '') : line;
    return cells(groups, /^(?:[0-9a-f]{2}){1,16}$/i)
        .flatMap((cell) => [...Buffer.from(cell, 'hex')])
        .slice(0, CELLS_A_LINE);
}
function swappedCells(line) {
    return cells(line, /^[0-9a-f]{4}$/i).flatMap((cell) => [...Buffer.from(cell, 'hex')].reverse());
}
function octalCells(line) {
    return cells(line, /^[0-3][0-7]{2}$/).map((cell) => parseInt(cell, 8));
}
function swappedOctalCells(line) {
    return cells(line, /^[01][0-7]{5}$/).flatMap((cell) => {
        const word = parseInt(cell, 8);
        return [word & 255, word >> 8];
    });
}
const NAMED = {
    '\\n': 10,
    '\\t': 9,
    '\\r': 13,
    '\\0': 0,
    '\\b': 8,
    '\\f': 12,
    '\\v': 11,
    '\\a': 7
};
/** `od -c`: every byte in a cell of four. */
function characterCells(line) {
    const bytes = [];
    for (let at = 0; at < line.length; at += 4) {
        const cell = line.slice(at, at + 4);
        const char = cell.trim();
        if (cell.length < 4 || (char.length > 1 && NAMED[char] === undefined && !/^[0-3][0-7]{2}$/.test(char)))
            break;
        bytes.push(char.length === 3 ? parseInt(char, 8) : (NAMED[char] ?? (char === '' ? 32 : char.charCodeAt(0))));
    }
    return bytes.map((byte) => byte & 255);
}

;// CONCATENATED MODULE: ./src/gates/views/escapes.ts


const LETTERS = {
    n: '\n',
    r: '\r',
    t: '\t',
    b: '\b',
    f: '\f',
    v: '\v',
    a: '\x07',
    e: '\x1b',
    E: '\x1b'
};
const OCTAL_MAX = 0o377;
const escapes = {
    how: 'escapes',
    signs: Sign.backslash,
    apply(text) {
        const edits = new Rewriter(text);
        let at = text.indexOf('\\');
        while (at !== -1) {
            const to = one(text, at, edits);
            at = text.indexOf('\\', to);
        }
        return edits.finish();
    }
};
/** Reads the escape at a backslash. @returns where to go on */
function one(text, at, edits) {
    const next = text.charAt(at + 1);
    const letter = LETTERS[next];
    if (letter !== undefined)
        return put(edits, at, at + 2, letter);
    switch (next) {
        case '':
            return at + 1;
        case 'x':
        case 'X':
            return hex(text, at, at + 2, 2, edits);
        case 'u':
            if (text.charAt(at + 2) === '{')
                return braced(text, at, edits);
            return hex(text, at, at + 2, 4, edits);
        case 'U':
            return hex(text, at, at + 2, 8, edits);
        case '\n':
            return put(edits, at, lineGoesOn(text, at + 2), '');
        case '\r':
            return put(edits, at, at + (text.charAt(at + 2) === '\n' ? 3 : 2), '');
    }
    if (next >= '0' && next <= '7')
        return octal(text, at, edits);
    // In front of a letter it is no escape that we know, but a regular expression or a path; in front of anything else it is
    // how JSON, Markdown and shells keep a character as it is.
    if (/[A-Za-z0-9\s]/.test(next))
        return at + 2;
    return put(edits, at, at + 2, next);
}
/** Behind the indentation of the next line, where YAML marks its end with another backslash. */
function lineGoesOn(text, from) {
    let at = from;
    while (at < from + 80 && isBlank(text.charCodeAt(at)))
        at++;
    return at > from && text.charCodeAt(at) === 92 ? at + 1 : from;
}
function put(edits, from, to, by) {
    edits.replace(from, to, by);
    return to;
}
function hex(text, at, from, digits, edits) {
    let value = 0;
    for (let i = from; i < from + digits; i++) {
        const digit = hexDigit(text.charCodeAt(i));
        if (digit === -1)
            return at + 2;
        value = value * 16 + digit;
    }
    return value > 0x10ffff ? at + 2 : put(edits, at, from + digits, fromCode(value));
}
/** `\u{…}` */
function braced(text, at, edits) {
    let value = 0;
    let i = at + 3;
    for (; i < at + 11; i++) {
        const digit = hexDigit(text.charCodeAt(i));
        if (digit === -1)
            break;
        value = value * 16 + digit;
    }
    if (i === at + 3 || text.charAt(i) !== '}' || value > 0x10ffff)
        return at + 2;
    return put(edits, at, i + 1, fromCode(value));
}
function octal(text, at, edits) {
    // `\0147` is how `echo -e` and `printf '%b'` write it.
    const most = text.charAt(at + 1) === '0' ? 4 : 3;
    let value = 0;
    let i = at + 1;
    for (; i < at + 1 + most; i++) {
        const digit = text.charCodeAt(i) - 48;
        if (!(digit >= 0 && digit <= 7) || value * 8 + digit > OCTAL_MAX)
            break;
        value = value * 8 + digit;
    }
    return put(edits, at, i, String.fromCharCode(value));
}
/** Halves of surrogate pairs come one by one and find each other in the text. */
function fromCode(value) {
    return value > 0xffff ? String.fromCodePoint(value) : String.fromCharCode(value);
}

;// CONCATENATED MODULE: ./src/gates/views/joined.ts

/** Shorter than this nothing is worth hiding. */
const joined_SHORTEST = 16;
/** What stands in front of the first piece may name what it is. */
const NAME = 60;
/** Random characters are looked for in windows of this length. */
const WINDOW = 32;
const MOST_WINDOWS = 40;
/** So many of the pieces may have white space in them: the first line of a key does, a line of code or of prose does. */
const WITH_BLANKS = 0.2;
/** A reading that is made of joined pieces only, one group a line. */
function asReading(joined) {
    if (joined.length === 0)
        return undefined;
    const windows = joined.join('\n');
    return { windows, full: () => windows };
}
/** The pieces as one, behind the beginning of the first one's line. */
function joinedBehindName(text, first, pieces) {
    let from = first;
    while (from > 0 && from > first - NAME && text.charCodeAt(from - 1) !== 10)
        from--;
    return text.slice(from, first) + pieces.join('');
}
/**
 * Whether some pieces may be parts of a secret, or of what is encoded; lists of words, names and digests are none.
 *
 * @param share how much of them has to look random, of 0 to 1; 0 for any of it
 */
function isWorthIt(pieces, share = 0) {
    const whole = pieces.join('');
    if (whole.length < joined_SHORTEST || whole.length === pieces[0]?.length)
        return false;
    const blank = pieces.filter((piece) => piece.trim().includes(' ')).length;
    if (blank > 2 + WITH_BLANKS * pieces.length)
        return false;
    if (/:\/\/[^@]{0,200}@/.test(whole))
        return true;
    if (/^[\da-f-]+$/i.test(whole))
        return isTextInHex(whole.replaceAll('-', ''));
    let [windows, noisy] = [0, 0];
    for (let from = 0; windows < MOST_WINDOWS && from + joined_SHORTEST <= whole.length; from += WINDOW / 2, windows++) {
        if (!isNoise(whole, from, Math.min(whole.length, from + WINDOW)))
            continue;
        if (share === 0)
            return true;
        noisy++;
    }
    return noisy > 0 && noisy >= share * windows;
}
/** Bytes of text have one of few first digits; those of a digest have all. */
function isTextInHex(digits) {
    return [0, 1].some((offset) => {
        let text = 0;
        let bytes = 0;
        for (let i = offset; i + 1 < digits.length && bytes < 64; i += 2, bytes++) {
            const digit = digits.charCodeAt(i);
            if ((digit >= 50 && digit <= 55) || digit === 48)
                text++;
        }
        return bytes >= 8 && text * 8 >= bytes * 7;
    });
}
/**
 * Digits, small letters and capitals in no order: of neighbours in random text more than every third pair differs in kind,
 * and few letters stand in a row of small ones, as they do in a name like `isNoise`. Where all letters are of one case, digits
 * stand among them.
 *
 * @param part how much of that is enough, of 0 to 1: a short text may be in better order by chance
 */
function isNoise(text, from, to, part = 1) {
    let [before, letters, pairs, changes, digits, row, inRows] = [0, 0, 0, 0, 0, 0, 0];
    for (let i = from; i < to; i++) {
        const code = text.charCodeAt(i);
        const kind = code < 128 ? joined_KINDS[code] : 0;
        if (kind !== 0 && before !== 0) {
            pairs++;
            if (kind !== before) {
                changes++;
                if (kind === joined_DIGIT || before === joined_DIGIT)
                    digits++;
            }
        }
        if (kind > joined_DIGIT)
            letters++;
        row = kind === SMALL ? row + 1 : 0;
        if (row >= joined_WORD)
            inRows += row === joined_WORD ? joined_WORD : 1;
        before = kind;
    }
    if (letters === 0 || pairs < 10 || pairs * 4 < (to - from) * 3 - 4)
        return false;
    return changes === digits ? digits * 6 >= pairs * part : changes * 3 >= pairs * part && inRows * 5 <= pairs * 2;
}
/** So many small letters in a row are part of a word. */
const joined_WORD = 4;
const joined_DIGIT = 1;
const SMALL = 2;
/** 3: a capital. */
const joined_KINDS = Uint8Array.from({ length: 128 }, (_, code) => isDigit(code) ? joined_DIGIT : code >= 97 && code <= 122 ? SMALL : code >= 65 && code <= 90 ? 3 : 0);
/**
 * How far two texts begin alike, whatever the numbers in them, up to the last sign that is no part of a word.
 *
 * @returns lengths of the common beginning in each
 */
function commonHead(text, a, b) {
    let [i, j] = [a.from, b.from];
    let [cutA, cutB] = [i, j];
    while (i < a.to && j < b.to) {
        const code = text.charCodeAt(i);
        if (isDigit(code) && isDigit(text.charCodeAt(j))) {
            while (i < a.to && isDigit(text.charCodeAt(i)))
                i++;
            while (j < b.to && isDigit(text.charCodeAt(j)))
                j++;
            // Digits in the midst of others, as in hexadecimal text, are no number.
            if (isLetter(text.charCodeAt(i)) || isLetter(text.charCodeAt(j)))
                break;
            continue;
        }
        const other = text.charCodeAt(j);
        if (code !== other) {
            // `T+=` after `T=` is the same once more.
            if (code === 43 && other === 61 && text.charCodeAt(i + 1) === 61)
                i++;
            else if (code === 61 && other === 43 && text.charCodeAt(j + 1) === 61)
                j++;
            else
                break;
            continue;
        }
        i++;
        j++;
        if (!isWordPart(code))
            [cutA, cutB] = [i, j];
    }
    return [cutA - a.from, cutB - b.from];
}
/** The same from behind. */
function commonTail(text, a, b) {
    let [i, j] = [a.to, b.to];
    let [cutA, cutB] = [i, j];
    while (i > a.from && j > b.from) {
        const code = text.charCodeAt(i - 1);
        if (isDigit(code) && isDigit(text.charCodeAt(j - 1))) {
            while (i > a.from && isDigit(text.charCodeAt(i - 1)))
                i--;
            while (j > b.from && isDigit(text.charCodeAt(j - 1)))
                j--;
            continue;
        }
        if (code !== text.charCodeAt(j - 1))
            break;
        i--;
        j--;
        if (!isWordPart(code))
            [cutA, cutB] = [i, j];
    }
    return [a.to - cutA, b.to - cutB];
}
function isLetter(code) {
    return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
/** Letters, digits, and what stands for the last digits of base64 and at its end: a frame does not end with these. */
function isWordPart(code) {
    return isDigit(code) || isLetter(code) || code === 43;
}

;// CONCATENATED MODULE: ./src/gates/views/frames.ts


/** So many other lines may stand between two lines with the same frame. */
const BETWEEN = 5;
const LONGEST = 400;
/** A beginning of fewer signs is a mark of lists and quotes. */
const SHORTEST_HEAD = 3;
/** What adds to a variable names it once more: `%T%`, `$T`, `${T}`. */
const AGAIN = /^["']?(?:%\w{1,30}%|\$\{\w{1,30}\}|\$\w{1,30}(?=["']))["']?/;
const frames_frames = {
    how: 'put together from lines',
    signs: Sign.newline,
    last: true,
    apply(text) {
        const found = [...new Frames(text).all(), ...columns(text)];
        return found.length === 0 ? undefined : asReading([...new Set(found)]);
    }
};
class Frames {
    text;
    found = [];
    /** Of the last lines, each in the place of its number's remainder. */
    keys = new Int32Array(BETWEEN);
    from = new Int32Array(BETWEEN);
    to = new Int32Array(BETWEEN);
    groups = [];
    constructor(text) {
        this.text = text;
    }
    all() {
        const { text, keys, from, to, groups } = this;
        let number = 0;
        for (let start = 0; start < text.length; number++) {
            const feed = text.indexOf('\n', start);
            const end = feed === -1 ? text.length : feed;
            const place = number % BETWEEN;
            let first = start;
            while (first < end && isBlank(text.charCodeAt(first)))
                first++;
            let last = end;
            while (last > first && text.charCodeAt(last - 1) <= 32)
                last--;
            start = end + 1;
            const length = last - first;
            const key = length <= SHORTEST_HEAD || length > LONGEST ? 0 : keyOf(text, first);
            const group = key === 0 ? undefined : this.groupOf(key, number, first, last);
            const gone = groups[place];
            groups[place] = group;
            // Whoever is in the group is behind this place by now, or nobody comes any more.
            if (gone !== undefined && !groups.includes(gone))
                this.close(gone);
            keys[place] = key;
            from[place] = first;
            to[place] = last;
        }
        for (const group of new Set(groups))
            if (group !== undefined)
                this.close(group);
        return this.found;
    }
    /** The group that a line belongs to; undefined where it is alone. */
    groupOf(key, number, first, to) {
        for (let back = 1; back <= BETWEEN && back <= number; back++) {
            const place = (number - back) % BETWEEN;
            if (this.keys[place] !== key)
                continue;
            const last = this.to[place];
            if (!endAlike(this.text, last, to))
                return undefined;
            const pair = frameOf(this.text, { from: this.from[place], to: last }, { from: first, to });
            if (pair === undefined)
                return undefined;
            const group = this.groups[place] ?? [pair[0]];
            const above = group.at(-1);
            above.head = Math.min(above.head, pair[0].head);
            above.tail = Math.min(above.tail, pair[0].tail);
            group.push(pair[1]);
            this.groups[place] = group;
            return group;
        }
        return undefined;
    }
    close(group) {
        const pieces = group.map(({ line, head, tail }) => {
            return this.text.slice(line.from + head, line.to - tail).replace(AGAIN, '');
        });
        const first = group[0];
        if (isWorthIt(pieces))
            this.found.push(joinedBehindName(this.text, first.line.from + first.head, pieces));
    }
}
/** The first signs of a line, whatever its numbers. */
function keyOf(text, from) {
    let key = 0;
    let at = from;
    for (let signs = 0; signs < SHORTEST_HEAD; signs++, at++) {
        const isNumber = isDigit(text.charCodeAt(at));
        key = (key << 8) ^ (isNumber ? 48 : text.charCodeAt(at));
        while (isNumber && isDigit(text.charCodeAt(at + 1)))
            at++;
    }
    return key;
}
/** Whether two lines end with the same sign, or both with what may be a piece. */
function endAlike(text, one, other) {
    const [a, b] = [text.charCodeAt(one - 1), text.charCodeAt(other - 1)];
    return a === b || (endsPiece(a) && endsPiece(b));
}
/** Both lines in the frame that they share, if what differs may be pieces of a secret: white space is in none but a key's header. */
function frameOf(text, a, b) {
    const [headA, headB] = commonHead(text, a, b);
    if (headA < SHORTEST_HEAD)
        return undefined;
    const [tailA, tailB] = commonTail(text, { from: a.from + headA, to: a.to }, { from: b.from + headB, to: b.to });
    const to = b.to - tailB;
    if (to <= b.from + headB)
        return undefined;
    for (let i = b.from + headB; i < to; i++) {
        if (text.charCodeAt(i) === 32 && !text.slice(b.from, to).includes('----'))
            return undefined;
    }
    return [
        { line: a, head: headA, tail: tailA },
        { line: b, head: headB, tail: tailB }
    ];
}
/** `.`, `:`, `?`, `@` of URLs, and what stands in tokens. */
function endsPiece(code) {
    return isToken(code) || code === 46 || code === 58 || code === 61 || code === 63 || code === 64;
}
/** `|` and what draws it on screens. */
const BORDER = /[|\u2502\u2503\u2551]/g;
/** How `psql` marks a value that goes on in the next row. */
const GOES_ON = /[.+\u21b5\u2026]$/;
const MOST_COLUMNS = 12;
function* columns(text) {
    let rows = [];
    let first = 0;
    let end = -1;
    BORDER.lastIndex = 0;
    for (let found = BORDER.exec(text); found !== null; found = BORDER.exec(text)) {
        const from = text.lastIndexOf('\n', found.index) + 1;
        const feed = text.indexOf('\n', found.index);
        const to = feed === -1 ? text.length : feed;
        const cells = to - from > LONGEST ? [] : text.slice(from, to).split(BORDER);
        if (from !== end + 1 || rows[0]?.length !== cells.length) {
            yield* joinedColumns(text, first, rows);
            rows = [];
            first = from;
        }
        end = to;
        if (cells.length > 1 && cells.length <= MOST_COLUMNS)
            rows.push(cells.map((cell) => cell.trim()));
        BORDER.lastIndex = to;
    }
    yield* joinedColumns(text, first, rows);
}
function* joinedColumns(text, first, rows) {
    const width = rows.length < 2 ? 0 : (rows[0]?.length ?? 0);
    for (let column = 0; column < width; column++) {
        const cells = rows.map((row) => (row[column] ?? '').replace(column === width - 1 ? GOES_ON : '', ''));
        if (isWorthIt(cells))
            yield joinedBehindName(text, first, cells);
    }
}

;// CONCATENATED MODULE: ./src/gates/views/hex.ts
/** Hexadecimal or binary digits in a row. */



const hex_SHORTEST = 16;
const hex_hex = {
    how: 'hexadecimal',
    signs: Sign.run,
    apply(text, { runs }, room) {
        const edits = new Rewriter(text);
        const kinds = { compressed: false };
        const read = (from, to) => {
            const bits = /^[01]{64,}$/.test(text.slice(from, to)) ? fromBits(text.slice(from, to)) : undefined;
            const inBits = bits === undefined ? undefined : textIn(bits, room, true);
            if (inBits !== undefined) {
                edits.replace(from, to, apart(text, from, inBits.text));
                return;
            }
            for (const offset of [0, 1]) {
                const start = from + offset;
                const length = (to - start) >> 1;
                const at = (i) => (hexDigit(text.charCodeAt(start + 2 * i)) << 4) | hexDigit(text.charCodeAt(start + 2 * i + 1));
                const packed = at(0) === 0x1f || (at(0) & 15) === 8;
                if (!packed && !isText(at(0)) && !hasSegment(length, at))
                    continue;
                if (!packed && !hasSegment(length, at, SHORTEST_WHOLE))
                    continue;
                const found = textIn(Buffer.from(text.slice(start, start + 2 * length), 'hex'), room, true);
                if (found === undefined)
                    continue;
                edits.replace(from, to, apart(text, from, found.text));
                kinds.compressed ||= found.compressed;
                return;
            }
        };
        for (let i = 0; i + 1 < runs.length; i += 2) {
            const end = runs[i + 1];
            let from = runs[i];
            if (end - from < hex_SHORTEST)
                continue;
            // No stretch of the least length is without one of these digits.
            for (let probe = from + hex_SHORTEST - 1; probe < end; probe = Math.max(probe, from) + hex_SHORTEST) {
                if (hexDigit(text.charCodeAt(probe)) === -1)
                    continue;
                let start = probe;
                while (start > from && hexDigit(text.charCodeAt(start - 1)) !== -1)
                    start--;
                let to = probe + 1;
                while (to < end && hexDigit(text.charCodeAt(to)) !== -1)
                    to++;
                if (to - start >= hex_SHORTEST)
                    read(start, to);
                from = to;
                probe = to - 1;
            }
        }
        return edits.finish(kinds.compressed ? 'compressed' : undefined);
    }
};
function fromBits(digits) {
    return Buffer.from((digits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}
/** Behind `0x` and the like the text is to stand by itself. */
function apart(text, from, found) {
    return isAlnum(text.charCodeAt(from - 1)) ? ` ${found}` : found;
}

;// CONCATENATED MODULE: ./src/gates/views/invisible.ts


/** Zero width, joiners, soft hyphen, direction marks, variation selectors, tags (the second half of their pair). */
const NOTHING = /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc]|\udb40[\udc00-\udfff]/y;
const CANDIDATES = /[\u00ad\u0300-\u036f\u0370-\u03ff\u0400-\u052f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2010-\u2013\u2028-\u202e\u2043\u2060-\u206f\u2070-\u209f\u2100-\u214f\u2160-\u217f\u2212\u2460-\u24ff\u3164\ufe00-\ufe0f\ufe30-\ufe6f\ufeff-\uffa0\ufff0-\ufffc\u00aa\u00b2\u00b3\u00b9\u00ba\u02b0-\u02ff\u1d2c-\u1dbf]|[\ud835\ud83c\udb40][\udc00-\udfff]/g;
/** Letters of other scripts that look like ours, in pairs with what they look like. */
const LOOKALIKES = new Map();
const PAIRS = 'аaвBеeкkмMнHоoрpсcтTуyхxіiјjѕsԁdԛqԝwһhАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԌGοoαaνvρpτtυuιiκkΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX';
for (let i = 0; i + 1 < PAIRS.length; i += 2)
    LOOKALIKES.set(PAIRS.charAt(i), PAIRS.charAt(i + 1));
const invisible = {
    how: 'invisible or look-alike characters',
    signs: Sign.wide,
    apply(text) {
        const edits = new Rewriter(text);
        let done = 0;
        for (const { index, 0: found } of text.matchAll(CANDIDATES)) {
            if (index < done)
                continue;
            const plain = plainForm(found);
            if (plain === found)
                continue;
            if (plain === '') {
                const end = skipNothing(text, index);
                // Next to white space or to other scripts and pictures they hide nothing.
                const ascii = invisible_hidden(text, index, end);
                if (ascii.length >= 8)
                    edits.replace(index, end, ` ${ascii} `);
                else if (solid(text.charCodeAt(index - 1)) && solid(text.charCodeAt(end)))
                    edits.replace(index, end, ascii);
                done = end;
            }
            else if (LOOKALIKES.has(found) || plain === '-') {
                if (isWord(text.charCodeAt(index - 1)) || isWord(text.charCodeAt(index + 1)))
                    edits.replace(index, index + 1, plain);
            }
            else {
                edits.replace(index, index + found.length, plain);
            }
        }
        return edits.finish();
    }
};
const invisible_forms = new Map();
/** ASCII for what only looks different, empty for what does not show at all, else the character itself. */
function plainForm(char) {
    let form = invisible_forms.get(char);
    if (form === undefined) {
        NOTHING.lastIndex = 0;
        if (NOTHING.test(char) || /^\p{M}$/u.test(char))
            form = '';
        else if (/^[\u2010-\u2013\u2043\u2212\ufe63\uff0d]$/.test(char))
            form = '-';
        else {
            const compatible = LOOKALIKES.get(char) ?? char.normalize('NFKC');
            form = /^[!-~]+$/.test(compatible) ? compatible : char;
        }
        invisible_forms.set(char, form);
    }
    return form;
}
function skipNothing(text, from) {
    let end = from;
    for (;;) {
        const code = text.charCodeAt(end);
        if (!(code > 0x7f))
            return end;
        const char = code === 0xdb40 ? text.slice(end, end + 2) : text.charAt(end);
        if (plainForm(char) !== '')
            return end;
        end += char.length;
    }
}
/** Tag characters carry ASCII of their own. */
function invisible_hidden(text, from, to) {
    let ascii = '';
    for (const char of text.slice(from, to)) {
        const point = char.codePointAt(0) ?? 0;
        if (point >= 0xe0020 && point <= 0xe007e)
            ascii += String.fromCharCode(point - 0xe0000);
    }
    return ascii;
}
function solid(code) {
    return code > 32 && code < 127;
}
function isWord(code) {
    return solid(code) && /\w/.test(String.fromCharCode(code));
}

;// CONCATENATED MODULE: ./src/gates/views/literals.ts



/** Behind the first quotation mark: what puts two literals together, the mark of a kind of string, and the second one. */
const BEHIND = /(?:(?:[ \t]?[`^\\]\r?\n)?\s{0,80}(?:(\+\+?|\.\.?|~|&|\|\|?|<>|<<|\\|,)\s{0,80}|(?<=\s))[a-zA-Z]{0,2})?["'`]/y;
const literals_SHORTEST = 16;
const PIECE = 400;
/** From one quotation mark to the other. */
const literals_FARTHEST = 170;
const literals = {
    how: 'put together from strings',
    signs: Sign.quote,
    apply(text, { quotes }) {
        const edits = new Rewriter(text);
        let group = [];
        const close = () => {
            if (group.length > 0)
                join(text, group, edits);
            group = [];
        };
        for (const joint of jointsOf(text, quotes)) {
            const last = group.at(-1);
            if (last !== undefined && (joint.comma !== last.comma || !isPiece(text, last.to, joint.from)))
                close();
            group.push(joint);
        }
        close();
        return edits.finish();
    }
};
/**
 * A joint is known by the characters of a token on both sides, not by which quotation mark opens and which one closes: that
 * is anybody's guess in a text that quotes code. Other characters count where something shows that two literals meet.
 */
function* jointsOf(text, quotes) {
    let done = 0;
    for (let i = 0; i < quotes.length; i++) {
        const from = quotes[i];
        if (from < done)
            continue;
        const gap = (quotes[i + 1] ?? Infinity) - from;
        const next = text.charCodeAt(from + 1);
        BEHIND.lastIndex = from + 1;
        // Words between two quotation marks join nothing, nor does the colon behind a name.
        const behind = next === 58 || gap > literals_FARTHEST || (gap > 3 && isAlnum(next)) ? null : BEHIND.exec(text);
        const to = behind === null ? from + 1 : BEHIND.lastIndex;
        const [left, right] = [text.charCodeAt(from - 1), text.charCodeAt(to)];
        if (!isToken(left) || !isToken(right)) {
            const meets = behind?.[1] !== undefined || (behind !== null && /\s/.test(behind[0]));
            if (!meets || !isInside(left) || !isInside(right))
                continue;
        }
        yield { from, to, comma: behind?.[1] === ',' };
        done = to;
    }
}
/** Whether a character may be the first or the last one of a piece. */
function isInside(code) {
    return code >= 32 && code !== 34 && code !== 39 && code !== 96;
}
/** Whether a literal begins at one joint and ends at the next. */
function isPiece(text, from, to) {
    if (to <= from || to - from > PIECE)
        return false;
    const piece = text.slice(from, to);
    return !piece.includes('\n') && !piece.includes(text.charAt(from - 1));
}
/** To the next quotation mark of the kind, or what may be part of a token. */
function pieceEnd(text, from) {
    const mark = text.charCodeAt(from - 1);
    let at = from;
    while (at < from + PIECE && isToken(text.charCodeAt(at)))
        at++;
    const end = at;
    while (at < from + PIECE && text.charCodeAt(at) >= 32 && text.charCodeAt(at) !== mark)
        at++;
    return text.charCodeAt(at) === mark ? at : end;
}
function pieceStart(text, to) {
    const mark = text.charCodeAt(to);
    let at = to;
    while (at > to - PIECE && isToken(text.charCodeAt(at - 1)))
        at--;
    const start = at;
    while (at > to - PIECE && text.charCodeAt(at - 1) >= 32 && text.charCodeAt(at - 1) !== mark)
        at--;
    return text.charCodeAt(at - 1) === mark ? at : start;
}
function join(text, group, edits) {
    const [first, last] = [group[0], group.at(-1)];
    const from = pieceStart(text, first.from);
    const to = pieceEnd(text, last.to);
    const bodies = [
        text.slice(from, first.from),
        ...group.map((joint, i) => text.slice(joint.to, group[i + 1]?.from ?? to))
    ];
    let joiner = '';
    if (last.comma) {
        if (!isList(text, from - 1, to + 1) || areWords(bodies))
            return;
        joiner = joinerOf(text, from - 1, to + 1);
    }
    const joined = bodies.join('');
    if (joined.length < literals_SHORTEST || !(isRich(joined, 0, joined.length) || isWorthIt(bodies)))
        return;
    for (const joint of group)
        edits.replace(joint.from, joint.to, joiner);
}
/** Whether commas part the items of a list, not an object's value and its next key. */
function isList(text, from, to) {
    let before = from - 1;
    while (before > from - PIECE && (isBlank(text.charCodeAt(before)) || text.charCodeAt(before) === 10))
        before--;
    let behind = to;
    while (isBlank(text.charCodeAt(behind)) && behind < to + PIECE)
        behind++;
    return text.charAt(before) !== ':' && text.charAt(before) !== '=' && text.charAt(behind) !== ':';
}
/** A list of names or other words, each of which means something by itself. */
function areWords(bodies) {
    const single = bodies.filter((body) => body.length === 1).length;
    return single * 2 < bodies.length && !bodies.some((body) => body.length >= 5 && isRich(body, 0, body.length));
}
/** `.join('_')` behind a list, or `'_'.join(` in front of it. */
function joinerOf(text, from, to) {
    const behind = /^\s{0,20},?\s{0,20}[\])}]\s{0,20}\.join\(\s{0,5}(["'`])([^"'`\n]{0,3})\1/.exec(text.slice(to, to + 80));
    const before = /(["'`])([^"'`\n]{0,3})\1\.join\(\s{0,20}[[(]\s{0,20}$/.exec(text.slice(Math.max(0, from - 60), from));
    return behind?.[2] ?? before?.[2] ?? '';
}

;// CONCATENATED MODULE: ./src/gates/views/markup.ts


/** Names of what stands in and around tokens, and of what shows as nothing. */
const NAMES = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: ' ',
    lowbar: '_',
    UnderBar: '_',
    hyphen: '-',
    dash: '-',
    sol: '/',
    bsol: '\\',
    equals: '=',
    plus: '+',
    colon: ':',
    semi: ';',
    comma: ',',
    period: '.',
    commat: '@',
    num: '#',
    dollar: '$',
    percnt: '%',
    excl: '!',
    quest: '?',
    ast: '*',
    lpar: '(',
    rpar: ')',
    lbrack: '[',
    lsqb: '[',
    rbrack: ']',
    rsqb: ']',
    lbrace: '{',
    lcub: '{',
    rbrace: '}',
    rcub: '}',
    vert: '|',
    grave: '`',
    Hat: '^',
    Tab: '\t',
    NewLine: '\n',
    shy: '',
    zwj: '',
    zwnj: '',
    lrm: '',
    rlm: '',
    ZeroWidthSpace: '',
    NoBreak: '',
    ensp: ' ',
    emsp: ' ',
    thinsp: ' '
};
const references = {
    how: 'character references',
    signs: Sign.ampersand,
    apply(text) {
        const edits = new Rewriter(text);
        for (const found of text.matchAll(/&(?:#0{0,8}(\d{1,7});?|#[xX]0{0,8}([0-9a-fA-F]{1,6});?|([A-Za-z]{2,14});)/g)) {
            const [whole, decimal, hex, name] = found;
            const by = name === undefined ? fromPoint(decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal)) : NAMES[name];
            if (by !== undefined)
                edits.replace(found.index, found.index + whole.length, by);
        }
        return edits.finish();
    }
};
function fromPoint(point) {
    return point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
}
/** Tags that stand inside a line of text, and comments. */
const INLINE = /<(?:\/?(?:a|b|i|u|s|em|strong|mark|span|code|wbr|font|kbd|tt|sub|sup|small|del|ins|var|samp|big|bdi|bdo|nobr|abbr|cite|q|hl|highlight)(?:\s[^<>]{0,300})?\/?>|!--[^<>]{0,300}-->|!\[CDATA\[)|\]\]><!\[CDATA\[/gi;
/** Only between characters of a word, or of what stands for one: elsewhere a tag is a border like any other. */
const tags = {
    how: 'tags inside a word',
    signs: Sign.less,
    apply(text) {
        const edits = new Rewriter(text);
        for (const { index, 0: tag } of text.matchAll(INLINE)) {
            const before = text.charAt(index - 1);
            const behind = text.charAt(index + tag.length);
            if (tag.endsWith('[') || (/[\w\->+/%\\&#;=:.@~$]/.test(before) && /[\w\-<+/%\\&#;=:.@~$]/.test(behind)))
                edits.replace(index, index + tag.length, '');
        }
        return edits.finish();
    }
};

;// CONCATENATED MODULE: ./src/gates/views/mirror.ts


const KNOWN = [
    'ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_', 'hf_', 'sk-', 'sk_live_', 'rk_live_', 'xoxb-', 'xoxp-', 'glpat-',
    'npm_', 'gsk_', 'dop_v1_', 'r8_', 'pypi-', 'AKIA', 'ASIA', 'AIza', 'eyJ', 'SG.'
]; // prettier-ignore
const mirror_SHORTEST = 20;
/** How much of a word may stand around a token that it is glued to. */
const mirror_REACH = 64;
/** Keys and the like are no longer than this. */
const LONGEST_TURNED = 100_000;
function reversed(text) {
    return Array.from({ length: text.length }, (_, i) => text.charAt(text.length - 1 - i)).join('');
}
function rotated(text) {
    return text.replace(/[A-Za-z]/g, (letter) => {
        const code = letter.charCodeAt(0);
        return String.fromCharCode((code & 31) > 13 ? code - 13 : code + 13);
    });
}
const BACKWARDS = { marks: KNOWN.map(reversed), atEnd: true, turn: reversed };
const ROT13 = { marks: KNOWN.map(rotated), atEnd: false, turn: rotated };
/** Marks that are short enough to turn up in other words are left out. */
const GLUED = {
    marks: KNOWN.filter((mark) => mark.length > 3 || mark === 'hf_'),
    atEnd: false,
    turn: (text) => ` ${text.replace(/_{2,}$/, ' ')}`
};
const MIRRORS = [
    ['reversed', BACKWARDS],
    ['ROT13', ROT13],
    ['glued to a word', GLUED]
];
const ANY = new RegExp(MIRRORS.flatMap(([, { marks }]) => marks).join('|'), 'y');
/** What the marks have in common is looked for first: most have one of these in them. */
const FIRST = new Uint8Array(128);
for (const [, { marks }] of MIRRORS)
    for (const mark of marks)
        FIRST[mark.charCodeAt(0)] = 1;
const mirrored = {
    how: 'disfigured',
    signs: Sign.run | Sign.solid,
    apply(text, { runs }) {
        const turned = turnedText(text);
        if (turned !== undefined)
            return turned;
        const edits = new Rewriter(text);
        const names = new Set();
        for (let i = 0; i + 1 < runs.length; i += 2) {
            const from = runs[i];
            const to = runs[i + 1];
            if (to - from < mirror_SHORTEST || !marked(text, from, to))
                continue;
            for (const [name, mirror] of MIRRORS) {
                const [start, end] = placeOf(text, from, to, mirror);
                if (end - start < mirror_SHORTEST)
                    continue;
                edits.replace(start, end, mirror.turn(text.slice(start, end)));
                names.add(name);
                break;
            }
        }
        return edits.finish([...names].join(' or '));
    }
};
/** What shows that a whole text is disguised: the header of a key, the beginning of a URL with a login. */
const BACKWARDS_TEXT = /YEK ETAVIRP|@[^\s@/]{3,200}:[^\s@/:]{0,60}\/\/:[a-z]{3}/;
const ROT13_TEXT = 'CEVINGR XRL';
/** A text of many lines, or of more than tokens, in ROT13 or with each of its lines, or all of it, backwards. */
function turnedText(text) {
    if (text.length > LONGEST_TURNED)
        return undefined;
    if ((text.includes('//:') || text.includes('YEK')) && BACKWARDS_TEXT.test(text)) {
        const windows = text.split('\n').map(reversed).join('\n');
        return { windows, other: reversed(text), also: 'reversed', full: () => windows };
    }
    if (!text.includes(ROT13_TEXT))
        return undefined;
    const windows = rotated(text);
    return { windows, also: 'ROT13', full: () => windows };
}
function marked(text, from, to) {
    for (let i = from; i < to; i++) {
        if (i === from + mirror_REACH && to - mirror_REACH > i)
            i = to - mirror_REACH;
        if (FIRST[text.charCodeAt(i)] === 0)
            continue;
        ANY.lastIndex = i;
        if (ANY.test(text))
            return true;
    }
    return false;
}
/** Start and end of what is disguised; both 0 where nothing is. */
function placeOf(text, from, to, mirror) {
    const { marks, atEnd } = mirror;
    const near = atEnd ? text.slice(Math.max(from, to - mirror_REACH), to) : text.slice(from, Math.min(to, from + mirror_REACH));
    for (const mark of marks) {
        const at = atEnd ? near.lastIndexOf(mark) : near.indexOf(mark);
        if (at === -1 || (mirror === GLUED && at === 0))
            continue;
        return atEnd ? [from, to - near.length + at + mark.length] : [from + at, to];
    }
    return [0, 0];
}

;// CONCATENATED MODULE: ./src/gates/views/numbers.ts
/** Bytes and characters written as numbers: `103, 104`, `0x67,0x68`, `67:68`, `147 150`, `01100111`, `chr(103)+chr(104)`. */



const NUMBER = /(?<![0-9A-Za-z_.])(0[xX]|U\+|0b|0o|&[hH]|x)?([0-9A-Fa-f]{1,8})(?![0-9A-Za-z_])/g;
const LONGEST_GAP = 40;
const STRAY = 2;
const numbers = {
    how: 'numbers',
    signs: Sign.list,
    apply(text, swept, room) {
        const edits = new Rewriter(text);
        const regions = listLines(text, swept);
        for (let i = 0; i + 1 < regions.length; i += 2) {
            readList(text, regions[i], regions[i + 1], room, edits);
        }
        return edits.finish();
    }
};
function readList(text, start, end, room, edits) {
    let group = [];
    let gapBefore = '';
    const close = () => {
        // A number or two in front may be an index or an offset.
        for (let first = 0; first <= STRAY && group.length - first >= SHORTEST_WHOLE; first++) {
            const found = numbers_decode(group.slice(first), room);
            if (found === undefined)
                continue;
            edits.replace(group[first].from, group.at(-1).to, found);
            break;
        }
        group = [];
    };
    for (const match of text.slice(start, end).matchAll(NUMBER)) {
        const last = group.at(-1);
        const from = start + match.index;
        if (last !== undefined) {
            const gap = from - last.to > LONGEST_GAP ? undefined : text.slice(last.to, from);
            // A call in between, such as `)+chr(`, is the same each time.
            const goesOn = gap !== undefined &&
                gap !== '' &&
                (gap === gapBefore || /^[^0-9A-Za-z]+$/.test(gap) || CALL.test(gap) || BESIDE.test(gap));
            if (!goesOn || !sameKind(last, match[1] ?? '', match[2] ?? ''))
                close();
            gapBefore = gap ?? '';
        }
        group.push({ from, to: from + match[0].length, prefix: match[1] ?? '', digits: match[2] ?? '' });
    }
    close();
}
const CALL = /^[^0-9A-Za-z]*(?:string\.)?(?:u?n?i?chrw?|char|fromcharcode|fromcodepoint|byte|u8)[^0-9A-Za-z]*$/i;
/** The character itself beside its number, the address of a line of a debugger, the kind of a record. */
const BESIDE = /^\s*'(?:[^'\\]|\\.{1,3})'[,\s]*$|^\s*\n\s*(?:0x[0-9a-f]{4,16}(?: ?<[^<>\n]{1,30}>)?:|[A-Za-z]{1,8})\s+$/;
function sameKind(last, prefix, digits) {
    if ((last.prefix === '') !== (prefix === ''))
        return false;
    if (last.digits.length === digits.length)
        return true;
    // Decimal and octal numbers have as many digits as they need, hexadecimal ones do not.
    return digits.length <= 3 && last.digits.length <= 3 && !/[a-f]/i.test(last.digits + digits);
}
const BASES = [
    [16, /^(?:0x|U\+|&h|x)?$/i, /^[0-9a-f]{2}$|^0{2,6}[0-9a-f]{2}$/i],
    [10, /^$/, /^[0-9]{1,3}$/],
    [8, /^(?:0o)?$/, /^0?[0-3]?[0-7]{2}$/],
    [2, /^(?:0b)?$/, /^[01]{7,8}$/],
    [16, /^(?:0x)?$/i, /^[0-9a-f]$/i]
];
function numbers_decode(group, room) {
    // More than one base can make a text of them, the wrong one too: each is shown.
    const texts = new Set();
    for (const [base, prefix, digits] of BASES) {
        if (!group.every((one) => prefix.test(one.prefix) && digits.test(one.digits)))
            continue;
        const bytes = group.map((one) => parseInt(one.digits, base));
        if (bytes.some((byte) => byte > 255))
            continue;
        const found = textIn(Buffer.from(bytes), room, true);
        if (found !== undefined)
            texts.add(found.text);
    }
    return texts.size === 0 ? words(group, room) : [...texts].join('\n');
}
/** Two or four bytes a number, the first one first or last. */
function words(group, room) {
    const size = group[0]?.digits.length ?? 0;
    if (size !== 4 && size !== 8)
        return undefined;
    const digits = group.map((one) => one.digits);
    const texts = [];
    for (const reversed of [false, true]) {
        const inOrder = reversed ? digits.map((word) => (word.match(/../g) ?? []).reverse().join('')) : digits;
        const found = textIn(Buffer.from(inOrder.join(''), 'hex'), room, true);
        if (found !== undefined)
            texts.push(found.text);
    }
    return texts.length === 0 ? undefined : texts.join('\n');
}

;// CONCATENATED MODULE: ./src/gates/views/prefixes.ts


/** A prefix is no longer than this. */
const prefixes_LONGEST = 120;
/** With these a prefix ends, blanks aside; a word alone is none. */
const BORDERS = '|:\u2192>#*;/%$]})+-,!\u2502\u2503\u2551\u258f\u2506\u250a\u21e5';
const TRAILER = /[ \t]*[|\u2502\u2503\u2551]$|\$$/;
/** Pieces of this length on both sides of a break may be one token; shorter ones if nothing else is on their lines. */
const prefixes_PIECE = 10;
const SHORT_LINE = 8;
const prefixes = {
    how: 'prefixes of lines',
    signs: Sign.newline,
    apply(text) {
        const edits = new Rewriter(text);
        let start = 0;
        let end = endOf(text, 0);
        let before = 0;
        let last;
        let lastStripped = false;
        while (end < text.length) {
            const next = end + 1;
            const nextEnd = endOf(text, next);
            // The same beginning as the line before and the line behind, as far as both have it.
            const [behind, ofNext] = mayShare(text, start, end, next, nextEnd)
                ? common(text, start, end, next, nextEnd)
                : NONE;
            const length = before > 0 && behind > 0 ? Math.min(before, behind) : Math.max(before, behind);
            visit(length, start, end);
            if (behind === 0)
                last = undefined;
            before = ofNext;
            start = next;
            end = nextEnd;
        }
        visit(before, start, text.length);
        return edits.finish();
        function visit(length, lineStart, lineEnd) {
            const line = { start: lineStart, from: lineStart + length, end: lineEnd };
            if (length === 0) {
                last = undefined;
                return;
            }
            const kept = last !== undefined && keptApart(text, last, line);
            if (kept && last !== undefined && !lastStripped)
                strip(text, last, edits);
            if (kept)
                strip(text, line, edits);
            last = line;
            lastStripped = kept;
        }
    }
};
function endOf(text, from) {
    const feed = text.indexOf('\n', from);
    return feed === -1 ? text.length : feed;
}
const NONE = [0, 0];
/** Whether two lines begin alike, indentation aside; most do not. */
function mayShare(text, a, aEnd, b, bEnd) {
    const one = text.charCodeAt(skipBlanks(text, a, aEnd));
    const other = text.charCodeAt(skipBlanks(text, b, bEnd));
    return (one === other && one !== 10) || (isDigit(one) && isDigit(other));
}
/** Lengths of the prefixes that two lines share; 0 where they share none. Numbers and blanks are alike whatever their length. */
function common(text, a, aEnd, b, bEnd) {
    let i = skipBlanks(text, a, aEnd);
    let j = skipBlanks(text, b, bEnd);
    const first = i;
    let [cutA, cutB] = [0, 0];
    while (i < aEnd && j < bEnd && i - a < prefixes_LONGEST && j - b < prefixes_LONGEST) {
        const code = text.charCodeAt(i);
        const other = text.charCodeAt(j);
        if (isDigit(code) && isDigit(other)) {
            const [digitsA, digitsB] = [i, j];
            while (i < aEnd && isDigit(text.charCodeAt(i)))
                i++;
            while (j < bEnd && isDigit(text.charCodeAt(j)))
                j++;
            if (Number(text.slice(digitsA, i)) + 1 !== Number(text.slice(digitsB, j)))
                continue;
            if (isGrepped(text, digitsA, i) && isGrepped(text, digitsB, j))
                return [i + 1 - a, j + 1 - b];
            if (!isBorder(text, i))
                continue;
            // Lines that count end their prefix here, however alike they go on.
            while (i < aEnd && j < bEnd && isBorder(text, i) && text.charCodeAt(i) === text.charCodeAt(j)) {
                i = skipBlanks(text, i + 1, aEnd);
                j = skipBlanks(text, j + 1, bEnd);
            }
            return i === aEnd || j === bEnd ? [0, 0] : [i - a, j - b];
        }
        // `grep` puts a colon behind what it looked for, and a hyphen behind the lines around it.
        if (code !== other && !(isGrepBorder(code) && isGrepBorder(other)))
            break;
        if (isBlank(code)) {
            i = skipBlanks(text, i, aEnd);
            j = skipBlanks(text, j, bEnd);
        }
        else {
            i++;
            j++;
        }
        // What is part of a token may as well belong to what follows the prefix, but for the marks of a diff.
        if ((!isToken(code) && !isQuote(code)) || (i === first + 1 && (code === 43 || code === 45)))
            [cutA, cutB] = [i, j];
    }
    if (cutA <= first)
        return [0, 0];
    return isPrefix(text, first, cutA) ? [cutA - a, cutB - b] : [0, 0];
}
/** Whether it ends with a border, is a number, or has a time or the like in it. */
function isPrefix(text, from, to) {
    let end = to;
    while (end > from && text.charCodeAt(end - 1) <= 32)
        end--;
    if (end === from)
        return false;
    if (BORDERS.includes(text.charAt(end - 1)))
        return true;
    let digits = 0;
    for (let i = from; i < end; i++)
        if (isDigit(text.charCodeAt(i)))
            digits++;
    return digits >= 4 || (digits === end - from && end < to);
}
/** Between a line's number and the line; a point or a colon in front of a digit is part of a number or a time. */
function isBorder(text, at) {
    const code = text.charCodeAt(at);
    if (code === 58 || code === 46)
        return !isDigit(text.charCodeAt(at + 1));
    return isBlank(code) || code === 124 || code === 41 || code === 0x2192 || code === 0x2502;
}
/** A number between the borders of `grep`, behind the name of a file. */
function isGrepped(text, from, to) {
    const before = text.charCodeAt(from - 1);
    return isGrepBorder(before) && isGrepBorder(text.charCodeAt(to)) && !isDigit(text.charCodeAt(from - 2));
}
function isGrepBorder(code) {
    return code === 45 || code === 58;
}
function skipBlanks(text, from, end) {
    let at = from;
    while (at < end && isBlank(text.charCodeAt(at)))
        at++;
    return at;
}
/** Whether what stands behind the prefixes of two lines may be one thing. */
function keptApart(text, above, below) {
    const from = skipBlanks(text, below.from, below.end);
    const to = contentEnd(text, above);
    if (from === below.end || to <= above.from)
        return false;
    if (text.startsWith('-----BEGIN', above.from) || text.startsWith('-----END', from))
        return true;
    const left = text.charCodeAt(to - 1);
    const right = text.charCodeAt(from);
    // A backslash or an equals sign goes on in the next line; so does a list of strings or numbers.
    if (left === 92 || (left === 61 && isToken(right)))
        return true;
    if (isQuote(right))
        return isQuote(left) || left === 43 || left === 44 || left === 46;
    if (left === 44 || left === 58 || left === 45)
        return isDigit(right);
    if (!isToken(left) || !isToken(right))
        return false;
    const tail = pieceBefore(text, above.from, to);
    const head = pieceBehind(text, from, contentEnd(text, below));
    if (tail >= prefixes_PIECE || head >= prefixes_PIECE)
        return true;
    return tail <= SHORT_LINE && tail === to - above.from;
}
function isQuote(code) {
    return code === 34 || code === 39 || code === 96;
}
function contentEnd(text, { from, end }) {
    let to = end;
    while (to > from && text.charCodeAt(to - 1) <= 32)
        to--;
    const last = text.charCodeAt(to - 1);
    if (to > from && (last === 0x7c || last === 0x24 || (last >= 0x2502 && last <= 0x2551)))
        to--;
    while (to > from && text.charCodeAt(to - 1) <= 32)
        to--;
    return to;
}
function pieceBefore(text, least, to) {
    let at = to;
    while (at > least && isToken(text.charCodeAt(at - 1)))
        at--;
    return to - at;
}
function pieceBehind(text, from, most) {
    let at = from;
    while (at < most && isToken(text.charCodeAt(at)))
        at++;
    return at - from;
}
/** Drops a prefix and, of a box, the border on the other side. */
function strip(text, { start, from, end }, edits) {
    edits.replace(start, from, '');
    const tailFrom = Math.max(from, end - 40);
    const trailer = TRAILER.exec(text.slice(tailFrom, end));
    if (trailer !== null)
        edits.replace(tailFrom + trailer.index, end, '');
}

;// CONCATENATED MODULE: ./src/gates/views/quoted-printable.ts


const quotedPrintable = {
    how: 'quoted-printable',
    signs: Sign.equals,
    apply(text) {
        const edits = new Rewriter(text);
        // Lower-case digits are no quoted-printable, and `a=b` with two of them is everywhere.
        for (const { index, 0: found } of text.matchAll(/=(?:[ \t]*\r?\n|[2-7][0-9A-F]|[89A-F][0-9A-F](?==))/g)) {
            if (found.endsWith('\n')) {
                // An assignment that goes on in the next line has a blank before it.
                if (text.charCodeAt(index - 1) > 32)
                    edits.replace(index, index + found.length, '');
                continue;
            }
            const char = String.fromCharCode(parseInt(found.slice(1), 16));
            // Letters and digits need no escape: where they have one, their neighbours have one too.
            const besides = text.charAt(index - 3) === '=' || text.charAt(index + 3) === '=';
            if (besides || !/[0-9A-Za-z]/.test(char))
                edits.replace(index, index + found.length, char);
        }
        return edits.finish();
    }
};

;// CONCATENATED MODULE: ./src/gates/views/scattered.ts


/** Pieces of one thing are no further apart than this. */
const scattered_FARTHEST = 800;
/** The same for pieces that have nothing in common but that they are random. */
const NEAR = 200;
/** Of a run, from its end: a path may stand before what is random. */
const LOOKED_AT = 24;
const PART = 0.75;
/** Share of what is encoded that looks so. */
const scattered_MOSTLY = 0.6;
/** A piece in quotation marks is no longer than this. */
const scattered_LONGEST = 400;
const scattered = {
    how: 'put together from pieces',
    signs: Sign.run | Sign.quote,
    last: true,
    apply(text, swept) {
        const groups = [...ofRuns(text, swept), ...ofStrings(text, swept)];
        return groups.length === 0 ? undefined : asReading([...new Set(groups)]);
    }
};
/** Groups of pieces that are still open, by what stands around them. */
class Groups {
    farthest;
    open = new Map();
    all = [];
    constructor(farthest) {
        this.farthest = farthest;
    }
    add(key, piece) {
        const group = this.open.get(key);
        if (group !== undefined && piece.from - group.at(-1).to <= this.farthest) {
            // Alone they are nothing: most never get a second one.
            if (group.length === 1)
                this.all.push(group);
            group.push(piece);
        }
        else
            this.open.set(key, [piece]);
    }
}
/** Longer runs of digits of base64 and the like. */
function* ofRuns(text, { runs }) {
    if (runs.length < 4)
        return;
    const alike = new Groups(scattered_FARTHEST);
    const random = new Groups(NEAR);
    for (let i = 0; i + 1 < runs.length; i += 2) {
        const piece = { from: runs[i], to: runs[i + 1] };
        if (!isNoise(text, Math.max(piece.from, piece.to - LOOKED_AT), piece.to, PART))
            continue;
        alike.add(keyOfRun(text, piece), piece);
        random.add(0, piece);
    }
    const worthy = alike.all.filter((group) => isEncoded(withoutHeads(text, group)));
    for (const group of [...worthy, ...completed(text, worthy)]) {
        const pieces = withoutHeads(text, group);
        const joined = joinedBehindName(text, group[0].from, pieces);
        yield joined;
        const bare = joined.replaceAll('-', '');
        if (bare !== joined && /^[\da-f-]+$/i.test(pieces.join('')))
            yield bare;
    }
    for (const group of random.all) {
        const pieces = group.map(({ from, to }) => text.slice(from, to));
        if (isEncoded(pieces))
            yield joinedBehindName(text, group[0].from, pieces);
    }
}
/** Names are random in places only, and come more than once. */
function isEncoded(pieces) {
    return new Set(pieces).size * 4 >= pieces.length * 3 && isWorthIt(pieces, scattered_MOSTLY);
}
/** The same groups with everything that stands alike: pieces may be short, or look like words. */
function completed(text, groups) {
    if (groups.length === 0)
        return [];
    const whole = new Groups(scattered_FARTHEST);
    const keys = new Set(groups.map((group) => keyOfRun(text, group[0])));
    const first = Math.min(...groups.map((group) => group[0].from));
    const end = Math.min(text.length, Math.max(...groups.map((group) => group.at(-1).to)) + scattered_FARTHEST);
    for (let at = Math.max(0, first - scattered_FARTHEST); at < end; at++) {
        if (!isToken(text.charCodeAt(at)))
            continue;
        const from = at;
        while (at < end && isToken(text.charCodeAt(at)))
            at++;
        const key = keyOfRun(text, { from, to: at });
        if (keys.has(key))
            whole.add(key, { from, to: at });
    }
    return whole.all;
}
/** A run that begins like the one before it and the one behind it, `/part/3/`, has only the rest for a piece. */
function withoutHeads(text, group) {
    const heads = group.map(() => Infinity);
    for (let i = 0; i + 1 < group.length; i++) {
        const [one, next] = commonHead(text, group[i], group[i + 1]);
        heads[i] = Math.min(heads[i], one);
        heads[i + 1] = Math.min(heads[i + 1], next);
    }
    return group.map(({ from, to }, i) => text.slice(from + heads[i], to));
}
/** A hash of what stands in front of a run, whatever its numbers, and right behind it. */
function keyOfRun(text, { from, to }) {
    let key = afterKey(text, text.charCodeAt(to) === 61 ? to + (text.charCodeAt(to + 1) === 61 ? 2 : 1) : to);
    let at = from - 1;
    for (let units = 0; units < 3 && at >= 0; units++) {
        const code = text.charCodeAt(at);
        let unit = code;
        if (isDigit(code)) {
            unit = 48;
            while (at > 0 && isDigit(text.charCodeAt(at - 1)))
                at--;
        }
        else if (code === 32 || code === 9) {
            unit = 32;
            while (at > 0 && (text.charCodeAt(at - 1) === 32 || text.charCodeAt(at - 1) === 9))
                at--;
        }
        else if (code === 63)
            // The first parameter of a query is one like the others.
            unit = 38;
        else if (code === 43 && units > 0) {
            // As is the first assignment, which the others add to.
            units--;
            at--;
            continue;
        }
        key = (Math.imul(key, 31) + unit) | 0;
        if (code === 10)
            break;
        at--;
    }
    return key;
}
/** Ends of rows, lists and calls are all one. */
function afterKey(text, at) {
    const code = text.charCodeAt(at);
    return !(code > 32) || code === 44 || code === 59 || code === 41 || code === 93 || code === 125 ? 0 : code;
}
/** Strings in quotation marks, whatever is in them. */
function* ofStrings(text, { quotes }) {
    if (quotes.length < 4)
        return;
    const alike = new Groups(scattered_FARTHEST);
    for (let i = 0; i + 1 < quotes.length; i++) {
        const from = quotes[i] + 1;
        const to = quotes[i + 1];
        const mark = text.charCodeAt(from - 1);
        if (to === from || to - from > scattered_LONGEST || text.charCodeAt(to) !== mark)
            continue;
        // Names of fields are no pieces.
        if (text.charCodeAt(to + 1) === 58) {
            i++;
            continue;
        }
        const key = keyOfString(text, from - 1);
        if (key === 0)
            continue;
        if (text.slice(from, to).includes('\n'))
            continue;
        alike.add(Math.imul(key, 31) + mark, { from, to });
        i++;
    }
    for (const group of alike.all) {
        const pieces = group.map(({ from, to }) => text.slice(from, to));
        // Without the name in front of it, which is that of a piece: `token`, `data`, `text`.
        if (isWorthIt(pieces))
            yield pieces.join('');
    }
}
/** A hash of what stands in front of an opening quotation mark: an operator and the name in front of it; 0 where it opens nothing. */
function keyOfString(text, quote) {
    let at = quote - 1;
    if (isAlnum(text.charCodeAt(at)) && (isAlnum(text.charCodeAt(at - 1)) || at === 0))
        return 0;
    let key = 17;
    let assigns = false;
    for (let signs = 0; signs < 3 && at >= 0; at--) {
        const code = text.charCodeAt(at);
        if (isAlnum(code))
            break;
        if (code <= 32 || code === 44 || code === 91 || code === 123 || code === 40 || code === 43)
            continue;
        assigns ||= code === 58 || code === 61;
        key = (Math.imul(key, 31) + code) | 0;
        signs++;
    }
    let name = at;
    while (name > at - 16 && isAlnum(text.charCodeAt(name)))
        name--;
    // `part3 = "…"`: names that count, or are but a letter.
    let end = at;
    while (end > name && isDigit(text.charCodeAt(end)))
        end--;
    if (assigns && end - name <= 1)
        return Math.imul(key, 31) | 1;
    for (let i = name + 1; i <= end; i++)
        key = (Math.imul(key, 31) + text.charCodeAt(i)) | 0;
    return key | 1;
}

;// CONCATENATED MODULE: ./src/gates/views/spaced.ts


const SPACED = /(?<!\w)([\w+/]{1,8})([^\w\n]{1,4}|\n)(?:[\w+/=-]{1,8}\2){4,}[\w+/=-]{1,8}/g;
/** Character by character; signs and white space may be among them. */
const spaced_SINGLE = /(?<!\w)([^\s])([^\w\n]{1,4}|\n)(?:[^]\2){11,}[^]/g;
const spaced_SHORTEST = 12;
const spaced = {
    how: 'spaced letters',
    signs: Sign.list,
    apply(text, swept) {
        const edits = new Rewriter(text);
        const regions = listLines(text, swept);
        for (let i = 0; i + 1 < regions.length; i += 2) {
            const start = regions[i];
            spaced_join(text.slice(start, regions[i + 1]), start, edits);
        }
        return edits.finish();
    }
};
function spaced_join(part, start, edits) {
    let done = 0;
    for (const { index, 0: whole, 2: between } of part.matchAll(spaced_SINGLE)) {
        const size = 1 + (between ?? '').length;
        const letters = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.charAt(i * size)).join('');
        edits.replace(start + index, start + index + whole.length, letters);
        done = index + whole.length;
    }
    for (const { index, 0: whole, 1: first, 2: between } of done > 0 ? [] : part.matchAll(SPACED)) {
        const size = first?.length ?? 0;
        const pieces = whole.split(between ?? '');
        // All of one length; the last may be shorter.
        if (!pieces.every((piece, i) => piece.length === size || (i === pieces.length - 1 && piece.length < size)))
            continue;
        const joined = pieces.join('');
        if (joined.length >= spaced_SHORTEST)
            edits.replace(start + index, start + index + whole.length, joined);
    }
}

;// CONCATENATED MODULE: ./src/gates/views/stream.ts


/** As many pieces of one kind, one after the other, are a stream. */
const FEWEST = 3;
/** A frame is no longer than this. */
const stream_LONGEST = 600;
const stream = {
    how: 'streamed in pieces',
    signs: Sign.newline,
    apply(text) {
        const edits = new Rewriter(text);
        let group = [];
        let pieces = [];
        // What stands behind the piece, the same in all of a group.
        let tail = 0;
        const close = () => {
            if (group.length >= FEWEST)
                edits.replace(group[0].from, group.at(-1).to, pieces.join(''));
            group = [];
            pieces = [];
        };
        for (const event of eventsOf(text)) {
            const last = group.at(-1);
            if (last !== undefined) {
                const found = piecesOf(text, last, event);
                if (typeof found === 'object') {
                    if (group.length === 1)
                        pieces.push(found.pieces[0]);
                    pieces.push(found.pieces[1]);
                    tail = found.tail;
                }
                else if (found === 'alike' && pieces.length > 0) {
                    const end = event.to - tail;
                    pieces.push(text.slice(text.lastIndexOf('"', end - 1) + 1, end));
                }
                else
                    close();
            }
            group.push(event);
        }
        close();
        return edits.finish();
    }
};
/** Lines that hold a JSON value, or `data:` and one. */
function* eventsOf(text) {
    let start = 0;
    while (start < text.length) {
        const feed = text.indexOf('\n', start);
        const end = feed === -1 ? text.length : feed;
        const to = text.charCodeAt(end - 1) === 13 ? end - 1 : end;
        const first = text.charAt(start);
        const last = text.charAt(to - 1);
        if ((first === '{' || first === '[' || (first === 'd' && text.startsWith('data:', start))) &&
            (last === '}' || last === ']')) {
            yield { from: start, to };
        }
        start = end + 1;
    }
}
/** The strings in which two values of one kind differ; `alike` where they differ in numbers only. */
function piecesOf(text, a, b) {
    let [i, j] = [a.from, b.from];
    let cut;
    while (i < a.to && j < b.to && i - a.from < stream_LONGEST) {
        const code = text.charCodeAt(i);
        // Times and numbers of events differ as well.
        if (isDigit(code) && isDigit(text.charCodeAt(j))) {
            while (isNumber(text.charCodeAt(i)))
                i++;
            while (isNumber(text.charCodeAt(j)))
                j++;
            continue;
        }
        if (code !== text.charCodeAt(j))
            break;
        i++;
        j++;
        if (code === 34)
            cut = [i, j];
    }
    if (cut === undefined)
        return undefined;
    if (i >= a.to && j >= b.to)
        return 'alike';
    let [k, l] = [a.to, b.to];
    let tail = 0;
    while (k > cut[0] && l > cut[1] && a.to - k < stream_LONGEST && text.charCodeAt(k - 1) === text.charCodeAt(l - 1)) {
        k--;
        l--;
        if (text.charCodeAt(k) === 34)
            tail = a.to - k;
    }
    return tail === 0 ? undefined : { pieces: [text.slice(cut[0], a.to - tail), text.slice(cut[1], b.to - tail)], tail };
}
function isNumber(code) {
    return isDigit(code) || code === 46;
}

;// CONCATENATED MODULE: ./src/gates/views/terminal.ts


const terminal = {
    how: 'terminal codes',
    signs: Sign.control | Sign.return | Sign.caret | Sign.bracket,
    apply(text) {
        const edits = new Rewriter(text);
        // One search finds all beginnings; what each of them is shows only behind it.
        const beginnings = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\0?\n)|\^[[A-Z@?]|\[[0-9;:]{1,20}m/g;
        let done = 0;
        for (const { index, 0: found } of text.matchAll(beginnings)) {
            if (index < done)
                continue;
            const code = found.charCodeAt(0);
            if (code === 0x1b || code === 0x9b)
                done = sequence(text, index, index + 1, code === 0x9b, edits);
            else if (found === '^[')
                done = sequence(text, index, index + 2, false, edits);
            else if (found === '\b' || found === '^H')
                done = overstrike(text, index, found.length, done, edits);
            else if (found === '\r')
                done = overwritten(text, index, done, edits);
            else if (code === 0x5e)
                done = caret(text, index, edits);
            else if (found.length > 1 && WRITTEN.test(text.slice(Math.max(0, index - 6), index))) {
                // The ESC is there, escaped: it takes its sequence along once it is read.
                done = index + found.length;
            }
            else if (found !== '\x85' || isAlnum(text.charCodeAt(index + 1))) {
                // `[32m` whose ESC a log has lost, or a control that shows as nothing.
                edits.replace(index, index + found.length, '');
                done = index + found.length;
            }
        }
        return edits.finish();
    }
};
/** ESC as text. */
const WRITTEN = /(?:u001b|u\{1b\}|x1b|033|\\e|%1b|27;)$/i;
/** Steps over a CSI, OSC or other sequence whose introducer ends at `at`. An unfinished one loses its introducer only. */
function sequence(text, from, at, csi, edits) {
    let to = at;
    let by = '';
    const code = text.charCodeAt(at);
    if (csi || code === 0x5b) {
        to = csi ? at : at + 1;
        const limit = Math.min(text.length, to + 64);
        while (to < limit && text.charCodeAt(to) >= 0x20 && text.charCodeAt(to) <= 0x3f)
            to++;
        const last = text.charAt(to);
        if (last >= '@' && last <= '~') {
            to++;
            // These move on: what follows them stands elsewhere on the screen.
            if ('BCEFHdf'.includes(last))
                by = toLineStart(text.slice(from, to)) ? '\n' : ' ';
        }
        else
            to = at;
    }
    else if (code === 0x5d || code === 0x50 || code === 0x5e || code === 0x5f) {
        const end = stringEnd(text, at + 1);
        to = end ?? at + 1;
    }
    else if (code >= 0x20 && code <= 0x2f) {
        while (to < at + 4 && text.charCodeAt(to) >= 0x20 && text.charCodeAt(to) <= 0x2f)
            to++;
        to++;
    }
    else if (code >= 0x30 && code <= 0x7e)
        to = at + 1;
    to = Math.min(to, text.length);
    edits.replace(from, to, by);
    return to;
}
/** Whether a movement ends in the first column. */
function toLineStart(sequence) {
    return /(?:[EF]|\d;1?[Hf])$/.test(sequence);
}
/** Where the string of an OSC ends: at BEL, ST or the same written as `^G`, `^[\`; undefined where it does not soon. */
function stringEnd(text, from) {
    const limit = Math.min(text.length, from + 2048);
    for (let i = from; i < limit; i++) {
        const code = text.charCodeAt(i);
        if (code === 7 || code === 0x9c)
            return i + 1;
        if (code === 0x1b)
            return text.charCodeAt(i + 1) === 0x5c ? i + 2 : i;
        if (code === 0x5e && text.charAt(i + 1) === 'G')
            return i + 2;
        if (code === 0x5e && text.startsWith('[\\', i + 1))
            return i + 3;
        if (code === 10)
            return undefined;
    }
    return undefined;
}
/** A group of backspaces takes away as many characters before it. */
function overstrike(text, from, length, least, edits) {
    const mark = text.slice(from, from + length);
    let to = from;
    let count = 0;
    while (text.startsWith(mark, to)) {
        to += length;
        count++;
    }
    let start = from;
    while (count > 0 && start > least && text.charCodeAt(start - 1) !== 10) {
        start--;
        count--;
    }
    edits.replace(start, to, '');
    return to;
}
/** A line that carriage returns began anew, each time over what was there. */
function overwritten(text, at, done, edits) {
    const from = Math.max(done, text.lastIndexOf('\n', at) + 1);
    const feed = text.indexOf('\n', at);
    const to = feed === -1 ? text.length : feed;
    const parts = text.slice(from, to).split('\r');
    let line = isWrapped(parts) ? parts.map((part) => part.trimEnd()).join('') : '';
    for (const part of line === '' ? parts : []) {
        line = part.length >= line.length ? part : part + line.slice(part.length);
    }
    edits.replace(from, to, line);
    return to;
}
/** A shell that edits a long line writes a blank and goes back wherever the line is broken on the screen. */
function isWrapped(parts) {
    const width = parts.length < 2 ? 0 : (parts[0]?.length ?? 0);
    return width > 20 && parts.slice(0, -1).every((part) => part.length === width && part.endsWith(' '));
}
/** `^I`, `^M` of `cat -A`, where they stand in front of or between words. */
function caret(text, at, edits) {
    const next = text.charCodeAt(at + 2);
    if (!(next > 32) || isDigit(next))
        return at;
    edits.replace(at, at + 2, text.charAt(at + 1) === '@' ? '' : ' ');
    return at + 2;
}

;// CONCATENATED MODULE: ./src/gates/views/url.ts


const url = {
    how: 'URL encoding',
    signs: Sign.percent,
    apply: (text) => url_decode(text, false)
};
/** As forms write it. Apart from `url`, because a `+` can just as well be a digit of base64. */
const url_form = {
    how: 'URL encoding',
    signs: Sign.percent,
    apply: (text) => url_decode(text, true)
};
function url_decode(text, plus) {
    const edits = new Rewriter(text);
    let some = !plus;
    let done = 0;
    for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', Math.max(done, at + 1))) {
        const to = groupEnd(text, at);
        if (to === at)
            continue;
        if (plus)
            done = blanks(text, at, to, done, edits, () => (some = true));
        else
            done = to;
        edits.replace(at, to, unquote(text.slice(at, to)));
    }
    return some ? edits.finish() : undefined;
    function blanks(whole, from, to, least, into, found) {
        let start = from;
        while (start > least && isUrl(whole.charCodeAt(start - 1)))
            start--;
        for (let i = whole.indexOf('+', start); i !== -1 && i < from; i = whole.indexOf('+', i + 1)) {
            into.replace(i, i + 1, ' ');
            found();
        }
        return to;
    }
}
/** End of the escapes that follow each other from `at` on. */
function groupEnd(text, at) {
    let to = at;
    while (text.charCodeAt(to) === 37) {
        if (hexDigit(text.charCodeAt(to + 1)) !== -1 && hexDigit(text.charCodeAt(to + 2)) !== -1)
            to += 3;
        else if (/^u[0-9a-f]{4}$/i.test(text.slice(to + 1, to + 6)))
            to += 6;
        else
            break;
    }
    return to;
}
function unquote(group) {
    if (/%u/i.test(group)) {
        return group.replace(/%u([0-9a-f]{4})|%([0-9a-f]{2})/gi, (_, wide, narrow) => String.fromCharCode(parseInt(wide ?? narrow ?? '', 16)));
    }
    if (group.length === 3) {
        const code = parseInt(group.slice(1), 16);
        return code < 128 ? String.fromCharCode(code) : '\ufffd';
    }
    return Buffer.from(group.replaceAll('%', ''), 'hex').toString('utf8');
}
function isUrl(code) {
    return code > 32 && code < 127 && code !== 34 && code !== 39 && code !== 60 && code !== 62;
}

;// CONCATENATED MODULE: ./src/gates/views/wraps.ts


/** A part of this length that has digits or mixed case is no word of a sentence. */
const RICH = 20;
/** The same at the end or the beginning of a line that a fixed width may have cut. */
const RICH_AT_WIDTH = 10;
const WIDTH = 40;
/** What is left of a token for the last line may look like a word as long as it is no longer than this. */
const SHORT_WORD = 4;
/** Lines of one length that hold nothing but a piece each. */
const SHORTEST_COLUMN = 12;
/** `\` of shells and most languages, `^` of cmd, the backtick of PowerShell. */
const CONTINUES = new Set([92, 94, 96]);
/** What stands in front of the `@` of a URL. */
const LONGEST_LOGIN = 600;
const wraps = {
    how: 'broken over lines',
    signs: Sign.newline,
    apply(text) {
        // Where the last piece is short it may as well be the first word of a line of prose: it is read either way.
        const [sure, bold] = [new Rewriter(text), new Rewriter(text)];
        const state = { differ: false };
        let before = -1;
        let column = 0;
        let done = 0;
        let pending = [];
        let start = 0;
        let end = wraps_endOf(text, 0);
        const inUrl = breaksInUrls(text);
        const join = (from, to, certain = true) => {
            // A hyphen at the end of a line may be there only because the line ends.
            const hyphen = certain && text.charCodeAt(from - 1) === 45 && from - 1 > done ? 1 : 0;
            bold.replace(from - hyphen, to, '');
            if (certain)
                sure.replace(from, to, '');
            if (hyphen === 1 || !certain)
                state.differ = true;
            done = to;
        };
        const flush = () => {
            for (const [from, to] of pending)
                join(from, to);
            pending = [];
        };
        for (let nextEnd = end; end < text.length; before = start, start = end + 1, end = nextEnd) {
            nextEnd = wraps_endOf(text, end + 1);
            if (!mayMeet(text, start, end, nextEnd) && !inUrl.has(end)) {
                column = 0;
                if (pending.length > 0)
                    pending = [];
                continue;
            }
            const line = lineAt(text, start, end);
            const next = lineAt(text, end + 1, nextEnd);
            const [size, nextSize] = [line.to - line.from, next.to - next.from];
            // A column of pieces of one length, of which the last may be shorter, counts once it is long enough.
            const inColumn = size > 0 &&
                nextSize > 0 &&
                isWhole(line) &&
                isWhole(next) &&
                (nextSize === size || ((column > 0 || size >= RICH) && nextSize < size));
            if (!inColumn)
                [column, pending] = [0, []];
            const above = before === -1 ? undefined : lineAt(text, before, start - 1);
            const isBroken = inUrl.has(end) ? 'yes' : broken(text, above, line, next);
            if (isBroken !== 'no') {
                flush();
                join(line.to, next.from, isBroken === 'yes');
            }
            else if (inColumn)
                pending.push([line.to, next.from]);
            if (inColumn) {
                column += size;
                if (column + nextSize >= SHORTEST_COLUMN && (column > size || size >= SHORTEST_COLUMN))
                    flush();
                if (nextSize < size)
                    column = 0;
            }
        }
        const found = bold.finish();
        if (found === undefined || !state.differ)
            return found;
        const other = sure.finish();
        return other === undefined ? found : { ...other, other: found.windows };
    }
};
function wraps_endOf(text, from) {
    const feed = text.indexOf('\n', from);
    return feed === -1 ? text.length : feed;
}
/** Whether one line ends and the next begins like a piece; most do not, and cost no more than this. */
function mayMeet(text, start, end, nextEnd) {
    let next = end + 1;
    while (next < nextEnd && isBlank(text.charCodeAt(next)))
        next++;
    if (next === nextEnd || !wraps_isPiece(text.charCodeAt(next)))
        return false;
    let last = end - 1;
    while (last >= start && text.charCodeAt(last) <= 32)
        last--;
    if (last < start)
        return false;
    const code = text.charCodeAt(last);
    return wraps_isPiece(code) || CONTINUES.has(code) || isEdge(code);
}
/** The `$` of `cat -A`, the border of a box. */
function isEdge(code) {
    return code === 36 || code === 124 || code === 0x2502;
}
function lineAt(text, start, end) {
    let from = start;
    while (from < end && isBlank(text.charCodeAt(from)))
        from++;
    let to = end;
    while (to > from && text.charCodeAt(to - 1) <= 32)
        to--;
    const last = to > from ? text.charCodeAt(to - 1) : 0;
    const continued = CONTINUES.has(last);
    if (continued || isEdge(last))
        to--;
    while (to > from && isBlank(text.charCodeAt(to - 1)))
        to--;
    let headEnd = from;
    while (headEnd < to && wraps_isPiece(text.charCodeAt(headEnd)))
        headEnd++;
    let tailStart = to;
    while (tailStart > from && wraps_isPiece(text.charCodeAt(tailStart - 1)))
        tailStart--;
    return { from, to, headEnd, tailStart, continued };
}
function wraps_isPiece(code) {
    return isToken(code) || code === 46 || code === 61;
}
function isWhole(line) {
    return line.headEnd === line.to;
}
/** Whether the break between two lines is inside a token, from what stands on both sides of it. */
function broken(text, before, line, next) {
    if (line.tailStart === line.to || next.headEnd === next.from)
        return 'no';
    if (line.continued)
        return 'yes';
    if (!isToken(text.charCodeAt(line.to - 1)) || !isToken(text.charCodeAt(next.from)))
        return 'no';
    if (!fits(text, before, line, next))
        return 'no';
    if (isWhole(next) || !wraps_isWord(text, next.from, next.headEnd))
        return 'yes';
    return next.headEnd - next.from <= SHORT_WORD ? 'perhaps' : 'no';
}
/** Ends of lines between the name and the password of a URL, or in them: it shows behind them that they belong to it. */
function breaksInUrls(text) {
    const found = new Set();
    for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
        const feeds = [];
        let named = false;
        for (let i = at - 1; i > 0 && at - i < LONGEST_LOGIN; i--) {
            const code = text.charCodeAt(i);
            if (code === 10)
                feeds.push(i);
            else if (code === 58)
                named = true;
            else if (code === 47) {
                const scheme = named && text.startsWith('://', i - 2) && isToken(text.charCodeAt(i - 3));
                if (scheme)
                    for (const feed of feeds)
                        found.add(feed);
                break;
            }
            else if (isBlank(code) || code === 13) {
                if (!isBesideBreak(text, i))
                    break;
            }
            else if (code <= 32 || code === 34 || code === 39 || code === 60 || code === 62 || code === 64)
                break;
        }
    }
    return found;
}
/** Whether white space is indentation, or stands at the end of a line. */
function isBesideBreak(text, at) {
    let from = at;
    while (isBlank(text.charCodeAt(from - 1)))
        from--;
    let to = at;
    while (isBlank(text.charCodeAt(to)) || text.charCodeAt(to) === 13)
        to++;
    return text.charCodeAt(from - 1) === 10 || text.charCodeAt(to) === 10;
}
/** Whether the parts on both sides look like those of one token. */
function fits(text, before, line, next) {
    const left = line.to - line.tailStart;
    const right = next.headEnd - next.from;
    const width = line.to - line.from;
    if (left >= RICH && isRich(text, line.tailStart, line.to))
        return true;
    if (right >= RICH && isRich(text, next.from, next.headEnd)) {
        return width >= WIDTH || left >= RICH_AT_WIDTH || (before !== undefined && before.to - before.from === width);
    }
    if (width < WIDTH)
        return false;
    return ((left >= RICH_AT_WIDTH && isRich(text, line.tailStart, line.to)) ||
        (right >= RICH_AT_WIDTH && isRich(text, next.from, next.headEnd) && left > 1));
}
/** Small letters behind the first: a word, for all we know. */
function wraps_isWord(text, from, to) {
    for (let i = from + 1; i < to; i++)
        if (text.charCodeAt(i) < 97)
            return false;
    return true;
}

;// CONCATENATED MODULE: ./src/gates/views/views.ts
/**
 * Secrets stand disguised in the strings of a trace: a terminal coloured them, a tool escaped them, somebody encoded them.
 * A view is a text with such a disguise taken off, so that whoever looks for secrets need not know about disguises.
 *
 * A view holds the places that were disguised with what stands around them, not the whole text again: usual text, full of
 * `\n` and `%s`, is to cost a fraction of itself.
 *
 * What a decoder brings to light goes through all of them again, what took few steps before what took many. Two kinds are told apart, so that ten disguises side by
 * side make ten views and not all their combinations:
 *
 * - Those that are certain of what they see (escapes, colours, …) follow each other on one running text, level by level.
 * - Those that guess, or that replace a text by quite another one (base64, lines joined, …), look at each of these levels.
 */























/** All views of a text together, in UTF-16 units: this many times the text, and `SLACK` more. */
const GROWTH = 8;
const SLACK = 1 << 18;
/** No disguise of anything worth hiding is shorter. */
const views_SHORTEST = 10;
/** How often one disguise may stand in another. */
const DEPTH = 6;
/** Guesses that may follow each other without anything certain in between: prefixes off and lines joined are two. */
const GUESSES = 3;
/** And altogether: lines put together, decoded, and put together once more are two. */
const MOST_GUESSES = 3;
/** What was decoded is new text; but where guesses led to it, most of what other guesses make of it is the same once more. */
const AFTER_DECODING = 2;
/** How often a text may be escaped. */
const LEVELS = 10;
const CERTAIN = [terminal, invisible, escapes, url, references, tags];
const DECODERS = [base64, hex_hex, base32, base85, armour, numbers, dumps];
const GUESSING = [
    url_form,
    encodedWords,
    quotedPrintable,
    chunked,
    spaced,
    literals,
    stream,
    scattered,
    frames_frames,
    wraps,
    mirrored
];
/** All readings of a text that differ from it, the text itself left out; `[]` for the usual text. See `readingOf`. */
function viewsOf(text) {
    return readingOf(text).views;
}
/**
 * All readings of a text that differ from it, and whether these are all. Never throws.
 *
 * Time and output grow with the text's length, whatever is in it.
 */
function readingOf(text) {
    if (text.length < views_SHORTEST)
        return { views: [], complete: true };
    const reader = new Reader(text);
    try {
        reader.readAll();
    }
    catch (error) {
        // A reading longer than a string can be: left unread like what unpacks to too much.
        if (!(error instanceof RangeError))
            throw error;
        reader.refuse();
    }
    return { views: reader.views, complete: reader.complete };
}
class Reader {
    original;
    views = [];
    complete = true;
    tasks = [];
    /** Made once there is something to remember: most texts have nothing. */
    seen;
    grown = 0;
    inflated = 0;
    limit;
    constructor(original) {
        this.original = original;
        this.limit = GROWTH * original.length + SLACK;
    }
    left() {
        return this.complete ? this.limit - this.inflated : 0;
    }
    unpacked(length) {
        this.inflated += length;
    }
    refuse() {
        this.complete = false;
    }
    /** Reads the text, then what came to light, and so on: what takes few steps comes before what takes many. */
    readAll() {
        this.tasks.push({ text: this.original, trail: [], depth: 0, guesses: 0, guessed: 0 });
        for (let task = this.tasks[0], i = 0; task !== undefined; task = this.tasks[++i]) {
            if (task.partly === true)
                this.lookInto(task, sweep(task.text));
            else
                this.read(task);
        }
    }
    /** Reads a text with all families, level by level. */
    read(task) {
        let current = task.text;
        let swept = sweep(current);
        let { trail } = task;
        this.lookInto(task, swept);
        for (let level = 0; level < LEVELS; level++) {
            let { signs } = swept;
            const fresh = [];
            let changes = 0;
            for (const family of CERTAIN) {
                if ((signs & family.signs) === 0)
                    continue;
                const found = family.apply(current, swept, this);
                if (found === undefined)
                    continue;
                current = found.full();
                changes++;
                trail = add(trail, family.how);
                if (!this.show(found.windows, trail))
                    continue;
                const inner = sweep(found.windows);
                signs |= inner.signs;
                fresh.push(found.windows);
                this.lookInto({ ...task, text: found.windows, trail }, inner);
            }
            if (fresh.length === 0)
                return;
            // Only where this level changed something can the next one find anything; what several families changed overlaps.
            if (changes === 1)
                current = fresh[0] ?? '';
            swept = sweep(current);
        }
    }
    /** Tries what stands encoded or taken apart in a text. */
    lookInto(task, swept) {
        for (const family of DECODERS) {
            if ((swept.signs & family.signs) !== 0)
                this.follow(family, task, swept, Math.min(task.guesses, AFTER_DECODING), 0);
        }
        if (task.guesses >= GUESSES || task.guessed >= MOST_GUESSES)
            return;
        for (const family of GUESSING) {
            if ((swept.signs & family.signs) !== 0)
                this.follow(family, task, swept, family.last === true ? GUESSES : task.guesses + 1, 1);
        }
        if ((swept.signs & prefixes.signs) === 0)
            return;
        const { text, trail, depth, guesses, guessed } = task;
        const listing = prefixes.apply(text, swept, this);
        if (listing === undefined || !this.isNew(listing.windows))
            return;
        const way = add(trail, prefixes.how);
        // By itself a prefix hides nothing but a key of many lines; what else it keeps apart shows when it is looked into.
        if (listing.windows.includes('-----BEGIN'))
            this.add(listing.windows, way);
        this.tasks.push({
            text: listing.windows,
            trail: way,
            depth,
            guesses: guesses + 1,
            guessed: guessed + 1,
            partly: true
        });
    }
    follow(family, task, swept, guesses, more) {
        const { text, trail, depth, guessed } = task;
        const found = family.apply(text, swept, this);
        if (found === undefined)
            return;
        const way = add(add(trail, family.how), found.also);
        for (const reading of found.other === undefined ? [found.windows] : [found.windows, found.other]) {
            if (!this.show(reading, way))
                continue;
            if (depth < DEPTH)
                this.tasks.push({ text: reading, trail: way, depth: depth + 1, guesses, guessed: guessed + more });
            else if (guesses === 0)
                this.complete = false;
        }
    }
    /** @returns false where nobody need look at it again */
    show(text, trail) {
        return this.isNew(text) && this.add(text, trail);
    }
    add(text, trail) {
        if (this.grown + text.length > this.limit) {
            this.complete = false;
            return false;
        }
        this.grown += text.length;
        this.views.push({ how: trail.join(', '), text });
        return true;
    }
    isNew(text) {
        if (text === this.original || this.seen?.has(text) === true)
            return false;
        this.seen = (this.seen ?? new Set()).add(text);
        return true;
    }
}
function add(trail, how) {
    return how === undefined || trail.at(-1) === how ? trail : [...trail, how];
}

;// CONCATENATED MODULE: ./src/gates/readers.ts
/**
 * Taking disguises off is a third of what the gates cost, and needs nothing but the text: it can be done beside them, by
 * threads. Whatever goes wrong in a thread is an error of the scan: no text counts as read that was not.
 */



/** In bytes of traces. A thread takes a tenth of a second to start. */
const WORTH_IT = (/* unused pure expression or super */ null && (8 * 1024 * 1024));
const MOST_THREADS = 3;
const AHEAD = (/* unused pure expression or super */ null && (4 * 1024 * 1024));
/** Reads in the thread of the caller. */
const inPlace = {
    ahead: 0,
    read: (texts) => Promise.resolve(texts.map(readingOf)),
    close: () => Promise.resolve()
};
/** The readers for traces of so many bytes. */
function readersFor(bytes, start) {
    const count = Math.min(MOST_THREADS, availableParallelism() - 1);
    if (start === undefined || bytes < WORTH_IT || count < 1)
        return inPlace;
    return threadedReaders(start, count);
}
/** Readers in threads of their own. */
function threadedReaders(start, count) {
    const threads = Array.from({ length: count }, () => new Thread(start()));
    return {
        ahead: AHEAD,
        read(texts) {
            const [first, ...others] = threads;
            return others.reduce((least, one) => (one.load < least.load ? one : least), first).read(texts);
        },
        async close() {
            await Promise.all(threads.map((thread) => thread.close()));
        }
    };
}
class Thread {
    /** UTF-16 units that it has still to read. */
    load = 0;
    #worker;
    #pending = new Map();
    #last = 0;
    #failed = false;
    constructor(worker) {
        this.#worker = worker;
        worker.on('message', ({ id, readings }) => {
            this.#settle(id)?.resolve(readings);
        });
        // Why is not told: a message of the engine may quote a text.
        for (const end of ['error', 'messageerror', 'exit']) {
            worker.on(end, () => {
                this.#fail();
            });
        }
    }
    read(texts) {
        const id = ++this.#last;
        const size = texts.reduce((sum, { length }) => sum + length, 0);
        return new Promise((resolve, reject) => {
            this.#pending.set(id, { size, resolve, reject });
            this.load += size;
            if (this.#failed)
                this.#fail();
            else
                this.#worker.postMessage({ id, texts });
        });
    }
    async close() {
        await this.#worker.terminate();
    }
    #settle(id) {
        const pending = this.#pending.get(id);
        this.#pending.delete(id);
        this.load -= pending?.size ?? 0;
        return pending;
    }
    #fail() {
        this.#failed = true;
        for (const id of [...this.#pending.keys()]) {
            this.#settle(id)?.reject(new GateError('SCAN_FAILED', 'A thread that reads the traces for the gates ended before its work was done.', {
                hint: 'Nothing was published. This is most often a lack of memory: stage fewer traces at once, or run again on a larger machine.'
            }));
        }
    }
}
/** The work of a thread, for as long as it lives. */
function serveReadings(port) {
    port.on('message', ({ id, texts }) => {
        port.postMessage({ id, readings: texts.map(readingOf) });
    });
}

;// CONCATENATED MODULE: external "node:v8"
const external_node_v8_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:v8");
;// CONCATENATED MODULE: ./src/heap.ts
/** Keeps the memory of a long stream of records small, and the time to collect their garbage. */

/** In bytes. More gains no speed: measured on 500 traces, twice as much takes half as much memory again in all. */
const ENOUGH = 16 * 1024 * 1024;
/**
 * Lets the young generation grow in few steps, and stops its growth once it is large enough. While it is small, records
 * outlive it, and their garbage has to be collected where that costs most: a seventh of all CPU time. Left alone it grows
 * to what many long-lived small objects need; records are short-lived and large, and each would leave its garbage in it.
 * An action cannot be started with `--min-semi-space-size`, and once the heap exists only its growth can be changed.
 */
function boundYoungGeneration() {
    (0,external_node_v8_namespaceObject.setFlagsFromString)('--semi-space-growth-factor=4');
    const timer = setInterval(() => {
        const young = (0,external_node_v8_namespaceObject.getHeapSpaceStatistics)().find((space) => space.space_name === 'new_space');
        if (young === undefined || young.space_size < ENOUGH)
            return;
        (0,external_node_v8_namespaceObject.setFlagsFromString)('--semi-space-growth-factor=1');
        clearInterval(timer);
    }, 5);
    timer.unref();
}

;// CONCATENATED MODULE: ./src/reader.ts
/** The entry of a thread that takes disguises off texts (see `gates/readers.ts`), bundled as `dist/reader.js`. */



if (external_node_worker_threads_namespaceObject.parentPort === null)
    throw new Error('made to run as a thread');
boundYoungGeneration();
serveReadings(external_node_worker_threads_namespaceObject.parentPort);

