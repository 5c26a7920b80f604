#!/usr/bin/env node
// Runs the browser tests and closes with "N passed, N failed, N skipped", the reasons above. Without Chromium or without the
// program those that need them are skipped (a file counts as one) and say so.
import { readdirSync } from 'node:fs';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(here)
	.filter((name) => name.endsWith('.test.mjs'))
	.sort()
	.map((name) => here + name);

async function missing() {
	try {
		const { chromiumMissing } = await import('./browser.mjs');
		const { binaryMissing } = await import('./limen.mjs');
		return chromiumMissing() || binaryMissing();
	} catch (error) {
		return `tests/browser is not installed (npm ci): ${error.message}`;
	}
}

const counts = { passed: 0, failed: 0, skipped: 0 };

function count(stream) {
	stream.on('test:pass', (data) => {
		if (data.details?.type === 'suite' || files.includes(data.name)) return;
		counts[data.skip ? 'skipped' : 'passed'] += 1;
		if (data.skip) console.log(`SKIP ${data.name}: ${data.skip}`);
	});
	stream.on('test:fail', (data) => {
		if (data.details?.type === 'suite' && counts.failed > 0) return; // its tests were counted
		counts.failed += 1;
		console.log(`FAIL ${data.name}\n${data.details?.error?.cause?.stack ?? data.details?.error?.stack ?? ''}`);
	});
	stream.on('test:stderr', (data) => process.stderr.write(data.message));
	return new Promise((resolve) => stream.on('end', resolve).resume());
}

const reason = await missing();
const runnable = reason ? files.filter((name) => name.endsWith('units.test.mjs')) : files;
if (reason) console.log(`SKIP ${files.length - runnable.length} browser tests: ${reason}`);
counts.skipped += files.length - runnable.length;
await count(run({ files: runnable, concurrency: 1, timeout: 240_000 }));
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
