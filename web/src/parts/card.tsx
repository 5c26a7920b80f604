// card.tsx: a card with its heading; what could not be fetched says so in its place, and the rest of the page stands.
import type { ComponentChildren } from 'preact';
import { Failed } from './states.tsx';

type Props = { id: string; title: string; count?: number | undefined; failure?: unknown; again?: () => void; children: ComponentChildren };

export function Card({ id, title, count, failure, again, children }: Props) {
	const failed = failure !== undefined && failure !== null;
	return (
		<section class="card" aria-labelledby={id}>
			<h3 id={id}>
				{title} {count !== undefined && count > 0 && <span class="count">{count}</span>}
			</h3>
			{failed ? <Failed failure={failure} retry={again ?? (() => undefined)} /> : children}
		</section>
	);
}
