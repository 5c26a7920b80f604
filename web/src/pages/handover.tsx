// handover.tsx: the change of shift, on the screen and on paper: what the last shift says, what changed hands, what is under way and with whom,
// what must begin before noon tomorrow, who waits for a call.
import { useEffect } from 'preact/hooks';
import { callBacks } from '../api/calls.ts';
import { shiftNotes, tellNextShift, underWay, type HandedRow } from '../api/shift.ts';
import { worklist, type Row } from '../api/tasks.ts';
import { attempt } from '../base/announce.tsx';
import { addDays, dayAndTime, daysUntil, localInstant, longDay, today, weekdayFrom } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { PATHS, go, taskPath } from '../base/route.ts';
import { say, useTexts } from '../base/texts.ts';
import { DueBadge } from '../parts/badge.tsx';
import { Card } from '../parts/card.tsx';
import { nameOfPatient } from '../parts/calls.tsx';
import { useHeard } from '../parts/heard.ts';
import { LineForm } from '../parts/lineform.tsx';
import { OverviewLinks } from '../parts/overviewlinks.tsx';
import { nameOfActor } from '../parts/who.tsx';

function Line({ row, handed }: { row: Row; handed?: HandedRow }) {
	const { t } = useTexts();
	return (
		<li>
			<DueBadge row={row} />
			<span>
				<a href={taskPath(row.id)}>{row.step}</a> {nameOfPatient(row.patient)}
				<span class="soft"> · {nameOfActor(row.owner) || t('owner.free')}</span>
				{handed && (
					<span class="handed-line">
						{nameOfActor(handed.last.from)}: {handed.last.reason}
						{handed.last.done && ` · ${t('handover.already')} ${handed.last.done}`}
						{handed.times > 1 && <span class="soft"> · {t('handover.times', { n: handed.times })}</span>}
					</span>
				)}
			</span>
		</li>
	);
}

function Notes() {
	const { t, language } = useTexts();
	const list = useLoad('notes', shiftNotes);
	useHeard(['Communication'], list.again);
	return (
		<Card id="shift-notes" title={t('shift.notes')} count={list.value?.length} failure={list.failure} again={list.again}>
			{list.value?.length === 0 && <p class="soft">{t('shift.noNotes')}</p>}
			<ol class="why-lines history">
				{list.value?.map((one) => (
					<li key={one.id}>
						<time dateTime={one.at}>{dayAndTime(one.at, language)}</time>
						<span>
							{one.text} <span class="soft">· {nameOfActor(one.by)}</span>
						</span>
					</li>
				))}
			</ol>
			<LineForm
				label={t('shift.tell')}
				button={t('record.add')}
				send={(text) => attempt(() => tellNextShift(text), say('record.saved')).then((fine) => (fine && list.again(), fine))}
			/>
		</Card>
	);
}

type Soon = { rows: Row[]; passed: number };

// What must be begun before noon of the next weekday, can still be in time, and nobody has. What is late already is counted only.
async function soonAndFree(): Promise<Soon> {
	const noon = localInstant(weekdayFrom(addDays(today(), 1)), '12:00');
	const { rows } = await worklist({ 'latest-start': `lt${noon}`, 'owner:missing': 'true' }, '500');
	const inTime = rows.filter((row) => row.due !== null && daysUntil(row.due) >= 0);
	return { rows: inTime, passed: rows.length - inTime.length };
}

export function HandoverPage() {
	const { t, language } = useTexts();
	const work = useLoad(language, underWay);
	const soon = useLoad(language, soonAndFree);
	const calls = useLoad('calls', callBacks);
	useHeard(['Task', 'Communication'], () => (work.again(), soon.again(), calls.again()));
	useKeys((command) => {
		if (command !== 'back') return false;
		go(PATHS.worklist);
		return true;
	});
	useEffect(() => {
		document.title = `${t('overview.handover')} · Limen`;
	}, [language]);
	const handed = work.value?.handed ?? [];
	const going = work.value?.going ?? [];
	return (
		<div class="page page-list">
			<div class="lead">
				<h1>{t('overview.handover')}</h1>
				<p class="soft">{longDay(today(), language)}</p>
			</div>
			<OverviewLinks at="handover" />
			<div class="shift">
				<Notes />
				<Card id="shift-handed" title={t('shift.handed')} count={handed.length} failure={work.failure} again={work.again}>
					{handed.length === 0 && <p class="soft">{t('shift.noHanded')}</p>}
					<ul class="small-list">
						{handed.map((one) => (
							<Line key={one.row.id} row={one.row} handed={one} />
						))}
					</ul>
				</Card>
				<Card id="shift-calls" title={t('callback.title')} count={calls.value?.length} failure={calls.failure} again={calls.again}>
					{calls.value?.length === 0 && <p class="soft">{t('callback.none')}</p>}
					<ul class="plain-list">
						{calls.value?.map((one) => (
							<li key={one.id}>
								<a href={PATHS.call}>{nameOfPatient(one.patient) || one.from || t('call.nobody')}</a> {one.reason}
								<span class="soft">
									{one.back?.by && ` · ${dayAndTime(one.back.by, language)}`}
									{one.back?.number && ` · ${one.back.number}`}
								</span>
							</li>
						))}
					</ul>
				</Card>
				<Card id="shift-going" title={t('shift.going')} count={going.length} failure={work.failure} again={work.again}>
					{going.length === 0 && <p class="soft">{t('shift.noGoing')}</p>}
					<ul class="small-list">
						{going.slice(0, 40).map((row) => (
							<Line key={row.id} row={row} />
						))}
					</ul>
				</Card>
				<Card id="shift-soon" title={t('shift.soon')} count={soon.value?.rows.length} failure={soon.failure} again={soon.again}>
					{soon.value?.rows.length === 0 && <p class="soft">{t('shift.noSoon')}</p>}
					<ul class="small-list">
						{soon.value?.rows.slice(0, 25).map((row) => (
							<Line key={row.id} row={row} />
						))}
					</ul>
					{soon.value !== null && soon.value.passed > 0 && <p class="soft">{t('shift.passed', { n: soon.value.passed })}</p>}
				</Card>
			</div>
		</div>
	);
}
