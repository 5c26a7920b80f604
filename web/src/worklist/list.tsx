// list.tsx: the rows, in their groups. One row can be tabbed to (the selected one); arrows move among them.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { GROUPS, isBreach, type Group, type Row } from '../api/tasks.ts';
import { keptPatient } from '../api/people.ts';
import { bannerName, cprOf, cprShown } from '../api/fhir.ts';
import { dayOf, daysUntil, minute, shortDay } from '../base/clock.ts';
import { taskPath } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { DueBadge, lawWords } from '../parts/badge.tsx';
import { ShapeIcon } from '../parts/icons.tsx';
import { initials, nameOfActor } from '../parts/who.tsx';
import type { Arrangement } from './arrangement.ts';

function PatientCell({ row }: { row: Row }) {
	const { t } = useTexts();
	const patient = keptPatient(row.patient);
	const cpr = cprOf(patient);
	return (
		<span class="cell-patient">
			<span class="row-name">
				{patient ? bannerName(patient) || t('banner.noName') : (row.task.for?.display ?? t('banner.noName'))}
			</span>
			<span class="soft number">{cpr ? cprShown(cpr, false) : t('banner.noNumber')}</span>
		</span>
	);
}

function OwnerCell({ row, age }: { row: Row; age: number | null }) {
	const { t } = useTexts();
	const name = nameOfActor(row.owner);
	return (
		<span class="cell-owner" title={name || t('owner.none')}>
			{name ? (
				<span class="owner">{initials(name) || name}</span>
			) : (
				<span class="owner owner-none">{t('owner.free')}</span>
			)}
			{name && <span class="spoken">{name}</span>}
			{age !== null && (
				<span class="age">
					<span class="spoken">{t('list.ageHead')} </span>
					{t('list.age', { n: age })}
				</span>
			)}
		</span>
	);
}

type RowProps = {
	row: Row;
	selected: boolean;
	marked: boolean;
	mark: (id: string) => void;
	gone: boolean;
	select: (id: string) => void;
	open: (id: string) => void;
	wide: boolean;
};

function TaskRow({ row, selected, marked, mark, gone, select, open, wide }: RowProps) {
	const { t, language } = useTexts();
	const age = row.task.authoredOn ? Math.max(0, -daysUntil(dayOf(row.task.authoredOn))) : null;
	function click(event: MouseEvent): void {
		if (event.ctrlKey || event.metaKey || event.shiftKey) return;
		event.preventDefault();
		select(row.id);
		if (!wide) open(row.id);
	}
	return (
		<li class={[gone && 'gone', marked && 'marked'].filter(Boolean).join(' ') || undefined}>
			<input
				type="checkbox"
				class="row-mark no-print"
				tabIndex={-1}
				aria-label={t('bulk.mark', { step: row.step })}
				checked={marked}
				onChange={() => mark(row.id)}
			/>
			<a
				class="row"
				href={taskPath(row.id)}
				data-task={row.id}
				tabIndex={selected ? 0 : -1}
				aria-current={selected ? 'true' : undefined}
				onClick={click}
			>
				<DueBadge row={row} />
				<PatientCell row={row} />
				<span class="cell-step">
					<span>
						<span class="row-title">{row.step}</span>
						{row.about && <span class="row-about"> {row.about}</span>}
					</span>
					{row.hold && <span class="tag">{row.hold === 'yes' ? t('hold.tag') : t('hold.tagUntil', { day: shortDay(row.hold, language) })}</span>}
					{gone && <span class="tag">{t('list.gone')}</span>}
					<span class="because">{[lawWords(t, row), row.because].filter(Boolean).join(' · ')}</span>
				</span>
				<OwnerCell row={row} age={age} />
			</a>
		</li>
	);
}

// Of what is late: how much of it is law. The rest are goals of the department's own.
function Breaches({ count }: { count: number }) {
	const { t } = useTexts();
	return (
		<span class={count > 0 ? 'breaches breaches-some' : 'breaches'}>
			{count > 0 && <ShapeIcon shape="late" />}
			{count > 0 ? t('group.breaches', { n: count }) : t('group.noBreach')}
		</span>
	);
}

type ListProps = {
	list: Arrangement;
	shown: (row: Row) => boolean;
	marks: ReadonlySet<string>;
	mark: (id: string) => void;
	more: boolean;
	selected: string | null;
	select: (id: string) => void;
	open: (id: string) => void;
	wide: boolean;
};

export function List({ list, shown, marks, mark, more, selected, select, open, wide }: ListProps) {
	const { t } = useTexts();
	useValue(minute);
	const root = useRef<HTMLDivElement>(null);
	useKeptPlace(root, list, selected);
	const last = list.places.at(-1)?.group;
	const breaches = [...list.rows.values()].filter((row) => isBreach(row) && shown(row)).length;
	const fits = (id: string) => {
		const row = list.rows.get(id);
		return row !== undefined && shown(row);
	};
	const sections = GROUPS.map((group) => ({ group, places: list.places.filter((place) => place.group === group && fits(place.id)) }));
	return (
		<div class="list" ref={root}>
			<p class="list-head" aria-hidden="true">
				<span>{t('list.due')}</span>
				<span>{t('list.patient')}</span>
				<span>{t('list.step')}</span>
				<span>{t('list.owner')}</span>
			</p>
			{sections
				.filter(({ places }) => places.length > 0)
				.map(({ group, places }) => (
					<section key={group} aria-labelledby={`group-${group}`} class={`group group-${group}`}>
						<h2 id={`group-${group}`}>
							{t(`group.${group}` satisfies `group.${Group}`)} <span class="count">{`${places.length}${more && group === last ? '+' : ''}`}</span>
							{group === 'late' && <Breaches count={breaches} />}
						</h2>
						<ul>
							{places.map(({ id }) => {
								const row = list.rows.get(id);
								const props = {
									selected: id === selected,
									marked: marks.has(id),
									mark,
									gone: list.gone.has(id),
									select,
									open,
									wide,
								};
								return row && <TaskRow key={id} row={row} {...props} />;
							})}
						</ul>
					</section>
				))}
		</div>
	);
}

function scroller(of: HTMLElement): HTMLElement {
	const own = of.closest<HTMLElement>('.scrolls');
	return own && own.scrollHeight > own.clientHeight && getComputedStyle(own).overflowY !== 'visible'
		? own
		: document.documentElement;
}

// When rows come or go above it, the selected row stays where it is on the screen: the list moves around it.
function useKeptPlace(root: { current: HTMLElement | null }, list: Arrangement, selected: string | null): void {
	const before = useRef<{ id: string; top: number; places: unknown } | null>(null);
	useLayoutEffect(() => {
		const row = selected ? root.current?.querySelector<HTMLElement>(`[data-task="${CSS.escape(selected)}"]`) : null;
		if (!row || !root.current || !selected) {
			before.current = null;
			return;
		}
		const box = scroller(root.current);
		const top =
			row.getBoundingClientRect().top + (box === document.documentElement ? 0 : -box.getBoundingClientRect().top);
		const last = before.current;
		if (last && last.id === selected && last.places !== list.places) box.scrollTop += top - last.top;
		const settled =
			row.getBoundingClientRect().top + (box === document.documentElement ? 0 : -box.getBoundingClientRect().top);
		before.current = { id: selected, top: settled, places: list.places };
	});
	useLayoutEffect(() => {
		const remember = () => {
			const row =
				before.current &&
				root.current?.querySelector<HTMLElement>(`[data-task="${CSS.escape(before.current.id)}"]`);
			if (!row || !before.current || !root.current) return;
			const box = scroller(root.current);
			before.current.top =
				row.getBoundingClientRect().top +
				(box === document.documentElement ? 0 : -box.getBoundingClientRect().top);
		};
		addEventListener('scroll', remember, { capture: true, passive: true });
		return () => removeEventListener('scroll', remember, { capture: true });
	}, []);
}
