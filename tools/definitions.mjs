// Compiles what FHIR R4 defines into the read-only image that src/fhir/definitions.c reads in place.
//
//   node tools/definitions.mjs PACKAGE OUT
//
// PACKAGE is the unpacked npm package hl7.fhir.r4.examples 4.0.1 (CC0). Written to OUT:
//   names.h          enum of every JSON name R4 defines; each C file sees it through fhir/tree.h
//   image_counts.h   how many rows each table has
//   definitions.bin  the tables, little endian, rows as in src/fhir/image.h
//   definitions.S    a symbol for each table
// A file that would come out as it was is left alone, so that nothing is compiled again for nothing.

import { readFileSync, readdirSync, writeFileSync, renameSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const R4 = 'http://hl7.org/fhir/';
const STRUCTURE = R4 + 'StructureDefinition/';
const FHIR_TYPE = STRUCTURE + 'structuredefinition-fhir-type';
const NAME_SLOT_BITS = 14; // as in src/fhir/image.h
const KINDS = { primitive: 0, complex: 1, backbone: 2, resource: 3 };
const STRENGTHS = ['', 'required', 'extensible', 'preferred', 'example'];
const MAX_VALUE_SET = STRUCTURE + 'elementdefinition-maxValueSet';
const BEST_PRACTICE = STRUCTURE + 'elementdefinition-bestpractice';
const SEARCH_KINDS = ['number', 'date', 'string', 'token', 'reference', 'composite', 'quantity', 'uri', 'special'];

const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0); // by code unit: every name here is ASCII
const uniqueSorted = (items) => [...new Set(items)].sort(byText);

// ---- reading ----

function readPackage(folder) {
	const found = { StructureDefinition: [], ValueSet: [], CodeSystem: [], SearchParameter: [] };
	for (const file of readdirSync(folder).sort(byText)) {
		const type = file.split('-')[0];
		if (found[type] && file.endsWith('.json')) found[type].push(JSON.parse(readFileSync(join(folder, file), 'utf8')));
	}
	return found;
}

// R4's own types: not its profiles (derivation constraint), not logical models.
function isBaseType(sd) {
	const root = sd.type === 'Element' || sd.type === 'Resource';
	return sd.kind !== 'logical' && sd.url === STRUCTURE + sd.type && (root || sd.derivation === 'specialization');
}

// ---- types and elements ----

function typeOf(structure) {
	if (structure.kind === 'primitive-type') return KINDS.primitive;
	return structure.kind === 'resource' ? KINDS.resource : KINDS.complex;
}

// A type code; elements of FHIRPath's System types carry the FHIR type in an extension.
function typeCode(type) {
	if (!type.code.startsWith('http://hl7.org/fhirpath/')) return type.code;
	return type.extension?.find((e) => e.url === FHIR_TYPE)?.valueUrl ?? type.code.replace('http://hl7.org/fhirpath/System.', '').toLowerCase();
}

// The types that a reference (or a canonical) of an element may lead to.
function targetsOf(element, code) {
	return (element.type ?? []).filter((t) => t.code === code).flatMap((t) => t.targetProfile ?? []).map((url) => url.replace(STRUCTURE, ''));
}

const extensionOf = (element, url) => element?.extension?.find((e) => e.url === url);

// R4 has one profile on types: a SimpleQuantity is a Quantity without comparator. Said here as that profile's invariant.
const SIMPLE_QUANTITY = { key: 'sqt-1', severity: 'error', human: 'The comparator is not used on a SimpleQuantity', expression: 'comparator.empty()' };

function constraintsOf(element) {
	const profiles = (element.type ?? []).flatMap((t) => t.profile ?? []);
	if (profiles.some((p) => p !== STRUCTURE + 'SimpleQuantity')) throw new Error(`${element.path}: profile ${profiles}`);
	const constraints = (element.constraint ?? []).filter((c) => c.key !== 'cid-0'); // a slip of R4's: on a name that ChargeItemDefinition has not
	return [...constraints, ...(profiles.length ? [SIMPLE_QUANTITY] : [])];
}

function readElement(element, isParent) {
	const last = element.path.slice(element.path.lastIndexOf('.') + 1);
	const isChoice = last.endsWith('[x]');
	let types = (element.type ?? []).map(typeCode);
	if (element.base?.path === 'Resource.id') types = ['id']; // 4.0.1's files say string, its pages say id
	if (element.contentReference) types = [element.contentReference.slice(1)];
	else if (isParent) types = [element.path];
	const coded = types.includes('code') && element.binding?.strength === 'required';
	return {
		name: isChoice ? last.slice(0, -3) : last,
		isChoice,
		min: element.min,
		max: element.max === '*' ? 0 : Number(element.max),
		types: [...new Set(types)],
		valueSet: coded ? element.binding.valueSet?.split('|')[0] : undefined,
		binding: element.binding ?? {},
		targets: targetsOf(element, 'Reference'),
		canonicals: targetsOf(element, 'canonical'),
		isModifier: element.isModifier === true,
		isSummary: element.isSummary === true,
		constraints: isParent ? [] : constraintsOf(element), // a backbone element's stand on its type
	};
}

// One structure gives its root type and one type for each backbone element in it.
function readStructure(structure, types) {
	const elements = structure.snapshot.element;
	const parents = new Set(elements.slice(1).map((e) => e.path.slice(0, e.path.lastIndexOf('.'))));
	types.set(structure.type, {
		name: structure.type,
		kind: typeOf(structure),
		abstract: structure.abstract,
		base: structure.baseDefinition?.slice(structure.baseDefinition.lastIndexOf('/') + 1),
		elements: [],
		constraints: constraintsOf(elements[0]),
	});
	for (const element of elements.slice(1)) {
		const parent = types.get(element.path.slice(0, element.path.lastIndexOf('.')));
		if (parent.kind === KINDS.primitive && element.path.endsWith('.value')) continue; // the JSON value itself
		if (element.max === '0') continue;
		const isParent = parents.has(element.path);
		parent.elements.push(readElement(element, isParent));
		if (isParent)
			types.set(element.path, { name: element.path, kind: KINDS.backbone, abstract: false, base: element.type[0].code, elements: [], constraints: constraintsOf(element) });
	}
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
const jsonNames = (e) => (e.isChoice ? e.types.map((t) => ({ name: e.name + capital(t), type: t })) : [{ name: e.name, type: e.types[0] }]);

// ---- codes of required bindings ----

function conceptCodes(concepts, into) {
	for (const c of concepts ?? []) {
		into.add(c.code);
		conceptCodes(c.concept, into);
	}
}

// The codes of a value set, or undefined where the package does not enumerate them all: then nothing is bound.
function expand(url, sets, systems) {
	const set = sets.get(url.split('|')[0]);
	if (!set?.compose || set.compose.exclude) return undefined;
	const codes = new Set();
	for (const include of set.compose.include) {
		if (include.filter) return undefined;
		for (const other of include.valueSet ?? []) {
			const inner = expand(other, sets, systems);
			if (!inner || include.system) return undefined;
			inner.forEach((code) => codes.add(code));
		}
		if (include.concept) conceptCodes(include.concept, codes);
		else if (include.system) {
			const system = systems.get(include.system);
			if (system?.content !== 'complete') return undefined;
			conceptCodes(system.concept, codes);
		}
	}
	return codes.size ? uniqueSorted(codes) : undefined;
}

// ---- invariants ----

// What a type's snapshot says anew: an invariant it has from the type it specialises, or an element from its type, is that one's.
function ownConstraints(constraints, ...inherited) {
	const keys = inherited.map((list) => new Set(list.map((c) => c.key)));
	return constraints.filter((c) => !keys.length || !keys.every((k) => k.has(c.key)));
}

function typeConstraints(type, types) {
	const above = type.base ? typeConstraints(types.get(type.base), types) : [];
	return [...above, ...ownConstraints(type.constraints, above)];
}

// ---- search parameters ----

// A slip of R4's: its types' names begin with a small letter where they are primitive.
const componentExpression = (expression) => expression.replace('as(DateTime)', 'as(dateTime)');

function componentsOf(parameter, own) {
	return (parameter.component ?? []).map((c) => {
		const id = own.findIndex((p) => p.url === c.definition) + 1;
		if (!id) throw new Error(`${parameter.url}: unknown component ${c.definition}`);
		return { id, code: own[id - 1].code, kind: SEARCH_KINDS.indexOf(own[id - 1].type), expression: componentExpression(c.expression) };
	});
}

// Alternatives of an expression, split at each '|' outside brackets and quotes.
function alternatives(expression) {
	const parts = [''];
	let depth = 0;
	let quoted = false;
	for (const c of expression) {
		if (c === "'") quoted = !quoted;
		if (!quoted && c === '(') depth++;
		if (!quoted && c === ')') depth--;
		if (c === '|' && !quoted && depth === 0) parts.push('');
		else parts[parts.length - 1] += c;
	}
	return parts.map((p) => p.trim());
}

function expressionFor(type, expression) {
	if (!expression) return '';
	const starts = new RegExp(`^\\(*(${type}\\b|[a-z])`); // InsurancePlan-name says "name | alias", without the type
	return alternatives(expression).filter((part) => starts.test(part)).join(' | ');
}

// R4's own parameters; those on extensions and the three examples in the package are not.
function isOwnParameter(p) {
	return p.url.startsWith(R4 + 'SearchParameter/') && p.base?.length && !/-extensions-|\/example(-extension|-reference)?$/.test(p.url);
}

// type name → its parameters sorted by code, those of the types it specialises included.
function searchByType(parameters, types) {
	const own = parameters.filter(isOwnParameter).sort((a, b) => byText(a.url, b.url));
	const byType = new Map();
	own.forEach((p, i) => {
		for (const base of p.base) {
			if (!types.has(base)) throw new Error(`${p.url}: unknown base ${base}`);
			const row = { id: i + 1, code: p.code, kind: SEARCH_KINDS.indexOf(p.type), expression: expressionFor(base, p.expression), url: p.url, targets: p.target ?? [], components: componentsOf(p, own) };
			if (row.kind < 0) throw new Error(`${p.url}: unknown type ${p.type}`);
			if (p.expression && !row.expression) throw new Error(`${p.url}: no alternative for ${base} in ${p.expression}`);
			byType.set(base, [...(byType.get(base) ?? []), row]);
		}
	});
	const withInherited = (name) => {
		const mine = byType.get(name) ?? [];
		const base = types.get(name)?.base;
		const inherited = base ? withInherited(base).filter((p) => !mine.some((m) => m.code === p.code)) : [];
		return [...mine, ...inherited].sort((a, b) => byText(a.code, b.code));
	};
	const all = new Map([...types.values()].filter((t) => t.kind === KINDS.resource).map((t) => [t.name, withInherited(t.name)]));
	return { all, count: own.length };
}

// ---- the image ----

class Table {
	constructor() {
		this.bytes = [];
		this.rows = 0;
	}
	// Fields are [bits, value]; each is aligned to its own size by the order in which rows are laid out.
	row(...fields) {
		for (const [bits, value] of fields) {
			if (!(value >= 0 && value < 2 ** bits)) throw new Error(`${value} does not fit in ${bits} bits`);
			for (let shift = 0; shift < bits; shift += 8) this.bytes.push(Math.floor(value / 2 ** shift) & 255);
		}
		return this.rows++;
	}
}
const u8 = (v) => [8, v];
const u16 = (v) => [16, v];
const u32 = (v) => [32, v];

class Strings {
	constructor() {
		this.chunks = [Buffer.alloc(8)];
		this.length = 8;
		this.at = new Map();
	}
	// Eight zero bytes follow each, so that eight may be read at once from any place in it.
	add(s) {
		if (!this.at.has(s)) {
			const bytes = Buffer.from(s + '\0'.repeat(8), 'utf8');
			this.at.set(s, this.length);
			this.chunks.push(bytes);
			this.length += bytes.length;
		}
		return this.at.get(s);
	}
}

const MASK = (1n << 64n) - 1n;
// The same sum as name_hash in src/fhir/image.h.
function nameSlot(name) {
	const b = Buffer.from(name);
	const n = b.length;
	let head, tail;
	if (n >= 8) [head, tail] = [b.readBigUInt64LE(0), b.readBigUInt64LE(n - 8)];
	else if (n >= 4) [head, tail] = [BigInt(b.readUInt32LE(0)), BigInt(b.readUInt32LE(n - 4))];
	else [head, tail] = [BigInt(b[0]), BigInt((b[n >> 1] << 8) | b[n - 1])];
	let h = (head ^ BigInt(n)) & MASK;
	h = (h * 0x9e3779b97f4a7c15n) & MASK;
	h = ((h ^ (h >> 32n) ^ tail) * 0xd6e8feb86659fd93n) & MASK;
	return Number(h >> BigInt(64 - NAME_SLOT_BITS));
}

// Open hash: the slot a text hashes to, or the next free one. Values are ids from 1; 0 is free.
function hashTable(texts) {
	const slots = new Array(2 ** NAME_SLOT_BITS).fill(0);
	texts.forEach((t, i) => {
		let at = nameSlot(t);
		while (slots[at]) at = (at + 1) % slots.length;
		slots[at] = i + 1;
	});
	return slots;
}

function collectNames(types) {
	const plain = new Set(['resourceType']);
	for (const type of types)
		for (const element of type.elements) {
			plain.add(element.name);
			jsonNames(element).forEach(({ name }) => plain.add(name));
		}
	return uniqueSorted([...plain].flatMap((n) => [n, '_' + n]));
}

const TABLES = ['names', 'types', 'elements', 'details', 'keys', 'type_lists', 'bindings', 'codes', 'searches', 'components', 'invariants', 'invariant_lists'];

class Image {
	constructor() {
		this.tables = {};
		for (const t of TABLES) this.tables[t] = new Table();
		this.strings = new Strings();
		this.lists = new Map();
		this.bindingIds = new Map();
		this.invariantIds = new Map(); // by type name, then by key
	}
	typeList(names) {
		const ids = names.map((n) => this.typeId(n));
		const key = ids.join();
		if (!this.lists.has(key)) {
			this.lists.set(key, this.tables.type_lists.rows);
			ids.forEach((id) => this.tables.type_lists.row(u16(id)));
		}
		return this.lists.get(key);
	}
	typeId(name) {
		const id = this.typeIds.get(name);
		if (!id) throw new Error(`unknown type ${name}`);
		return id;
	}
	addNames(names) {
		this.nameIds = new Map(names.map((n, i) => [n, i + 1]));
		this.tables.names.row(u32(0), u16(0), u16(0));
		for (const n of names) {
			const other = n.startsWith('_') ? n.slice(1) : '_' + n;
			this.tables.names.row(u32(this.strings.add(n)), u16(Buffer.byteLength(n)), u16(this.nameIds.get(other)));
		}
	}
	// A row for each required binding whose codes are known; the rows of its codes are sorted by bytes.
	addBinding(valueSet, sets, systems) {
		if (!valueSet) return 0;
		if (!this.bindingIds.has(valueSet)) {
			const codes = expand(valueSet, sets, systems);
			if (!codes) return this.bindingIds.set(valueSet, 0) && 0;
			if (!this.tables.bindings.rows) this.tables.bindings.row(u32(0), u32(0));
			this.bindingIds.set(valueSet, this.tables.bindings.row(u32(this.tables.codes.rows), u32(codes.length)));
			if (codes.some((c) => /[^\x20-\x7e]/.test(c))) throw new Error(`${valueSet}: codes are sorted as ASCII`);
			for (const c of codes) this.tables.codes.row(u32(this.strings.add(c)), u32(Buffer.byteLength(c)));
		}
		return this.bindingIds.get(valueSet);
	}
	addInvariant(c, typeName, elementName) {
		const { invariants } = this.tables;
		if (!invariants.rows) invariants.row(u32(0), u32(0), u32(0), u16(0), u16(0), u16(0), u16(0), u16(0), u8(0), u8(0));
		const texts = [c.key, c.human, c.expression];
		return invariants.row(
			...texts.map((t) => u32(this.strings.add(t))), ...texts.map((t) => u16(Buffer.byteLength(t))),
			u16(this.typeId(typeName)), u16(elementName ? this.nameIds.get(elementName) : 0),
			u8(c.severity === 'error' ? 1 : 0), u8(extensionOf(c, BEST_PRACTICE)?.valueBoolean ? 1 : 0));
	}
	invariantList(ids) {
		const first = this.tables.invariant_lists.rows;
		ids.forEach((id) => this.tables.invariant_lists.row(u16(id)));
		return first;
	}
	// The numbers of all invariants of a type: those of the types it specialises, then its own.
	typeInvariants(name, types) {
		if (!name) return [];
		if (!this.invariantIds.has(name)) {
			const type = types.get(name);
			const above = this.typeInvariants(type.base, types);
			const own = ownConstraints(type.constraints, type.base ? typeConstraints(types.get(type.base), types) : []);
			this.invariantIds.set(name, [...above, ...own.map((c) => this.addInvariant(c, name))]);
		}
		return this.invariantIds.get(name);
	}
	addDetail(type, e, types) {
		const own = ownConstraints(e.constraints, ...e.types.map((t) => typeConstraints(types.get(t), types)));
		const ids = own.map((c) => this.addInvariant(c, type.name, e.name));
		const valueSet = e.binding.valueSet ?? '';
		const most = extensionOf(e.binding, MAX_VALUE_SET)?.valueCanonical ?? '';
		this.tables.details.row(
			u32(this.strings.add(valueSet)), u32(this.strings.add(most)),
			u32(this.typeList(e.targets)), u32(this.typeList(e.canonicals)), u32(this.invariantList(ids)),
			u16(valueSet.length), u16(most.length), u16(e.targets.length), u16(e.canonicals.length), u16(ids.length),
			u8(STRENGTHS.indexOf(e.binding.strength ?? '')), u8((e.isModifier ? 1 : 0) + (e.isSummary ? 2 : 0)));
	}
	addElements(type, types, sets, systems) {
		const { elements, keys } = this.tables;
		const first = { element: elements.rows, key: keys.rows };
		const rows = [];
		type.elements.forEach((e, i) => {
			const binding = this.addBinding(e.valueSet, sets, systems);
			elements.row(u16(this.nameIds.get(e.name)), u16(e.min), u16(e.max), u16(binding), u16(e.types.length), u16(e.isChoice ? 1 : 0), u32(this.typeList(e.types)));
			this.addDetail(type, e, types);
			for (const { name, type: t } of jsonNames(e)) rows.push([this.nameIds.get(name), i, this.typeId(t)]);
		});
		rows.sort((a, b) => a[0] - b[0]).forEach((r) => keys.row(u16(r[0]), u16(r[1]), u16(r[2])));
		return { ...first, keyCount: rows.length };
	}
	addComponents(components) {
		const first = this.tables.components.rows;
		for (const c of components)
			this.tables.components.row(u32(this.strings.add(c.code)), u32(this.strings.add(c.expression)), u16(c.code.length), u16(c.expression.length), u16(c.id), u16(c.kind));
		return first;
	}
	addSearches(rows) {
		const first = this.tables.searches.rows;
		for (const s of rows)
			this.tables.searches.row(
				u32(this.strings.add(s.code)), u32(this.strings.add(s.expression)), u32(this.strings.add(s.url)),
				u32(this.typeList(s.targets)), u32(this.addComponents(s.components)),
				u16(s.code.length), u16(s.expression.length), u16(s.url.length), u16(s.targets.length), u16(s.components.length),
				u16(s.id), u16(s.kind), u16(0));
		return first;
	}
	addTypes(ordered, types, searches, sets, systems) {
		this.typeIds = new Map(ordered.map((t, i) => [t.name, i + 1]));
		this.tables.types.row(u32(0), u32(0), u32(0), u32(0), u32(0), u16(0), u16(0), u16(0), u16(0), u16(0), u16(0), u8(0), u8(0), u16(0));
		for (const t of ordered) {
			const first = this.addElements(t, types, sets, systems);
			const own = searches.get(t.name) ?? [];
			const invariants = this.typeInvariants(t.name, types);
			this.tables.types.row(
				u32(this.strings.add(t.name)), u32(first.element), u32(first.key), u32(this.addSearches(own)), u32(this.invariantList(invariants)),
				u16(t.name.length), u16(t.elements.length), u16(first.keyCount), u16(own.length), u16(invariants.length),
				u16(t.base ? this.typeId(t.base) : 0), u8(t.kind), u8(t.abstract ? 1 : 0), u16(0));
		}
	}
	addSlots(name, texts) {
		this.tables[name] = new Table();
		hashTable(texts).forEach((id) => this.tables[name].row(u16(id)));
	}
}

// ---- writing ----

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

const MADE = '/* Made by tools/definitions.mjs from hl7.fhir.r4.examples 4.0.1. Do not edit. */\n';

function namesHeader(names) {
	const rows = names.map((n) => `\tNAME_${n},\n`).join('');
	return `${MADE}#ifndef LIMEN_NAMES_H\n#define LIMEN_NAMES_H\n\nenum {\n\tNAME_NONE = 0,\n${rows}\tNAME_COUNT\n};\n\n#endif\n`;
}

function countsHeader(image, types, searchCount) {
	const rows = Object.entries(image.tables).map(([n, t]) => `\tIMAGE_${n.toUpperCase()} = ${t.rows},\n`).join('');
	const primitives = types.map((t, i) => (t.kind === KINDS.primitive ? `\tPRIMITIVE_${t.name} = ${i + 1},\n` : '')).join('');
	const most = Math.max(...types.map((t) => t.elements.length));
	return `${MADE}#ifndef LIMEN_IMAGE_COUNTS_H\n#define LIMEN_IMAGE_COUNTS_H\n\nenum {\n${rows}\tIMAGE_SEARCH_PARAMETERS = ${searchCount},\n\tIMAGE_ELEMENTS_OF_ONE_TYPE = ${most},\n};\n\n/* The primitive types by number: they come first. */\nenum {\n${primitives}\tPRIMITIVE_COUNT\n};\n\n#endif\n`;
}

function writeImage(image, out) {
	const parts = { ...Object.fromEntries(Object.entries(image.tables).map(([n, t]) => [n, Buffer.from(t.bytes)])), strings: Buffer.concat(image.strings.chunks) };
	let assembly = `${MADE}	.section .rodata\n`;
	const padded = [];
	let at = 0;
	for (const [name, bytes] of Object.entries(parts)) {
		const pad = Buffer.alloc(-bytes.length & 63);
		assembly += `	.balign 64\n	.globl image_${name}\nimage_${name}:\n	.incbin "${out}/definitions.bin", ${at}, ${bytes.length}\n`;
		padded.push(bytes, pad);
		at += bytes.length + pad.length;
	}
	writeIfChanged(join(out, 'definitions.bin'), Buffer.concat(padded));
	writeIfChanged(join(out, 'definitions.S'), assembly + '	.section .note.GNU-stack,"",%progbits\n');
}

function main(folder, out) {
	const found = readPackage(folder);
	const types = new Map();
	for (const s of found.StructureDefinition.filter(isBaseType)) readStructure(s, types);
	const ordered = [...types.values()].sort((a, b) => a.kind - b.kind || byText(a.name, b.name));
	const sets = new Map(found.ValueSet.map((s) => [s.url, s]));
	const systems = new Map(found.CodeSystem.map((s) => [s.url, s]));
	const searches = searchByType(found.SearchParameter, types);
	const names = collectNames(ordered);

	const image = new Image();
	image.addNames(names);
	image.addTypes(ordered, types, searches.all, sets, systems);
	image.addSlots('name_slots', names);
	image.addSlots('type_slots', ordered.map((t) => t.name));
	mkdirSync(out, { recursive: true });
	writeImage(image, out);
	writeIfChanged(join(out, 'image_counts.h'), countsHeader(image, ordered, searches.count));
	writeIfChanged(join(out, 'names.h'), namesHeader(names));
	if (process.env.LIMEN_DEFINITIONS_REPORT) {
		const unbound = [...image.bindingIds].filter(([, id]) => !id).map(([url]) => url);
		console.log(`${ordered.length} types, ${names.length} names, ${searches.count} search parameters, ${image.tables.bindings.rows - 1} bindings, ${image.tables.invariants.rows - 1} invariants`);
		console.log(`not enumerated: ${unbound.join(' ')}`);
	}
}

if (process.argv.length !== 4) {
	console.error('usage: node tools/definitions.mjs PACKAGE OUT');
	process.exit(2);
}
main(process.argv[2], process.argv[3]);
