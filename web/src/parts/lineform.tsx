// lineform.tsx: one line to write and a button: Enter sends it, and it is empty again when it was taken.
import { useId, useState } from 'preact/hooks';

type Props = {
	label: string;
	button: string;
	initial?: string;
	empty?: boolean; // may be sent empty: that takes away what was there
	send: (text: string) => Promise<boolean>;
};

export function LineForm({ label, button, initial = '', empty, send }: Props) {
	const id = useId();
	const [text, type] = useState(initial);
	const [sending, setSending] = useState(false);
	async function submit(event: Event): Promise<void> {
		event.preventDefault();
		if (sending || (!empty && !text.trim()) || text.trim() === initial) return;
		setSending(true);
		if ((await send(text.trim())) && initial === '') type('');
		setSending(false);
	}
	return (
		<form class="line-form no-print" onSubmit={(event) => void submit(event)}>
			<label for={id}>{label}</label>
			<div class="row-of-inputs">
				<input id={id} type="text" autocomplete="off" value={text} onInput={(event) => type(event.currentTarget.value)} />
				<button type="submit" class="button" disabled={sending}>
					{button}
				</button>
			</div>
		</form>
	);
}
