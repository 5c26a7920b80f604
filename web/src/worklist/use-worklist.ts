// use-worklist.ts: the list as it lives: asked for, kept fresh by the feed, merged when nobody is in the middle of it.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { watchFeed, type Change } from '../api/feed.ts';
import { worklist, worklistNext, type Page, type Row } from '../api/tasks.ts';
import { useTexts } from '../base/texts.ts';
import { NOTHING, arrange, hear, hearSome, known, merge, standOn, type Arrangement } from './arrangement.ts';

// What is heard is asked for at once, row by row; what comes meanwhile together after it. So many that asking anew is less, or a patient
// whose name stands here, and the whole list is asked for: a while after, and not by all screens in the same moment.
const ROWS_AT_ONCE = 20;
const GATHER_MS = 500;
const SPREAD_MS = 1500;
const PAGES_MAX = 50;

export type Worklist = {
	list: Arrangement;
	selected: string | null;
	select: (id: string | null) => void;
	total: number | null;
	more: boolean;
	loading: boolean;
	failure: unknown;
	showNews: () => void;
	showMore: () => void;
	reload: (leave?: string) => Promise<void>; // now, merged; `leave`: this row is done, stand on the next
	replace: (row: Row) => void;
};

async function pages(query: Record<string, string>, count: number): Promise<Page> {
	const first = await worklist(query);
	const all = { ...first, rows: [...first.rows] };
	for (let at = 1; at < Math.min(count, PAGES_MAX) && all.next; at++) {
		const following = await worklistNext(all.next);
		all.rows.push(...following.rows);
		all.next = following.next;
	}
	return all;
}

type State = {
	list: Arrangement;
	selected: string | null;
	total: number | null;
	more: boolean;
	loading: boolean;
	failure: unknown;
};
const EMPTY: State = { list: NOTHING, selected: null, total: null, more: false, loading: true, failure: null };

function merged(before: State, page: Page, leave?: string): State {
	const after = arrange(leave ? page.rows.filter((row) => row.id !== leave) : page.rows);
	const selected = standOn(before.list, after, before.selected);
	return { list: after, selected, total: page.total, more: page.next !== null, loading: false, failure: null };
}

// A list that shows nothing has nothing to keep still.
function news(before: State, page: Page): State {
	if (before.list.places.length === 0) return merged(before, page);
	const list = hear(before.list, page.rows);
	return { ...before, list, total: page.total, more: page.next !== null, failure: null };
}

// How many there are follows what is shown; of the pages below the next whole answer knows.
function some(before: State, ids: string[], page: Page): State {
	const list = hearSome(before.list, ids, page.rows, before.more);
	const grown = known(list).length - known(before.list).length;
	const total = before.total === null ? null : Math.max(0, before.total + grown);
	const after = { ...before, list, total, failure: null };
	return before.list.places.length === 0 ? { ...after, list: merge(list) } : after;
}

export function useWorklist(query: Record<string, string>, remembered: string | null): Worklist {
	const question = JSON.stringify(query);
	const { language } = useTexts(); // rows say what they say in one language
	const [state, setState] = useState<State>({ ...EMPTY, selected: remembered });
	const pageCount = useRef(1);
	const asked = useRef(0);

	const whole = useRef<Promise<void>>(Promise.resolve()); // the last time all of it was asked for

	const askAll = useCallback(
		async (settle: (before: State, page: Page) => State): Promise<void> => {
			const mine = ++asked.current;
			try {
				const page = await pages(JSON.parse(question) as Record<string, string>, pageCount.current);
				if (mine === asked.current) setState((before) => settle(before, page));
			} catch (failure) {
				if (mine === asked.current) setState((before) => ({ ...before, loading: false, failure }));
			}
		},
		[question, language],
	);
	const fetchNow = useCallback(
		(settle: (before: State, page: Page) => State) => (whole.current = askAll(settle)),
		[askAll],
	);
	// Those rows of the list; where all of it is asked for meanwhile, that is the newer answer.
	const fetchSome = useCallback(
		async (ids: string[]): Promise<void> => {
			const mine = asked.current;
			try {
				const query = JSON.parse(question) as Record<string, string>;
				const page = await worklist({ ...query, _id: ids.join(',') });
				if (mine === asked.current) setState((before) => some(before, ids, page));
			} catch (failure) {
				if (mine === asked.current) setState((before) => ({ ...before, failure }));
			}
		},
		[question, language],
	);
	const reload = useCallback((leave?: string) => fetchNow((before, page) => merged(before, page, leave)), [fetchNow]);
	useEffect(() => {
		pageCount.current = 1;
		setState((before) => ({ ...EMPTY, selected: before.selected }));
		void fetchNow((before, page) => merged(before, page));
	}, [fetchNow]);
	const shown = useRef(state.list);
	shown.current = state.list;
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		let busy = false;
		const waiting = new Set<string>();
		const owner = (JSON.parse(question) as Record<string, string>).owner;
		const anew = (): void => {
			waiting.clear();
			clearTimeout(timer);
			timer = setTimeout(() => void fetchNow(news), GATHER_MS + Math.random() * SPREAD_MS);
		};
		const ask = async (): Promise<void> => {
			const ids = [...waiting];
			if (busy || ids.length === 0) return;
			if (ids.length > ROWS_AT_ONCE) return anew();
			waiting.clear();
			busy = true;
			await whole.current; // may be older than what was heard, and comes first
			await fetchSome(ids);
			busy = false;
			void ask();
		};
		const stop = watchFeed((change: Change) => {
			const rows = [...shown.current.rows.values(), ...known(shown.current)];
			if (change.type === 'Patient' && rows.some((row) => row.patient === change.id)) return anew();
			if (change.type !== 'Task') return;
			if (owner && change.owner !== owner && !rows.some((row) => row.id === change.id)) return; // somebody else's
			waiting.add(change.id);
			void ask();
		});
		return () => (clearTimeout(timer), stop());
	}, [fetchNow, fetchSome]);

	return {
		...state,
		reload,
		select: useCallback((selected: string | null) => setState((before) => ({ ...before, selected })), []),
		showNews: useCallback(
			() =>
				setState((before) => {
					const list = merge(before.list);
					return { ...before, list, selected: standOn(before.list, list, before.selected) };
				}),
			[],
		),
		showMore: useCallback(() => {
			pageCount.current += 1;
			void reload();
		}, [reload]),
		replace: useCallback(
			(row: Row) =>
				setState((before) => {
					const rows = new Map(before.list.rows).set(row.id, row);
					return { ...before, list: { ...before.list, rows } };
				}),
			[],
		),
	};
}
