// use-worklist.ts: the list as it lives: asked for, kept fresh by the feed, merged when nobody is in the middle of it.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { watchFeed, type Change } from '../api/feed.ts';
import { worklist, worklistNext, type Page, type Row } from '../api/tasks.ts';
import { useTexts } from '../base/texts.ts';
import { NOTHING, arrange, hear, merge, standOn, type Arrangement } from './arrangement.ts';

const GATHER_MS = 500; // changes come in bursts: a commit of a referral raises several
const CONCERNS = ['Task', 'Patient'];
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

export function useWorklist(query: Record<string, string>, remembered: string | null): Worklist {
	const question = JSON.stringify(query);
	const { language } = useTexts(); // rows say what they say in one language
	const [state, setState] = useState<State>({ ...EMPTY, selected: remembered });
	const pageCount = useRef(1);
	const asked = useRef(0);

	const fetchNow = useCallback(
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
	const reload = useCallback((leave?: string) => fetchNow((before, page) => merged(before, page, leave)), [fetchNow]);
	useEffect(() => {
		pageCount.current = 1;
		setState((before) => ({ ...EMPTY, selected: before.selected }));
		void fetchNow((before, page) => merged(before, page));
	}, [fetchNow]);
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const news = (before: State, page: Page): State =>
			before.list.places.length === 0
				? merged(before, page)
				: {
						...before,
						list: hear(before.list, page.rows),
						total: page.total,
						more: page.next !== null,
						failure: null,
					};
		const stop = watchFeed((change: Change) => {
			if (!CONCERNS.includes(change.type)) return;
			clearTimeout(timer);
			timer = setTimeout(() => void fetchNow(news), GATHER_MS);
		});
		return () => (clearTimeout(timer), stop());
	}, [fetchNow]);

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
