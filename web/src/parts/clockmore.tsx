// clockmore.tsx: what more there is to know of a deadline, on request: its arithmetic day by day, and what has moved it. What still stands can be
// taken back, with a reason.
import { useState } from 'preact/hooks';
import { clockChanges, clockDays, undo, type Change, type ClockDay } from '../api/pathways.ts';
import { announce } from '../base/announce.tsx';
import { dayAndTime, shortDay } from '../base/clock.ts';
import { useLoad } from '../base/load.ts';
import { useTexts } from '../base/texts.ts';
import { Failed, Loading } from './states.tsx';
import { nameOfActor } from './who.tsx';

type Of = { pathway: string; clock: string };

function DayRow({ day }: { day: ClockDay }) {
	const { language } = useTexts();
	return (
		<tr class={day.number === null ? 'day-none' : undefined}>
			<td>
				<time dateTime={day.date}>{shortDay(day.date, language)}</time>
			</td>
			<td>{day.name}</td>
			<td class="number">{day.number ?? '·'}</td>
			<td class="soft">
				{day.numberLate !== null && `(${day.numberLate}) `}
				{day.none !== day.name && day.none}
			</td>
		</tr>
	);
}

function Days({ pathway, clock }: Of) {
	const { t, language } = useTexts();
	const days = useLoad(`${pathway} ${clock} ${language} days`, () => clockDays(pathway, clock));
	if (days.failure) return <Failed failure={days.failure} retry={days.again} />;
	if (!days.value) return <Loading />;
	if (days.value.length === 0) return <p class="soft">{t('clock.noDays')}</p>;
	return (
		<table class="days">
			<tbody>
				{days.value.map((day) => (
					<DayRow key={day.date} day={day} />
				))}
			</tbody>
		</table>
	);
}

function TakeBack({ change, done }: { change: Change; done: () => void }) {
	const { t } = useTexts();
	const [asking, ask] = useState(false);
	const [reason, type] = useState('');
	async function send(event: Event): Promise<void> {
		event.preventDefault();
		try {
			await undo(change.resource, reason.trim());
			announce(t('undo.done'), 'good');
			done();
		} catch (failure) {
			announce(failure instanceof Error ? failure.message : '', 'bad');
		}
	}
	if (!asking)
		return (
			<button type="button" class="link" onClick={() => ask(true)}>
				{t('undo.word')}
			</button>
		);
	return (
		<form class="undo" onSubmit={send}>
			<label>
				{t('undo.reason')}
				<input value={reason} required autofocus onInput={(event) => type(event.currentTarget.value)} />
			</label>
			<button type="submit" disabled={!reason.trim()}>
				{t('undo.send')}
			</button>
			<button type="button" class="link" onClick={() => ask(false)}>
				{t('undo.keep')}
			</button>
		</form>
	);
}

function ChangeRow({ change, done }: { change: Change; done: () => void }) {
	const { t, language } = useTexts();
	const due = change.dueAfter && change.dueAfter !== change.dueBefore;
	return (
		<li>
			<time dateTime={change.at}>{dayAndTime(change.at, language)}</time>
			<span>
				{change.fact || t('change.gone')}: {change.from} → {change.to}
				{due && ` · ${t('timeline.by')} ${shortDay(change.dueAfter, language)}`}
				<span class="soft">
					{' '}
					· {nameOfActor(change.by) || change.by}
					{change.reason && ` · ${change.reason}`}
				</span>{' '}
				{change.undoable && <TakeBack change={change} done={done} />}
			</span>
		</li>
	);
}

function Changes({ pathway, clock }: Of) {
	const { t, language } = useTexts();
	const list = useLoad(`${pathway} ${clock} ${language} changes`, () => clockChanges(pathway, clock));
	if (list.failure) return <Failed failure={list.failure} retry={list.again} />;
	if (!list.value) return <Loading />;
	if (list.value.length === 0) return <p class="soft">{t('change.none')}</p>;
	return (
		<ol class="why-lines">
			{list.value.map((change, at) => (
				<ChangeRow key={at} change={change} done={list.again} />
			))}
		</ol>
	);
}

export function ClockMore({ pathway, clock }: Of) {
	const { t } = useTexts();
	const [open, show] = useState<'days' | 'changes' | null>(null);
	const toggle = (what: 'days' | 'changes') => () => show(open === what ? null : what);
	return (
		<div class="clock-extra">
			<p class="no-print">
				<button type="button" class="link" aria-expanded={open === 'days'} onClick={toggle('days')}>
					{t('clock.days')}
				</button>
				{' · '}
				<button type="button" class="link" aria-expanded={open === 'changes'} onClick={toggle('changes')}>
					{t('clock.changes')}
				</button>
			</p>
			{open === 'days' && <Days pathway={pathway} clock={clock} />}
			{open === 'changes' && <Changes pathway={pathway} clock={clock} />}
		</div>
	);
}
