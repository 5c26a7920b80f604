// overview.tsx: the sheet for the morning meeting, on the wall or on paper: which laws fall, who comes, who waits for a call, what lies loose.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { callBacks } from '../api/calls.ts';
import { bannerName, cprOf, cprShown } from '../api/fhir.ts';
import { isOld } from '../api/habits.ts';
import { openQuestions, pressing, visitsOn, type Visit } from '../api/morning.ts';
import { openEnds } from '../api/pathways.ts';
import { keptPatient } from '../api/people.ts';
import type { Row } from '../api/tasks.ts';
import { dayOf, daysUntil, longDay, now, shortDay, timeOf, today, weekdayFrom } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad, type Loaded } from '../base/load.ts';
import { PATHS, go, patientPath, taskPath } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { Badge } from '../parts/badge.tsx';
import { nameOfPatient } from '../parts/calls.tsx';
import { Card } from '../parts/card.tsx';
import { useHabits } from '../parts/habits.tsx';
import { useHeard } from '../parts/heard.ts';
import { OverviewLinks } from '../parts/overviewlinks.tsx';
import { Loading } from '../parts/states.tsx';
import { nameOfActor } from '../parts/who.tsx';

type PartProps<T> = { id: string; title: string; count?: number | undefined; of: Loaded<T>; children: (value: T) => ComponentChildren };

function Part<T>({ id, title, count, of, children }: PartProps<T>) {
	return (
		<Card id={id} title={title} count={count} failure={of.failure} again={of.again}>
			{of.value === null ? <Loading /> : children(of.value)}
		</Card>
	);
}

const FALLING_SHOWN = 15;

function Falling({ rows }: { rows: Row[] }) {
	const { t, language } = useTexts();
	if (rows.length === 0) return <p class="soft">{t('morning.noFalling')}</p>;
	return (
		<ul class="small-list">
			{rows.slice(0, FALLING_SHOWN).map((row) => {
				const left = daysUntil(row.lawDue ?? today());
				return (
					<li key={row.id}>
						<span class="due">
							<Badge level={left === 0 ? 'today' : 'soon'} words={left === 0 ? t('due.today') : t('due.days', { n: left })} />
							<span class="due-day">{row.lawDue && shortDay(row.lawDue, language)}</span>
						</span>
						<span>
							<a href={taskPath(row.id)}>{row.step}</a> {nameOfPatient(row.patient)}
							<span class="soft small">
								{' '}
								· {nameOfActor(row.owner) || t('owner.free')}
								{row.law && row.force !== 'local' && ` · ${row.law}`}
							</span>
						</span>
					</li>
				);
			})}
			{rows.length > FALLING_SHOWN && (
				<li>
					<a href={PATHS.worklist}>{t('morning.moreFalling', { n: rows.length - FALLING_SHOWN })}</a>
				</li>
			)}
		</ul>
	);
}

function byPlace(list: Visit[]): [string, Visit[]][] {
	const places = new Map<string, Visit[]>();
	for (const one of list) {
		const place = one.place.split(' · ').at(-1) ?? '';
		places.set(place, [...(places.get(place) ?? []), one]);
	}
	return [...places].sort((a, b) => b[1].length - a[1].length);
}

function Visits({ list }: { list: Visit[] }) {
	const { t } = useTexts();
	if (list.length === 0) return <p class="soft">{t('morning.noVisits')}</p>;
	return (
		<>
			{byPlace(list).map(([place, here]) => (
				<div key={place}>
					<h4>
						{place || t('morning.noPlace')} <span class="count">{here.length}</span>
					</h4>
					<ol class="why-lines visits">
						{here.map((one) => {
							const patient = keptPatient(one.patient);
							const cpr = cprOf(patient);
							return (
								<li key={one.id}>
									<time dateTime={one.at}>{timeOf(one.at)}</time>
									<span>
										<a href={patientPath(one.patient)}>{patient ? bannerName(patient) : t('banner.noName')}</a>{' '}
										<span class="soft">
											{cpr && cprShown(cpr, false)} · {one.what}
										</span>
										{one.mayTurnUp && <span class="flag">{t('times.mayTurnUp')}</span>}
										{one.tongue && <span class="flag">{t('banner.interpreter', { language: one.tongue })}</span>}
									</span>
								</li>
							);
						})}
					</ol>
				</div>
			))}
		</>
	);
}

function Calls() {
	const { t } = useTexts();
	const list = useLoad('calls', callBacks);
	useHeard(['Communication'], list.again);
	return (
		<Part id="morning-calls" title={t('callback.title')} count={list.value?.length} of={list}>
			{(all) => {
				const late = all.filter((one) => one.back?.by && Date.parse(one.back.by) < now()).length;
				return (
					<p>
						<a href={PATHS.call}>{all.length === 0 ? t('callback.none') : t('morning.waiting', { n: all.length })}</a>
						{late > 0 && ` ${t('morning.promisesPassed', { n: late })}`}
					</p>
				);
			}}
		</Part>
	);
}

function Ends() {
	const { t } = useTexts();
	const list = useLoad('ends', openEnds);
	return (
		<Part id="morning-ends" title={t('nav.ends')} count={list.value?.length} of={list}>
			{(all) => {
				const old = all.filter((one) => one.since && -daysUntil(dayOf(one.since)) > 30).length;
				return (
					<p>
						<a href={PATHS.ends}>{t('ends.count', { n: all.length })}</a>
						{old > 0 && ` · ${t('ends.old', { n: old })}`}
					</p>
				);
			}}
		</Part>
	);
}

function Questions() {
	const { t } = useTexts();
	const list = useLoad('questions', openQuestions);
	useHeard(['Task'], list.again);
	return (
		<Part id="morning-questions" title={t('morning.questions')} count={list.value?.length} of={list}>
			{(all) => (
				<p>
					<a href={PATHS.questions}>{all.length === 0 ? t('morning.noQuestions') : t('morning.askedDoctors', { n: all.length })}</a>
				</p>
			)}
		</Part>
	);
}

export function OverviewPage() {
	const { t, language } = useTexts();
	const press = useLoad(language, pressing);
	const day = weekdayFrom(today()); // at the weekend the sheet is Monday's
	const visits = useLoad(day, () => visitsOn(day));
	const old = useHabits().filter(isOld);
	useKeys((command) => {
		if (command !== 'back') return false;
		go(PATHS.worklist);
		return true;
	});
	useEffect(() => {
		document.title = `${t('morning.title')} · Limen`;
	}, [language]);
	return (
		<div class="page page-overview">
			<div class="lead">
				<h1>{t('morning.title')}</h1>
				<p class="soft">{longDay(today(), language)}</p>
			</div>
			<OverviewLinks at="overview" />
			<div class="overview">
				<div>
					<Part id="falling" title={t('morning.falling')} count={press.value?.falling.length} of={press}>
						{(value) => (
							<>
								<p>
									{t('morning.late', { n: value.late })} · {t('group.breaches', { n: value.breached })}
									{!value.whole && '+'} · {t('morning.dueToday', { n: value.dueToday })}
								</p>
								<Falling rows={value.falling} />
							</>
						)}
					</Part>
					<Calls />
					<Questions />
					<Ends />
					{old.length > 0 && (
						<Card id="morning-habits" title={t('habits.review')} count={old.length}>
							<p>
								<a href={PATHS.habits}>{old.map((one) => one.title).join(', ')}</a>
							</p>
						</Card>
					)}
				</div>
				<Part id="visits" title={day === today() ? t('morning.visits') : t('morning.visitsOn', { day: longDay(day, language) })} count={visits.value?.length} of={visits}>
					{(list) => <Visits list={list} />}
				</Part>
			</div>
		</div>
	);
}
