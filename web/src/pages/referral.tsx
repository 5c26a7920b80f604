// referral.tsx: a new referral. The patient is found, or made here; the day it was received decides every clock.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Failure } from '../api/client.ts';
import { refusedBy, type FieldPlace, type Refused } from '../api/refused.ts';
import type { Patient } from '../api/fhir.ts';
import { findPatients, patient as readPatient } from '../api/people.ts';
import { NEW_PATIENT, newPatientWrong, saveReferral, type NewPatient } from '../api/referrals.ts';
import { announce } from '../base/announce.tsx';
import { daysUntil } from '../base/clock.ts';
import { useKeys } from '../base/keys.ts';
import { PATHS, go, patientPath } from '../base/route.ts';
import { say, useTexts, type Key } from '../base/texts.ts';
import { Banner } from '../parts/banner.tsx';
import { DateField, TextField, focusFirstWrong, typedDay, type Typed } from '../parts/field.tsx';
import { NewPatientFields } from '../parts/newpatient.tsx';
import { PatientPicker } from '../parts/picker.tsx';

type Draft = { received: Typed; reason: string; from: string; note: string };
const EMPTY = (): Draft => ({ received: typedDay('i dag', true), reason: '', from: '', note: '' });
// Where the server's places (FHIRPath) are fields of this form.
const PLACES: readonly FieldPlace[] = [
	{ name: 'received', place: /authoredOn/ },
	{ name: 'reason', place: /reasonCode|ServiceRequest\.code/ },
	{ name: 'from', place: /requester/ },
	{ name: 'note', place: /\bnote\b/ },
	{ name: 'patient', place: /subject/ },
	{ name: 'cpr', place: /identifier/ },
	{ name: 'birth', place: /birthDate/ },
	{ name: 'family', place: /\bname\b/ },
];

function wrongIn(draft: Draft, patient: Patient | null, fresh: NewPatient | null): Record<string, string> {
	const wrong: Record<string, Key> = {};
	if (!patient && !fresh) wrong.patient = 'referral.needPatient';
	if (!draft.received.day) wrong.received = draft.received.typed ? 'referral.dateWrong' : 'form.missing';
	else if (daysUntil(draft.received.day) > 0) wrong.received = 'referral.future';
	if (!draft.reason.trim()) wrong.reason = 'form.missing';
	const said = Object.entries(wrong).map(([name, key]) => [name, say(key, { typed: draft.received.typed })] as const);
	return { ...Object.fromEntries(said), ...(fresh && !patient ? newPatientWrong(fresh) : {}) };
}

type PatientPartProps = {
	patient: Patient | null;
	fresh: NewPatient | null;
	refused: Refused;
	choose: (patient: Patient | null) => void;
	make: (fresh: NewPatient | null) => void;
};

function PatientPart({ patient, fresh, refused, choose, make }: PatientPartProps) {
	const { t } = useTexts();
	const [typed, type] = useState('');
	if (patient) {
		return (
			<div class="chosen">
				<Banner patient={patient} />
				<button type="button" class="link" onClick={() => choose(null)}>
					{t('referral.otherPatient')}
				</button>
			</div>
		);
	}
	if (fresh)
		return (
			<NewPatientFields fresh={fresh} change={make} refused={refused} found={choose} cancel={() => make(null)} />
		);
	return (
		<div class={refused.fields.patient ? 'field field-wrong' : 'field'} data-field="patient" data-first>
			<PatientPicker
				label={t('referral.patient')}
				placeholder={t('search.placeholder')}
				typed={typed}
				type={type}
				choose={choose}
				wrong={Boolean(refused.fields.patient)}
				describedBy={refused.fields.patient ? 'patient-error' : undefined}
			/>
			{refused.fields.patient && (
				<p class="error" id="patient-error">
					{refused.fields.patient}
				</p>
			)}
			<button
				type="button"
				class="link"
				onClick={() => make({ ...NEW_PATIENT, cpr: /^\d/.test(typed.trim()) ? typed : '' })}
			>
				{t('referral.makePatient')}
			</button>
		</div>
	);
}

function usePreset(id: string | null, choose: (patient: Patient) => void): void {
	useEffect(() => {
		if (id) readPatient(id).then(choose, () => undefined);
	}, [id]);
}

export function ReferralPage({ preset }: { preset: string | null }) {
	const { t, language } = useTexts();
	const form = useRef<HTMLFormElement>(null);
	const [patient, choose] = useState<Patient | null>(null);
	const [fresh, make] = useState<NewPatient | null>(null);
	const [draft, setDraft] = useState<Draft>(EMPTY);
	const [refused, setRefused] = useState<Refused>({ fields: {}, general: [] });
	const [sending, setSending] = useState(false);
	usePreset(preset, choose);
	useEffect(() => {
		document.title = `${t('nav.referral')} · Limen`;
	}, [language]);
	useKeys((command) => {
		if (command !== 'back') return false;
		go(PATHS.worklist);
		return true;
	});

	function refuse(next: Refused): void {
		setRefused(next);
		const count = Object.keys(next.fields).length;
		announce(count > 0 ? say('form.wrongCount', { n: count }) : next.general.join(' '), 'bad');
		focusFirstWrong(form.current);
	}
	async function save(): Promise<void> {
		const day = draft.received.day;
		if (!day) return;
		if (fresh && !patient && fresh.cpr) {
			const [known] = await findPatients(fresh.cpr);
			if (known) return refuse({ fields: { cpr: say('referral.known') }, general: [] });
		}
		const id = await saveReferral({
			patient,
			fresh,
			received: day,
			reason: draft.reason,
			from: draft.from,
			note: draft.note,
		});
		announce(say('referral.saved'), 'good');
		go(id ? patientPath(id) : PATHS.worklist);
	}
	async function submit(event: Event): Promise<void> {
		event.preventDefault();
		if (sending) return;
		const wrong = wrongIn(draft, patient, fresh);
		if (Object.keys(wrong).length > 0) return refuse({ fields: wrong, general: [] });
		setSending(true);
		try {
			await save();
		} catch (failure) {
			if (!(failure instanceof Failure)) throw failure;
			refuse(failure.unreachable ? { fields: {}, general: [say('state.notSent')] } : refusedBy(failure, PLACES));
		} finally {
			setSending(false);
		}
	}
	function keys(event: KeyboardEvent): void {
		if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit();
	}
	const text = (name: 'reason' | 'from' | 'note') => ({
		name,
		value: draft[name],
		change: (value: string) => setDraft({ ...draft, [name]: value }),
		error: refused.fields[name],
	});
	return (
		<div class="page page-form">
			<h1>{t('nav.referral')}</h1>
			<p class="soft">{t('referral.lead')}</p>
			<form
				ref={form}
				class="form card"
				noValidate
				onSubmit={submit}
				onKeyDown={keys}
				aria-label={t('nav.referral')}
			>
				{refused.general.length > 0 && (
					<div class="error error-general" role="alert">
						{refused.general.map((one) => (
							<p key={one}>{one}</p>
						))}
					</div>
				)}
				<PatientPart
					patient={patient}
					fresh={fresh}
					refused={refused}
					choose={(one) => (choose(one), setRefused({ fields: {}, general: [] }))}
					make={make}
				/>
				<DateField
					name="received"
					label={t('referral.received')}
					required
					past
					value={draft.received}
					error={refused.fields.received}
					change={(received) => setDraft({ ...draft, received })}
				/>
				<TextField {...text('reason')} label={t('referral.reason')} required help={t('referral.reasonHelp')} />
				<TextField {...text('from')} label={t('referral.from')} help={t('referral.fromHelp')} />
				<TextField {...text('note')} label={t('referral.note')} long />
				<div class="actions">
					<button type="submit" class="button button-main" disabled={sending}>
						{t('referral.save')}
					</button>
					<a class="button button-quiet" href={PATHS.worklist}>
						{t('form.cancel')}
					</a>
				</div>
			</form>
		</div>
	);
}
