// picker.tsx: find a patient by CPR number or name; a combobox (WAI-ARIA) with its list below. Used by the search at the top
// and by the referral form.
import type { ComponentChildren, Ref } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { findPatients, readCpr } from '../api/people.ts';
import { bannerName, cprOf, cprShown, type Patient } from '../api/fhir.ts';
import { shortDay } from '../base/clock.ts';
import { useTexts } from '../base/texts.ts';

const PAUSE_MS = 180;
const LETTERS_MIN = 2;

type Found = { typed: string; patients: Patient[]; failed: boolean };

function useFound(typed: string): Found | null {
	const [found, setFound] = useState<Found | null>(null);
	useEffect(() => {
		const wanted = typed.trim();
		if (wanted.length < LETTERS_MIN) {
			setFound(null);
			return undefined;
		}
		let current = true;
		const timer = setTimeout(() => {
			findPatients(wanted).then(
				(patients) => current && setFound({ typed: wanted, patients, failed: false }),
				() => current && setFound({ typed: wanted, patients: [], failed: true }),
			);
		}, PAUSE_MS);
		return () => {
			current = false;
			clearTimeout(timer);
		};
	}, [typed]);
	return found;
}

function useHint(found: Found | null): string {
	const { t } = useTexts();
	if (!found) return '';
	if (found.failed) return t('search.failed');
	if (found.patients.length > 0) return t('search.found', { n: found.patients.length });
	const number = readCpr(found.typed);
	return number && 'partial' in number ? t('search.partial') : t('search.none', { typed: found.typed });
}

export function PatientLine({ patient }: { patient: Patient }) {
	const { t, language } = useTexts();
	const cpr = cprOf(patient);
	return (
		<>
			<span class="found-name">{bannerName(patient) || t('banner.noName')}</span>
			<span class="soft number">
				{cpr ? cprShown(cpr, false) : t('banner.noNumber')}
				{patient.birthDate && ` · ${t('banner.bornOn', { day: shortDay(patient.birthDate, language) })}`}
			</span>
		</>
	);
}

type Props = {
	label: ComponentChildren;
	labelClass?: string;
	placeholder?: string;
	inputRef?: Ref<HTMLInputElement>;
	describedBy?: string | undefined;
	wrong?: boolean;
	typed: string;
	type: (typed: string) => void;
	choose: (patient: Patient) => void;
	leave?: () => void;
};

export function PatientPicker(props: Props) {
	const { t } = useTexts();
	const id = useId();
	const [open, setOpen] = useState(false);
	const [at, setAt] = useState(0);
	const found = useFound(props.typed);
	const hint = useHint(found);
	const list = useRef<HTMLUListElement>(null);
	const patients = open && found ? found.patients : [];
	useEffect(() => setAt(0), [found]);
	useEffect(() => list.current?.children[at]?.scrollIntoView({ block: 'nearest' }), [at]);

	function choose(patient: Patient | undefined): void {
		if (!patient) return;
		setOpen(false);
		props.choose(patient);
	}
	function keys(event: KeyboardEvent): void {
		const move = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
		if (move && patients.length > 0) setAt((at + move + patients.length) % patients.length);
		else if (event.key === 'Enter' && patients.length > 0) choose(patients[at]);
		else if (event.key === 'Escape' && open && props.typed) setOpen(false);
		else if (event.key === 'Escape') props.leave?.();
		else return;
		event.preventDefault();
		event.stopPropagation();
	}
	return (
		<div
			class="picker-of-patient"
			onFocusOut={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOpen(false)}
		>
			<label for={id} class={props.labelClass}>
				{props.label}
			</label>
			<input
				ref={props.inputRef}
				id={id}
				type="text"
				role="combobox"
				autocomplete="off"
				spellcheck={false}
				placeholder={props.placeholder}
				aria-expanded={open && Boolean(found)}
				aria-controls={`${id}-list`}
				aria-autocomplete="list"
				aria-activedescendant={patients.length > 0 ? `${id}-${at}` : undefined}
				aria-describedby={props.describedBy}
				aria-invalid={props.wrong ? 'true' : undefined}
				value={props.typed}
				onInput={(event) => (props.type(event.currentTarget.value), setOpen(true))}
				onFocus={() => setOpen(true)}
				onKeyDown={keys}
			/>
			<p class="spoken" role="status">
				{open ? hint : ''}
			</p>
			<div class="found" hidden={!open || !found}>
				{found && found.patients.length === 0 && <p class="found-none">{hint}</p>}
				<ul id={`${id}-list`} ref={list} role="listbox" aria-label={t('search.list')}>
					{patients.map((patient, i) => (
						<li
							key={patient.id}
							id={`${id}-${i}`}
							role="option"
							aria-selected={i === at}
							onMouseDown={(event) => event.preventDefault()}
							onClick={() => choose(patient)}
						>
							<PatientLine patient={patient} />
						</li>
					))}
				</ul>
			</div>
		</div>
	);
}
