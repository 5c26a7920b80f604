// png.mjs: a screenshot made small: the same picture in 256 colours, which is enough for pages of text. Reads what Chromium writes (8 bits, RGB or
// RGBA, not interlaced), writes a palette.
import { deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLOURS = 256;

function chunks(file) {
	const found = [];
	for (let at = 8; at < file.length; ) {
		const length = file.readUInt32BE(at);
		found.push({ type: file.toString('latin1', at + 4, at + 8), body: file.subarray(at + 8, at + 8 + length) });
		at += 12 + length;
	}
	return found;
}

function paeth(a, b, c) {
	const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
	return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
}

// A line's filter taken off (PNG, 9.2): what stands to the left, above, or both was subtracted.
function unfilter(kind, line, above, step) {
	for (let i = 0; i < line.length; i++) {
		const [left, up, corner] = [i >= step ? line[i - step] : 0, above[i], i >= step ? above[i - step] : 0];
		const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind];
		line[i] = (line[i] + guess) & 255;
	}
}

function pixels(file) {
	const all = chunks(file);
	const head = all[0].body;
	const [width, height, depth, colour] = [head.readUInt32BE(0), head.readUInt32BE(4), head[8], head[9]];
	if (depth !== 8 || (colour !== 2 && colour !== 6) || head[12] !== 0) throw new Error('not a PNG as Chromium writes it');
	const step = colour === 6 ? 4 : 3;
	const raw = inflateSync(Buffer.concat(all.filter((one) => one.type === 'IDAT').map((one) => one.body)));
	const out = new Uint32Array(width * height);
	let above = new Uint8Array(width * step);
	for (let y = 0; y < height; y++) {
		const from = y * (width * step + 1);
		const line = new Uint8Array(raw.subarray(from + 1, from + 1 + width * step));
		unfilter(raw[from], line, above, step);
		for (let x = 0; x < width; x++) out[y * width + x] = (line[x * step] << 16) | (line[x * step + 1] << 8) | line[x * step + 2];
		above = line;
	}
	return { width, height, out };
}

const distance = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;

// The commonest colours, no two of them alike to the eye; each other colour becomes the nearest of them.
function palette(out) {
	const counts = new Map();
	for (const one of out) counts.set(one, (counts.get(one) ?? 0) + 1);
	const chosen = [];
	const sorted = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
	for (const colour of sorted) {
		if (chosen.length === COLOURS) break;
		if (!chosen.some((one) => distance(one, colour) < 40)) chosen.push(colour);
	}
	const place = new Map();
	for (const colour of sorted) {
		let best = 0;
		for (let i = 1; i < chosen.length; i++) if (distance(chosen[i], colour) < distance(chosen[best], colour)) best = i;
		place.set(colour, best);
	}
	return { chosen, place };
}

const TABLE = Array.from({ length: 256 }, (_, n) => {
	let c = n;
	for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
	return c >>> 0;
});

function crc(bytes) {
	let c = 0xffffffff;
	for (const byte of bytes) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8);
	return (c ^ 0xffffffff) >>> 0;
}

function chunk(type, body) {
	const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
	const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
	length.writeUInt32BE(body.length);
	sum.writeUInt32BE(crc(named));
	return Buffer.concat([length, named, sum]);
}

export function small(file) {
	const { width, height, out } = pixels(file);
	const { chosen, place } = palette(out);
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 3, 0, 0, 0], 8);
	const raw = Buffer.alloc(height * (width + 1));
	for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) raw[y * (width + 1) + 1 + x] = place.get(out[y * width + x]);
	return Buffer.concat([
		SIGNATURE,
		chunk('IHDR', head),
		chunk('PLTE', Buffer.from(chosen.flatMap((one) => [one >> 16, (one >> 8) & 255, one & 255]))),
		chunk('IDAT', deflateSync(raw, { level: 9 })),
		chunk('IEND', Buffer.alloc(0)),
	]);
}
