// assets.mjs DIST OUT.S: the pages as one assembly file: a row of struct asset (src/http/http.h: path, type, etag, bytes, gzip, each a
// pointer and a length) for every file of DIST, the bytes by .incbin. Without DIST the table is empty.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES = {
	'.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
	'.json': 'application/json', '.webmanifest': 'application/manifest+json', '.svg': 'image/svg+xml', '.png': 'image/png',
	'.ico': 'image/x-icon', '.woff2': 'font/woff2', '.woff': 'font/woff', '.txt': 'text/plain; charset=utf-8',
	'.map': 'application/json',
};
const PACKED = new Set(['.html', '.js', '.css', '.json', '.webmanifest', '.svg', '.txt', '.map']);

const [dist, out] = process.argv.slice(2);
const packedFolder = `${out}.packed`;
const files = existsSync(dist)
	? readdirSync(dist, { recursive: true, withFileTypes: true })
		.filter((f) => f.isFile()).map((f) => join(f.parentPath ?? f.path, f.name)).sort()
	: [];

const data = [];
const rows = [];
let labels = 0;

function place(directive) {
	const label = `.Lpage${labels++}`;
	data.push(`${label}:\n\t${directive}\n${label}_end:`);
	return label;
}
const textOf = (label) => (label ? `\t.quad ${label}, ${label}_end - ${label}` : '\t.quad 0, 0');
const word = (s) => place(`.ascii ${JSON.stringify(s)}`);

function packedOf(file, bytes, name) {
	if (!PACKED.has(extname(file))) return null;
	const packed = gzipSync(bytes, { level: 9 });
	if (packed.length > bytes.length * 0.9) return null;
	mkdirSync(packedFolder, { recursive: true });
	const path = join(packedFolder, `${name}.gz`);
	writeFileSync(path, packed);
	return path;
}

for (const [i, file] of files.entries()) {
	const bytes = readFileSync(file);
	const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
	const packed = packedOf(file, bytes, String(i));
	rows.push([
		textOf(word(`/${relative(dist, file)}`)),
		textOf(word(TYPES[extname(file)] ?? 'application/octet-stream')),
		textOf(word(etag)),
		textOf(place(`.incbin ${JSON.stringify(resolve(file))}`)),
		textOf(packed && place(`.incbin ${JSON.stringify(resolve(packed))}`)),
	].join('\n'));
}

mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `/* Made by tools/assets.mjs from ${files.length} files. */
	.section .rodata
${data.join('\n')}
	.section .data.rel.ro, "aw"
	.balign 8
	.globl limen_assets, limen_asset_count
limen_assets:
${rows.join('\n')}
	.quad 0
	.section .rodata
	.balign 8
limen_asset_count:
	.quad ${files.length}
	.section .note.GNU-stack, "", @progbits
`);
