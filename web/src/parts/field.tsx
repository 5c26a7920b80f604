// field.tsx: one field of a form: its label, its help, its error in place. A date can always be typed; picking is an extra.
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { longDay, readDay } from '../base/clock.ts';
import { useTexts } from '../base/texts.ts';
import { KeyChoice, focusNext } from './keychoice.tsx';

export type Described = { id: string; 'aria-describedby': string | undefined; 'aria-invalid': 'true' | undefined };
type Frame = { label: string; help?: ComponentChildren; error?: string | undefined; required?: boolean | undefined };
type FieldProps = Frame & { name: string; children: (described: Described) => ComponentChildren };

function Required({ required }: { required?: boolean | undefined }) {
	const { t } = useTexts();
	return required ? null : <span class="optional"> {t('form.optional')}</span>;
}

function ErrorText({ id, error }: { id: string; error?: string | undefined }) {
	const { t } = useTexts();
	if (!error) return null;
	return (
		<p class="error" id={id}>
			<span class="spoken">{t('form.error')} </span>
			{error}
		</p>
	);
}

export function Field({ name, label, help, error, required, children }: FieldProps) {
	const id = useId();
	const ids = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
	return (
		<div class={error ? 'field field-wrong' : 'field'} data-field={name}>
			<label for={id}>
				{label}
				<Required required={required} />
			</label>
			{children({ id, 'aria-describedby': ids || undefined, 'aria-invalid': error ? 'true' : undefined })}
			{help && (
				<p class="help" id={`${id}-help`}>
					{help}
				</p>
			)}
			<ErrorText id={`${id}-error`} error={error} />
		</div>
	);
}

type Choice = { code: string; display: string };
type ChoiceProps = Frame & { name: string; options: readonly Choice[]; value: string; change: (value: string) => void };
const RADIOS_MAX = 9; // one digit each

// By a digit it is chosen, and the hands are in the next field.
function Radios({ required, ...props }: ChoiceProps) {
	return (
		<KeyChoice
			{...props}
			label={
				<>
					{props.label}
					<Required required={required} />
				</>
			}
			options={props.options.map((one) => ({ code: one.code, label: one.display }))}
			chosen={(_code, field) => focusNext(field)}
		/>
	);
}

export function ChoiceField(props: ChoiceProps) {
	const { t } = useTexts();
	if (props.required && props.options.length <= RADIOS_MAX) return <Radios {...props} />; // a radio cannot be unchosen
	const { options, value, change, ...frame } = props;
	return (
		<Field {...frame}>
			{(described) => (
				<select {...described} value={value} onChange={(event) => change(event.currentTarget.value)}>
					<option value="">{t('form.choose')}</option>
					{options.map((option) => (
						<option key={option.code} value={option.code}>
							{option.display}
						</option>
					))}
				</select>
			)}
		</Field>
	);
}

type TextProps = Frame & {
	name: string;
	value: string;
	change: (value: string) => void;
	long?: boolean;
	attributes?: { inputMode?: string; maxLength?: number };
};

export function TextField({ value, change, long, attributes, ...frame }: TextProps) {
	return (
		<Field {...frame}>
			{(described) =>
				long ? (
					<textarea
						{...described}
						rows={1}
						value={value}
						onInput={(event) => change(event.currentTarget.value)}
					/>
				) : (
					<input
						type="text"
						autocomplete="off"
						{...attributes}
						{...described}
						value={value}
						onInput={(event) => change(event.currentTarget.value)}
					/>
				)
			}
		</Field>
	);
}

// What was typed and what it was read as are both kept: "2/11" stays on the screen, "mandag den 2. november" below it.
export type Typed = { typed: string; day: string | null };
type DateProps = Frame & {
	name: string;
	value: Typed;
	change: (value: Typed) => void;
	past: boolean;
	time?: { value: string; change: (value: string) => void };
};

export function typedDay(typed: string, past: boolean): Typed {
	return { typed, day: readDay(typed, past) };
}

function PickButton({ picked, label }: { picked: (day: string) => void; label: string }) {
	const { t } = useTexts();
	const picker = useRef<HTMLInputElement>(null);
	return (
		<span class="picker">
			<input
				ref={picker}
				type="date"
				tabIndex={-1}
				aria-hidden="true"
				onChange={(event) => picked(event.currentTarget.value)}
			/>
			<button
				type="button"
				class="button button-quiet"
				aria-label={`${t('form.pick')}: ${label}`}
				onClick={() => picker.current?.showPicker()}
			>
				{t('form.pick')}
			</button>
		</span>
	);
}

function dayTyped(day: string): string {
	return day.split('-').reverse().join('-');
}

export function DateField({ value, change, past, time, ...frame }: DateProps) {
	const { t, language } = useTexts();
	const help = value.day ? longDay(value.day, language) : (frame.help ?? t('form.dateHelp'));
	return (
		<Field {...frame} help={<span aria-live="polite">{help}</span>}>
			{(described) => (
				<div class="row-of-inputs">
					<input
						{...described}
						type="text"
						class="date"
						autocomplete="off"
						placeholder={t('form.datePlaceholder')}
						value={value.typed}
						onInput={(event) => change(typedDay(event.currentTarget.value, past))}
					/>
					<PickButton label={frame.label} picked={(day) => day && change({ typed: dayTyped(day), day })} />
					{time && (
						<input
							type="text"
							class="time"
							autocomplete="off"
							placeholder={t('form.timePlaceholder')}
							aria-label={`${t('form.time')}: ${frame.label}`}
							value={time.value}
							onInput={(event) => time.change(event.currentTarget.value)}
						/>
					)}
				</div>
			)}
		</Field>
	);
}

export function CheckField({
	name,
	label,
	help,
	error,
	value,
	change,
}: Frame & { name: string; value: boolean; change: (value: boolean) => void }) {
	const id = useId();
	return (
		<div class={error ? 'field field-wrong' : 'field'} data-field={name}>
			<label class="check">
				<input
					type="checkbox"
					checked={value}
					aria-describedby={error ? `${id}-error` : undefined}
					onChange={(event) => change(event.currentTarget.checked)}
				/>
				<span>{label}</span>
			</label>
			{help && <p class="help">{help}</p>}
			<ErrorText id={`${id}-error`} error={error} />
		</div>
	);
}

// After a refused save: the first field that is wrong gets the focus.
export function focusFirstWrong(form: HTMLElement | null): void {
	requestAnimationFrame(() => {
		form?.querySelector<HTMLElement>(
			'.field-wrong input:not([tabindex="-1"]), .field-wrong select, .field-wrong textarea',
		)?.focus();
	});
}
