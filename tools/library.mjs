// Puts R4's conformance resources into the program as text, so that each can be found by its canonical URL and read when it is
// asked for.
//
//   node tools/library.mjs PACKAGE OUT
//
// PACKAGE is the unpacked npm package hl7.fhir.r4.examples 4.0.1 (CC0). Written to OUT:
//   library.bin  rows sorted by kind and URL, an open hash of their URLs, their strings, and the resources as compact JSON
//   library.S    a symbol for each part; src/profile/library.c reads them in place
// What nobody asks a definition for is left out: its page, its contacts, its mappings, its place in HL7's work, and the snapshot
// where there is a differential (the profile's own words; the base types are in definitions.bin).

import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KINDS = ['StructureDefinition', 'ValueSet', 'CodeSystem']; // as library_kind in src/profile/library.h
const SLOT_BITS = 13;
const WORK = /\/structuredefinition-(wg|fmm|standards-status|normative-version|category|security-category|summary)$|\/valueset-special-status$/;

const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

function plainElement({ mapping, comment, requirements, alias, example, ...element }) {
	return element;
}

function plain({ text, contact, mapping, meta, useContext, snapshot, ...resource }) {
	if (resource.extension) resource.extension = resource.extension.filter((e) => !WORK.test(e.url));
	if (resource.extension?.length === 0) delete resource.extension;
	if (resource.differential) resource.differential = { element: resource.differential.element.map(plainElement) };
	else if (snapshot) resource.snapshot = { element: snapshot.element.map(plainElement) };
	return resource;
}

function readPackage(folder) {
	const found = [];
	for (const file of readdirSync(folder).sort(byBytes)) {
		if (!KINDS.includes(file.split('-')[0]) || !file.endsWith('.json')) continue;
		const resource = JSON.parse(readFileSync(join(folder, file), 'utf8'));
		if (!resource.url) throw new Error(`${file}: no url`);
		found.push(plain(resource));
	}
	return found;
}

// A code system may name the value set of all its codes without R4 having written one.
function impliedSets(resources) {
	const written = new Set(resources.map((r) => r.url));
	return resources
		.filter((r) => r.resourceType === 'CodeSystem' && r.valueSet && !written.has(r.valueSet))
		.map((r) => ({ resourceType: 'ValueSet', url: r.valueSet, version: r.version, name: r.name, status: r.status, compose: { include: [{ system: r.url }] } }));
}

// What a resource is about: the type a structure constrains or defines, the system a supplement adds to.
const about = (r) => (r.resourceType === 'StructureDefinition' ? r.type : r.supplements?.split('|')[0]) ?? '';

const MASK = (1n << 64n) - 1n;
// As text_hash in src/base/text.c.
function textHash(s) {
	const b = Buffer.from(s);
	let h = 0x9e3779b97f4a7c15n ^ BigInt(b.length);
	let i = 0;
	for (; i + 8 <= b.length; i += 8) {
		h = ((h ^ b.readBigUInt64LE(i)) * 0xff51afd7ed558ccdn) & MASK;
		h ^= h >> 32n;
	}
	for (; i < b.length; i++) h = ((h ^ BigInt(b[i])) * 0x100000001b3n) & MASK;
	h ^= h >> 29n;
	h = (h * 0xbf58476d1ce4e5b9n) & MASK;
	return h ^ (h >> 32n);
}

// The slot a URL hashes to, or the next free one. Values are row numbers from 1; 0 is free.
function slotsOf(urls) {
	const slots = Buffer.alloc(2 * 2 ** SLOT_BITS);
	urls.forEach((url, i) => {
		let at = Number(textHash(url) & BigInt(2 ** SLOT_BITS - 1));
		while (slots.readUInt16LE(2 * at)) at = (at + 1) % 2 ** SLOT_BITS;
		slots.writeUInt16LE(i + 1, 2 * at);
	});
	return slots;
}

class Texts {
	chunks = [];
	length = 0;
	add(s) {
		const bytes = Buffer.from(s);
		this.chunks.push(bytes);
		this.length += bytes.length;
		return [this.length - bytes.length, bytes.length];
	}
}

function rowsOf(resources, strings, sources) {
	return Buffer.concat(resources.map((r) => {
		const row = Buffer.alloc(36);
		const [sourceAt, sourceLength] = sources.add(JSON.stringify(r));
		const parts = [r.url, r.version ?? '', about(r)].map((s) => strings.add(s));
		row.writeUInt32LE(sourceAt, 0);
		row.writeUInt32LE(sourceLength, 4);
		parts.forEach(([at], i) => row.writeUInt32LE(at, 8 + 4 * i));
		parts.forEach(([, length], i) => row.writeUInt32LE(length, 20 + 4 * i));
		row.writeUInt32LE(KINDS.indexOf(r.resourceType), 32);
		return row;
	}));
}

function writeIfChanged(path, content) {
	const next = Buffer.from(content);
	try {
		if (readFileSync(path).equals(next)) return;
	} catch (e) {
		if (e.code !== 'ENOENT') throw e;
	}
	writeFileSync(`${path}.${process.pid}`, next);
	renameSync(`${path}.${process.pid}`, path);
}

function writeLibrary(parts, counts, out) {
	let assembly = '/* Made by tools/library.mjs from hl7.fhir.r4.examples 4.0.1. Do not edit. */\n\t.section .rodata\n';
	const padded = [];
	let at = 0;
	for (const [name, bytes] of Object.entries(parts)) {
		const pad = Buffer.alloc(64 + (-bytes.length & 63)); // simdjson may read past a text
		assembly += `	.balign 64\n	.globl library_${name}\nlibrary_${name}:\n	.incbin "${out}/library.bin", ${at}, ${bytes.length + pad.length}\n`;
		padded.push(bytes, pad);
		at += bytes.length + pad.length;
	}
	assembly += `	.balign 4\n	.globl library_counts\nlibrary_counts:\n	.long ${counts.join(', ')}\n`;
	writeIfChanged(join(out, 'library.bin'), Buffer.concat(padded));
	writeIfChanged(join(out, 'library.S'), assembly + '	.section .note.GNU-stack,"",%progbits\n');
}

function main(folder, out) {
	const found = readPackage(folder);
	found.push(...impliedSets(found));
	found.sort((a, b) => KINDS.indexOf(a.resourceType) - KINDS.indexOf(b.resourceType) || byBytes(a.url, b.url));
	const urls = found.map((r) => r.url);
	if (new Set(urls).size !== urls.length) throw new Error('two resources have one url');
	const strings = new Texts();
	const sources = new Texts();
	const rows = rowsOf(found, strings, sources);
	mkdirSync(out, { recursive: true });
	const parts = { rows, slots: slotsOf(urls), strings: Buffer.concat(strings.chunks), sources: Buffer.concat(sources.chunks) };
	writeLibrary(parts, KINDS.map((k) => found.filter((r) => r.resourceType === k).length), out);
	if (process.env.LIMEN_DEFINITIONS_REPORT) console.log(Object.entries(parts).map(([n, b]) => `${n} ${b.length}`).join(', '));
}

if (process.argv.length !== 4) {
	console.error('usage: node tools/library.mjs PACKAGE OUT');
	process.exit(2);
}
main(process.argv[2], process.argv[3]);
