// lazy.tsx: a page that is fetched when somebody goes there, so that the first load is the worklist and little else.
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { useLoad } from './load.ts';
import { Value } from './value.ts';
import { Failed, Loading } from '../parts/states.tsx';

export const drawn = new Value(0); // moves when a page that was fetched stands on the screen: then its first field can be stood in

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
	let asked: Promise<ComponentType<P>> | null = null;
	const fetched = () => {
		asked ??= load().catch((failure: unknown) => {
			asked = null; // the next try asks again
			throw failure;
		});
		return asked.then((Page) => ({ Page }));
	};
	return function Later(props: P) {
		const page = useLoad('page', fetched);
		if (page.failure !== null)
			return (
				<div class="page">
					<Failed failure={page.failure} retry={page.again} />
				</div>
			);
		if (!page.value)
			return (
				<div class="page">
					<Loading />
				</div>
			);
		const { Page } = page.value;
		return (
			<>
				<Page {...props} />
				<Drawn />
			</>
		);
	};
}

function Drawn() {
	useEffect(() => drawn.set(drawn.get() + 1), []);
	return null;
}
