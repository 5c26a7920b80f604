// newpatient.tsx: a patient who is not known yet. The CPR number gives birth and sex; without one they are asked.
import { useState } from 'preact/hooks';
import type { Patient } from '../api/fhir.ts';
import { findPatients } from '../api/people.ts';
import { bornBy, type NewPatient } from '../api/referrals.ts';
import type { Refused } from '../api/refused.ts';
import { longDay } from '../base/clock.ts';
import { useTexts } from '../base/texts.ts';
import { CheckField, ChoiceField, DateField, TextField, type Typed } from './field.tsx';
import { PatientLine } from './picker.tsx';

type Props = {
	fresh: NewPatient;
	change: (fresh: NewPatient) => void;
	refused: Refused;
	found: (patient: Patient) => void;
	cancel: () => void;
};

function Known({ known, use }: { known: Patient; use: () => void }) {
	const { t } = useTexts();
	return (
		<p class="note" role="status">
			{t('referral.exists')} <PatientLine patient={known} />{' '}
			<button type="button" class="button" onClick={use}>
				{t('referral.use')}
			</button>
		</p>
	);
}

export function NewPatientFields({ fresh, change, refused, found, cancel }: Props) {
	const { t, language } = useTexts();
	const [known, setKnown] = useState<Patient | null>(null);
	const [birth, setBirth] = useState<Typed>({ typed: fresh.birth, day: fresh.birth || null });
	const born = fresh.noCpr ? null : bornBy(fresh.cpr);
	const set = (some: Partial<NewPatient>) => change({ ...fresh, ...some });
	function typeCpr(cpr: string): void {
		set({ cpr });
		setKnown(null);
		if (bornBy(cpr))
			findPatients(cpr).then(
				([one]) => setKnown(one ?? null),
				() => undefined,
			);
	}
	const help = born
		? t('referral.bornSex', { day: longDay(born.birth, language), sex: t(`sex.${born.gender}`) })
		: t('referral.cprHelp');
	return (
		<fieldset class="sub">
			<legend>{t('referral.newPatient')}</legend>
			{!fresh.noCpr && (
				<TextField
					name="cpr"
					label="CPR"
					required
					value={fresh.cpr}
					change={typeCpr}
					help={help}
					error={refused.fields.cpr}
					attributes={{ inputMode: 'numeric', maxLength: 11 }}
				/>
			)}
			{known && <Known known={known} use={() => found(known)} />}
			<CheckField
				name="noCpr"
				label={t('referral.noCpr')}
				value={fresh.noCpr}
				change={(noCpr) => set({ noCpr })}
			/>
			<div class="pair">
				<TextField
					name="given"
					label={t('referral.given')}
					value={fresh.given}
					change={(given) => set({ given })}
					error={refused.fields.given}
				/>
				<TextField
					name="family"
					label={t('referral.family')}
					required
					value={fresh.family}
					change={(family) => set({ family })}
					error={refused.fields.family}
				/>
			</div>
			{fresh.noCpr && (
				<>
					<DateField
						name="birth"
						label={t('banner.born')}
						past
						value={birth}
						error={refused.fields.birth}
						change={(next) => (setBirth(next), set({ birth: next.day ?? '' }))}
					/>
					<ChoiceField
						name="gender"
						label={t('banner.sex')}
						value={fresh.gender}
						options={(['female', 'male', 'other', 'unknown'] as const).map((code) => ({
							code,
							display: t(`sex.${code}`),
						}))}
						change={(gender) => set({ gender })}
					/>
				</>
			)}
			<TextField
				name="phone"
				label={t('banner.phone')}
				value={fresh.phone}
				change={(phone) => set({ phone })}
				attributes={{ inputMode: 'tel' }}
			/>
			<button type="button" class="link" onClick={cancel}>
				{t('referral.findInstead')}
			</button>
		</fieldset>
	);
}
