// cards.tsx: the difficult conversation, one key away from everywhere: what to do and say, whom to give it to now, and somebody to look after
// who had it. A card is read while one speaks: few words, one key for each thing.
import { useState } from 'preact/hooks';
import { CARDS, saveCall, type Card, type NewCall } from '../api/calls.ts';
import { actor } from '../api/client.ts';
import { patient as readPatient } from '../api/people.ts';
import { askAfterCare } from '../api/aftercare.ts';
import { announce } from '../base/announce.tsx';
import { say, useTexts, type Key } from '../base/texts.ts';
import { Value, useValue } from '../base/value.ts';
import { Dialog } from '../parts/dialog.tsx';

type Open = { patient: string | null };
const open = new Value<Open | null>(null);

export function openCard(patient: string | null): void {
	open.set({ patient });
}

const STEPS: Record<Card, readonly Key[]> = {
	'svaer-samtale': ['card.calm.1', 'card.calm.2', 'card.calm.3', 'card.calm.4', 'card.calm.5'],
	selvmordstruet: ['card.life.1', 'card.life.2', 'card.life.3', 'card.life.4', 'card.life.5'],
};
const SAY: Record<Card, readonly Key[]> = {
	'svaer-samtale': ['card.calm.say1', 'card.calm.say2', 'card.calm.say3'],
	selvmordstruet: ['card.life.say1', 'card.life.say2', 'card.life.say3'],
};
const TO = ['doctor', 'nurse', 'leader', 'colleague', 'alarm'] as const;
type To = (typeof TO)[number];

async function handOver(card: Card, to: To | null, patient: string | null, care: boolean): Promise<void> {
	const who = patient ? await readPatient(patient) : null;
	const call: NewCall = {
		patient: who,
		caller: 'other',
		callerName: '',
		identity: 'not-checked',
		reason: card,
		outcome: to === null ? 'answered' : to === 'alarm' || card === 'selvmordstruet' ? 'emergency' : 'passed-on',
		want: '',
		note: '',
		passedTo: to ? say(`card.to.${to}`) : '',
		backBy: null,
		backNumber: '',
		referral: null,
		answers: null,
	};
	await saveCall(call);
	if (care) await askAfterCare(card, actor.get());
}

function Steps({ card }: { card: Card }) {
	const { t } = useTexts();
	return (
		<>
			<ol class="card-steps">
				{STEPS[card].map((key) => (
					<li key={key}>{t(key)}</li>
				))}
			</ol>
			<div class="card-say">
				<h3>{t('say.title')}</h3>
				{SAY[card].map((key) => (
					<p key={key}>{t(key)}</p>
				))}
			</div>
			<p class="never">{t(card === 'selvmordstruet' ? 'card.life.never' : 'card.calm.never')}</p>
		</>
	);
}

function Inside({ patient, close }: Open & { close: () => void }) {
	const { t } = useTexts();
	const [card, turn] = useState<Card>('svaer-samtale');
	const [care, setCare] = useState(true);
	const [sending, setSending] = useState(false);
	async function give(to: To | null): Promise<void> {
		if (sending) return;
		setSending(true);
		try {
			await handOver(card, to, patient, care);
			announce(say(care ? 'card.doneCare' : 'card.done'), 'good');
			close();
		} catch (failure) {
			announce(failure instanceof Error ? failure.message : '', 'bad');
		} finally {
			setSending(false);
		}
	}
	function keys(event: KeyboardEvent): void {
		const to = TO[Number(event.key) - 1];
		if (to && !event.ctrlKey && !event.altKey && !event.metaKey) void give(to);
		else if (event.key === 'F9') turn(card === 'svaer-samtale' ? 'selvmordstruet' : 'svaer-samtale');
		else return;
		event.preventDefault();
	}
	return (
		<div class="help-inside" onKeyDown={keys}>
			<h2 id="card-title">{t(`reason.${card}`)}</h2>
			<div class="chips" role="group" aria-label={t('card.which')}>
				{CARDS.map((one) => (
					<button key={one} type="button" class="chip" aria-pressed={card === one} onClick={() => turn(one)} autofocus={card === one}>
						{t(`reason.${one}`)}
					</button>
				))}
				<kbd aria-hidden="true">F9</kbd>
			</div>
			<Steps card={card} />
			<section>
				<h3>{t('card.give')}</h3>
				<div class="card-give">
					{TO.map((to, at) => (
						<button key={to} type="button" class="button" disabled={sending} onClick={() => void give(to)}>
							<kbd aria-hidden="true">{at + 1}</kbd> {t(`card.to.${to}`)}
						</button>
					))}
				</div>
			</section>
			<label class="check">
				<input type="checkbox" checked={care} onChange={(event) => setCare(event.currentTarget.checked)} />
				<span>{t('card.care')}</span>
			</label>
			<div class="actions">
				<button type="button" class="button button-main" disabled={sending} onClick={() => void give(null)}>
					{t('card.ended')}
				</button>
				<button type="button" class="button" onClick={close}>
					{t('help.close')}
				</button>
			</div>
		</div>
	);
}

export function DifficultCard() {
	const now = useValue(open);
	if (!now) return null;
	return (
		<Dialog title="card-title" class="help-card" closed={() => open.set(null)}>
			{(close) => <Inside patient={now.patient} close={close} />}
		</Dialog>
	);
}
