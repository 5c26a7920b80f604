// call.tsx: a call. One box: who, made sure how, about what, what came of it; beside it what may be said. Logged in a few keys, and the next
// caller can be asked for.
import { useEffect, useRef, useState } from 'preact/hooks';
import {
	IDENTITIES,
	OUTCOMES,
	REASONS,
	WANTS,
	communication,
	reasonKey,
	saveCall,
	usualOutcome,
	usualWant,
	type Caller,
	type Identity,
	type NewCall,
	type Outcome,
	type Reason,
	type Want,
} from '../api/calls.ts';
import { Failure, actor } from '../api/client.ts';
import { addressOf, idOf, isProtected, type Communication, type Episode, type Patient } from '../api/fhir.ts';
import { patient as readPatient } from '../api/people.ts';
import { pathwaysOf } from '../api/pathways.ts';
import { announce } from '../base/announce.tsx';
import { readTime, today } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { useLoad } from '../base/load.ts';
import { PATHS, go } from '../base/route.ts';
import { say, useTexts } from '../base/texts.ts';
import { useValue } from '../base/value.ts';
import { Banner } from '../parts/banner.tsx';
import { BackFields, PassedTo, WhoCalls } from '../parts/callparts.tsx';
import { CallQueue, MyCalls } from '../parts/callqueue.tsx';
import { CallSide, opennessOf, useConsents } from '../parts/callside.tsx';
import { TextField, focusFirstWrong, typedDay } from '../parts/field.tsx';
import { KeyChoice, focusField } from '../parts/keychoice.tsx';
import { openCard } from '../shell/cards.tsx';
import { openRaise, useSubject } from '../shell/raise.tsx';

export type Draft = {
	caller: Caller;
	callerName: string;
	identity: Identity | '';
	reason: Reason | '';
	outcome: Outcome;
	want: Want | '';
	note: string;
	passedTo: string;
	backDay: string;
	backTime: string;
	backNumber: string;
};
const EMPTY: Draft = {
	caller: 'patient',
	callerName: '',
	identity: '',
	reason: '',
	outcome: 'answered',
	want: '',
	note: '',
	passedTo: '',
	backDay: '',
	backTime: '',
	backNumber: '',
};

// Where the hands go when an outcome was chosen by its digit.
const AFTER_OUTCOME: Record<Outcome, string> = {
	answered: 'note',
	task: 'want',
	'call-back': 'backTime',
	'passed-on': 'passedTo',
	emergency: 'passedTo',
};

const isOpen = (one: Episode) => one.status !== 'finished' && one.status !== 'cancelled';

function wrongIn(draft: Draft, patient: Patient | null): Record<string, string> {
	const wrong: Record<string, string> = {};
	if (patient && !draft.identity) wrong.identity = say('call.needIdentity');
	if (!draft.reason) wrong.reason = say('call.needReason');
	if (draft.outcome === 'call-back') {
		if (draft.backDay.trim() && !typedDay(draft.backDay, false).day) wrong.backDay = say('form.dateWrong', { typed: draft.backDay });
		if (draft.backTime.trim() && !readTime(draft.backTime)) wrong.backTime = say('form.timeWrong', { typed: draft.backTime });
	}
	if ((draft.outcome === 'passed-on' || draft.outcome === 'emergency') && !draft.passedTo.trim()) wrong.passedTo = say('form.missing');
	return wrong;
}

const wanted = (draft: Draft): Want => draft.want || usualWant(draft.reason);

function callOf(draft: Draft, patient: Patient | null, referral: string | null, answers: Communication | null): NewCall {
	const day = typedDay(draft.backDay, false).day ?? today();
	const time = readTime(draft.backTime);
	const promised = draft.backDay.trim() !== '' || time !== null;
	return {
		...draft,
		patient,
		want: wanted(draft),
		identity: draft.identity || 'not-checked',
		reason: draft.reason || 'andet',
		backBy: draft.outcome === 'call-back' && promised ? { day, time: time ?? '15:00' } : null,
		referral,
		answers,
	};
}

// A call back: who waits stands in the address, so that the queue can open it.
function useAnswered(id: string | null, found: (first: Communication, patient: Patient | null) => void): void {
	useEffect(() => {
		if (!id) return;
		communication(id).then(
			async (first) => {
				const who = idOf(first.subject, 'Patient');
				found(first, who ? await readPatient(who) : null);
			},
			(failure: unknown) => announce(failure instanceof Error ? failure.message : '', 'bad'),
		);
	}, [id]);
}

export function CallPage({ answering }: { answering: string | null }) {
	const { t, language } = useTexts();
	const me = useValue(actor);
	const form = useRef<HTMLFormElement>(null);
	const [patient, setPatient] = useState<Patient | null>(null);
	const [none, setNone] = useState(false); // the call is about nobody
	const [draft, setDraft] = useState<Draft>(EMPTY);
	const [wrong, setWrong] = useState<Record<string, string>>({});
	const [general, setGeneral] = useState('');
	const [answers, setAnswers] = useState<Communication | null>(null);
	const [sending, setSending] = useState(false);
	const [logged, setLogged] = useState(0);
	const consents = useConsents(patient?.id ?? null);
	const pathways = useLoad(patient?.id ?? null, () => pathwaysOf(patient?.id ?? ''));
	const open = (pathways.value ?? []).filter(isOpen);
	const openness = opennessOf(patient, draft.caller, draft.identity, consents.value?.length ?? 0);
	const set = (some: Partial<Draft>) => setDraft((before) => ({ ...before, ...some }));
	const to = (name: string) => focusField(form.current, name);

	useSubject(patient && { patient: patient.id ?? null, pathway: open[0]?.id ?? null });

	useAnswered(answering, (first, who) => {
		setAnswers(first);
		setPatient(who);
		setNone(!who);
		set({ identity: 'known' });
		to('reason');
	});
	useEffect(() => {
		document.title = `${t('nav.call')} · Limen`;
	}, [language]);
	useKeys((command) => {
		if (command !== 'back') return false;
		if (patient || none) clear();
		else go(PATHS.worklist);
		return true;
	});

	function clear(): void {
		setPatient(null);
		setNone(false);
		setDraft(EMPTY);
		setWrong({});
		setGeneral('');
		setAnswers(null);
		if (answering) go(PATHS.call);
		to('patient');
	}
	function choose(who: Patient | null): void {
		setPatient(who);
		setNone(!who);
		setWrong({});
		to(who ? 'identity' : 'reason');
	}
	function pickReason(reason: Reason): void {
		set({ reason, outcome: usualOutcome(reason), want: usualWant(reason) });
		setWrong({});
	}
	async function submit(event: Event): Promise<void> {
		event.preventDefault();
		if (sending) return;
		const bad = wrongIn(draft, patient);
		setWrong(bad);
		setGeneral('');
		if (Object.keys(bad).length > 0) {
			announce(say('form.wrongCount', { n: Object.keys(bad).length }), 'bad');
			return focusFirstWrong(form.current);
		}
		setSending(true);
		try {
			const referral = open.length === 1 ? (open[0]?.referralRequest?.[0]?.reference ?? null) : null;
			const saved = await saveCall(callOf(draft, patient, referral, answers));
			announce(say('call.saved'), 'good');
			setLogged((n) => n + 1);
			const about = {
				patient: patient?.id ?? null,
				pathway: open[0]?.id ?? null,
				focus: open.length === 0 ? `Communication/${saved.id}` : null,
				note: draft.note,
			};
			clear();
			if (draft.outcome === 'task' && wanted(draft) === 'other') openRaise(about);
		} catch (failure) {
			if (!(failure instanceof Failure)) throw failure;
			setGeneral(failure.unreachable ? say('state.notSent') : failure.message);
		} finally {
			setSending(false);
		}
	}
	function keys(event: KeyboardEvent): void {
		if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit();
	}
	const outcomes = draft.outcome;
	return (
		<div class="page page-call">
			<div class="lead">
				<h1>{answers ? t('call.backTitle') : t('nav.call')}</h1>
				<p class="soft">{t('call.lead')}</p>
			</div>
			<div class="call">
				<form
					ref={form}
					class="form card call-form"
					noValidate
					onSubmit={submit}
					onKeyDown={keys}
					aria-label={t('nav.call')}
				>
					{general && (
						<div class="error error-general" role="alert">
							<p>{general}</p>
						</div>
					)}
					<WhoCalls patient={patient} none={none} choose={choose} clear={clear} draft={draft} set={set} />
					{patient && (
						<KeyChoice
							name="identity"
							label={t('call.identity')}
							options={IDENTITIES.map((code) => ({ code, label: t(`identity.${code}`) }))}
							value={draft.identity}
							change={(identity) => (set({ identity }), setWrong({}))}
							chosen={() => to('reason')}
							help={isProtected(patient) ? t('banner.protected') : addressOf(patient) && t('call.address', { address: addressOf(patient) })}
							error={wrong.identity}
						/>
					)}
					<KeyChoice
						name="reason"
						label={t('call.reason')}
						options={REASONS.map((code) => ({ code, label: t(reasonKey(code)) }))}
						value={draft.reason}
						change={pickReason}
						chosen={() => to('outcome')}
						error={wrong.reason}
					/>
					<KeyChoice
						name="outcome"
						label={t('call.outcome')}
						options={OUTCOMES.map((code) => ({ code, label: t(`outcome.${code}`) }))}
						value={draft.outcome}
						change={(outcome) => (set({ outcome }), setWrong({}))}
						chosen={(outcome) => to(AFTER_OUTCOME[outcome])}
					/>
					{outcomes === 'task' && (
						<KeyChoice
							name="want"
							label={t('call.want')}
							options={WANTS.map((code) => ({ code, label: t(`want.${code}`) }))}
							value={draft.want || usualWant(draft.reason)}
							change={(want) => set({ want })}
							chosen={() => to('note')}
						/>
					)}
					{outcomes === 'call-back' && <BackFields draft={draft} set={set} wrong={wrong} patient={patient} />}
					{(outcomes === 'passed-on' || outcomes === 'emergency') && <PassedTo draft={draft} set={set} error={wrong.passedTo} />}
					<TextField name="note" label={t('call.note')} long value={draft.note} change={(note) => set({ note })} />
					<div class="actions">
						<button type="submit" class="button button-main" disabled={sending}>
							{t('call.save')} <kbd>Ctrl ↵</kbd>
						</button>
						<button type="button" class="button" onClick={() => openCard(patient?.id ?? null)}>
							{t('card.open')} <kbd>F9</kbd>
						</button>
						{(patient || none) && (
							<button type="button" class="button button-quiet" onClick={clear}>
								{t('call.clear')} <kbd>Esc</kbd>
							</button>
						)}
					</div>
				</form>
				<div>
					{patient && <Banner patient={patient} linked />}
					<CallSide patient={patient} pathways={open} openness={openness} reason={draft.reason} />
				</div>
			</div>
			<CallQueue fresh={logged} />
			<MyCalls me={me} fresh={logged} />
		</div>
	);
}
