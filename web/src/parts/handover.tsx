// handover.tsx: hand tasks over: to whom, why, and what is done already, so that nobody does it twice. And how a task came here.
import { useState } from 'preact/hooks';
import { actor } from '../api/client.ts';
import { candidatesFor, type Candidate } from '../api/load.ts';
import type { Worker } from '../api/people.ts';
import { handOver, handoversOf, holdTask, type Me } from '../api/owner.ts';
import type { Row } from '../api/tasks.ts';
import { announce, attempt } from '../base/announce.tsx';
import { dayAndTime } from '../base/clock.ts';
import { useLoad } from '../base/load.ts';
import { say, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { Dialog } from './dialog.tsx';
import { ChoiceField, DateField, TextField, typedDay } from './field.tsx';
import { nameOfActor, staff, workerOf } from './who.tsx';

export function meNow(): Me {
	const reference = actor.get();
	return { reference, name: workerOf(reference)?.name ?? reference };
}

type Props = { rows: Row[]; closed: () => void; done: (rows: Row[]) => void };
const QUEUE = 'queue';

// Who could do it now, as the server ranks them, before the others; the server refuses who may not.
function bestFirst(people: Worker[], able: Candidate[]): Worker[] {
	const place = (one: Worker) => {
		const at = able.findIndex((can) => can.person === one.reference);
		return at < 0 ? able.length : at;
	};
	return [...people].sort((a, b) => place(a) - place(b));
}

function Inside({ rows, done, close }: Props & { close: () => void }) {
	const { t } = useTexts();
	const me = useValue(actor);
	const one = rows.length === 1 ? (rows[0]?.id ?? null) : null;
	const able = useLoad(one, () => candidatesFor(one ?? '')).value?.filter((some) => some.can) ?? [];
	const people = bestFirst(
		useValue(staff).filter((some) => some.reference !== me),
		able,
	);
	const [to, setTo] = useState('');
	const [reason, setReason] = useState('');
	const [already, setAlready] = useState('');
	const [wrong, setWrong] = useState<Record<string, string>>({});
	const [sending, setSending] = useState(false);

	async function give(): Promise<void> {
		const worker = people.find((some) => some.reference === to);
		const target = worker ? { reference: worker.reference, name: worker.name } : null;
		const given: Row[] = [];
		let refused = '';
		for (const row of rows) {
			try {
				given.push(await handOver(row, target, { reason, done: already }));
			} catch (failure) {
				refused = failure instanceof Error ? failure.message : '';
			}
		}
		announce(refused || say('handover.given', { n: given.length, name: worker?.name ?? say('handover.queue') }), refused ? 'bad' : 'good');
		if (given.length > 0) done(given);
		if (!refused) close();
	}
	async function submit(event: Event): Promise<void> {
		event.preventDefault();
		const bad: Record<string, string> = {};
		if (!to) bad.to = say('form.missing');
		if (!reason.trim()) bad.reason = say('form.missing');
		setWrong(bad);
		if (sending || Object.keys(bad).length > 0) return;
		setSending(true);
		await give();
		setSending(false);
	}
	return (
		<form class="help-inside" noValidate onSubmit={(event) => void submit(event)}>
			<h2 id="handover-title">{t('handover.title', { n: rows.length })}</h2>
			<ul class="plain-list soft">
				{rows.slice(0, 4).map((row) => (
					<li key={row.id}>
						{row.step} {row.about}
					</li>
				))}
				{rows.length > 4 && <li>{t('handover.more', { n: rows.length - 4 })}</li>}
			</ul>
			<ChoiceField
				name="to"
				label={t('handover.to')}
				required
				options={[{ code: QUEUE, display: t('handover.queue') }, ...people.map((some) => ({ code: some.reference, display: some.name + (able.some((can) => can.person === some.reference) ? ` · ${t('handover.able')}` : '') }))]}
				value={to}
				change={setTo}
				error={wrong.to}
			/>
			<TextField name="reason" label={t('handover.reason')} required value={reason} change={setReason} error={wrong.reason} />
			<TextField name="done" label={t('handover.done')} value={already} change={setAlready} help={t('handover.doneHelp')} />
			<div class="actions">
				<button type="submit" class="button button-main" disabled={sending}>
					{t('handover.give')}
				</button>
				<button type="button" class="button" onClick={close}>
					{t('form.cancel')}
				</button>
			</div>
		</form>
	);
}

export function HandOverDialog(props: Props) {
	return (
		<Dialog title="handover-title" closed={props.closed}>
			{(close) => <Inside {...props} close={close} />}
		</Dialog>
	);
}

type HoldProps = { row: Row; closed: () => void; done: (row: Row) => void };

function Hold({ row, done, close }: HoldProps & { close: () => void }) {
	const { t } = useTexts();
	const [reason, setReason] = useState('');
	const [until, setUntil] = useState(typedDay('', false));
	const [wrong, setWrong] = useState<Record<string, string>>({});
	async function submit(event: Event): Promise<void> {
		event.preventDefault();
		const bad: Record<string, string> = {};
		if (!reason.trim()) bad.reason = say('form.missing');
		if (until.typed.trim() && !until.day) bad.until = say('form.dateWrong', { typed: until.typed });
		setWrong(bad);
		if (Object.keys(bad).length > 0) return;
		if (await attempt(async () => done(await holdTask(row, reason, until.day)), say('hold.done'))) close();
	}
	return (
		<form class="help-inside" noValidate onSubmit={(event) => void submit(event)}>
			<h2 id="hold-title">{t('hold.title')}</h2>
			<p class="soft">{t('hold.lead')}</p>
			<TextField name="reason" label={t('hold.reason')} required value={reason} change={setReason} error={wrong.reason} />
			<DateField name="until" label={t('hold.until')} past={false} value={until} change={setUntil} error={wrong.until} />
			<div class="actions">
				<button type="submit" class="button button-main">
					{t('hold.word')}
				</button>
				<button type="button" class="button" onClick={close}>
					{t('form.cancel')}
				</button>
			</div>
		</form>
	);
}

// It waits for something: why, and until when. Its limits run on.
export function HoldDialog(props: HoldProps) {
	return (
		<Dialog title="hold-title" closed={props.closed}>
			{(close) => <Hold {...props} close={close} />}
		</Dialog>
	);
}

// How a task came here: the last one's words first, for they say what need not be done again.
export function Handovers({ row }: { row: Row }) {
	const { t, language } = useTexts();
	const list = handoversOf(row.task).reverse();
	const last = list[0];
	if (!last) return null;
	return (
		<div class="handed">
			<p>
				<strong>{t('handover.from', { name: nameOfActor(last.from) })}</strong> {last.reason}
				<span class="soft small"> · {last.at && dayAndTime(last.at, language)}</span>
			</p>
			{last.done && (
				<p>
					{t('handover.already')} {last.done}
				</p>
			)}
			{list.length > 1 && <p class="soft small">{t('handover.times', { n: list.length })}</p>}
		</div>
	);
}
