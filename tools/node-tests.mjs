// node-tests.mjs FOLDER: runs FOLDER/*.test.mjs under node:test, one file after the other, prints each result and closes with
// "N passed, N failed, N skipped". Skips print their reason.
import { run } from 'node:test';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = process.argv[2];
const files = readdirSync(folder).filter((f) => f.endsWith('.test.mjs')).sort().map((f) => resolve(folder, f));
const counts = { passed: 0, failed: 0, skipped: 0 };
const isTest = (e) => e.details?.type !== 'suite' && !(e.nesting === 0 && files.includes(resolve(e.name)));

const stream = run({ files, concurrency: 1, timeout: 300_000 });
stream.on('test:pass', (e) => {
	if (!isTest(e)) return;
	if (e.skip !== undefined) {
		counts.skipped++;
		console.log(`SKIP ${e.name}: ${e.skip === true ? 'no reason given' : e.skip}`);
	} else {
		counts.passed++;
		console.log(`ok   ${e.name}`);
	}
});
stream.on('test:fail', (e) => {
	if (e.details?.type === 'suite') return;
	counts.failed++;
	console.log(`FAIL ${e.name}`);
	console.log(e.details.error?.cause ?? e.details.error);
});
stream.on('test:stderr', (e) => process.stderr.write(e.message));
stream.on('test:stdout', (e) => process.stdout.write(e.message));
stream.on('end', () => {
	console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
	process.exit(counts.failed ? 1 : 0);
});
stream.resume();
