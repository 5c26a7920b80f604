// feed.ts: what others changed, as it happens. One stream for the page; it starts again by itself where it stopped, and says
// when it does not run, so that nobody trusts a list that has stopped refreshing.
import { Value } from '../base/value.ts';
import { actor, online } from './client.ts';

export type Change = { type: string; id: string; version: number; method: string; at: string; owner?: string }; // owner: of a Task
export const live = new Value<'starting' | 'live' | 'broken'>('starting');
const RETRY_MS = 3000;

type Watcher = (change: Change) => void;
const watchers = new Set<Watcher>();
let source: EventSource | null = null;
let last = '';
let retry: ReturnType<typeof setTimeout> | undefined;

function heard(event: MessageEvent<string>): void {
	last = event.lastEventId || last;
	const change = JSON.parse(event.data) as Change;
	for (const watcher of [...watchers]) watcher(change);
}

function open(): void {
	source?.close();
	clearTimeout(retry);
	if (!actor.get()) return;
	const query = new URLSearchParams({ actor: actor.get() });
	if (last) query.set('after', last);
	source = new EventSource(`/fhir/$feed?${query}`);
	source.addEventListener('change', heard);
	source.addEventListener('open', () => {
		live.set('live');
		online.set(true);
	});
	source.addEventListener('error', () => {
		live.set('broken');
		if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS); // else the browser tries again itself
	});
}

export function startFeed(): void {
	open();
	actor.watch(open);
	addEventListener('online', open);
}

export function watchFeed(watcher: Watcher): () => void {
	watchers.add(watcher);
	return () => watchers.delete(watcher);
}
