// bench million: the Synthea set eleven times over, a million resources in one file (made once, build/bench-data/million.db, some minutes and
// 1.4 GB): how fast they go in to the end, the shapes of bench search on it, and how large the server is when it has answered them over
// HTTP. Lines "million.KEY VALUE". Skips where ../shared/data/synthea is not there.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';

const FILE = 'build/bench-data/million.db';
const MAKING = 'build/bench-data/million-making.db';
const TIMES = '11';
const HEADERS = { 'X-Limen-Actor': 'PractitionerRole/sek' };
const ASKED = ['Patient?family=A', 'Observation?code=8302-2&_sort=-date', 'Encounter?_count=100', 'Patient?_has:Condition:subject:code=44054006',
	'Observation?category=vital-signs&date=2018-11&_sort=-date', 'Condition?subject:Patient.gender=female&_count=50', 'Claim?_count=50&_sort=-created'];

function run(program, ...args) {
	const done = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 });
	if (done.status !== 0) throw new Error(`${program} ended with ${done.status}`);
	return done.stdout.split('\n').filter(Boolean);
}

const renamed = (lines, name) => lines.filter((line) => !line.includes(' skipped')).map((line) => line.replace(`${name}.`, `million.${name}_`));

for (const name of ['ingest', 'search'])
	if (spawnSync('make', ['-s', 'V=release', 'BENCH_LIBS=-ljansson', `build/release/bench/${name}`], { stdio: 'inherit' }).status !== 0) process.exit(1);
if (!existsSync(FILE)) {
	const said = run('build/release/bench/ingest', MAKING, TIMES);
	if (said.some((line) => line.includes('skipped'))) {
		console.log('million: skipped: ../shared/data/synthea is not there');
		process.exit(0);
	}
	for (const line of renamed(said, 'ingest')) console.log(line);
	renameSync(MAKING, FILE);
	for (const end of ['-wal', '-shm', '.lock']) rmSync(MAKING + end, { force: true });
}
for (const line of renamed(run('build/release/bench/search', FILE), 'search')) console.log(line);

const child = spawn('build/release/limen', ['serve', '--port', '0', '--db', FILE], { stdio: ['ignore', 'pipe', 'ignore'] });
const origin = await new Promise((done, failed) => {
	let said = '';
	child.stdout.on('data', (bytes) => {
		const found = /http:\/\/\S+?:\d+/.exec(said += bytes);
		if (found) done(found[0]);
	});
	child.on('exit', (code) => failed(new Error(`limen ended with ${code}`)));
});
for (let round = 0; round < 20; round++)
	await Promise.all(ASKED.map(async (ask) => {
		const answer = await fetch(`${origin}/fhir/${ask}`, { headers: HEADERS });
		if (!answer.ok) throw new Error(`${ask}: ${answer.status}`);
		await answer.arrayBuffer();
	}));
const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1];
child.kill('SIGTERM');
console.log(`million.server_mb ${Math.round(resident / 1024)}`);
