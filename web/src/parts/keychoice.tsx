// keychoice.tsx: one of a few, by one key: a digit while the group has the focus chooses and goes on. The arrows, the mouse and a screen
// reader find ordinary radio buttons.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { useTexts } from '../base/texts.ts';

export type Choice<T extends string> = { code: T; label: string };
const DIGITS = '1234567890-+';

type Props<T extends string> = {
	name: string;
	label: ComponentChildren;
	options: readonly Choice<T>[];
	value: T | '';
	change: (value: T) => void;
	chosen?: (value: T, field: HTMLElement) => void; // by a digit: go on to the next
	help?: ComponentChildren;
	error?: string | undefined;
};

export function KeyChoice<T extends string>({ name, label, options, value, change, chosen, help, error }: Props<T>) {
	const id = useId();
	const { t } = useTexts();
	function keys(event: KeyboardEvent): void {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		const at = event.key.length === 1 ? DIGITS.indexOf(event.key) : -1;
		const option = options[at];
		if (at < 0 || !option) return;
		event.preventDefault();
		change(option.code);
		chosen?.(option.code, event.currentTarget as HTMLElement);
	}
	return (
		<fieldset
			class={error ? 'field key-choice field-wrong' : 'field key-choice'}
			data-field={name}
			onKeyDown={keys}
			aria-describedby={[help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ') || undefined}
		>
			<legend>{label}</legend>
			<div class="radios">
				{options.map((option, at) => (
					<label key={option.code} class="radio">
						<input
							type="radio"
							name={id}
							value={option.code}
							checked={value === option.code}
							onChange={() => change(option.code)}
						/>
						<kbd aria-hidden="true">{DIGITS[at]}</kbd>
						<span>{option.label}</span>
					</label>
				))}
			</div>
			{help && (
				<p class="help" id={`${id}-help`}>
					{help}
				</p>
			)}
			{error && (
				<p class="error" id={`${id}-error`}>
					<span class="spoken">{t('form.error')} </span>
					{error}
				</p>
			)}
		</fieldset>
	);
}

const IN_FIELD = 'input:checked, input:not([tabindex="-1"]), textarea, select';

// The field after this one in the form; after the last one its button.
export function focusNext(field: HTMLElement): void {
	const form = field.closest('form');
	const all = [...(form?.querySelectorAll<HTMLElement>('[data-field]') ?? [])];
	const next = all[all.indexOf(field) + 1];
	const inside = next?.querySelector<HTMLElement>(IN_FIELD) ?? form?.querySelector<HTMLElement>('button[type=submit]');
	inside?.focus();
}

// Puts the focus in a group: on what is chosen there, else on its first.
export function focusField(root: HTMLElement | null, name: string): void {
	requestAnimationFrame(() => {
		const field = root?.querySelector<HTMLElement>(`[data-field="${name}"]`);
		const at = field?.querySelector<HTMLElement>('input:checked') ?? field?.querySelector<HTMLElement>('input, textarea, select');
		at?.focus();
	});
}
