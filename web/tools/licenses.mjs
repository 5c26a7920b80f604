// The licences of what is built in, as one file beside the pages: the fonts' (OFL) asks to go with the fonts.
import { readFileSync } from 'node:fs';

const PARTS = [
	['Preact', 'preact/LICENSE'],
	['dkfds, Det Fælles Designsystem', 'dkfds/LICENSE.md'],
	['IBM Plex Sans', 'dkfds/dist/fonts/IBMPlexSans/split/woff2/license.txt'],
];

export function licensesPlugin() {
	return {
		name: 'licenses',
		generateBundle() {
			const text = PARTS.map(
				([name, path]) =>
					`${name}\n\n${readFileSync(new URL(`../node_modules/${path}`, import.meta.url), 'utf8').trim()}\n`,
			);
			this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: text.join(`\n${'='.repeat(80)}\n\n`) });
		},
	};
}
