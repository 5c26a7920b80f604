// load.tsx: load and coverage by the hour: who is there, what must be begun, who answers the telephone, what only one can do. The team's figures,
// nobody's own.
import { useEffect, useState } from 'preact/hooks';
import { actor } from '../api/client.ts';
import { loadOf, type Alone, type Load } from '../api/load.ts';
import { longDay, shortDay, timeOf, today, weekdayFrom } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { PATHS, go } from '../base/route.ts';
import { useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { Card } from '../parts/card.tsx';
import { DateField, typedDay } from '../parts/field.tsx';
import { useHeard } from '../parts/heard.ts';
import { OverviewLinks } from '../parts/overviewlinks.tsx';
import { Empty, Failed, Loading } from '../parts/states.tsx';
import { nameOfActor, workerOf } from '../parts/who.tsx';

const hour = (at: string) => timeOf(at) || at;
const hoursOf = (minutes: number) => (minutes < 60 ? `${minutes} min.` : `${Math.round(minutes / 60)} t.`);
const person = (reference: string) => nameOfActor(reference);

function Sum({ load }: { load: Load }) {
	const { t } = useTexts();
	return (
		<div class={load.tips ? 'card load-sum load-tips' : 'card load-sum'}>
			<p>
				<strong>{load.tips ? t('load.tips') : t('load.holds')}</strong>
			</p>
			<p>{t('load.hours', { need: hoursOf(load.minutesNeeded), there: hoursOf(load.minutesThere) })}</p>
			<p class="soft">
				{!load.planned && `${t('load.unplanned')} · `}
				{t('load.open', { n: load.open })} · {t('load.unowned', { n: load.unowned })} ·{' '}
				{t('load.toBegin', { n: load.toBegin })} · {t('load.handovers', { n: load.handovers })}
			</p>
		</div>
	);
}

function Hours({ load }: { load: Load }) {
	const { t } = useTexts();
	const most = Math.max(1, ...load.hours.map((one) => Math.max(one.onDuty, one.toBegin)));
	return (
		<table class="hours">
			<thead>
				<tr>
					<th scope="col">{t('load.hour')}</th>
					<th scope="col">{t('load.onDuty')}</th>
					<th scope="col">{t('load.begin')}</th>
					<th scope="col">{t('load.focus')}</th>
					<th scope="col">{t('load.phone')}</th>
				</tr>
			</thead>
			<tbody>
				{load.hours.map((one) => (
					<tr key={one.from}>
						<th scope="row">{hour(one.from)}</th>
						<td>
							<span class="hours-bar" style={{ inlineSize: `${(6 * one.onDuty) / most}rem` }} aria-hidden="true" />
							{one.onDuty}
						</td>
						<td>
							<span class="hours-bar hours-begin" style={{ inlineSize: `${(6 * one.toBegin) / most}rem` }} aria-hidden="true" />
							{one.toBegin}
						</td>
						<td>{one.focus || ''}</td>
						<td>{one.phone && person(one.phone)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

// What nobody there can do stands before what one can.
function Few({ id, title, list }: { id: string; title: string; list: Alone[] }) {
	if (list.length === 0) return null;
	return (
		<Card id={id} title={title} count={list.length}>
			<ul class="plain-list">
				{list.map((one, at) => (
					<li key={at}>
						<strong>{one.word || one.competence}</strong>
						{one.name && `: ${one.name}`}
						<span class="soft">
							{' '}
							{hour(one.from)}–{hour(one.to)}
						</span>
					</li>
				))}
			</ul>
		</Card>
	);
}

function Rest({ load }: { load: Load }) {
	const { t } = useTexts();
	return (
		<div class="overview">
			<div>
				<Few id="load-nobody" title={t('load.nobodyCan')} list={load.alone.filter((one) => !one.name)} />
				<Few id="load-alone" title={t('load.alone')} list={load.alone.filter((one) => one.name)} />
				{load.alone.length === 0 && (
					<Card id="load-alone" title={t('load.alone')}>
						<p class="soft">{t('load.noAlone')}</p>
					</Card>
				)}
			</div>
			<Card id="load-cover" title={t('load.cover')} count={load.cover.length}>
				{load.cover.length === 0 && <p class="soft">{t('load.noCover')}</p>}
				<ul class="plain-list">
					{load.cover.map((one, at) => (
						<li key={at}>
							{t('load.answersFor', {
								from: hour(one.from),
								to: hour(one.to),
								person: person(one.person),
								by: one.by ? person(one.by) : t('load.nobody'),
							})}
							{one.why && <span class="soft"> · {one.why}</span>}
						</li>
					))}
				</ul>
			</Card>
		</div>
	);
}

export function LoadPage() {
	const { t, language } = useTexts();
	const me = useValue(actor);
	const [typed, setTyped] = useState(() => typedDay(shortDay(weekdayFrom(today()), language), false));
	const day = typed.day ?? weekdayFrom(today());
	const organization = workerOf(me)?.organization ?? '';
	const load = useLoad(organization ? `${organization} ${day} ${language}` : null, () => loadOf(organization, day));
	useHeard(['Task', 'Slot'], load.again);
	useKeys((command) => {
		if (command !== 'back') return false;
		go(PATHS.worklist);
		return true;
	});
	useEffect(() => {
		document.title = `${t('overview.load')} · Limen`;
	}, [language]);
	return (
		<div class="page page-list">
			<div class="lead">
				<h1>{t('overview.load')}</h1>
				<p class="soft">{longDay(day, language)}</p>
			</div>
			<OverviewLinks at="load" />
			<div class="home-back no-print">
				<DateField name="day" label={t('call.backDay')} required past={false} value={typed} change={setTyped} />
			</div>
			{!organization && <Empty title={t('load.noTeam')} />}
			{load.failure !== null && <Failed failure={load.failure} retry={load.again} />}
			{organization && !load.value && load.failure === null && <Loading />}
			{load.value && (
				<div class="shift">
					<Sum load={load.value} />
					<section class="card">
						<Hours load={load.value} />
					</section>
					<Rest load={load.value} />
				</div>
			)}
		</div>
	);
}
