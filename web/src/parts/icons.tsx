// icons.tsx: shapes, so that colour is never alone. Each is hidden from screen readers: the word beside it says the same.
import type { ComponentChildren } from 'preact';

function Icon({ children, size = 12 }: { children: ComponentChildren; size?: number }) {
	return (
		<svg class="icon" width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" focusable="false">
			{children}
		</svg>
	);
}

export type Shape = 'late' | 'goal' | 'today' | 'soon' | 'ok' | 'paused' | 'none' | 'met' | 'waived';

export function ShapeIcon({ shape }: { shape: Shape }) {
	switch (shape) {
		case 'late':
			return (
				<Icon>
					<path d="M6 .8 11.6 11H.4z" fill="currentColor" />
					<path d="M6 4.4v3.2M6 8.7v1" stroke="#fff" stroke-width="1.3" />
				</Icon>
			);
		case 'goal': // a flag: the department's own goal, no triangle of warning
			return (
				<Icon>
					<path d="M2.6 11.4V1.1" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" />
					<path d="M2.6 1.6h7.2L8 4.1l1.8 2.5H2.6" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" />
				</Icon>
			);
		case 'today':
			return (
				<Icon>
					<path d="M6 .5 11.5 6 6 11.5.5 6z" fill="currentColor" />
				</Icon>
			);
		case 'soon':
			return (
				<Icon>
					<path d="M6 1.4 10.6 6 6 10.6 1.4 6z" fill="none" stroke="currentColor" stroke-width="1.5" />
					<path d="M6 1.4 10.6 6 6 10.6z" fill="currentColor" />
				</Icon>
			);
		case 'ok':
			return (
				<Icon>
					<circle cx="6" cy="6" r="4.4" fill="currentColor" />
				</Icon>
			);
		case 'paused':
			return (
				<Icon>
					<path d="M3 1.5h2v9H3zM7 1.5h2v9H7z" fill="currentColor" />
				</Icon>
			);
		case 'met':
			return (
				<Icon>
					<circle cx="6" cy="6" r="5.6" fill="currentColor" />
					<path d="m3.4 6.2 1.8 1.9 3.5-4" fill="none" stroke="#fff" stroke-width="1.5" />
				</Icon>
			);
		case 'waived':
			return (
				<Icon>
					<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.4" />
					<path d="m2.9 9.1 6.2-6.2" stroke="currentColor" stroke-width="1.4" />
				</Icon>
			);
		case 'none':
			return (
				<Icon>
					<circle
						cx="6"
						cy="6"
						r="4.6"
						fill="none"
						stroke="currentColor"
						stroke-width="1.4"
						stroke-dasharray="2.2 1.6"
					/>
				</Icon>
			);
	}
}

export function SearchIcon() {
	return (
		<Icon size={14}>
			<circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.3" />
			<path d="m7.8 7.8 3.2 3.2" stroke="currentColor" stroke-width="1.3" />
		</Icon>
	);
}

export function Chevron() {
	return (
		<svg class="icon chevron" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
			<path d="m2 3.5 3 3 3-3" fill="none" stroke="currentColor" stroke-width="1.5" />
		</svg>
	);
}

// The mark: a threshold with light on the step.
export function Mark() {
	return (
		<svg class="mark-icon" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
			<path d="M5 17V4.5h12V17" fill="none" stroke="currentColor" stroke-width="2.4" />
			<path d="M2 18.6h18" stroke="var(--orange-700)" stroke-width="2.4" />
		</svg>
	);
}
