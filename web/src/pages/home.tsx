// home.tsx: safe to go home: all I own is done, handed over, or proven safe until I am back. What is not stands first, with what can be done.
import { useEffect, useState } from 'preact/hooks';
import { callBacks } from '../api/calls.ts';
import { actor } from '../api/client.ts';
import { giveBackTask } from '../api/owner.ts';
import { worklist, type Row } from '../api/tasks.ts';
import { attempt } from '../base/announce.tsx';
import { addDays, dayAndTime, localInstant, longDay, shortDay, today, weekdayFrom } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { PATHS, go, taskPath } from '../base/route.ts';
import { say, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { DueBadge } from '../parts/badge.tsx';
import { nameOfPatient } from '../parts/calls.tsx';
import { DateField, typedDay } from '../parts/field.tsx';
import { HandOverDialog } from '../parts/handover.tsx';
import { useHeard } from '../parts/heard.ts';
import { OverviewLinks } from '../parts/overviewlinks.tsx';
import { Failed, Loading } from '../parts/states.tsx';

const BACK = '10:00'; // with a morning's first hours to take up what waited

const nextWeekday = () => weekdayFrom(addDays(today(), 1));

type Sorted = { now: Row[]; undated: Row[]; safe: Row[] };

// Safe: it need not be begun before I am back. Without a date nothing is proven.
export function sortOut(rows: Row[], back: string): Sorted {
	const until = Date.parse(localInstant(back, BACK));
	const begins = (row: Row) => Date.parse(row.start ?? row.dueAt ?? '');
	return {
		now: rows.filter((row) => (row.start ?? row.dueAt) && begins(row) <= until),
		undated: rows.filter((row) => !row.start && !row.dueAt),
		safe: rows.filter((row) => (row.start ?? row.dueAt) && begins(row) > until),
	};
}

type LineProps = { row: Row; safe?: boolean; over: (rows: Row[]) => void; again: () => void };

function Line({ row, safe, over, again }: LineProps) {
	const { t, language } = useTexts();
	return (
		<li class="home-line">
			<DueBadge row={row} />
			<span>
				<a href={taskPath(row.id)}>
					<strong>{row.step}</strong> {row.about}
				</a>
				<span class="soft"> {nameOfPatient(row.patient)}</span>
				{safe && row.start && <span class="soft small"> · {t('home.safeUntil', { when: dayAndTime(row.start, language) })}</span>}
			</span>
			{!safe && (
				<span class="waiting-acts no-print">
					<button type="button" class="button" onClick={() => over([row])}>
						{t('handover.give')}
					</button>
					<button
						type="button"
						class="button button-quiet"
						onClick={() => void attempt(() => giveBackTask(row), say('task.givenBack')).then(again)}
					>
						{t('task.giveBack')}
					</button>
				</span>
			)}
		</li>
	);
}

type GroupProps = { title: string; rows: Row[]; safe?: boolean; over: (rows: Row[]) => void; again: () => void };

function Group({ title, rows, ...rest }: GroupProps) {
	const { t } = useTexts();
	if (rows.length === 0) return null;
	return (
		<section class="home-group">
			<h2>
				{title} <span class="count">{rows.length}</span>
				{!rest.safe && rows.length > 1 && (
					<button type="button" class="link small no-print" onClick={() => rest.over(rows)}>
						{t('home.all')}
					</button>
				)}
			</h2>
			<ul class="card">
				{rows.map((row) => (
					<Line key={row.id} row={row} {...rest} />
				))}
			</ul>
		</section>
	);
}

export function HomePage() {
	const { t, language } = useTexts();
	const me = useValue(actor);
	const [back, setBack] = useState(() => typedDay(shortDay(nextWeekday(), language), false));
	const [over, setOver] = useState<Row[] | null>(null);
	const mine = useLoad(`${me} ${language}`, () => worklist({ owner: me }, '500'));
	const calls = useLoad('calls', callBacks);
	useHeard(['Task', 'Communication'], () => (mine.again(), calls.again()));
	useKeys((command) => {
		if (command !== 'back') return false;
		go(PATHS.worklist);
		return true;
	});
	useEffect(() => {
		document.title = `${t('overview.home')} · Limen`;
	}, [language]);
	const day = back.day ?? nextWeekday();
	const sorted = sortOut(mine.value?.rows ?? [], day);
	const promised = (calls.value ?? []).filter((one) => one.by === me && one.back?.by && Date.parse(one.back.by) < Date.parse(localInstant(day, BACK)));
	const known = mine.value !== null && calls.value !== null;
	const calm = known && sorted.now.length === 0 && sorted.undated.length === 0 && promised.length === 0;
	const rest = { over: setOver, again: mine.again };
	return (
		<div class="page page-list">
			<div class="lead">
				<h1>{t('overview.home')}</h1>
				<p class="soft">{t('home.lead')}</p>
			</div>
			<OverviewLinks at="home" />
			<div class="home-back no-print">
				<DateField name="back" label={t('home.back')} required past={false} value={back} change={setBack} />
			</div>
			{mine.failure !== null && <Failed failure={mine.failure} retry={mine.again} />}
			{!known && mine.failure === null && <Loading />}
			<div role="status">
				{calm && (
					<p class="card calm">
						<strong>{t('home.calm')}</strong>
						<span>{t('home.calmWhy', { n: sorted.safe.length, day: longDay(day, language) })}</span>
					</p>
				)}
			</div>
			<Group title={t('home.now')} rows={sorted.now} {...rest} />
			{promised.length > 0 && (
				<section class="home-group">
					<h2>
						{t('home.promised')} <span class="count">{promised.length}</span>
					</h2>
					<ul class="card plain-list">
						{promised.map((one) => (
							<li key={one.id}>
								<a href={PATHS.call}>
									{one.back?.by && dayAndTime(one.back.by, language)} {nameOfPatient(one.patient) || one.from}
								</a>{' '}
								<span class="soft">{one.reason}</span>
							</li>
						))}
					</ul>
				</section>
			)}
			<Group title={t('home.undated')} rows={sorted.undated} {...rest} />
			<Group title={t('home.safe')} rows={sorted.safe} safe {...rest} />
			{over && <HandOverDialog rows={over} closed={() => setOver(null)} done={mine.again} />}
		</div>
	);
}
