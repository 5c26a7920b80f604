// kindform.tsx: the fields of a kind of task, as they are typed: for one task, and for several that are answered alike.
import { useState } from 'preact/hooks';
import { bannerName } from '../api/fhir.ts';
import { keepPatients, keptPatient } from '../api/people.ts';
import type { Answers, Field as FormField } from '../api/tasks.ts';
import { localInstant, readTime } from '../base/clock.ts';
import { say, useTexts } from '../base/texts.ts';
import { CheckField, ChoiceField, DateField, TextField, type Typed } from './field.tsx';
import { PatientPicker } from './picker.tsx';

type Values = Record<string, string>;
type Days = Record<string, Typed>;
const NO_DAY: Typed = { typed: '', day: null };

function instantOf(day: string, typed: string): string {
	const time = readTime(typed);
	return day && time ? localInstant(day, time) : '';
}

function answersOf(fields: FormField[], values: Values, days: Days): Answers {
	const answers: Answers = {};
	for (const field of fields) {
		const value = values[field.name] ?? '';
		const day = days[field.name]?.day ?? '';
		if (field.type === 'date') answers[field.name] = day;
		else if (field.type === 'dateTime') answers[field.name] = instantOf(day, value);
		else if (field.type === 'boolean') answers[field.name] = value || 'false';
		else answers[field.name] = value.trim();
	}
	return answers;
}

// What the page can see is wrong before it asks; the rest the server says.
function missing(fields: FormField[], answers: Answers, values: Values, days: Days): Record<string, string> {
	const wrong: Record<string, string> = {};
	for (const field of fields) {
		const typed = days[field.name]?.typed ?? '';
		const time = field.type === 'dateTime' ? (values[field.name] ?? '') : '';
		if (typed && !days[field.name]?.day) wrong[field.name] = say('form.dateWrong', { typed });
		else if (time && !readTime(time)) wrong[field.name] = say('form.timeWrong', { typed: time });
		else if ((typed || time) && field.type === 'dateTime' && !answers[field.name])
			wrong[field.name] = say('form.dateTimeMissing');
		else if (field.required && field.type !== 'boolean' && !answers[field.name]) {
			wrong[field.name] = say(field.type === 'dateTime' ? 'form.dateTimeMissing' : 'form.missing');
		}
	}
	return wrong;
}

export type KindAnswers = {
	values: Values;
	days: Days;
	setValue: (name: string, value: string) => void;
	setDay: (name: string, day: Typed) => void;
	read: () => { answers: Answers; wrong: Record<string, string> };
};

export function useKindAnswers(fields: FormField[], touched?: () => void): KindAnswers {
	const [values, setValues] = useState<Values>(() => Object.fromEntries(fields.map((field) => [field.name, field.initial])));
	const [days, setDays] = useState<Days>({});
	return {
		values,
		days,
		setValue: (name, value) => (setValues((before) => ({ ...before, [name]: value })), touched?.()),
		setDay: (name, day) => (setDays((before) => ({ ...before, [name]: day })), touched?.()),
		read: () => {
			const answers = answersOf(fields, values, days);
			return { answers, wrong: missing(fields, answers, values, days) };
		},
	};
}

type InputProps = {
	field: FormField;
	proposed: string | undefined;
	error: string | undefined;
	given: KindAnswers;
};

type Frame = { name: string; label: string; required: boolean; help: string | undefined; error: string | undefined };

// Chosen by name or number as everywhere else; what is kept is the reference.
function PatientField({ frame, value, change }: { frame: Frame; value: string; change: (value: string) => void }) {
	const { t } = useTexts();
	const [typed, type] = useState('');
	const chosen = keptPatient(value.replace('Patient/', '') || null);
	return (
		<div class={frame.error ? 'field field-wrong' : 'field'} data-field={frame.name}>
			{chosen ? (
				<p>
					<span class="soft">{frame.label}</span> <strong>{bannerName(chosen)}</strong>{' '}
					<button type="button" class="link" onClick={() => change('')}>
						{t('call.other')}
					</button>
				</p>
			) : (
				<PatientPicker
					label={
						<>
							{frame.label} {!frame.required && <span class="optional">{t('form.optional')}</span>}
						</>
					}
					placeholder={t('search.placeholder')}
					typed={typed}
					type={type}
					choose={(one) => {
						keepPatients([one]);
						type('');
						change(`Patient/${one.id}`);
					}}
				/>
			)}
			{!chosen && frame.help && <p class="help">{frame.help}</p>}
			{frame.error && <p class="error">{frame.error}</p>}
		</div>
	);
}

function Input({ field, proposed, error, given }: InputProps) {
	const { t } = useTexts();
	const { values, days, setValue, setDay } = given;
	const option = field.options.find((one) => one.code === proposed);
	const help = option ? t('task.proposed', { value: option.display }) : field.help || undefined;
	const frame = { name: field.name, label: field.label, required: field.required, help, error };
	const value = values[field.name] ?? '';
	const change = (next: string) => setValue(field.name, next);
	switch (field.type) {
		case 'choice':
			return <ChoiceField {...frame} options={field.options} value={value} change={change} />;
		case 'boolean':
			return <CheckField {...frame} value={value === 'true'} change={(on) => change(on ? 'true' : 'false')} />;
		case 'date':
		case 'dateTime':
			return (
				<DateField
					{...frame}
					help={undefined}
					past={false}
					value={days[field.name] ?? NO_DAY}
					change={(day) => setDay(field.name, day)}
					{...(field.type === 'dateTime' ? { time: { value, change } } : {})}
				/>
			);
		case 'integer':
			return <TextField {...frame} value={value} change={change} attributes={{ inputMode: 'numeric' }} />;
		case 'patient':
			return <PatientField frame={frame} value={value} change={change} />;
		case 'text':
			return <TextField {...frame} long value={value} change={change} />;
	}
}

type Inputs = { fields: FormField[]; given: KindAnswers; refused: Record<string, string>; proposed?: Record<string, string> };

export function KindInputs({ fields, given, refused, proposed = {} }: Inputs) {
	return (
		<>
			{fields.map((field) => (
				<Input key={field.name} field={field} proposed={proposed[field.name]} error={refused[field.name]} given={given} />
			))}
		</>
	);
}
