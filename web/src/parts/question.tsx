// question.tsx: one question of a form, by its type. What was typed is kept as it was typed until it is a value.
import { useState } from 'preact/hooks';
import type { Attachment, Item, Option, Quantity, Value } from '../api/forms.ts';
import type { Coding } from '../api/fhir.ts';
import { dayOf, localInstant, readTime, timeOf } from '../base/clock.ts';
import { say, useTexts } from '../base/texts.ts';
import type { Given } from './answers.ts';
import { ChoiceField, DateField, Field, TextField, typedDay, type Typed } from './field.tsx';
import { faultsOf, type FormView } from './questionnaire.tsx';

type Props = { item: Item; id: string; view: FormView };
type Frame = { name: string; label: string; required: boolean; help: string | undefined; error: string | undefined };
type One = { item: Item; frame: Frame; given: Given | undefined; set: (given: Given | null) => void; units?: Coding[] };

const extensionsOf = (item: Item, name: string) => item.extension?.filter((one) => one.url.endsWith(`/${name}`)) ?? [];

/* ---- choices ---- */

const isCoding = (value: unknown): value is Coding => typeof value === 'object' && value !== null && 'code' in value;

function optionCode(option: Option): string {
	const [value] = Object.values(option);
	return isCoding(value) ? `${value.system ?? ''}|${value.code ?? ''}` : JSON.stringify(value);
}

function optionShown(option: Option): string {
	const value = Object.values(option)[0];
	return isCoding(value) ? (value.display ?? value.code ?? '') : String(value);
}

// Of the Questionnaire itself, or what the server worked out.
function optionsOf(item: Item, id: string, view: FormView): Option[] {
	const own = (item.answerOption ?? []).map((option) =>
		Object.fromEntries(Object.entries(option).filter(([key]) => key.startsWith('value'))),
	);
	const comeAndGo = extensionsOf(item, 'sdc-questionnaire-answerOptionsToggleExpression').length > 0;
	return own.length > 0 && !comeAndGo ? own : (view.items.get(id)?.options ?? []);
}

function givenOption(option: Option | undefined): Given | null {
	const entry = Object.entries(option ?? {})[0];
	return entry ? { name: entry[0] as Given['name'], value: entry[1] as Value } : null;
}

const codeOf = (given: Given | undefined) => (given ? optionCode({ [given.name]: given.value }) : '');

function Choice({ frame, given, set, options, open }: One & { options: Option[]; open: boolean }) {
	const { t } = useTexts();
	const choices = options.map((option) => ({ code: optionCode(option), display: optionShown(option) }));
	const change = (code: string) => set(givenOption(options.find((option) => optionCode(option) === code)));
	const other = given?.name === 'valueString' && !choices.some((one) => one.code === codeOf(given));
	return (
		<>
			<ChoiceField {...frame} options={choices} value={other ? '' : codeOf(given)} change={change} />
			{open && (
				<TextField
					name={`${frame.name}-other`}
					label={`${frame.label}: ${t('questionnaire.other')}`}
					value={other ? String(given?.value) : ''}
					change={(typed) => set(typed.trim() ? { name: 'valueString', value: typed } : null)}
				/>
			)}
		</>
	);
}

// Several may be chosen.
function Choices({ item, id, view, frame }: Props & { frame: Frame }) {
	const options = optionsOf(item, id, view);
	const given = view.answers.values.get(id) ?? [];
	function turn(option: Option, on: boolean): void {
		const rest = given.filter((one) => codeOf(one) !== optionCode(option));
		const one = givenOption(option);
		view.set(id, on && one ? [...rest, one] : rest);
	}
	return (
		<fieldset class={frame.error ? 'field field-wrong' : 'field'} data-field={id}>
			<legend>{frame.label}</legend>
			{options.map((option) => (
				<label key={optionCode(option)} class="check">
					<input
						type="checkbox"
						checked={given.some((one) => codeOf(one) === optionCode(option))}
						onChange={(event) => turn(option, event.currentTarget.checked)}
					/>
					<span>{optionShown(option)}</span>
				</label>
			))}
			{frame.error && <p class="error">{frame.error}</p>}
		</fieldset>
	);
}

/* ---- texts, numbers ---- */

const number = (typed: string) => (/^[+-]?\d+([.,]\d+)?$/.test(typed.trim()) ? Number(typed.trim().replace(',', '.')) : null);
const shown = (value: unknown) => (typeof value === 'number' ? String(value).replace('.', ',') : String(value ?? ''));

function useTyped(value: string): [string, (typed: string) => void] {
	const [typed, type] = useState<{ typed: string; of: string }>({ typed: value, of: value });
	return [typed.of === value ? typed.typed : value, (next) => type({ typed: next, of: value })];
}

function NumberField({ item, frame, given, set }: One) {
	const value = shown(given?.value);
	const [wrong, setWrong] = useState('');
	const change = (typed: string) => {
		const read = number(typed);
		setWrong(typed.trim() && read === null ? typed : '');
		set(read === null ? null : { name: item.type === 'integer' ? 'valueInteger' : 'valueDecimal', value: read });
	};
	const error = wrong ? say('questionnaire.numberWrong', { typed: wrong }) : frame.error;
	return (
		<TextField {...frame} error={error} value={wrong || value} change={change} attributes={{ inputMode: 'decimal' }} />
	);
}

function QuantityField({ item, frame, given, set, units: more = [] }: One) {
	const { t } = useTexts();
	const now = (given?.value ?? {}) as Quantity;
	const units = [...extensionsOf(item, 'questionnaire-unit'), ...extensionsOf(item, 'questionnaire-unitOption')].flatMap(
		(one) => (one.valueCoding ? [one.valueCoding] : []),
	);
	units.push(...more);
	const [unit, setUnit] = useState(now.code ?? units[0]?.code ?? '');
	const [wrong, setWrong] = useState('');
	function made(value: number | null, code: string): void {
		const coding = units.find((one) => one.code === code);
		const of = coding ? { unit: coding.display ?? code, system: coding.system, code } : {};
		set(value === null ? null : { name: 'valueQuantity', value: { value, ...of } as Quantity });
	}
	const change = (typed: string) => {
		setWrong(typed.trim() && number(typed) === null ? typed : '');
		made(number(typed), unit);
	};
	const error = wrong ? say('questionnaire.numberWrong', { typed: wrong }) : frame.error;
	return (
		<div class="row-of-inputs">
			<TextField {...frame} error={error} value={wrong || shown(now.value)} change={change} attributes={{ inputMode: 'decimal' }} />
			{units.length > 0 && (
				<ChoiceField
					name={`${frame.name}-unit`}
					label={`${frame.label}: ${t('questionnaire.unit')}`}
					required
					options={units.map((one) => ({ code: one.code ?? '', display: one.display ?? one.code ?? '' }))}
					value={unit}
					change={(code) => (setUnit(code), made(now.value ?? null, code))}
				/>
			)}
		</div>
	);
}

/* ---- days and times ---- */

function DayField({ item, frame, given, set }: One) {
	const value = String(given?.value ?? '');
	const dated = item.type === 'dateTime';
	const [typed, setTyped] = useState<Typed>(() => {
		const day = dated && value.length > 10 ? dayOf(value) : value;
		return { typed: day.split('-').reverse().join('-'), day: day || null };
	});
	const [time, setTime] = useState(dated && value.length > 10 ? timeOf(value) : '');
	function made(day: Typed, at: string): void {
		setTyped(day);
		setTime(at);
		const read = readTime(at);
		if (!day.day) set(null);
		else if (!dated) set({ name: 'valueDate', value: day.day });
		else set({ name: 'valueDateTime', value: read ? localInstant(day.day, read) : day.day });
	}
	const wrong = typed.typed && !typed.day ? say('form.dateWrong', { typed: typed.typed }) : frame.error;
	return (
		<DateField
			{...frame}
			error={wrong}
			past
			value={typed}
			change={(day) => made(typedDay(day.typed, true), time)}
			{...(dated ? { time: { value: time, change: (at: string) => made(typed, at) } } : {})}
		/>
	);
}

function ClockField({ frame, given, set }: One) {
	const [typed, type] = useTyped(String(given?.value ?? '').slice(0, 5));
	const change = (next: string) => {
		const read = readTime(next);
		type(next);
		set(read ? { name: 'valueTime', value: `${read.replace('.', ':')}:00` } : null);
	};
	const wrong = typed && !readTime(typed) ? say('form.timeWrong', { typed }) : frame.error;
	return <TextField {...frame} error={wrong} value={typed} change={change} />;
}

/* ---- files ---- */

async function attachmentOf(file: File): Promise<Attachment> {
	const bytes = new Uint8Array(await file.arrayBuffer());
	const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
	return { contentType: file.type, data, title: file.name, size: file.size };
}

function FileField({ item, frame, given, set }: One) {
	const kinds = extensionsOf(item, 'mimeType').flatMap((one) => (one.valueCode ? [one.valueCode] : []));
	const title = (given?.value as Attachment | undefined)?.title;
	async function chosen(file: File | undefined): Promise<void> {
		set(file ? { name: 'valueAttachment', value: await attachmentOf(file) } : null);
	}
	return (
		<Field {...frame} help={title}>
			{(described) => (
				<input
					type="file"
					{...described}
					accept={kinds.join(',') || undefined}
					onChange={(event) => void chosen(event.currentTarget.files?.[0])}
				/>
			)}
		</Field>
	);
}

/* ---- one answer, or several ---- */

function Simple(one: One) {
	const { item, frame, given, set } = one;
	const { t } = useTexts();
	const reference = item.type === 'reference';
	const value = reference ? String((given?.value as { reference?: string } | undefined)?.reference ?? '') : String(given?.value ?? '');
	function change(typed: string): void {
		if (!typed) set(null);
		else if (reference) set({ name: 'valueReference', value: { reference: typed } });
		else set({ name: item.type === 'url' ? 'valueUri' : 'valueString', value: typed });
	}
	switch (item.type) {
		case 'boolean':
			return (
				<ChoiceField
					{...frame}
					options={[
						{ code: 'true', display: t('questionnaire.yes') },
						{ code: 'false', display: t('questionnaire.no') },
					]}
					value={given ? String(given.value) : ''}
					change={(code) => set(code ? { name: 'valueBoolean', value: code === 'true' } : null)}
				/>
			);
		case 'integer':
		case 'decimal':
			return <NumberField {...one} />;
		case 'quantity':
			return <QuantityField {...one} />;
		case 'date':
		case 'dateTime':
			return <DayField {...one} />;
		case 'time':
			return <ClockField {...one} />;
		case 'attachment':
			return <FileField {...one} />;
		default:
			return <TextField {...frame} long={item.type === 'text'} value={value} change={change} />;
	}
}

function Calculated({ frame, given }: { frame: Frame; given: Given[] }) {
	const { t } = useTexts();
	const said = given.map((one) => {
		const value = one.value as Quantity & Coding;
		if (typeof one.value !== 'object') return shown(one.value);
		return value.value === undefined ? (value.display ?? value.code ?? '') : `${shown(value.value)} ${value.unit ?? ''}`;
	});
	return (
		<Field {...frame} required help={frame.help ?? t('questionnaire.calculated')}>
			{(described) => <output {...described}>{said.join(', ') || '–'}</output>}
		</Field>
	);
}

export function Question({ item, id, view }: Props) {
	const { t } = useTexts();
	const given = view.answers.values.get(id) ?? [];
	const [slots, setSlots] = useState(Math.max(1, given.length));
	const state = view.items.get(id);
	const choice = item.type === 'choice' || item.type === 'open-choice';
	const options = choice ? optionsOf(item, id, view) : [];
	const label = [item.prefix, item.text ?? item.linkId].filter(Boolean).join(' ');
	const format = extensionsOf(item, 'entryFormat')[0]?.valueString;
	const frame: Frame = {
		name: id,
		label,
		required: item.required ?? false,
		help: state?.more ? t('questionnaire.more') : format,
		error: faultsOf(view, id),
	};
	if (item.readOnly || (state?.calculated ?? false)) return <Calculated frame={frame} given={given} />;
	if (choice && item.repeats && options.length > 0) return <Choices item={item} id={id} view={view} frame={frame} />;
	const set = (at: number) => (one: Given | null) => {
		const next: (Given | null)[] = [...given];
		next[at] = one;
		view.set(id, next.filter((some): some is Given => Boolean(some)));
	};
	if (choice)
		return <Choice item={item} frame={frame} given={given[0]} set={set(0)} options={options} open={item.type === 'open-choice'} />;
	if (!item.repeats) return <Simple item={item} frame={frame} given={given[0]} set={set(0)} units={state?.units ?? []} />;
	return (
		<div class="form-repeats">
			{Array.from({ length: Math.max(slots, given.length) }, (_, at) => {
				const mine = at === 0 ? frame : { ...frame, error: undefined, help: undefined, required: true };
				const named = at === 0 ? label : t('questionnaire.answer', { label, n: at + 1 });
				return (
					<Simple key={at} item={item} frame={{ ...mine, name: `${id}.${at}`, label: named }} given={given[at]} set={set(at)} units={state?.units ?? []} />
				);
			})}
			<p class="actions">
				<button type="button" class="button button-quiet" onClick={() => setSlots(Math.max(slots, given.length) + 1)}>
					{t('questionnaire.add')}
				</button>
			</p>
		</div>
	);
}
