// limen.mjs: a Limen of its own for a test: a fresh database in a fresh folder, on a free port.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const PROGRAM = resolve(process.env.LIMEN_PROGRAM ?? 'build/release/limen');
export const ACTOR = 'PractitionerRole/sek';
const run = promisify(execFile);

// One command: { code, stdout, stderr }.
export async function limen(...args) {
	try {
		return { code: 0, ...(await run(PROGRAM, args, { maxBuffer: 64 << 20 })) };
	} catch (failure) {
		return { code: failure.code, stdout: failure.stdout, stderr: failure.stderr };
	}
}

export async function folder() {
	const path = await mkdtemp(join(tmpdir(), 'limen-node-'));
	return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

// Serves until stop(), which gives the exit code, or until the test `t` ends.
export async function serve(options = [], t) {
	const home = await folder();
	const db = join(home.path, 'limen.db');
	const child = spawn(PROGRAM, ['serve', '--lang', 'en', '--port', '0', '--db', db, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
	const said = { out: '', err: '' };
	t?.after(() => { child.kill('SIGKILL'); });
	const ended = new Promise((done) => child.on('exit', (code, signal) => done(code ?? signal)));
	child.stderr.on('data', (bytes) => { said.err += bytes; });
	const origin = await new Promise((done, failed) => {
		child.stdout.on('data', (bytes) => {
			said.out += bytes;
			const found = /http:\/\/\S+?:\d+/.exec(said.out);
			if (found) done(found[0]);
		});
		ended.then((code) => failed(new Error(`limen ended with ${code}: ${said.err}`)));
	});
	return {
		origin, db, said, child, ended,
		base: `${origin}/fhir`,
		async stop() {
			child.kill('SIGTERM');
			const code = await ended;
			await home.remove();
			return code;
		},
	};
}

export function ask(server, path, options = {}) {
	const headers = { 'X-Limen-Actor': ACTOR, 'Accept-Language': 'en', ...options.headers };
	if (options.body && !headers['Content-Type']) headers['Content-Type'] = 'application/fhir+json';
	return fetch(`${server.base}${path}`, { ...options, headers });
}
