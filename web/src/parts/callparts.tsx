// callparts.tsx: the parts of a call's box: who calls, when to call back, to whom it was passed.
import { useRef, useState } from 'preact/hooks';
import { CALLERS, type Caller } from '../api/calls.ts';
import type { Patient } from '../api/fhir.ts';
import { NEW_PATIENT, newPatientWrong, savePatient, type NewPatient } from '../api/referrals.ts';
import { findPatients } from '../api/people.ts';
import { announce } from '../base/announce.tsx';
import { useTexts } from '../base/texts.ts';
import type { Draft } from '../pages/call.tsx';
import { Field, TextField } from './field.tsx';
import { NewPatientFields } from './newpatient.tsx';
import { PatientPicker } from './picker.tsx';

type Set = (some: Partial<Draft>) => void;

function CallerFields({ draft, set }: { draft: Draft; set: Set }) {
	const { t } = useTexts();
	return (
		<div class="pair">
			<Field name="caller" label={t('call.caller')} required>
				{(described) => (
					<select
						{...described}
						value={draft.caller}
						onChange={(event) => set({ caller: event.currentTarget.value as Caller })}
					>
						{CALLERS.map((one) => (
							<option key={one} value={one}>
								{t(`caller.${one}`)}
							</option>
						))}
					</select>
				)}
			</Field>
			{draft.caller !== 'patient' && (
				<TextField
					name="callerName"
					label={t('call.callerName')}
					value={draft.callerName}
					change={(callerName) => set({ callerName })}
				/>
			)}
		</div>
	);
}

// Makes the patient at once: the call is about somebody Limen does not know yet.
function Fresh({ typed, made, cancel }: { typed: string; made: (patient: Patient) => void; cancel: () => void }) {
	const { t } = useTexts();
	const [fresh, change] = useState<NewPatient>({ ...NEW_PATIENT, cpr: /^\d/.test(typed.trim()) ? typed : '' });
	const [fields, setFields] = useState<Record<string, string>>({});
	async function save(): Promise<void> {
		const wrong = newPatientWrong(fresh);
		setFields(wrong);
		if (Object.keys(wrong).length > 0) return;
		try {
			const [known] = fresh.noCpr ? [] : await findPatients(fresh.cpr);
			made(known ?? (await savePatient(fresh)));
		} catch (failure) {
			announce(failure instanceof Error ? failure.message : '', 'bad');
		}
	}
	return (
		<>
			<NewPatientFields fresh={fresh} change={change} refused={{ fields, general: [] }} found={made} cancel={cancel} />
			<button type="button" class="button" onClick={() => void save()}>
				{t('call.makePatient')}
			</button>
		</>
	);
}

type Who = {
	patient: Patient | null;
	none: boolean;
	choose: (patient: Patient | null) => void;
	clear: () => void;
	draft: Draft;
	set: Set;
};

export function WhoCalls({ patient, none, choose, clear, draft, set }: Who) {
	const { t } = useTexts();
	const input = useRef<HTMLInputElement>(null);
	const [typed, type] = useState('');
	const [making, make] = useState(false);
	if (patient || none)
		return (
			<div class="chosen" data-field="patient">
				<p>
					{none && <strong>{t('call.nobody')} </strong>}
					<button type="button" class="link" onClick={clear}>
						{t('call.other')}
					</button>
				</p>
				<CallerFields draft={draft} set={set} />
			</div>
		);
	if (making)
		return (
			<Fresh
				typed={typed}
				made={(one) => (make(false), type(''), choose(one))}
				cancel={() => make(false)}
			/>
		);
	return (
		<div class="field" data-field="patient" data-first>
			<PatientPicker
				label={t('call.who')}
				placeholder={t('call.find')}
				inputRef={input}
				typed={typed}
				type={type}
				choose={(one) => (type(''), choose(one))}
				leave={() => input.current?.blur()}
			/>
			<p class="call-ways">
				<button type="button" class="link" onClick={() => choose(null)}>
					{t('call.noPatient')}
				</button>
				<button type="button" class="link" onClick={() => make(true)}>
					{t('referral.makePatient')}
				</button>
			</p>
		</div>
	);
}

type Back = { draft: Draft; set: Set; wrong: Record<string, string>; patient: Patient | null };

export function BackFields({ draft, set, wrong, patient }: Back) {
	const { t } = useTexts();
	const known = patient?.telecom?.find((one) => one.system === 'phone')?.value ?? '';
	return (
		<div class="call-back-fields">
			<TextField
				name="backTime"
				label={t('call.backTime')}
				value={draft.backTime}
				change={(backTime) => set({ backTime })}
				error={wrong.backTime}
				help={t('call.backTimeHelp')}
			/>
			<TextField
				name="backDay"
				label={t('call.backDay')}
				value={draft.backDay}
				change={(backDay) => set({ backDay })}
				error={wrong.backDay}
				help={t('call.backDayHelp')}
			/>
			<TextField
				name="backNumber"
				label={t('call.backNumber')}
				value={draft.backNumber}
				change={(backNumber) => set({ backNumber })}
				help={known && t('call.backKnown', { number: known })}
			/>
		</div>
	);
}

export function PassedTo({ draft, set, error }: { draft: Draft; set: Set; error: string | undefined }) {
	const { t } = useTexts();
	return (
		<TextField
			name="passedTo"
			label={t('call.passedTo')}
			required
			value={draft.passedTo}
			change={(passedTo) => set({ passedTo })}
			help={t('call.passedToHelp')}
			error={error}
		/>
	);
}
