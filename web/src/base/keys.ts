// keys.ts: the keyboard. One table names every key: it is what the help lists and what is listened for. Single letters work
// only outside fields and can be turned off (WCAG 2.1.4); arrows, Enter and Escape always work.
import { useEffect, useRef } from 'preact/hooks';
import { keptValue } from './value.ts';
import type { Key } from './texts.ts';

export type Command =
	| 'next'
	| 'previous'
	| 'first'
	| 'last'
	| 'open'
	| 'take'
	| 'claim'
	| 'release'
	| 'hand-over'
	| 'perform'
	| 'mark'
	| 'mark-all'
	| 'undo'
	| 'narrow'
	| 'merge'
	| 'filter'
	| 'patient'
	| 'why'
	| 'back'
	| 'search'
	| 'help'
	| 'go-worklist'
	| 'go-ends'
	| 'go-referral'
	| 'go-call'
	| 'call-back'
	| 'go-habits'
	| 'go-overview'
	| 'go-home'
	| 'go-handover'
	| 'go-load'
	| 'go-questions'
	| 'card'
	| 'raise';

// `anywhere`: also while somebody writes in a field. Only keys that write nothing can be.
type Row = { command: Command; keys: readonly string[]; letters?: true; anywhere?: true; text: Key; where: 'list' | 'all' };
export const KEYS: readonly Row[] = [
	{ command: 'next', keys: ['ArrowDown'], text: 'key.next', where: 'list' },
	{ command: 'next', keys: ['j'], letters: true, text: 'key.next', where: 'list' },
	{ command: 'previous', keys: ['ArrowUp'], text: 'key.previous', where: 'list' },
	{ command: 'previous', keys: ['k'], letters: true, text: 'key.previous', where: 'list' },
	{ command: 'first', keys: ['Home'], text: 'key.first', where: 'list' },
	{ command: 'last', keys: ['End'], text: 'key.last', where: 'list' },
	{ command: 'open', keys: ['Enter'], text: 'key.open', where: 'list' },
	{ command: 'take', keys: ['n'], letters: true, text: 'key.take', where: 'list' },
	{ command: 'claim', keys: ['m'], letters: true, text: 'key.claim', where: 'list' },
	{ command: 'release', keys: ['u'], letters: true, text: 'key.release', where: 'list' },
	{ command: 'hand-over', keys: ['r'], letters: true, text: 'key.handOver', where: 'list' },
	{ command: 'perform', keys: ['e'], letters: true, text: 'key.perform', where: 'list' },
	{ command: 'mark', keys: ['x'], letters: true, text: 'key.mark', where: 'list' },
	{ command: 'mark-all', keys: ['a'], letters: true, text: 'key.markAll', where: 'list' },
	{ command: 'undo', keys: ['z'], letters: true, text: 'key.undo', where: 'list' },
	{ command: 'narrow', keys: ['i'], letters: true, text: 'key.narrow', where: 'list' },
	{ command: 'merge', keys: ['v'], letters: true, text: 'key.merge', where: 'list' },
	{ command: 'filter', keys: ['f'], letters: true, text: 'key.filter', where: 'list' },
	{ command: 'patient', keys: ['p'], letters: true, text: 'key.patient', where: 'list' },
	{ command: 'why', keys: ['h'], letters: true, text: 'key.why', where: 'all' },
	{ command: 'back', keys: ['Escape'], text: 'key.back', where: 'all' },
	{ command: 'search', keys: ['/'], letters: true, text: 'key.search', where: 'all' },
	{ command: 'help', keys: ['?'], letters: true, text: 'key.help', where: 'all' },
	{ command: 'go-call', keys: ['t'], letters: true, text: 'key.goCall', where: 'all' },
	{ command: 'go-call', keys: ['F2'], anywhere: true, text: 'key.goCall', where: 'all' },
	{ command: 'call-back', keys: ['F4'], anywhere: true, text: 'key.callBack', where: 'all' },
	{ command: 'card', keys: ['s'], letters: true, text: 'key.card', where: 'all' },
	{ command: 'card', keys: ['F9'], anywhere: true, text: 'key.card', where: 'all' },
	{ command: 'raise', keys: ['o'], letters: true, text: 'key.raise', where: 'all' },
	{ command: 'raise', keys: ['F8'], anywhere: true, text: 'key.raise', where: 'all' },
	{ command: 'go-worklist', keys: ['g', 'o'], letters: true, text: 'key.goWorklist', where: 'all' },
	{ command: 'go-ends', keys: ['g', 'l'], letters: true, text: 'key.goEnds', where: 'all' },
	{ command: 'go-referral', keys: ['g', 'h'], letters: true, text: 'key.goReferral', where: 'all' },
	{ command: 'go-overview', keys: ['g', 'm'], letters: true, text: 'key.goOverview', where: 'all' },
	{ command: 'go-home', keys: ['g', 'r'], letters: true, text: 'key.goHome', where: 'all' },
	{ command: 'go-handover', keys: ['g', 'v'], letters: true, text: 'key.goHandover', where: 'all' },
	{ command: 'go-load', keys: ['g', 'b'], letters: true, text: 'key.goLoad', where: 'all' },
	{ command: 'go-questions', keys: ['g', 'q'], letters: true, text: 'key.goQuestions', where: 'all' },
	{ command: 'go-habits', keys: ['g', 's'], letters: true, text: 'key.goHabits', where: 'all' },
];

export const letters = keptValue<'on' | 'off'>('letters', 'on', ['on', 'off']);
const CHORD_MS = 1500;

function isField(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
	);
}

// Answers true where it did something: then the key goes no further.
type Handler = (command: Command, event: KeyboardEvent) => boolean;
const handlers: Handler[] = [];
let chord = '';
let chordAt = 0;

function dispatch(command: Command, event: KeyboardEvent): void {
	for (const handler of [...handlers].reverse()) {
		if (!handler(command, event)) continue;
		event.preventDefault();
		return;
	}
}

function find(key: string): Row | undefined {
	const before = performance.now() - chordAt < CHORD_MS ? chord : '';
	const usable = (row: Row) => !row.letters || letters.get() === 'on';
	const two = KEYS.find(
		(row) => usable(row) && row.keys.length === 2 && row.keys[0] === before && row.keys[1] === key,
	);
	return two ?? KEYS.find((row) => usable(row) && row.keys.length === 1 && row.keys[0] === key);
}

function press(event: KeyboardEvent): void {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
	if (document.querySelector('dialog[open]')) return; // a dialog has its own keys
	const row = find(event.key);
	if (isField(event.target) && event.key !== 'Escape' && !row?.anywhere) return;
	chord = event.key;
	chordAt = performance.now();
	if (row) dispatch(row.command, event);
}

addEventListener('keydown', press);

// The newest listener is asked first: a page before the shell around it.
export function useKeys(handler: Handler): void {
	const latest = useRef(handler);
	latest.current = handler;
	useEffect(() => {
		const stable: Handler = (command, event) => latest.current(command, event);
		handlers.push(stable);
		return () => {
			handlers.splice(handlers.indexOf(stable), 1);
		};
	}, []);
}
