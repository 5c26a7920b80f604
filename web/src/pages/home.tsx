// home.tsx: safe to go home: all I own is done, handed over, or proven safe until I am back. What is not stands first, with what can be done.
import { useEffect, useState } from 'preact/hooks';
import { callBacks } from '../api/calls.ts';
import { actor } from '../api/client.ts';
import { safeToGo, type Safe } from '../api/load.ts';
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

// The server proves what can wait, with office hours and minutes; without a date nothing is proven.
function sortOut(rows: Row[], safe: Safe): Sorted {
	const dated = (row: Row) => row.start !== null || row.dueAt !== null;
	const can = (row: Row) => safe.tasks.find((one) => one.id === row.id)?.state === 'safe';
	return {
		now: rows.filter((row) => dated(row) && !can(row)),
		undated: rows.filter((row) => !dated(row) && !can(row)),
		safe: rows.filter(can),
	};
}

type Mine = { rows: Row[]; safe: Safe };

async function readMine(me: string, until: string): Promise<Mine> {
	const [page, safe] = await Promise.all([worklist({ owner: me }, '500'), safeToGo(me, until)]);
	return { rows: page.rows, safe };
}

type LineProps = { row: Row; why: string; safe?: boolean; over: (rows: Row[]) => void; again: () => void };

function Line({ row, why, safe, over, again }: LineProps) {
	const { t } = useTexts();
	return (
		<li class="home-line">
			<DueBadge row={row} />
			<span>
				<a href={taskPath(row.id)}>
					<strong>{row.step}</strong> {row.about}
				</a>
				<span class="soft"> {nameOfPatient(row.patient)}</span>
				{why && <span class="soft small home-why">{why}</span>}
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

type GroupProps = { title: string; rows: Row[]; whys: Safe['tasks']; safe?: boolean; over: (rows: Row[]) => void; again: () => void };

function Group({ title, rows, whys, ...rest }: GroupProps) {
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
					<Line key={row.id} row={row} why={whys.find((one) => one.id === row.id)?.why ?? ''} {...rest} />
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
	const day = back.day ?? nextWeekday();
	const mine = useLoad(`${me} ${day} ${language}`, () => readMine(me, localInstant(day, BACK)));
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
	const safe = mine.value?.safe ?? { safe: false, until: '', left: 0, tasks: [] };
	const sorted = sortOut(mine.value?.rows ?? [], safe);
	const promised = (calls.value ?? []).filter((one) => one.by === me && one.back?.by && Date.parse(one.back.by) < Date.parse(localInstant(day, BACK)));
	const known = mine.value !== null && calls.value !== null;
	const calm = known && sorted.now.length === 0 && sorted.undated.length === 0 && promised.length === 0;
	const rest = { over: setOver, again: mine.again, whys: safe.tasks };
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
						<span>{sorted.safe.length === 0 ? t('home.calmNone') : t('home.calmWhy', { n: sorted.safe.length, day: longDay(day, language) })}</span>
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
