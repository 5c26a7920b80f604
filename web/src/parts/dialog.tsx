// dialog.tsx: a dialog over the page: Escape and a click beside it close it, and the focus goes back to where it was.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

type Props = { title: string; class?: string; closed: () => void; children: (close: () => void) => ComponentChildren };

export function Dialog({ title, class: extra, closed, children }: Props) {
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const before = document.activeElement as HTMLElement | null;
		dialog.current?.showModal();
		return () => before?.focus();
	}, []);
	return (
		<dialog
			ref={dialog}
			class={extra ? `help ${extra}` : 'help'}
			aria-labelledby={title}
			onClose={closed}
			onClick={(event) => event.target === dialog.current && dialog.current?.close()}
		>
			{children(() => dialog.current?.close())}
		</dialog>
	);
}
