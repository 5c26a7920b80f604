// worklist.tsx: the page a secretary has open all day. The list on the left; on a wide screen the selected task on the right.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { actor } from '../api/client.ts';
import { openEnds } from '../api/pathways.ts';
import type { RoleCode } from '../api/people.ts';
import { takeNext, takeTask } from '../api/owner.ts';
import { FILTERS, countTasks, filterQuery, type Filter, type Group, type Row } from '../api/tasks.ts';
import { announce } from '../base/announce.tsx';
import { dayAndTime, now } from '../base/clock.ts';
import { useKeys, type Command } from '../base/keys.ts';
import { WIDE, useLoad, useMedia } from '../base/load.ts';
import { PATHS, go, patientPath, taskPath } from '../base/route.ts';
import { say, useTexts } from '../base/texts.ts';
import { keptValue, useValue } from '../base/value.ts';
import { Legend } from '../parts/badge.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { nameOfActor, workerOf } from '../parts/who.tsx';
import { WIDE_OPEN, isNarrow, sameNarrow, type Narrow, type View } from '../api/views.ts';
import { BulkBar, useBulk, type Bulk } from '../worklist/bulk.tsx';
import { newsCount } from '../worklist/arrangement.ts';
import { List } from '../worklist/list.tsx';
import { NarrowBar, narrowQuery, rowSays, useViews, viewNow } from '../worklist/narrow.tsx';
import { TaskPanel, focusForm } from '../worklist/panel.tsx';
import { useSubject } from '../shell/raise.tsx';
import { useWorklist, type Worklist } from '../worklist/use-worklist.ts';

const chosenFilter = keptValue<Filter>('filter', 'team', FILTERS);
const IDLE_MS = 30_000; // so long without a key or a movement, and the list may renew itself
let lastHow: Narrow = WIDE_OPEN;
let lastSelected: string | null = null; // where the cursor stood when the page was left

function focusRow(id: string | null): void {
	if (!id) return;
	const row = document.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"]`);
	row?.focus({ preventScroll: true });
	row?.scrollIntoView({ block: 'nearest' });
}

// The row is drawn first, then it can be stood on; unless somebody has gone on to a form or a dialog meanwhile.
function focusSoon(id: string | null): void {
	const land = () => document.activeElement?.closest('[data-task-form], dialog') || focusRow(id);
	requestAnimationFrame(() => requestAnimationFrame(land));
}

function useIdle(work: Worklist, busy: () => boolean): void {
	const last = useRef(Date.now());
	const latest = useRef(work);
	latest.current = work;
	useEffect(() => {
		const seen = () => (last.current = Date.now());
		const events = ['keydown', 'pointermove', 'pointerdown', 'wheel'] as const;
		for (const event of events) addEventListener(event, seen, { passive: true });
		const timer = setInterval(() => {
			if (latest.current.list.news && Date.now() - last.current > IDLE_MS && !busy()) latest.current.showNews();
		}, 5000);
		return () => {
			clearInterval(timer);
			for (const event of events) removeEventListener(event, seen);
		};
	}, []);
}

function News({ work }: { work: Worklist }) {
	const { t } = useTexts();
	const { added, gone } = newsCount(work.list);
	const parts = [added > 0 && t('news.added', { n: added }), gone > 0 && t('news.gone', { n: gone })].filter(Boolean);
	const words = work.list.news ? parts.join(' · ') || t('news.moved') : '';
	return (
		<div class="news" role="status">
			{words && (
				<button type="button" class="news-bar" onClick={work.showNews}>
					{words} · {t('news.show')} <kbd>v</kbd>
				</button>
			)}
		</div>
	);
}

type Counts = Partial<Record<Filter | 'ends', number | null>>;

async function readCounts(me: string, role: RoleCode): Promise<Counts> {
	const counts = FILTERS.map((one) => countTasks(filterQuery(one, me, role)));
	const [ends, mine, team, other] = await Promise.all([openEnds(), ...counts]);
	return { ends: ends.length, mine: mine ?? null, team: team ?? null, other: other ?? null };
}

type FiltersProps = { filter: Filter; how: Narrow; work: Worklist; saved: View[]; narrow: (how: Narrow) => void; narrowing: boolean; toggle: () => void };

function listName(filter: Filter, role: string): string {
	if (filter === 'mine') return say('filter.mine');
	return say((filter === 'team') !== (role === 'doctor') ? 'filter.secretaries' : 'filter.doctors');
}

// The chips count what they hide; counted again whenever the list itself was.
function Filters({ filter, how, work, saved, narrow, narrowing, toggle }: FiltersProps) {
	const { t } = useTexts();
	const me = useValue(actor);
	const role = workerOf(me)?.code ?? '';
	const counts = useLoad(me, () => readCounts(me, role));
	useEffect(counts.again, [work.list]);
	const count = (one: keyof Counts) =>
		counts.value?.[one] == null ? null : <span class="count">{counts.value[one]}</span>;
	return (
		<div class="chips no-print" role="group" aria-label={t('filter.label')}>
			{FILTERS.map((one) => (
				<button
					key={one}
					type="button"
					class="chip"
					aria-pressed={filter === one && !isNarrow(how)}
					data-filter={one}
					onClick={() => (narrow(WIDE_OPEN), chosenFilter.set(one))}
				>
					{listName(one, role)} {count(one)}
				</button>
			))}
			<a class="chip" href={PATHS.ends}>
				{t('nav.ends')} {count('ends')}
			</a>
			{saved.map((one) => (
				<button
					key={one.id}
					type="button"
					class="chip chip-view"
					aria-pressed={filter === one.base && sameNarrow(one, how)}
					onClick={() => (chosenFilter.set(one.base), narrow({ kind: one.kind, free: one.free, words: one.words }))}
				>
					{one.name}
				</button>
			))}
			<button type="button" class="chip" aria-expanded={narrowing} onClick={toggle}>
				{t('narrow.title')} <kbd>i</kbd>
			</button>
		</div>
	);
}

// Rows come by latest start: where more are to come, only the last group shown is not whole, and its number says so.
function summary(work: Worklist): string {
	const groups = work.list.places.map((place) => place.group);
	const count = (group: Group) => groups.filter((one) => one === group).length;
	const [late, now] = [count('late'), count('today')];
	const whole = !work.more || ['week', 'later', 'none'].includes(groups.at(-1) ?? 'none');
	const parts = [say('lead.tasks', { n: work.total ?? groups.length })];
	if (late > 0 && whole) parts.push(say('lead.late', { n: late }));
	if (now > 0 && whole) parts.push(say('lead.today', { n: now }));
	return parts.join(' · ');
}

const count = (work: Worklist, shown: (row: Row) => boolean): number => [...work.list.rows.values()].filter(shown).length;

// Narrowed, the row that was stood on may be gone from sight: the first that is seen is stood on instead.
function useShownSelection(work: Worklist, shown: (row: Row) => boolean, words: string): void {
	useEffect(() => {
		const row = work.list.rows.get(work.selected ?? '');
		if (row && shown(row)) return;
		const first = work.list.places.find(({ id }) => {
			const one = work.list.rows.get(id);
			return one !== undefined && shown(one);
		});
		if (first) work.select(first.id);
	}, [words, work.list]);
}

function EmptyList({ filter }: { filter: Filter }) {
	const { t } = useTexts();
	return (
		<Empty title={filter === 'mine' ? t('empty.mine') : t('empty.list')}>
			<p>{filter === 'mine' ? t('empty.mineHelp') : t('empty.listHelp')}</p>
			<p class="empty-actions">
				{filter === 'mine' && (
					<button type="button" class="button" onClick={() => chosenFilter.set('team')}>
						{t('empty.seeTeam')}
					</button>
				)}
				<a class="button" href={PATHS.referral}>
					{t('nav.referral')}
				</a>
			</p>
		</Empty>
	);
}

function neighbour(work: Worklist, by: number): string | null {
	const ids = shownIds();
	const at = ids.indexOf(work.selected ?? '');
	return ids[Math.max(0, Math.min(ids.length - 1, at + by))] ?? null;
}

// In the order they stand on the screen: group by group.
function shownIds(): string[] {
	return [...document.querySelectorAll<HTMLElement>('[data-task]')].map((row) => row.dataset.task ?? '');
}

type Moves = { work: Worklist; bulk: Bulk; wide: boolean; take: () => void; enter: () => void; narrow: () => void };

function useListKeys({ work, bulk, wide, take, enter, narrow }: Moves): void {
	function move(id: string | null): boolean {
		if (!id) return false;
		work.select(id);
		focusRow(id);
		return true;
	}
	const inside = () => document.activeElement?.closest('.panel, header, .chips') !== null;
	useKeys((command: Command, event: KeyboardEvent) => {
		const letter = event.key.length === 1;
		if (inside() && !letter && command !== 'back') return false;
		switch (command) {
			case 'next':
				return move(neighbour(work, 1));
			case 'previous':
				return move(neighbour(work, -1));
			case 'first':
				return move(shownIds()[0] ?? null);
			case 'last':
				return move(shownIds().at(-1) ?? null);
			case 'open':
				if (!work.selected) return false;
				enter();
				return true;
			case 'take':
				take();
				return true;
			case 'merge':
				work.showNews();
				focusSoon(work.selected);
				return true;
			case 'filter':
				chosenFilter.set(FILTERS[(FILTERS.indexOf(chosenFilter.get()) + 1) % FILTERS.length] ?? 'team');
				return true;
			case 'patient': {
				const patient = work.list.rows.get(work.selected ?? '')?.patient;
				if (patient) go(patientPath(patient));
				return Boolean(patient);
			}
			case 'why':
				if (!wide) return false;
				document.getElementById('why')?.focus();
				return true;
			case 'mark':
				if (work.selected) bulk.toggle(work.selected);
				return true;
			case 'mark-all':
				bulk.markAll(shownIds());
				return true;
			case 'claim':
				bulk.take();
				return true;
			case 'release':
				bulk.give();
				return true;
			case 'hand-over':
				bulk.over();
				return true;
			case 'perform':
				bulk.perform();
				return true;
			case 'undo':
				bulk.undo();
				return true;
			case 'narrow':
				narrow();
				return true;
			case 'back':
				if (bulk.marks.size > 0) bulk.clear();
				focusRow(work.selected);
				return true;
			default:
				return false; // the shell's
		}
	});
}

// The next of my queue; where the list is another's or narrowed, or the queue has none, the first free one that is shown.
async function nextOf(work: Worklist, whole: boolean): Promise<Row | null> {
	const taken = whole ? await takeNext() : null;
	if (taken) return taken;
	const free = shownIds()
		.map((id) => work.list.rows.get(id))
		.find((row) => row && !row.owner && !work.list.gone.has(row.id));
	return free ? takeTask(free) : null;
}

function useTake(work: Worklist, whole: boolean): () => void {
	return useCallback(() => {
		nextOf(work, whole).then(
			async (taken) => {
				if (!taken) return announce(say('task.noneFree'));
				if (work.list.rows.has(taken.id)) work.replace(taken);
				else await work.reload();
				work.select(taken.id);
				focusSoon(taken.id);
				announce(say('task.taken'), 'good');
			},
			(failure: unknown) => {
				announce(failure instanceof Error ? failure.message : '', 'bad');
				void work.reload();
			},
		);
	}, [work, whole]);
}

export function WorklistPage() {
	const { t, language } = useTexts();
	const me = useValue(actor);
	const filter = useValue(chosenFilter);
	const wide = useMedia(WIDE);
	const role = workerOf(me)?.code ?? '';
	const [how, setHow] = useState<Narrow>(lastHow);
	const [narrowing, setNarrowing] = useState(isNarrow(lastHow));
	const saved = useViews(me);
	const work = useWorklist({ ...filterQuery(filter, me, role), ...narrowQuery(how) }, lastSelected);
	const bulk = useBulk(work);
	const shown = (row: Row) => rowSays(row, how.words.trim());
	useShownSelection(work, shown, how.words);
	useEffect(() => void (lastHow = how), [how]);
	const [unsaved, setUnsaved] = useState(false);
	const take = useTake(work, filter !== 'other' && !isNarrow(how));
	const enter = () => (wide ? focusForm() : work.selected && go(taskPath(work.selected)));
	const narrow = () => setNarrowing((before) => !before);
	useListKeys({ work, bulk, wide, take, enter, narrow });
	useIdle(work, () => unsaved);
	useEffect(() => void (lastSelected = work.selected), [work.selected]);
	useEffect(() => {
		document.title = `${t('nav.worklist')} · Limen`;
	}, [language]);
	const ready = !work.loading && work.failure === null;
	useEffect(() => {
		if (ready && (document.activeElement === document.body || !document.activeElement)) focusSoon(work.selected);
	}, [ready]);

	const landing = useRef(false); // a task was done: stand on the next one once it is drawn
	useEffect(() => {
		if (!landing.current) return;
		landing.current = false;
		focusSoon(work.selected);
	}, [work.list]);
	function done(row: Row): void {
		landing.current = true;
		void work.reload(row.id);
	}
	const selected = work.selected ? (work.list.rows.get(work.selected) ?? null) : null;
	useSubject(selected && { patient: selected.patient, pathway: selected.pathway });
	return (
		<div class={wide ? 'worklist worklist-wide' : 'worklist'}>
			<div class="worklist-list scrolls">
				<div class="lead">
					<h1>{t('nav.worklist')}</h1>
					{ready && <p class="soft">{how.words.trim() ? t('narrow.shown', { n: count(work, shown) }) : summary(work)}</p>}
					<p class="print-only">
						{[listName(filter, role), nameOfActor(me), t('list.printed', { when: dayAndTime(new Date(now()).toISOString(), language) })].join(' · ')}
					</p>
					<button type="button" class="button button-take no-print" onClick={take}>
						{t('task.takeNext')} <kbd>n</kbd>
					</button>
				</div>
				<div class="toolbar no-print">
					<Filters
						filter={filter}
						how={how}
						work={work}
						saved={saved}
						narrow={setHow}
						narrowing={narrowing}
						toggle={narrow}
					/>
				</div>
				{narrowing && (
					<NarrowBar
						base={filter}
						how={how}
						change={setHow}
						view={viewNow(saved, filter, how)}
						close={() => (setNarrowing(false), focusSoon(work.selected))}
					/>
				)}
				<News work={work} />
				<Body work={work} bulk={bulk} shown={shown} filter={filter} wide={wide} />
				<BulkBar bulk={bulk} />
				{ready && work.list.places.length > 0 && <Legend />}
			</div>
			{wide && (
				<Aside>
					{selected && (
						<TaskPanel
							key={selected.id}
							row={selected}
							done={done}
							changed={work.replace}
							renew={() => void work.reload()}
							dirty={setUnsaved}
						/>
					)}
				</Aside>
			)}
		</div>
	);
}

function Aside({ children }: { children: ComponentChildren }) {
	const { t } = useTexts();
	return (
		<aside class="worklist-panel scrolls no-print" aria-label={t('panel.label')}>
			{children || <p class="soft panel-none">{t('panel.none')}</p>}
		</aside>
	);
}

type BodyProps = { work: Worklist; bulk: Bulk; shown: (row: Row) => boolean; filter: Filter; wide: boolean };

function Body({ work, bulk, shown, filter, wide }: BodyProps) {
	const { t } = useTexts();
	if (work.loading) return <Loading what={t('list.loading')} />;
	if (work.failure !== null && work.list.places.length === 0)
		return <Failed failure={work.failure} retry={() => void work.reload()} />;
	if (work.list.places.length === 0) return <EmptyList filter={filter} />;
	return (
		<>
			<List
				list={work.list}
				shown={shown}
				marks={bulk.marks}
				mark={bulk.toggle}
				more={work.more}
				selected={work.selected}
				select={work.select}
				open={(id) => go(taskPath(id))}
				wide={wide}
			/>
			{work.more && (
				<p class="more no-print">
					<button type="button" class="button" onClick={work.showMore}>
						{t('list.more')}
					</button>
				</p>
			)}
		</>
	);
}
