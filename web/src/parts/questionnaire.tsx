// questionnaire.tsx: any Questionnaire as a form. What is typed is kept here; what is enabled, calculated and wrong the server says after each
// pause (api/forms.ts). What was typed into an item that is not enabled now is there again when it is.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Filled, FormResponse, Item, ItemState, Questionnaire as Form } from '../api/forms.ts';
import { goOn } from '../api/forms.ts';
import { Failure } from '../api/client.ts';
import { announce } from '../base/announce.tsx';
import { say, useTexts } from '../base/texts.ts';
import { answered, fillIn, repeatKey, responseOf, type Answers, type Given } from './answers.ts';
import { focusFirstWrong } from './field.tsx';
import { Question } from './question.tsx';

const PAUSE_MS = 200;
const AFTER_KEPT = new Set(['FORM_REQUIRED', 'FORM_TOO_FEW']); // said when it is to be kept, not while it is filled in

export type FormView = {
	answers: Answers;
	items: ReadonlyMap<string, ItemState>;
	tried: boolean; // it was to be kept: what is missing shows
	set: (key: string, values: Given[]) => void;
	repeat: (key: string, count: number) => void;
};

export function faultsOf(view: FormView, key: string): string | undefined {
	const faults = view.items.get(key)?.faults ?? [];
	const shown = faults.filter((fault) => view.tried || !AFTER_KEPT.has(fault.code));
	return shown.map((fault) => fault.text).join(' ') || undefined;
}

function Group({ item, path, view, depth }: { item: Item; path: string; view: FormView; depth: number }) {
	const { t } = useTexts();
	const counted = repeatKey(path, item);
	const count = item.repeats ? (view.answers.counts.get(counted) ?? 1) : 1;
	const keys = Array.from({ length: count }, (_, at) => `${path}${item.linkId}[${at}]`);
	if (view.items.get(keys[0] ?? '')?.enabled === false) return null;
	return (
		<>
			{keys.map((key, at) => (
				<fieldset key={key} class="form-group" data-field={key}>
					<legend>
						{item.text ?? item.linkId}
						{item.repeats && count > 1 ? ` ${at + 1}` : ''}
					</legend>
					{faultsOf(view, key) && <p class="error">{faultsOf(view, key)}</p>}
					<Items items={item.item ?? []} path={`${key}/`} view={view} depth={depth + 1} />
				</fieldset>
			))}
			{item.repeats && (
				<p class="actions">
					<button type="button" class="button button-quiet" onClick={() => view.repeat(counted, count + 1)}>
						{t('questionnaire.another', { what: item.text ?? item.linkId })}
					</button>
					{count > 1 && (
						<button type="button" class="button button-quiet" onClick={() => view.repeat(counted, count - 1)}>
							{t('questionnaire.lastAway', { what: item.text ?? item.linkId })}
						</button>
					)}
				</p>
			)}
		</>
	);
}

type ItemsProps = { items: Item[]; path: string; view: FormView; depth: number };

function hidden(item: Item): boolean {
	const ends = '/questionnaire-hidden';
	return item.extension?.some((one) => one.url.endsWith(ends) && one.valueBoolean === true) ?? false;
}

function Items({ items, path, view, depth }: ItemsProps) {
	return (
		<>
			{items.filter((item) => !hidden(item)).map((item) => {
				const key = `${path}${item.linkId}[0]`;
				if (item.type === 'group') return <Group key={key} item={item} path={path} view={view} depth={depth} />;
				if (view.items.get(key)?.enabled === false) return null;
				if (item.type === 'display') return <p key={key}>{item.text}</p>;
				const below = Math.max(1, view.answers.values.get(key)?.length ?? 0);
				return (
					<div key={key} class={item.item ? 'form-nested' : undefined}>
						<Question item={item} id={key} view={view} />
						{item.item &&
							Array.from({ length: below }, (_, at) => (
								<Items key={at} items={item.item ?? []} path={`${key}:${at}/`} view={view} depth={depth + 1} />
							))}
					</div>
				);
			})}
		</>
	);
}

type Props = { form: Form; begun: Filled; keep: (response: FormResponse) => Promise<void>; dirty?: (is: boolean) => void };

export function QuestionnaireForm({ form, begun, keep, dirty }: Props) {
	const { t } = useTexts();
	const element = useRef<HTMLFormElement>(null);
	const [answers, setAnswers] = useState<Answers>(() => answered(form, begun.response));
	const [items, setItems] = useState(begun.items);
	const [general, setGeneral] = useState('');
	const [tried, setTried] = useState(false);
	const [sending, setSending] = useState(false);
	const round = useRef(0);
	const touched = useRef(false);
	const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

	// Only the newest answer is shown, and it changes only what is calculated.
	async function hear(whole: boolean, given: Answers): Promise<Filled | null> {
		const mine = ++round.current;
		try {
			const filled = await goOn(form, responseOf(form, begun.response, given), whole);
			if (mine === round.current) {
				setItems(filled.items);
				setGeneral('');
				setAnswers((before) => fillIn(form, before, filled));
			}
			return filled;
		} catch (failure) {
			if (!(failure instanceof Failure)) throw failure;
			setGeneral(failure.unreachable ? say('state.notSent') : failure.message);
			return null;
		}
	}
	useEffect(() => {
		if (!touched.current) return undefined;
		pause.current = setTimeout(() => void hear(tried, answers), PAUSE_MS);
		return () => clearTimeout(pause.current);
	}, [answers]);

	const change = (next: (before: Answers) => Answers) => {
		touched.current = true;
		dirty?.(true);
		setAnswers(next);
	};
	const view: FormView = useMemo(
		() => ({
			answers,
			items,
			tried,
			set: (key, values) =>
				change((before) => ({ ...before, values: new Map(before.values).set(key, values) })),
			repeat: (key, count) =>
				change((before) => ({ ...before, counts: new Map(before.counts).set(key, count) })),
		}),
		[answers, items, tried],
	);

	async function submit(event: Event): Promise<void> {
		event.preventDefault();
		if (sending) return;
		clearTimeout(pause.current);
		setSending(true);
		setTried(true);
		try {
			const filled = await hear(true, answers);
			if (!filled) return;
			const wrong = [...filled.items.values()].filter((one) => one.enabled && one.faults.some((fault) => !fault.warns));
			if (wrong.length > 0) {
				announce(say('form.wrongCount', { n: wrong.length }), 'bad');
				focusFirstWrong(element.current);
				return;
			}
			await keep(filled.response);
			dirty?.(false);
		} catch (failure) {
			if (!(failure instanceof Failure)) throw failure;
			setGeneral(failure.unreachable ? say('state.notSent') : failure.message);
		} finally {
			setSending(false);
		}
	}
	function keys(event: KeyboardEvent): void {
		if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) element.current?.requestSubmit();
	}
	return (
		<form ref={element} class="form" noValidate onSubmit={submit} onKeyDown={keys} aria-label={form.title ?? form.id}>
			{general && (
				<div class="error error-general" role="alert">
					<p>{general}</p>
				</div>
			)}
			<Items items={form.item ?? []} path="" view={view} depth={0} />
			<div class="actions">
				<button type="submit" class="button button-main" disabled={sending}>
					{t('questionnaire.keep')} <kbd>Ctrl ↵</kbd>
				</button>
			</div>
		</form>
	);
}
